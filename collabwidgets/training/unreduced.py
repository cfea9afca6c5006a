"""Losses and metrics before their mean is taken, so that ratings can be weighted."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor

from ..data.weighted import weighted_mean
from ..words import counted, with_article


def unreduced(function: Callable[..., Any]) -> Callable[[Tensor, Tensor], Any] | None:
    """`function` with ``reduction="none"``, which gives a value a rating; None if it does not take a mean that way.

    Taken are objects with an attribute ``reduction``, as torch's losses are, and functions with such a parameter, as
    those of ``torch.nn.functional`` are, where it is ``"mean"``.
    """
    if getattr(function, "reduction", None) == "mean":
        each = copy.copy(function)
        each.reduction = "none"  # type: ignore[attr-defined]
        return each
    parameter = parameters_of(function).get("reduction")
    if parameter is None or parameter.default != "mean":
        return None
    return partial(function, reduction="none")


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a function; empty where Python cannot tell."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def mean_by_weight(
    function: Callable[..., Any], predicted: Tensor, rated: Tensor, weights: Tensor, name: str
) -> Tensor:
    """The mean of what a function that has an `unreduced` one says of each rating, by the ratings' weights."""
    each = unreduced(function)
    assert each is not None, f"{name} was checked when it was given"
    return weighted_mean(one_each(each(predicted, rated), len(rated), f'{name} with reduction="none"'), weights)


def one_each(values: Any, n: int, source: str = "the model") -> Tensor:
    """What a model or function gave for `n` ratings, flattened to ``[n]``.

    A ValueError that names the `source` unless it is a tensor of `n` numbers.
    """
    if not isinstance(values, Tensor) or values.numel() != n:
        found = f"tensor of shape {list(values.shape)}" if isinstance(values, Tensor) else type(values).__name__
        raise ValueError(
            f"{source} gave {with_article(found)} for {counted(n, 'rating')}; it must give a tensor with one number a "
            f"rating, shape [{n}]"
        )
    return values.reshape(-1)

"""Losses and metrics before their mean is taken, so that ratings can be weighted."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor

from ..words import with_article


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


def value_each(values: Any, n: int, called: str) -> Tensor:
    """What a function called with ``reduction="none"`` gave for `n` ratings, as ``[n]``; a ValueError if it is not."""
    if not isinstance(values, Tensor) or values.numel() != n:
        found = f"tensor of shape {list(values.shape)}" if isinstance(values, Tensor) else type(values).__name__
        raise ValueError(
            f'{called} gave {with_article(found)} for {n:,} ratings with reduction="none"; ratings that have weights '
            "need a tensor with one value a rating"
        )
    return values.reshape(-1)

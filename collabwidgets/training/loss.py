"""What a fit makes small: the mean squared error, or a function of predictions and ratings of one's own; by weight."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.weighted import weighted_mean
from ..words import counted, with_article

LossFunction = Callable[[Tensor, Tensor], Tensor]


class MSELossFlat(nn.MSELoss):
    """`torch.nn.MSELoss` of flattened tensors: of ``[bs, 1]`` and ``[bs]`` torch's own makes ``[bs, bs]``."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return super().forward(input.reshape(-1), target.reshape(-1).to(input.dtype))


class L1LossFlat(nn.L1Loss):
    """`torch.nn.L1Loss` of flattened tensors: the mean absolute error."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return super().forward(input.reshape(-1), target.reshape(-1).to(input.dtype))


_NAMES: dict[type, str] = {MSELossFlat: "MSE", nn.MSELoss: "MSE", L1LossFlat: "MAE", nn.L1Loss: "MAE"}


def loss_name(loss_func: LossFunction | None) -> str:
    """What a loss is called: ``"MSE"``, also for ``None``, ``"MAE"``, or the function's own name."""
    if loss_func is None:
        return "MSE"
    if type(loss_func) in _NAMES and getattr(loss_func, "reduction", "") == "mean":
        return _NAMES[type(loss_func)]
    name = str(getattr(loss_func, "__name__", type(loss_func).__name__))
    return f"own {name}" if name in _NAMES.values() else name


def own_loss(loss_func: LossFunction | None, *, weighted: bool = False) -> LossFunction | None:
    """The function, or ``None`` where it is the mean squared error, which every engine computes by itself.

    Raises
    ------
    TypeError
        When it cannot be called, or is a class.
    ValueError
        When ratings are `weighted` and it gives nothing but one number for a batch.
    """
    if loss_func is None or (type(loss_func) in _NAMES and loss_name(loss_func) == "MSE"):
        return None
    if isinstance(loss_func, type) or not callable(loss_func):
        example = f"{loss_func.__name__}()" if isinstance(loss_func, type) else "torch.nn.L1Loss()"
        raise TypeError(f"loss_func must be a function of predictions and ratings such as {example}, not {loss_func!r}")
    if weighted and unreduced(loss_func) is None:
        raise ValueError(
            f"loss_func {loss_name(loss_func)} gives one number for a batch, in which ratings cannot be weighted; pass "
            'a loss with reduction="mean", such as torch.nn.L1Loss(), or leave out weight_name='
        )
    return loss_func


def loss_of(
    predicted: Tensor, rating: Tensor, loss_func: LossFunction | None = None, weights: Tensor | None = None
) -> Tensor:
    """The loss of a batch, a scalar: the mean squared error, or `loss_func` of both tensors, flattened to ``[bs]``.

    With `weights` float32 ``[bs]`` it is ``sum(w * l) / sum(w)`` of the losses ``l`` of the ratings.

    Raises
    ------
    ValueError
        When there is not one prediction a rating, or `loss_func` does not return one number; and with weights, when it
        has no ``reduction="none"`` that gives a number a rating.
    """
    # Flat against flat: [bs] - [bs, 1] would broadcast to [bs, bs] and train something else without a word.
    predicted = one_each(predicted, len(rating))
    if predicted.dtype != rating.dtype:  # of tables in half or in double precision
        both = torch.promote_types(predicted.dtype, rating.dtype)
        predicted, rating = predicted.to(both), rating.to(both)
    if weights is not None:
        name = f"loss_func {loss_name(loss_func)}"
        return mean_by_weight(F.mse_loss if loss_func is None else loss_func, predicted, rating, weights, name)
    if loss_func is None:
        return F.mse_loss(predicted, rating)
    loss = loss_func(predicted, rating)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        found = f"a tensor of shape {list(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(
            f"loss_func {loss_name(loss_func)} gave {found} for {len(rating)} ratings; it must return their mean loss, "
            "a tensor of one number"
        )
    return loss.reshape(())


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

"""What a fit makes small: the mean squared error, or a function of predictions and ratings of one's own."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .unreduced import mean_by_weight, one_each, unreduced

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

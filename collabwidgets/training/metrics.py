"""Metrics: functions of predictions and ratings, computed on the validation ratings after each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .inputs import Inputs, called
from .loss import mean_by_weight, one_each, parameters_of, unreduced

Metric = Callable[[Tensor, Tensor], Any]

_PART = 1 << 16  # ratings predicted at once
_TAKEN = ("epoch", "train_loss", "valid_loss", "rmse", "seconds", "lr", "time")


def named(metrics: Metric | Iterable[Metric] | None, *, weighted: bool = False) -> dict[str, Metric]:
    """The functions by the names that their columns get.

    Raises
    ------
    ValueError
        For the name of another column, and where ratings are `weighted` for a function that takes no weights.
    """
    found: dict[str, Metric] = {}
    for metric in callables("metrics", metrics):
        function = metric.func if isinstance(metric, partial) else metric
        name = str(getattr(function, "__name__", type(function).__name__))
        if name in found or name in _TAKEN:
            raise ValueError(f"there is another column {name!r}; give the metric another __name__")
        if weighted and unreduced(metric) is None and "sample_weight" not in parameters_of(metric):
            raise ValueError(
                f"metric {name} gives one number for all ratings, which cannot be weighted; give it a parameter "
                'sample_weight, as those of scikit-learn have, or reduction="mean", as torch\'s have'
            )
        found[name] = metric
    return found


def callables(name: str, functions: Any) -> tuple[Callable[..., Any], ...]:
    """One function or several as a tuple; a TypeError for what is no function."""
    several = isinstance(functions, Iterable) and not callable(functions)
    found = tuple(functions) if several else () if functions is None else (functions,)
    for function in found:
        if not callable(function) or isinstance(function, type):
            raise TypeError(f"{name} must be functions, or objects that can be called, not {function!r}")
    return found


def predictions(module: nn.Module, x: Inputs, at_once: int = _PART) -> Tensor:
    """Predictions float32 ``[n]`` on the CPU for inputs, by a module that nothing else trains now."""
    device = next(module.parameters()).device
    module.eval()
    with torch.no_grad():
        parts = [one_each(called(module, part.to(device)), len(part)).float().cpu() for part in x.split(at_once)]
        return torch.cat(parts)


def measured(name: str, metric: Metric, predicted: Tensor, rated: Tensor, weights: Tensor | None = None) -> float:
    """What a metric says of the predictions, by the weights of the ratings where they have any; all float32 ``[n]``."""
    predicted, rated = predicted.clone(), rated.clone()  # as it may compute in place
    if weights is None:
        value = metric(predicted, rated)
    elif "sample_weight" in parameters_of(metric):
        by_weight: Callable[..., Any] = metric
        value = by_weight(predicted, rated, sample_weight=weights.clone())
    else:
        value = mean_by_weight(metric, predicted, rated, weights, f"metric {name}")
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        shape = getattr(value, "shape", None)
        found = type(value).__name__ if shape is None else f"{type(value).__name__} of shape {list(shape)}"
        raise ValueError(f"metric {name} gave a {found}; it must return one number") from None

"""Means over ratings that have weights: a rating of weight 3 counts as three equal ones do."""

from __future__ import annotations

from torch import Tensor


def weighted_mean(values: Tensor, weights: Tensor | None) -> Tensor:
    """``sum(w * v) / sum(w)``, a scalar in the dtype of the values, of floats ``[n]`` and their weights ``[n]``.

    Without weights it is the plain mean.
    """
    if weights is None:
        return values.mean()
    weights = weights.to(values.device, values.dtype)
    return (weights * values).sum() / weights.sum()

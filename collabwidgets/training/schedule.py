"""Learning rate and momentum of every batch of a fit, in closed form and known before it starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .recipe import Recipe


@dataclass(frozen=True)
class Schedule:
    """``lr`` and ``mom`` (Adam's first beta), float64 ``[n_steps]`` each, in the order of the batches."""

    lr: NDArray[np.float64]
    mom: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lr)


def schedule_for(recipe: Recipe, n_steps: int) -> Schedule:
    """The schedule of a fit of `n_steps` batches.

    One cycle (Smith and Topin 2018, in fastai's form): half a cosine up over the first ``pct_start`` of the fit, half
    a cosine down over the rest, momentum the other way round. Batch ``j`` of ``n`` runs at ``p = j / n``.
    """
    if recipe.schedule == "constant":
        return Schedule(np.full(n_steps, recipe.lr), np.full(n_steps, recipe.mom))
    p = np.arange(n_steps) / n_steps
    high = recipe.lr
    return Schedule(
        _up_and_down(p, recipe.pct_start, high / recipe.div, high, high / recipe.div_final),
        _up_and_down(p, recipe.pct_start, *recipe.moms),
    )


def _up_and_down(p: NDArray[np.float64], turn: float, start: float, middle: float, end: float) -> NDArray[np.float64]:
    rise = _cosine(start, middle, p / turn)
    fall = _cosine(middle, end, (p - turn) / (1 - turn))
    return np.where(p < turn, rise, fall)


def _cosine(a: float, b: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
    return a + (1 + np.cos(np.pi * (1 - p))) * (b - a) / 2

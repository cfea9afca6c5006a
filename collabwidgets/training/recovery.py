"""A learning rate that works, after one that did not: smaller ones are tried on a few batches of fresh weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .recipe import SETTINGS, Recipe
from .schedule import schedule_for
from .trainer import Engine, Ratings

TRIAL_BATCHES = 200
_STRETCH = 20  # batches between two looks at the loss: one that explodes is soon over
_MOST_RATINGS = 1 << 16  # of those in the trial, on which it is judged
# Adam moves each weight by about the learning rate, whatever the gradient, and weights are about 0.1 to 1. Decay takes
# lr * wd of a weight a step; beyond 1 it turns weights over. What lies above either may take longer than a trial to
# explode, in rows that are seldom touched.
_LARGEST_STEP, _LARGEST_DECAY = 0.1, 0.05


def stable_lr(engine: Engine, data: Ratings, recipe: Recipe) -> float | None:
    """The largest of a third, a ninth, … of the recipe's learning rate that is within bounds and lowers the loss.

    Each is held constant for up to 200 batches, from the first of them on, which a cycle would warm up: what is stable
    here is stable in the fit.

    Parameters
    ----------
    engine : Engine
        Of a module with fresh weights; it has them again at the end.
    data : Ratings
    recipe : Recipe
        Of the fit that diverged.

    Returns
    -------
    float or None
        Two digits of it; ``None`` if no learning rate helps, so that it is not the learning rate.
    """
    bs = min(recipe.bs, len(data.train_y))
    n = min(TRIAL_BATCHES, len(data.train_y) // bs)
    rows = torch.randperm(len(data.train_y), generator=torch.Generator().manual_seed(recipe.seed))[: n * bs]
    judged = rows[:_MOST_RATINGS]
    fresh = engine.state()
    before = engine.loss(data.train_x[judged], data.train_y[judged])
    lr = recipe.lr / 3
    while lr >= SETTINGS["lr"].low:
        rounded = float(f"{lr:.1e}")
        lr /= 3
        trial = recipe.changed(lr=rounded, schedule="constant", epochs=1).for_batches_of(bs)
        if trial.lr > _LARGEST_STEP or trial.lr * trial.wd > _LARGEST_DECAY:
            continue
        falls = _lowers(engine, data, trial, rows, judged, bs, before)
        engine.restore(fresh)
        if falls:
            return rounded
    return None


def _lowers(engine: Engine, data: Ratings, recipe: Recipe, rows: Any, judged: Any, bs: int, before: float) -> bool:
    n = len(rows) // bs
    engine.begin(data.train_x, data.train_y, recipe, schedule_for(recipe, n))
    for step in range(0, n, _STRETCH):
        losses = engine.run(rows[step * bs : (step + _STRETCH) * bs], bs, step)
        if not np.isfinite(losses).all():
            return False
    return engine.loss(data.train_x[judged], data.train_y[judged]) < before

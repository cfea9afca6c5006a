"""A learning rate that works, after one that did not: smaller ones are tried on a few batches of fresh weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from .inputs import inputs_of
from .recipe import SETTINGS, Recipe
from .schedule import schedule_for
from .trainer import Engine

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

TRIAL_BATCHES = 200
_MOST_RATINGS = 1 << 16  # of those in the trial, on which it is judged
# Adam moves each weight by about the learning rate, whatever the gradient, and weights are about 0.1 to 1. Decay takes
# lr * wd of a weight a step; beyond 1 it turns weights over. What lies above either may take longer than a trial to
# explode, in rows that are seldom touched.
_LARGEST_STEP, _LARGEST_DECAY = 0.1, 0.05


def stable_lr(engine: Engine, data: CollabDataLoaders, recipe: Recipe) -> float | None:
    """The largest of a third, a ninth, … of the recipe's learning rate that is within bounds and lowers the loss.

    Each is held constant for up to 200 batches, from the first of them on, which a cycle would warm up: what is stable
    here is stable in the fit.

    Parameters
    ----------
    engine : Engine
        Of a module with fresh weights; it has them again at the end.
    data : CollabDataLoaders
    recipe : Recipe
        Of the fit that diverged.

    Returns
    -------
    float or None
        Two digits of it; ``None`` if no learning rate helps, so that it is not the learning rate.
    """
    x, y, w = inputs_of(engine.module, data), data.train_y, data.train_w
    bs = min(recipe.bs, len(y))
    batches = min(TRIAL_BATCHES, len(y) // bs)
    rows = torch.randperm(len(y), generator=torch.Generator().manual_seed(recipe.seed))[: batches * bs]
    judged = rows[:_MOST_RATINGS]

    def loss() -> float:
        return engine.loss(x[judged], y[judged], None if w is None else w[judged])

    fresh, before = engine.state(), loss()
    lr = recipe.lr / 3
    while lr >= SETTINGS["lr"].low:
        tried = float(f"{lr:.1e}")
        trial = recipe.changed(lr=tried, schedule="constant").for_batches_of(bs)
        lr /= 3
        if trial.lr > _LARGEST_STEP or trial.lr * trial.wd > _LARGEST_DECAY:
            continue
        engine.begin(x, y, trial, schedule_for(trial, batches), w)
        falls = bool(np.isfinite(engine.run(rows, bs, 0)).all()) and loss() < before
        engine.restore(fresh)
        if falls:
            return tried
    return None

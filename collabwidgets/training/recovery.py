"""A learning rate that works, after one that did not: smaller ones are tried on a few batches of fresh weights."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import torch

from .events import Finished
from .inputs import Ratings, context_of, valid_inputs
from .recipe import SETTINGS, Recipe
from .trainer import Engine, Trainer

TRIAL_BATCHES = 200
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
    n = min(TRIAL_BATCHES, len(data.train_y) // bs) * bs
    rows = torch.randperm(len(data.train_y), generator=torch.Generator().manual_seed(recipe.seed))[:n]
    x, y, w = data.train_x[rows], data.train_y[rows], None if data.train_w is None else data.train_w[rows]
    context = context_of(engine.module, data)
    if context is not None:
        context = replace(context, train=context.train[rows], valid=context.train[rows[:_MOST_RATINGS]])
    few = cast(Ratings, SimpleNamespace(train_x=x, train_y=y, train_w=w, context=context))
    few.valid_x, few.valid_y = x[:_MOST_RATINGS], y[:_MOST_RATINGS]
    few.valid_w = None if w is None else w[:_MOST_RATINGS]
    judged = valid_inputs(engine.module, few)
    fresh, before = engine.state(), engine.loss(judged, few.valid_y, few.valid_w)
    lr = recipe.lr / 3
    while lr >= SETTINGS["lr"].low:
        trial = recipe.changed(lr=float(f"{lr:.1e}"), schedule="constant", epochs=1, keep_best=False)
        lr /= 3
        rescaled = trial.for_batches_of(bs)
        if rescaled.lr > _LARGEST_STEP or rescaled.lr * rescaled.wd > _LARGEST_DECAY:
            continue
        *_, last = Trainer(engine, few, trial, order=torch.Generator().manual_seed(recipe.seed))
        falls = isinstance(last, Finished) and engine.loss(judged, few.valid_y, few.valid_w) < before
        engine.restore(fresh)
        if falls:
            return trial.lr
    return None

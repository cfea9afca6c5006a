"""Learning rates by trial: one to begin with, and one that works after one that did not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..extras import needs_extra
from ..models.tables import copied
from ..plain import plain, whole_number
from ..seeds import generator
from .engines.autograd import AutogradEngine
from .inputs import inputs_of
from .recipe import SETTINGS, Recipe
from .schedule import Schedule, schedule_for
from .trainer import Engine, RunningMean, put_back, weights_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..data.loaders import CollabDataLoaders
    from .session import Session

Doubles = NDArray[np.float64]

_DIVERGED = 4.0  # times the lowest loss
_LEFT_OUT = 5  # points at the end, where the loss has begun to explode
TRIAL_BATCHES = 200
_MOST_RATINGS = 1 << 16  # of those in the trial, on which it is judged
# Adam moves each weight by about the learning rate, whatever the gradient, and weights are about 0.1 to 1. Decay takes
# lr * wd of a weight a step; beyond 1 it turns weights over. What lies above either may take longer than a trial to
# explode, in rows that are seldom touched.
_LARGEST_STEP, _LARGEST_DECAY = 0.1, 0.05


@dataclass(frozen=True, eq=False)
class LRFind:
    """What `lr_find` found.

    Attributes
    ----------
    valley : float
        The suggested learning rate: a third and a half of a third into the longest valley of the losses.
    lrs, losses : float64 [n]
        Learning rate of each batch, and the mean loss up to it, smoothed exponentially.
    """

    valley: float
    lrs: Doubles = field(repr=False)
    losses: Doubles = field(repr=False)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the losses over the learning rates on `ax`, or on a new figure; returns the axes."""
        if ax is None:
            with needs_extra("figures"):
                from matplotlib import pyplot as plt

            ax = plt.subplots()[1]
        shown = slice(None, -_LEFT_OUT if len(self.lrs) > 2 * _LEFT_OUT else None)
        ax.plot(self.lrs[shown], self.losses[shown])
        ax.plot(self.valley, np.interp(self.valley, self.lrs, self.losses), "o", label=f"valley: {self.valley:.2g}")
        ax.set(xscale="log", xlabel="Learning rate", ylabel="Loss")
        ax.legend()
        return ax


def lr_find(
    session: Session,
    start_lr: float = 1e-7,
    end_lr: float = 10.0,
    num_it: int = 100,
    stop_div: bool = True,
    show_plot: bool = True,
) -> LRFind:
    """Train a copy of the model on up to `num_it` batches, each at a higher learning rate, and suggest one.

    The model itself stays as it is.

    The test is Smith's (2017, "Cyclical learning rates for training neural networks"), as fastai runs it; the rate is
    taken from the longest stretch in which the loss falls, as ESRI proposed for fastai's ``valley``.

    Parameters
    ----------
    start_lr, end_lr : float
        Rates of the first and the last batch; those between grow by a constant factor.
    num_it : int
        Batches, at least 6.
    stop_div : bool
        Stop once the loss is four times the lowest one.
    show_plot : bool
        Draw the losses by pyplot.

    Raises
    ------
    RuntimeError
        While it trains.
    ValueError
        For rates that do not grow or are out of range, for fewer than 6 batches, and without training ratings.
    """
    data, loss_func = session.data, session.weights.loss_func
    data.part(0)
    with session.resting("find a learning rate"):
        engine = AutogradEngine(copied(session.weights.module), loss_func=loss_func)
    lowest, highest = SETTINGS["lr"].low, SETTINGS["lr"].high
    if not lowest <= start_lr < end_lr <= highest:
        raise ValueError(
            f"start_lr={start_lr!r} and end_lr={end_lr!r} must grow, from at least {lowest:g} to at most {highest:g}"
        )
    start_lr, end_lr, num_it = plain(start_lr), plain(end_lr), whole_number("num_it", num_it, 6)
    recipe, bs = session.recipe.changed(wd=session.usual_wd), min(session.recipe.bs, len(data.train_y))
    lrs = start_lr * (end_lr / start_lr) ** (np.arange(num_it) / num_it)
    recipe = recipe.for_batches_of(bs)
    x, schedule = inputs_of(engine.module, data), Schedule(lrs, np.full(num_it, recipe.mom))
    engine.begin(x, data.train_y, recipe, schedule, data.train_w)
    order, losses = generator(recipe.seed, "trial"), list[float]()
    mean = RunningMean()
    for step, rows in enumerate(itertools.islice(_batches(len(data.train_y), bs, order), num_it)):
        mean.add(engine.run(rows, bs, step))
        if not np.isfinite(mean.value):
            break
        losses.append(mean.value)
        if stop_div and losses[-1] > _DIVERGED * min(losses):
            break
    if len(losses) < 2:
        raise ValueError("the loss is no number from the first batches on; look at the model and the ratings")
    smoothed = np.array(losses)
    found = LRFind(float(lrs[_valley(smoothed)]), lrs[: len(smoothed)], smoothed)
    if show_plot:
        found.plot()
    return found


def _batches(n: int, bs: int, order: torch.Generator) -> Any:
    """Rows of whole batches, epoch after epoch."""
    while True:
        yield from torch.split(torch.randperm(n, generator=order)[: n // bs * bs], bs)


def _valley(losses: Doubles) -> int:
    """Half-way into the middle third of the longest falling subsequence, counted in batches."""
    lengths = np.ones(len(losses), np.int64)
    for place in range(1, len(losses)):
        lengths[place] = 1 + lengths[:place][losses[:place] > losses[place]].max(initial=0)
    end = int(lengths.argmax())
    start = end - int(lengths[end])
    third = (end - start) / 3
    return max(0, start + int(third) + int(third / 2))


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

    fresh, before = weights_of(engine), loss()
    lr = recipe.lr / 3
    while lr >= SETTINGS["lr"].low:
        tried = float(f"{lr:.1e}")
        trial = recipe.changed(lr=tried, schedule="constant").for_batches_of(bs)
        lr /= 3
        if trial.lr > _LARGEST_STEP or trial.lr * trial.wd > _LARGEST_DECAY:
            continue
        engine.begin(x, y, trial, schedule_for(trial, batches), w)
        falls = bool(np.isfinite(engine.run(rows, bs, 0)).all()) and loss() < before
        put_back(engine, fresh)
        if falls:
            return tried
    return None

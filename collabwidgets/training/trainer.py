"""A fit as an iterator of events, whatever engine does the arithmetic."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .events import BatchEnd, Compiling, Diverged, EpochEnd, Event, Finished
from .history import EpochRecord
from .inputs import Inputs, inputs_of
from .loss import LossFunction
from .metrics import Metric, measured, predictions
from .recipe import Recipe
from .schedule import Schedule, schedule_for

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

EVENT_SECONDS = 0.008  # the time between two events: short for a Stop button, long against a step
_TRAIN_LOSS_DECAY = 0.98


class Engine(Protocol):
    """The arithmetic of a fit. It lives as long as its module, so that a second fit goes on with its moments."""

    name: str
    loss_func: LossFunction | None  # None for the mean squared error

    @property
    def module(self) -> nn.Module:
        """What it trains."""

    @property
    def compiled(self) -> bool:
        """Whether the first batch can begin at once."""

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        """A fit starts on the training ratings ``x``, ``y`` float32 ``[n]``, `weights` as ``y``."""

    def run(self, rows: Tensor, bs: int, step: int) -> NDArray[np.float32]:
        """Train on ``rows`` int64 ``[k * bs]`` in `k` batches, the first being batch `step` of the fit; the losses."""

    def loss(self, x: Inputs, y: Tensor, weights: Tensor | None = None) -> float:
        """Mean loss of the module on the given ratings, by their weights where they have any."""

    def sync(self) -> None:
        """Bring the module's own parameters up to date."""

    def reread(self) -> None:
        """Go on in the middle of a fit from the weights that the module was given by hand since `sync`."""

    def forget(self) -> None:
        """The fit is over and the module has other weights: the optimizer's moments start anew."""


StateDict = dict[str, Tensor]


def weights_of(engine: Engine) -> StateDict:
    """A copy of the weights of the module that an engine trains, to be given to `put_back`."""
    engine.sync()
    return {name: value.detach().clone() for name, value in engine.module.state_dict().items()}


def put_back(engine: Engine, weights: StateDict) -> None:
    """Give the module these weights; the optimizer's moments start anew."""
    engine.module.load_state_dict(weights)
    engine.forget()


class Trainer:
    """One fit: iterate over it, and each turn does a few batches and says what happened.

    Leaving the loop early leaves the module whole, with what it has learnt so far; ``close()`` of the iterator ends
    the fit, going on with ``next`` resumes it.

    Parameters
    ----------
    engine : Engine
    data : CollabDataLoaders
    recipe : Recipe
    order : torch.Generator
        Source of the batches' order; it moves on with every epoch.
    epoch : int
        Epochs that the module has been trained before.
    metrics : dict of str to callable
        ``(predictions [n], ratings [n]) -> number`` by name, computed on the validation ratings after each epoch.
    """

    def __init__(
        self,
        engine: Engine,
        data: CollabDataLoaders,
        recipe: Recipe,
        *,
        order: torch.Generator,
        epoch: int = 0,
        metrics: Mapping[str, Metric] | None = None,
    ):
        self.engine, self.data, self.recipe, self.order, self.epoch = engine, data, recipe, order, epoch
        self.metrics = metrics or {}
        self._best: tuple[float, int, StateDict | None] | None = None  # loss, epoch, and its weights if kept
        n = len(data.train_y)
        self.bs = min(recipe.bs, n)  # fewer ratings than a batch still train, as one batch
        self.batches = n // self.bs
        self.n_steps = self.batches * recipe.epochs
        self._rescaled = recipe.for_batches_of(self.bs)
        self.schedule = schedule_for(self._rescaled, self.n_steps)

    def __iter__(self) -> Iterator[Event]:
        if not self.engine.compiled:
            yield Compiling()
        x = inputs_of(self.engine.module, self.data)
        self.engine.begin(x, self.data.train_y, self._rescaled, self.schedule, self.data.train_w)
        train_loss = RunningMean()
        for fitted in range(self.recipe.epochs):
            epoch = self.epoch + fitted + 1
            start = weights_of(self.engine)
            busy = 0.0
            for event, seconds in self._batches(fitted * self.batches):
                busy += seconds
                bad = np.flatnonzero(~np.isfinite(event.losses))
                if len(bad):
                    put_back(self.engine, start)
                    first = event.step - len(event.losses) + int(bad[0]) + 1
                    yield Diverged(epoch, first - fitted * self.batches)
                    return
                train_loss.add(event.losses)
                yield event
            began = time.perf_counter()
            valid_x = inputs_of(self.engine.module, self.data, 1)
            judged = len(self.data.valid_y) > 0
            valid_loss = self.engine.loss(valid_x, self.data.valid_y, self.data.valid_w) if judged else None
            self.engine.sync()
            metrics = self._measured(valid_x) if judged else {}
            busy += time.perf_counter() - began
            if valid_loss is not None and (self._best is None or valid_loss < self._best[0]):
                self._best = (valid_loss, epoch, weights_of(self.engine) if self.recipe.keep_best else None)
            early = self._best is not None and 0 < self.recipe.patience <= epoch - self._best[1]
            more = not early and fitted + 1 < self.recipe.epochs
            rmse = None if valid_loss is None or self.engine.loss_func is not None else math.sqrt(valid_loss)
            yield EpochEnd(EpochRecord(epoch, train_loss.value, valid_loss, rmse, busy, event.lr, metrics), more)
            if early:
                break
        yield Finished(early, self.restore_best(epoch))

    def restore_best(self, epoch: float) -> int | None:
        """With `keep_best`, put back the weights of the best epoch, whose number is returned.

        None, and nothing is done, where no epoch has ended, or those are the weights at `epoch`, the present one.
        """
        if not self.recipe.keep_best or self._best is None or self._best[1] == epoch:
            return None
        (_, best, weights), self._best = self._best, None  # a copy of the weights is large
        assert weights is not None
        put_back(self.engine, weights)
        return best

    def _batches(self, first: int) -> Iterator[tuple[BatchEnd, float]]:
        """One epoch in stretches of about EVENT_SECONDS each; the stretches change nothing but when one hears of it."""
        rows = torch.randperm(len(self.data.train_y), generator=self.order)
        done, stretch = 0, 1
        while done < self.batches:
            k = min(stretch, self.batches - done)
            began = time.perf_counter()
            losses = self.engine.run(rows[done * self.bs : (done + k) * self.bs], self.bs, first + done)
            seconds = time.perf_counter() - began
            done += k
            stretch = max(1, min(stretch * 4, int(k * EVENT_SECONDS / max(seconds, 1e-6))))
            yield BatchEnd(first + done, self.n_steps, losses, float(self.schedule.lr[first + done - 1])), seconds

    def _measured(self, x: Inputs) -> dict[str, float]:
        if not self.metrics:
            return {}
        of = (predictions(self.engine.module, x), self.data.valid_y, self.data.valid_w)
        return {name: measured(name, metric, *of) for name, metric in self.metrics.items()}


class RunningMean:
    """Exponential mean of the batch losses, debiased: fastai's train_loss."""

    def __init__(self) -> None:
        self._mean, self._n = 0.0, 0

    def add(self, losses: NDArray[np.float32]) -> None:
        """Take in more losses, oldest first."""
        mean, decay = self._mean, _TRAIN_LOSS_DECAY
        for loss in losses.tolist():  # one by one: the rounding must not depend on how many come at a time
            mean = mean * decay + loss * (1 - decay)
        self._mean, self._n = mean, self._n + len(losses)

    @property
    def value(self) -> float:
        """The mean so far."""
        return self._mean / (1 - _TRAIN_LOSS_DECAY**self._n)

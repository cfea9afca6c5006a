"""The engine for several models at once: whatever engine trains one of them, for each in turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models.ensemble import Ensemble
from ...seeds import generator
from ..inputs import Inputs
from ..loss import LossFunction
from ..recipe import Recipe
from ..schedule import Schedule
from ..trainer import Engine
from .autograd import mean_loss


class EnsembleEngine:
    """Trains each member for itself, all of them a stretch of batches further before the next stretch begins.

    The first member sees the batches as a model alone would. Each other one sees the same batches through a
    permutation of the ratings of its own, which makes them as random, and different: where only the starting weights
    differ, averaging gains half as much.

    Parameters
    ----------
    module : Ensemble
    engines : sequence of Engine
        One a member.
    loss_func : callable, optional
        That of `engines`.
    """

    def __init__(self, module: Ensemble, engines: Sequence[Engine], loss_func: LossFunction | None = None):
        self.module, self.engines, self.loss_func = module, engines, loss_func
        self.name = engines[0].name

    @property
    def compiled(self) -> bool:
        """Whether the first batch can begin at once."""
        return all(engine.compiled for engine in self.engines)

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        source = generator(recipe.seed, "members")
        self._orders = [torch.randperm(len(y), generator=source) for _ in self.engines[1:]]
        for engine in self.engines:
            engine.begin(x, y, recipe, schedule, weights)

    def run(self, rows: Tensor, bs: int, step: int) -> NDArray[np.float32]:
        """Train every member on its own batches; the mean of their losses."""
        first, *others = self.engines
        losses = first.run(rows, bs, step)
        for engine, order in zip(others, self._orders, strict=True):
            losses += engine.run(order[rows], bs, step)
        return losses / np.float32(len(self.engines))

    def loss(self, x: Inputs, y: Tensor, weights: Tensor | None = None) -> float:
        """Loss of the averaged predictions."""
        self.sync()
        return mean_loss(self.module, x, y, self.loss_func, weights)

    def sync(self) -> None:
        for engine in self.engines:
            engine.sync()

    def reread(self) -> None:
        for engine in self.engines:
            engine.reread()

    def forget(self) -> None:
        for engine in self.engines:
            engine.forget()

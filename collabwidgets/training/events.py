"""What a fit tells while it runs. Whoever consumes these decides what it is: a cell, a thread, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .history import EpochRecord


@dataclass(frozen=True)
class Compiling:
    """The engine's code is compiled before the first batch: once after an installation, for some seconds."""


@dataclass(frozen=True)
class BatchEnd:
    """One or more batches are done.

    An event is a few milliseconds of work, so that losses cross to Python in bulk and a pause or a stop is looked at
    often enough: ``losses`` float32 ``[k]`` are those of the batches ``step - k`` to ``step - 1`` of the fit.
    """

    step: int
    n_steps: int
    losses: NDArray[np.float32]
    lr: float


@dataclass(frozen=True)
class EpochEnd:
    """An epoch is over and the validation ratings have been predicted; ``more`` says whether another one follows."""

    record: EpochRecord
    more: bool


@dataclass(frozen=True)
class Diverged:
    """The loss is no longer a number; the weights are those at the start of the epoch again."""

    epoch: int
    step: int


@dataclass(frozen=True)
class Finished:
    """The fit is over. ``best_epoch`` is set if the weights of that earlier epoch were put back."""

    early: bool = False
    best_epoch: int | None = None


Event = Compiling | BatchEnd | EpochEnd | Diverged | Finished
Callback = Callable[[Event], Any]

"""SessionState: the history, settings and status of a session, as a checkpoint keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .history import EpochRecord, Floats
from .recipe import Recipe
from .runs import Run


@dataclass(frozen=True, eq=False)
class SessionState:
    """The part of a checkpoint that is about training, without the weights.

    Attributes
    ----------
    status, message, suggested_lr, epoch, recipe, fits, interrupted_at, weights_seed, weights_epoch
        As of `Session`.
    order : uint8 tensor
        State of the generator that the order of the batches is drawn from.
    progress : dict
        Of the last fit: step, n_steps, epochs, seconds.
    epochs : tuple of EpochRecord
    curve : (float32 [n], float32 [n])
        Batch losses, their positions first.
    earlier : tuple of Run
        The runs before this one, oldest first.
    """

    status: str
    message: str
    suggested_lr: float | None
    epoch: float
    recipe: Recipe
    fits: tuple[Recipe, ...]
    interrupted_at: tuple[float | None, ...]
    weights_seed: int
    weights_epoch: float | None
    order: Tensor
    progress: dict[str, Any]
    epochs: tuple[EpochRecord, ...]
    curve: tuple[Floats, Floats]
    earlier: tuple[Run, ...]

"""SessionState: the history, settings and status of a session, as a checkpoint keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta
from torch import Tensor

from .history import EpochRecord, Floats
from .progress import Finite, ProgressState, Whole
from .recipe import Recipe
from .runs import Run


@dataclass(frozen=True, eq=False)
class SessionState:
    """The part of a checkpoint that is about training, without the weights; its types are checked when it is read.

    Attributes
    ----------
    status, message, suggested_lr, epoch, recipe, fits, interrupted_at, weights_seed, weights_epoch
        As of `Session`.
    order : uint8 tensor
        State of the generator that the order of the batches is drawn from.
    progress : ProgressState
        Of the last fit.
    epochs : tuple of EpochRecord
    curve : (float32 [n], float32 [n])
        Batch losses, their positions first.
    earlier : tuple of Run
        The runs before this one, oldest first.
    """

    status: Annotated[str, Meta(pattern="^(untrained|ready|stopped|diverged)$")]
    message: str
    suggested_lr: Finite | None
    epoch: Finite
    recipe: Recipe
    fits: tuple[Recipe, ...]
    interrupted_at: tuple[float | None, ...]
    weights_seed: Whole
    weights_epoch: float | None
    order: Tensor
    progress: ProgressState
    epochs: tuple[EpochRecord, ...]
    curve: tuple[Floats, Floats]
    earlier: tuple[Run, ...]

"""SessionState: the history, settings and status of a session, as a checkpoint keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from torch import Tensor

from .history import EpochRecord, Floats, Run
from .progress import Finite, Progress, ProgressState, Whole
from .recipe import Recipe

if TYPE_CHECKING:
    from .session import Session


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

    @classmethod
    def of(cls, session: Session) -> SessionState:
        """What a checkpoint keeps of a session; a paused fit counts as stopped."""
        broken_off = session.status in ("paused", "error")
        return cls(
            status="stopped" if broken_off else session.status,
            message="" if broken_off else session.message,
            suggested_lr=session.suggested_lr,
            epoch=session.epoch,
            recipe=session.recipe,
            fits=tuple(session.fits),
            interrupted_at=tuple(session.interrupted_at),
            weights_seed=session.weights.seed,
            weights_epoch=session.weights.snapshot.epoch,
            order=session.weights.order.get_state(),
            progress=session.progress.state(),
            epochs=session.history.epochs,
            curve=session.history.batches_since(0)[:2],
            earlier=tuple(session.earlier),
        )

    def write_to(self, session: Session, weights: Mapping[str, Tensor]) -> None:
        """Let a session that has just restarted go on from here, with the weights of its module."""
        for run in self.earlier:
            session.earlier = session.earlier.with_run(run)
        session.weights.module.load_state_dict(weights)
        epoch = self.epoch if self.weights_epoch is None else self.weights_epoch
        session.weights.adopt(session.weights.module, self.weights_seed, epoch=epoch)
        session.weights.order.set_state(self.order)
        session.recipe, session.fits, session.interrupted_at = self.recipe, list(self.fits), list(self.interrupted_at)
        session.status, session.message, session.suggested_lr = self.status, self.message, self.suggested_lr
        session.epoch, session.progress = self.epoch, Progress.from_state(**self.progress)
        session.history.add_batches(*self.curve)
        for record in self.epochs:
            session.history.add_epoch(record)

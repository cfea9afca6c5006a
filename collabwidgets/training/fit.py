"""Fit: one fit of a session, from the settings that were asked for to the status that it ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import messages
from .events import BatchEnd, Callback, Compiling, Diverged, EpochEnd, Event, Finished
from .history import epoch_axis
from .metrics import Metric
from .progress import Progress
from .recipe import Recipe
from .recovery import stable_lr
from .trainer import Trainer

if TYPE_CHECKING:
    from .session import Session


class Plan(NamedTuple):
    """What a fit is asked to be."""

    recipe: Recipe
    metrics: dict[str, Metric]
    callbacks: tuple[Callback, ...]


class Fit:
    """Writes what a trainer does into its session: status, history, progress, snapshots.

    Its methods run in the thread that trains, so they must stay cheap.

    Parameters
    ----------
    session : Session
    plan : Plan

    Attributes
    ----------
    events : iterator of Event
        Take from it to train.
    progress : Progress
    """

    def __init__(self, session: Session, plan: Plan):
        engine, order = session.weights.ready_engine(), session.weights.order
        plan.recipe.check_engine(engine.name)
        self._session, self._base, self._callbacks = session, session.epoch, plan.callbacks
        self._trainer = Trainer(
            engine, session.data, plan.recipe, order=order, epoch=int(session.epoch), metrics=plan.metrics
        )
        self.progress = Progress(self._trainer.n_steps, plan.recipe.epochs)
        self.events = iter(self._trainer)

    def record(self, event: Event) -> None:
        """Write one event down, and tell the callbacks."""
        session = self._session
        match event:
            case Compiling():
                session.message = messages.COMPILING
            case BatchEnd(step, _, losses, _):
                positions = epoch_axis(self._base, np.arange(step - len(losses) + 1, step + 1) / self._trainer.batches)
                session.history.add_batches(positions, losses)
                self.progress.reached(step)
                session.epoch, session.message = float(positions[-1]), ""
                if session.snapshot_wanted:
                    session.weights.engine.sync()
                    session.take_snapshot()
            case EpochEnd(record, _):
                session.epoch = float(record.epoch)
                self.progress.validated()
                session.history.add_epoch(record)
                session.take_snapshot()
            case Diverged(epoch, step):
                self._recover(epoch, step)
            case Finished(early, best_epoch):
                if best_epoch is not None:
                    session.take_snapshot(best_epoch)  # before the status: at rest the last snapshot is shown
                seconds = self.progress.elapsed_seconds
                session.message = messages.finished(session.epoch, seconds, session.history, early, best_epoch)
                session.status = "ready"
        for callback in self._callbacks:
            callback(event)
        session.changed()

    def _recover(self, epoch: int, step: int) -> None:
        """After a loss of NaN, try smaller learning rates on fresh weights."""
        session = self._session
        session.epoch, session.message = float(epoch - 1), messages.RECOVERING
        session.changed()
        session.suggested_lr = stable_lr(session.weights.trial_engine(), session.data, self._trainer.recipe)
        session.status, session.message = "diverged", messages.diverged(epoch, step, session.suggested_lr)
        session.take_snapshot()

    def ended(self, outcome: str | BaseException) -> None:
        """The fit is "over", "paused", "stopped", "replaced", or an error ended it; it no longer is "training" then."""
        session = self._session
        self.progress.halt()
        if isinstance(outcome, str):
            try:
                self._put_down(outcome)
            except BaseException as error:
                outcome = error
        if isinstance(outcome, BaseException):
            session.status, session.error = "error", outcome
            session.message = f"{type(outcome).__name__}: {outcome}"
        session.changed()

    def _put_down(self, outcome: str) -> None:
        """Bring module and snapshot up to date."""
        session, trainer = self._session, self._trainer
        trainer.engine.sync()
        if outcome in ("paused", "stopped"):
            best = trainer.restore_best(session.epoch) if outcome == "stopped" else None
            session.take_snapshot(best)
            where = messages.place(trainer.epoch, trainer.recipe.epochs, self.progress.share)
            session.status, session.message = outcome, messages.halted(outcome, where, best)
        session.weights.rest()

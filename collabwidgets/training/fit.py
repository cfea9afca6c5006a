"""Fit: one fit of a session, in the caller's thread or in a background one, from its settings to its last status."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import messages
from .background import in_background
from .events import BatchEnd, Callback, Compiling, Diverged, EpochEnd, Event, Finished
from .history import epoch_axis
from .lr_find import stable_lr
from .metrics import Metric
from .progress import Progress
from .recipe import Recipe
from .trainer import Trainer

if TYPE_CHECKING:
    from .session import Session


class Plan(NamedTuple):
    """The settings, metrics and callbacks of a fit."""

    recipe: Recipe
    metrics: dict[str, Metric]
    callbacks: tuple[Callback, ...]


class Fit:
    """Takes the events of a trainer, and writes what they tell into its session.

    It can be asked from any thread to pause or to stop. A paused fit is an iterator nobody takes from: no thread waits,
    nothing is held, and going on is taking from it again, in whichever thread.

    Parameters
    ----------
    session : Session
    plan : Plan

    Attributes
    ----------
    progress : Progress
    over : bool
        Whether it cannot be gone on with.
    revision : int
        Of the snapshot that was taken when it was paused.
    """

    def __init__(self, session: Session, plan: Plan):
        engine, order = session.weights.ready_engine(), session.weights.order
        plan.recipe.check_engine(engine.name)
        self._session, self._base, self._callbacks = session, session.epoch, plan.callbacks
        self._trainer = Trainer(
            engine, session.data, plan.recipe, order=order, epoch=int(session.epoch), metrics=plan.metrics
        )
        self.progress = Progress(self._trainer.n_steps, plan.recipe.epochs)
        self._events = iter(self._trainer)
        self.over = False
        self.revision = -1
        self._asked: str | None = None  # "paused", "stopped" or "replaced", looked at between two events
        self._thread = 0
        self._idle = threading.Event()
        self._idle.set()

    @property
    def running(self) -> bool:
        """Whether a thread is taking events now."""
        return not self._idle.is_set()

    @property
    def is_here(self) -> bool:
        """Whether the calling thread is the one that takes the events: a callback asks."""
        return self.running and self._thread == threading.get_ident()

    @property
    def paused(self) -> bool:
        """Whether it waits to be taken up, again or for the first time."""
        return not self.over and not self.running

    def begin(self) -> None:
        """From now on the session is training; `run` comes next."""
        session, self._asked = self._session, None
        self._idle.clear()
        session.interrupted_at[-1] = None
        session.status, session.message, session.error, session.suggested_lr = "training", "", None, None
        self.progress.go()
        session.changed()

    def start(self, *, one_epoch: bool = False) -> None:
        """Train in a background thread, which ends with the process, to the end or for one epoch."""
        self.begin()
        try:
            in_background("collabwidgets-training", lambda: self.run(one_epoch=one_epoch), lambda: self.ask("stopped"))
        except RuntimeError as error:
            self.end(error)
            raise

    def ask(self, what: str) -> None:
        """Ask it to be "paused", "stopped" or "replaced"; that happens between two events, within some milliseconds."""
        if self._asked != "replaced":
            self._asked = what

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until no thread trains; False if `timeout` seconds were not enough."""
        return self._idle.wait(timeout)

    def run(self, *, one_epoch: bool = False) -> None:
        """Train in the calling thread until the fit is over or somebody asks for a pause or a stop."""
        self._thread = threading.get_ident()
        outcome: str | BaseException = "over"
        try:
            for event in self._events:
                self._record(event)
                if isinstance(event, EpochEnd) and one_epoch and event.more:
                    self._asked = self._asked or "paused"
                if self._asked and not isinstance(event, Finished):
                    outcome = self._asked
                    break
        except BaseException as error:  # a student's own module may raise anything; the learner says what it was
            outcome = error
        self.end(outcome)

    def _record(self, event: Event) -> None:
        """Write one event down, and tell the callbacks. Runs in the thread that trains, so it must stay cheap."""
        session = self._session
        match event:
            case Compiling():
                session.message = messages.COMPILING
            case BatchEnd(step, _, losses, _):
                positions = epoch_axis(self._base, np.arange(step - len(losses) + 1, step + 1) / self._trainer.batches)
                session.history.add_batches(positions, losses)
                self.progress.reached(step)
                session.epoch, session.message = float(positions[-1]), ""
                if session.weights.snapshot_wanted:
                    session.weights.engine.sync()
                    session.weights.take_snapshot(session.epoch)
            case EpochEnd(record, _):
                session.epoch = float(record.epoch)
                self.progress.validated()
                session.history.add_epoch(record)
                session.weights.take_snapshot(session.epoch)
            case Diverged(epoch, step):
                self._recover(epoch, step)
            case Finished(early, best_epoch):
                if best_epoch is not None:
                    session.weights.take_snapshot(best_epoch)  # before the status: at rest the last snapshot is shown
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
        session.weights.take_snapshot(session.epoch)

    def end(self, outcome: str | BaseException) -> None:
        """Let go of the fit, which is "over", "paused", "stopped" or "replaced", or was ended by an error."""
        session, self.over = self._session, outcome != "paused"
        self.progress.halt()
        try:
            if isinstance(outcome, str):
                self._put_down(outcome)
        except BaseException as error:
            outcome = error
        if isinstance(outcome, BaseException):
            session.status, session.error, session.interrupted_at[-1] = "error", outcome, session.epoch
            session.message = messages.failed(outcome)
        try:
            session.changed()
        finally:
            self._idle.set()

    def _put_down(self, outcome: str) -> None:
        """Bring module and snapshot up to date."""
        session, trainer = self._session, self._trainer
        if self.running:  # what was edited in a pause stays
            trainer.engine.sync()
        if outcome in ("paused", "stopped"):
            best = trainer.restore_best(session.epoch) if outcome == "stopped" else None
            session.weights.take_snapshot(session.epoch if best is None else best)
            self.revision = session.weights.snapshot.revision
            where = messages.place(trainer.epoch, trainer.recipe.epochs, self.progress.share)
            session.status, session.message = outcome, messages.halted(outcome, where, best)
            session.interrupted_at[-1] = session.epoch
        session.weights.rest()


@contextmanager
def interrupt_asks(pause: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `pause` at the first Ctrl-C; let a second one interrupt as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def first(signum: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, before)
        pause()

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

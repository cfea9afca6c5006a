"""Session: trains one module on one set of ratings, fit after fit, in the caller's thread or in one of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn

from . import messages
from .epoch_table import EpochTable
from .events import BatchEnd, Compiling, Diverged, EpochEnd, Event, Finished
from .history import History, epoch_axis
from .metrics import Metric, callables, named
from .progress import Progress
from .recipe import Recipe
from .recovery import stable_lr
from .runs import MOST_RUNS, Run, Runs
from .session_state import SessionState
from .snapshot import Snapshot
from .trainer import Trainer
from .weights import Weights
from .worker import TrainingWorker, interrupt_asks

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


Callback = Callable[[Event], Any]
Plan = tuple[Recipe, dict[str, Metric], tuple[Callback, ...]]


class Session:
    """Trains one module on one set of ratings, fit after fit.

    Commands may come from any thread; of two that exclude each other the later one raises a RuntimeError.

    Parameters
    ----------
    data : CollabDataLoaders
    weights : Weights
        The module that is trained; `reset` may exchange it.
    recipe : Recipe
        Settings that fits start from.
    metrics : functions of predictions and ratings, optional
        Of fits that name none, see `training.metrics`.
    callbacks : functions of an event, optional
        Called with each `Event` of every fit, in the thread that trains; what one raises ends the fit.

    Attributes
    ----------
    weights : Weights
    status : str
        ``untrained``, ``training``, ``paused``, ``ready``, ``stopped``, ``diverged`` or ``error``.
    message : str
        The status in a sentence.
    error : BaseException or None
        What ended the last fit, where the status is ``error``.
    epoch : float
        Epochs trained; 3.4 is in the middle of the fourth.
    recipe : Recipe
        Settings of the last or running fit, and the next one's defaults.
    fits : list of Recipe
        The settings of each fit since the weights were made, the running one included.
    interrupted_at : list of float or None
        For each of `fits` the epoch at which another fit took over from it, paused or stopped; else ``None``.
    history : History
    earlier : tuple of Run
        The runs before the present weights, oldest first.
    progress : Progress
        Of the last or running fit.
    suggested_lr : float or None
        After a fit that diverged, a learning rate that lowered the loss in a trial on fresh weights.
    renewing : bool
        Whether weights are being exchanged: some milliseconds in which there is nothing to show.
    """

    fits: list[Recipe]
    interrupted_at: list[float | None]
    error: BaseException | None
    suggested_lr: float | None

    def __init__(
        self,
        data: CollabDataLoaders,
        weights: Weights,
        recipe: Recipe,
        *,
        metrics: Metric | Iterable[Metric] | None = None,
        callbacks: Callback | Iterable[Callback] | None = None,
    ):
        self.metrics, self.callbacks = named(metrics), callables("callbacks", callbacks)
        self.data, self.weights, self.recipe = data, weights, recipe
        self.history = History()
        self.earlier: tuple[Run, ...] = ()
        self.renewing = False
        self._run_number = 1
        self._snapshot_wanted = False
        self._commands = threading.RLock()  # start, pause, stop and reset come from cells and from pages
        self._callbacks: list[Callable[[], None]] = []
        self._settlers: list[Callable[[], None]] = []
        self._worker = TrainingWorker(self._record, self._ended)
        self._untrained()

    # ------------------------------------------------------------------ commands

    def fit(self, **settings: Any) -> None:
        """Train here and now, printing a row an epoch; raises what a module of one's own raises."""
        with self._commands:
            recipe, metrics, callbacks = self._plan(settings)
            table = EpochTable(int(self.epoch), recipe.epochs, tuple(metrics))
            self._load((recipe, metrics, (table, *callbacks)))
        try:
            with interrupt_asks(lambda: self._worker.ask("paused")):
                self._worker.run()
        finally:
            table.end("" if self.status == "ready" else self.message)
        self._settle()
        if self.error is not None:
            raise self.error

    def start(self, n_factors: int | None = None, **settings: Any) -> None:
        """Train in the background; settings are those of `Recipe` that change, ``metrics`` and ``callbacks``.

        Another seed or number of factors makes new weights, so they are taken while the model is untrained.

        Raises
        ------
        RuntimeError
            While it is training already, or if `n_factors` would need a `reset`.
        ValueError, TypeError
            For a setting out of its range, or none of `Recipe`.
        """
        with self._commands:
            self._prepare(n_factors, self._plan(settings))
            self._worker.start()

    def step_epoch(self, n_factors: int | None = None, **settings: Any) -> None:
        """Train one epoch in the background: the rest of the paused fit's epoch, else a fit of one epoch.

        Settings are those of `start`; a paused fit goes on with its own.
        """
        with self._commands:
            if self._worker.paused:
                self._take_up(one_epoch=True)
            else:
                epochs = self.recipe.epochs
                self._prepare(n_factors, self._plan({**settings, "epochs": 1}))
                self.recipe = self.recipe.changed(epochs=epochs)  # the next fit is as long as the last asked for
                self._worker.start()

    def pause(self) -> None:
        """Pause between two batches."""
        self._worker.ask("paused")

    def resume(self) -> None:
        """Go on with the paused fit in the background."""
        with self._commands:
            if not self._worker.paused:
                raise RuntimeError(f"there is no paused fit to resume (status {self.status}); start() begins one")
            self._take_up()

    def _take_up(self, *, one_epoch: bool = False) -> None:
        if self.weights.exchanged:
            raise RuntimeError(
                "the model is another since the fit was paused (parameters replaced, frozen or cast, or another "
                "y_range); stop() ends the fit, start() begins one with the model as it is"
            )
        self.weights.engine.reread()
        self._go()
        self._worker.start(one_epoch=one_epoch)

    def stop(self) -> None:
        """End the fit between two batches, running or paused."""
        with self._commands:
            if self._worker.running:
                self._worker.ask("stopped")
            elif self._worker.paused:
                self._worker.drop()
                self._ended("stopped")

    def retrain(self, n_factors: int | None = None, **settings: Any) -> None:
        """Drop the fit that runs or is paused, make fresh weights and train them in the background.

        Of two calls the later one wins.

        Raises
        ------
        ValueError, TypeError
            For a setting out of its range, and for another seed or number of factors where the session cannot make
            other weights (see `remake`). Then nothing has been stopped or forgotten.
        """
        with self._commands:
            plan = self._plan(settings)
            plan[0].check_engine(self.engine)  # before anything is forgotten
            with self._exchange():
                self._renew(plan[0], n_factors, outcome="replaced")
                self._load(plan)
                self._worker.start()

    def reset(self, n_factors: int | None = None, seed: int | None = None) -> None:
        """Stop, make fresh weights and clear the history; a paused fit is dropped.

        Raises
        ------
        ValueError
            If other weights are asked for than the module came with and the session cannot make them (see `remake`).
        """
        with self._commands:
            self._renew(self.recipe.changed(seed=seed), n_factors, outcome="stopped")
        self._changed()

    def adopt(self, module: nn.Module) -> None:
        """Train `module` from now on, as it is; the present run becomes an earlier one, a paused fit is dropped.

        Raises
        ------
        RuntimeError
            While it is training.
        ValueError
            When the module does not fit the ratings. Then nothing has changed.
        """
        with self.resting("exchange the model"), self._exchange():
            if module is not self.weights.module:
                run = self._present_run
                self.weights.adopt(module, self.recipe.seed, own=True)
                self._worker.drop()
                self._keep_run(run)
                self.history.clear()
                self._untrained()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing trains in the background; False if `timeout` seconds were not enough."""
        over = self._worker.wait(timeout)
        if over:
            self._settle()
        return over

    # ------------------------------------------------------------------ what it has come to

    @property
    def snapshot(self) -> Snapshot:
        """The last immutable copy of the tables, a new one where nothing trains and the module was changed by hand."""
        refreshed = False
        if self._commands.acquire(blocking=False):  # else a command is under way, and changes them itself
            try:
                if not (self._worker.running or self.renewing or self.status == "training"):
                    refreshed = self.weights.refresh()
            finally:
                self._commands.release()
        if refreshed:
            self._changed()
        return self.weights.snapshot

    @property
    def engine(self) -> str:
        """Which engine trains: ``"fused"`` or ``"autograd"``."""
        return self.weights.engine.name

    @property
    def runs(self) -> Runs:
        """The present run and up to ten before it, oldest first, each from fresh weights.

        A run without a trained batch is left out, and so is one that `retrain` replaced in its first epoch.
        """
        present = self._present_run
        return Runs(self.earlier if present is None else (*self.earlier, present))

    @property
    def _present_run(self) -> Run | None:
        return Run.of(self._run_number, self.history, self.fits, self.weights.n_factors)

    def resting_module(self) -> nn.Module:
        """The module, or a RuntimeError while its weights move."""
        if self._worker.running:
            raise RuntimeError("the weights move while it trains; pause() first, or wait()")
        return self.weights.module

    @contextmanager
    def resting(self, advice: str) -> Iterator[None]:
        """Let no fit begin while this is open; a RuntimeError while it trains."""
        with self._commands:
            if self._worker.running:
                raise RuntimeError(f"it is training: wait() for the end, or pause() and wait(), then {advice}")
            yield

    # ------------------------------------------------------------------ following it

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` whenever status, history or snapshot moved, in whichever thread; returns what undoes it.

        It is called while training goes on: set an event in it, do nothing else.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def on_settled(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` in the thread that waits for a training, before `fit` or `wait` returns there; else as
        `on_change`."""
        self._settlers.append(callback)
        return lambda: self._settlers.remove(callback) if callback in self._settlers else None

    def request_snapshot(self) -> None:
        """Ask for a fresh snapshot at the next batch; one comes at each epoch's end without asking."""
        self._snapshot_wanted = True

    def _settle(self) -> None:
        for callback in tuple(self._settlers):
            callback()

    def _changed(self) -> None:
        for callback in tuple(self._callbacks):
            callback()

    # ------------------------------------------------------------------ to and from a checkpoint

    def state(self) -> SessionState:
        """What a checkpoint keeps; a paused fit counts as stopped."""
        broken_off = self.status in ("paused", "error")
        return SessionState(
            status="stopped" if broken_off else self.status,
            message="" if broken_off else self.message,
            suggested_lr=self.suggested_lr,
            epoch=self.epoch,
            recipe=self.recipe,
            fits=tuple(self.fits),
            interrupted_at=tuple(self.interrupted_at),
            weights_seed=self.weights.seed,
            weights_epoch=self.weights.snapshot.epoch,
            order=self.weights.order.get_state(),
            progress=self.progress.state(),
            epochs=self.history.epochs,
            curve=self.history.batches_since(0)[:2],
            earlier=self.earlier,
        )

    def take(self, state: SessionState, weights: Mapping[str, Tensor]) -> None:
        """Drop the fit that runs or is paused and go on from `state`; the present run becomes an earlier one."""
        with self._commands, self._exchange():
            self._end_fit("stopped")
            self._keep_run(self._present_run)
            for run in state.earlier:
                number = max(run.number, self._run_number)
                self.earlier = (*self.earlier, replace(run, number=number))[-MOST_RUNS:]
                self._run_number = number + 1
            self.weights.module.load_state_dict(weights)
            epoch = state.epoch if state.weights_epoch is None else state.weights_epoch
            self.weights.adopt(self.weights.module, state.weights_seed, epoch=epoch)
            self.weights.order.set_state(state.order)
            self.recipe, self.error = state.recipe, None
            self.fits, self.interrupted_at = list(state.fits), list(state.interrupted_at)
            self.status, self.message, self.suggested_lr = state.status, state.message, state.suggested_lr
            self.epoch, self.progress = state.epoch, Progress.from_state(**state.progress)
            self.history.clear()
            self.history.add_batches(*state.curve)
            for record in state.epochs:
                self.history.add_epoch(record)

    # ------------------------------------------------------------------ weights

    @contextmanager
    def _exchange(self) -> Iterator[None]:
        self.renewing = True
        try:
            yield
        finally:
            self.renewing = False
            self._changed()

    def _untrained(self) -> None:
        self.fits, self.interrupted_at = [], []
        self.status, self.message, self.epoch = "untrained", "Random weights. Press Train.", 0.0
        self.error, self.suggested_lr = None, None
        self.progress = Progress(0)

    def _renew(self, recipe: Recipe, n_factors: int | None, *, outcome: str) -> None:
        """End the fit as "stopped" or "replaced" and take fresh weights; if it raises nothing has happened."""
        self.data.part(0)  # without ratings there would be no way back
        module = self.weights.fresh(n_factors, recipe.seed, seed_before=self.recipe.seed)
        self._end_fit(outcome)
        self._keep_run(self._present_run, outcome)
        self.recipe = recipe
        self.history.clear()
        self.weights.renew(module, recipe.seed)
        self._untrained()

    def _end_fit(self, outcome: str) -> None:
        self._worker.ask(outcome)
        self._worker.wait()
        self._worker.drop()

    def _keep_run(self, run: Run | None, outcome: str = "stopped") -> None:
        """Remember the present run before its weights go, unless `retrain` cut it short in its first epoch."""
        if run is not None and (run.epochs or outcome != "replaced"):
            self.earlier = (*self.earlier, run)[-MOST_RUNS:]
            self._run_number += 1

    def _take_snapshot(self) -> None:
        self._snapshot_wanted = False
        self.weights.take_snapshot(self.epoch)

    # ------------------------------------------------------------------ one fit

    def _plan(self, settings: dict[str, Any]) -> Plan:
        """A fit by the present recipe with some settings changed."""
        recipe = {name: value for name, value in settings.items() if name not in ("metrics", "callbacks")}
        metrics, callbacks = settings.get("metrics"), settings.get("callbacks")
        return (
            self.recipe.changed(**recipe),
            self.metrics if metrics is None else named(metrics),
            (*self.callbacks, *callables("callbacks", callbacks)),
        )

    def _prepare(self, n_factors: int | None, plan: Plan) -> None:
        recipe = plan[0]
        new_size = n_factors not in (None, self.weights.n_factors)
        if new_size and self.epoch > 0:
            raise RuntimeError(f"n_factors={n_factors} changes the tables' shape; reset() first")
        if self.epoch == 0 and not self._worker.running and (new_size or recipe.seed != self.recipe.seed):
            self.reset(n_factors, recipe.seed if self.weights.can_remake else None)
        self._load(plan)

    def _load(self, plan: Plan) -> None:
        if self._worker.running:
            raise RuntimeError("already training; pause() or stop() first")
        self.data.part(0)
        recipe, metrics, self._listeners = plan
        engine = self.weights.ready_engine()
        recipe.check_engine(engine.name)
        order, before = self.weights.order, int(self.epoch)
        trainer = Trainer(engine, self.data, recipe, order=order, epoch=before, metrics=metrics)
        self.recipe = recipe
        if self.status in ("paused", "stopped", "error"):
            self.interrupted_at[-1] = self.epoch
        self.fits.append(recipe)
        self.interrupted_at.append(None)
        self._base, self._trainer = self.epoch, trainer
        self.progress = Progress(trainer.n_steps, recipe.epochs)
        self._worker.load(iter(trainer))
        self._go()

    def _go(self) -> None:
        self.status, self.message, self.error, self.suggested_lr = "training", "", None, None
        self.progress.go()
        self._changed()

    def _record(self, event: Event) -> None:
        """Write one event down. Runs in the thread that trains, so it must stay cheap."""
        match event:
            case Compiling():
                self.message = messages.COMPILING
            case BatchEnd(step, _, losses, _):
                positions = epoch_axis(self._base, np.arange(step - len(losses) + 1, step + 1) / self._trainer.batches)
                self.history.add_batches(positions, losses)
                self.progress.reached(step)
                self.epoch, self.message = float(positions[-1]), ""
                if self._snapshot_wanted:
                    self.weights.engine.sync()
                    self._take_snapshot()
            case EpochEnd(record, _):
                self.epoch = float(record.epoch)
                self.progress.validated()
                self.history.add_epoch(record)
                self._take_snapshot()
            case Diverged(epoch, step):
                self._recover(epoch, step)
            case Finished(early, best_epoch):
                if best_epoch is not None:
                    self.weights.take_snapshot(float(best_epoch))  # first: at rest the last one is shown
                self.status = "ready"
                seconds = self.progress.elapsed_seconds
                self.message = messages.finished(self.epoch, seconds, self.history, early, best_epoch)
        for listener in self._listeners:
            listener(event)
        self._changed()

    def _recover(self, epoch: int, step: int) -> None:
        """After a loss of NaN, try smaller learning rates on fresh weights."""
        self.epoch = float(epoch - 1)
        self.message = messages.RECOVERING
        self._changed()
        self.suggested_lr = stable_lr(self.weights.trial_engine(), self.data, self.recipe)
        self.status, self.message = "diverged", messages.diverged(epoch, step, self.suggested_lr)
        self._take_snapshot()

    def _ended(self, outcome: str | BaseException) -> None:
        """The worker let go of the fit. Whatever happens, the status is no longer "training" after this."""
        self.progress.halt()
        if isinstance(outcome, str):
            try:
                self._put_down(outcome)
            except BaseException as error:
                outcome = error
        if isinstance(outcome, BaseException):
            self.status, self.error = "error", outcome
            self.message = f"{type(outcome).__name__}: {outcome}"
        self._changed()

    def _put_down(self, outcome: str) -> None:
        """Bring module and snapshot up to date after a fit that is "over", "paused", "stopped" or "replaced"."""
        self.weights.engine.sync()
        if outcome in ("paused", "stopped"):
            best = self._trainer.restore_best(self.epoch) if outcome == "stopped" else None
            self.weights.take_snapshot(self.epoch if best is None else float(best))
            where = messages.place(self._trainer.epoch, self._trainer.recipe.epochs, self.progress.share)
            self.status, self.message = outcome, messages.halted(outcome, where, best)
        self.weights.rest()

"""Session: trains one module on one set of ratings, fit after fit, in the caller's thread or in one of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from ..models.catalog import ModelMaker
from ..models.growing import Rows
from . import messages
from .epoch_table import EpochTable
from .events import Callback
from .fit import Fit, Plan, interrupt_asks
from .followers import Followed
from .history import History, Run, Runs
from .metrics import Metric, callables, named
from .progress import Progress
from .recipe import Recipe
from .reruns import Reruns
from .session_state import SessionState
from .snapshot import Snapshot
from .weights import Weights

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

FASTAI_WD = 0.01  # what fit_one_cycle decays by when nobody says


class Session(Followed):
    """Trains one module on one set of ratings, fit after fit.

    Commands may come from any thread; of two that exclude each other the later one raises a RuntimeError.

    Parameters
    ----------
    data : CollabDataLoaders
    weights : Weights
        The module that is trained; `reset` may exchange it.
    recipe : Recipe
        Settings that fits start from.
    usual_wd : float, optional
        Weight decay of fits that name none; left out it is fastai's 0.01 for `fit` and `lr_find`, the recipe's for
        others.
    metrics : functions of predictions and ratings, optional
        Of fits that name none, see `training.metrics`.
    callbacks : functions of an event, optional
        Called with each `Event` of every fit, in the thread that trains; what one raises ends the fit.

    Attributes
    ----------
    status, message, epoch, recipe, history
        As `CollabLearner` shows them.
    error : BaseException or None
        What ended the last fit, where the status is ``error``.
    fits : list of Recipe
        The settings of each fit since the weights were made, the running one included.
    interrupted_at : list of float or None
        For each of `fits` the epoch at which it was paused, stopped or ended by an error; else ``None``.
    earlier : Runs
        The runs before the present weights, oldest first.
    progress : Progress
        Of the last or running fit.
    suggested_lr : float or None
        After a fit that diverged, a learning rate that lowered the loss in a trial on fresh weights.
    reruns : Reruns
        Of the present weights' recipe with other seeds.
    renewing : bool
        Whether weights are being exchanged: some milliseconds in which there is nothing to show.
    """

    def __init__(
        self,
        data: CollabDataLoaders,
        weights: Weights,
        recipe: Recipe,
        *,
        usual_wd: float | None = None,
        metrics: Metric | Iterable[Metric] | None = None,
        callbacks: Callback | Iterable[Callback] | None = None,
    ):
        super().__init__()
        self.data, self.weights, self.recipe = data, weights, recipe.changed(wd=usual_wd)
        self.usual_wd = FASTAI_WD if usual_wd is None else usual_wd
        self.metrics, self.callbacks = self._named(metrics), callables("callbacks", callbacks)
        self.history = History()
        self.earlier = Runs()
        self.renewing = False
        self._commands = threading.RLock()  # start, pause, stop and reset come from cells and from pages
        self.reruns = Reruns(self)
        self._fit: Fit | None = None
        self._untrained()

    def _untrained(self) -> None:
        self.fits: list[Recipe] = []
        self.interrupted_at: list[float | None] = []
        self.status, self.message, self.epoch = "untrained", "Random weights. Press Train.", 0.0
        self.error: BaseException | None = None
        self.suggested_lr: float | None = None
        self.progress = Progress(0)

    def fit(self, *, wd: float | None = None, **settings: Any) -> None:
        """Train here and now, printing a row an epoch; raises what a module of one's own raises.

        Settings are those of `start`, but ``keep_best`` and ``patience`` are off unless given, as in fastai.
        """
        with self._command():
            wd = self.usual_wd if wd is None else wd
            plan = self._plan(**{"keep_best": False, "patience": 0, "wd": wd} | settings)
            table = EpochTable(int(self.epoch), plan.recipe.epochs, tuple(plan.metrics))
            fit = self._load(plan._replace(callbacks=(table, *plan.callbacks)))
            fit.begin()
        try:
            with interrupt_asks(lambda: fit.ask("paused")):
                fit.run()
        finally:
            table.end(messages.cold(self.data) if self.status == "ready" else self.message)
        self.settled()
        if self.error is not None:
            raise self.error

    def start(
        self,
        /,
        epochs: int | None = None,
        lr: float | None = None,
        wd: float | None = None,
        *,
        n_factors: int | None = None,
        **settings: Any,
    ) -> None:
        """Train in the background and return at once.

        What is left out is as in `recipe`. Another seed or number of factors makes new weights, so these two are taken
        while the model is untrained; later `reset` comes first.

        Parameters
        ----------
        epochs : int, optional
            Epochs to add.
        lr : float, optional
            Highest learning rate.
        wd : float, optional
            Weight decay.
        n_factors : int, optional
            Columns of the factor tables.
        **settings
            The others of `Recipe`, ``metrics`` instead of the learner's, and ``callbacks`` beside the learner's.

        Raises
        ------
        RuntimeError
            While it is training already, or if `n_factors` would need a `reset`.
        ValueError, TypeError
            For a setting out of its range, or none of `Recipe`.
        """
        with self._command():
            plan = self._plan(epochs=epochs, lr=lr, wd=wd, **settings)
            self._prepare(n_factors, plan).start()

    def step_epoch(self, /, *, n_factors: int | None = None, **settings: Any) -> None:
        """Train one epoch in the background: the rest of the paused fit's epoch, else a fit of one epoch.

        Settings are those of `start`; a paused fit goes on with its own.
        """
        with self._command():
            if self._fit is not None and self._fit.paused:
                self.resume(one_epoch=True)
            else:
                epochs = self.recipe.epochs
                fit = self._prepare(n_factors, self._plan(**settings | {"epochs": 1}))
                self.recipe = self.recipe.changed(epochs=epochs)  # the next fit is as long as the last asked for
                fit.start()

    def pause(self) -> None:
        """Pause between two batches; the weights stay, `resume` goes on. Nothing happens if nothing trains."""
        if self._fit is not None:
            self._fit.ask("paused")

    def resume(self, *, one_epoch: bool = False) -> None:
        """Go on with the paused fit in the background, to its end or that of the epoch; a RuntimeError without one."""
        with self._command():
            if self._fit is None or not self._fit.paused:
                raise RuntimeError(f"there is no paused fit to resume (status {self.status}); start() begins one")
            if self.weights.exchanged:
                raise RuntimeError(
                    "the model is another since the fit was paused (parameters replaced, frozen or cast, or another "
                    "y_range); stop() ends the fit, start() begins one with the model as it is"
                )
            if self.snapshot.revision != self._fit.revision:
                self.weights.engine.reread()
            self._fit.start(one_epoch=one_epoch)

    def stop(self) -> None:
        """End the fit between two batches, running or paused; the weights stay."""
        if self._fit is not None and self._fit.running:
            self._fit.ask("stopped")
            return
        with self._command():
            if self._fit is not None and self._fit.paused:
                self._fit.end("stopped")

    def retrain(
        self,
        /,
        epochs: int | None = None,
        lr: float | None = None,
        wd: float | None = None,
        *,
        n_factors: int | None = None,
        **settings: Any,
    ) -> None:
        """Forget all training and train fresh weights in the background, with the settings of `start`.

        It is `stop`, `reset` and `start` in one step, and of two calls the later one wins. Runs and the sign and order
        of a map's axes stay: ``learn.retrain(wd=0.2)``.

        Raises
        ------
        ValueError, TypeError
            For a setting out of its range, and for another seed or number of factors where the learner was given a
            finished module and no ``remake``. Then nothing has been stopped or forgotten.
        """
        with self._command():
            plan = self._plan(epochs=epochs, lr=lr, wd=wd, **settings)
            plan.recipe.check_engine(self.weights.engine.name)  # before anything is forgotten
            with self._exchange():
                self._renew(plan.recipe, n_factors, outcome="replaced")
                self._load(plan).start()

    def reset(self, seed: int | None = None, n_factors: int | None = None) -> None:
        """Forget all training: stop, make fresh weights, clear the history; a paused fit is dropped.

        Raises
        ------
        ValueError
            For other weights than the module came with, where the learner has no ``remake``.
        """
        with self._command():
            self._renew(self.recipe.changed(seed=seed), n_factors, outcome="stopped")
        self.changed()

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
                self._end_fit("stopped")
                self._restart(run)

    def grow(
        self, data: CollabDataLoaders, module: nn.Module, rows: Mapping[str, Rows], remake: ModelMaker | None, said: str
    ) -> None:
        """Go on with more ratings and a module of more rows, see `Weights.grow`; history and runs go on."""
        with self.resting("add ratings"), self._exchange():
            self.reruns.cancel()
            self.reruns.wait()
            self.data = data
            self.weights.grow(data, module, rows, remake)
            self.message = said

    def take(self, state: SessionState, weights: Mapping[str, Tensor]) -> None:
        """Drop the fit that runs or is paused and go on from `state`; the present run becomes an earlier one."""
        with self._command(), self._exchange():
            self._end_fit("stopped")
            self._restart(self._present_run)
            state.write_to(self, weights)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing trains in the background; False if `timeout` seconds were not enough."""
        self._refuse_callbacks()
        over = self._fit is None or self._fit.wait(timeout)
        if over:
            self.settled()
        return over

    @contextmanager
    def _command(self) -> Iterator[None]:
        """One command at a time."""
        self._refuse_callbacks()
        with self._commands:
            yield

    def _refuse_callbacks(self) -> None:
        """Raise a RuntimeError in a callback: it would wait for the fit that waits for it."""
        if self._fit is not None and self._fit.is_here:
            raise RuntimeError("a callback may pause() or stop() the fit and ask; all else waits until the fit is over")

    @property
    def snapshot(self) -> Snapshot:
        """The last immutable copy of the tables, a new one where nothing trains and the module was changed by hand."""
        if self._commands.acquire(blocking=False):  # else a command is under way, and changes them itself
            try:
                resting = not (self._running or self.renewing or self.status == "training")
                if resting and self.weights.refresh():
                    self.changed()
            finally:
                self._commands.release()
        return self.weights.snapshot

    @property
    def runs(self) -> Runs:
        """The present run and up to ten before it, oldest first, each from fresh weights.

        A run without a trained batch is left out, and so is one that `retrain` replaced in its first epoch.
        """
        present = self._present_run
        return Runs(self.earlier if present is None else (*self.earlier, present))

    @property
    def _present_run(self) -> Run | None:
        return Run.of(self.earlier.next_number, self.history, self.fits, self.weights.n_factors)

    @contextmanager
    def resting(self, advice: str) -> Iterator[None]:
        """Let no fit begin while this is open; a RuntimeError while it trains."""
        with self._command():
            if self._running:
                raise RuntimeError(f"it is training: wait() for the end, or pause() and wait(), then {advice}")
            yield

    @contextmanager
    def _exchange(self) -> Iterator[None]:
        self.renewing = True
        try:
            yield
        finally:
            self.renewing = False
            self.changed()

    def _renew(self, recipe: Recipe, n_factors: int | None, *, outcome: str) -> None:
        """End the fit as "stopped" or "replaced" and take fresh weights; if it raises nothing has happened."""
        self.data.part(0)  # without ratings there would be no way back
        module = self.weights.fresh(n_factors, recipe.seed, seed_before=self.recipe.seed)
        self._end_fit(outcome)
        run, self.recipe = self._present_run, recipe
        self.weights.renew(module, recipe.seed)
        self._restart(run, outcome)

    def _end_fit(self, outcome: str) -> None:
        if self._fit is not None:
            self._fit.ask(outcome)
            self._fit.wait()
            self._fit.over = True

    def _restart(self, run: Run | None, outcome: str = "stopped") -> None:
        """Begin the next run, and remember this one unless `retrain` cut it short in its first epoch."""
        if run is not None and (run.epochs or outcome != "replaced"):
            self.earlier = self.earlier.with_run(run)
        self.history.clear()
        self._untrained()

    def _plan(self, *, metrics: Any = None, callbacks: Any = None, **settings: Any) -> Plan:
        """A fit by the present recipe with some settings changed."""
        of_fit = self.metrics if metrics is None else self._named(metrics)
        return Plan(self.recipe.changed(**settings), of_fit, (*self.callbacks, *callables("callbacks", callbacks)))

    def _named(self, metrics: Metric | Iterable[Metric] | None) -> dict[str, Metric]:
        return named(metrics, weighted=self.data.train_w is not None)

    def _prepare(self, n_factors: int | None, plan: Plan) -> Fit:
        new_size, seed = n_factors not in (None, self.weights.n_factors), plan.recipe.seed
        if new_size and self.epoch > 0:
            raise RuntimeError(f"n_factors={n_factors} changes the tables' shape; reset() first")
        if self.epoch == 0 and not self._running and (new_size or seed != self.recipe.seed):
            self.reset(seed if self.weights.can_remake else None, n_factors)
        return self._load(plan)

    def _load(self, plan: Plan) -> Fit:
        if self._running:
            raise RuntimeError("already training; pause() or stop() first")
        self.data.part(0)
        fit = Fit(self, plan)
        self.reruns.cancel()  # their time is the fit's from now on
        self._fit, self.recipe, self.progress = fit, plan.recipe, fit.progress
        self.fits.append(self.recipe)
        self.interrupted_at.append(None)
        return fit

    @property
    def _running(self) -> bool:
        return self._fit is not None and self._fit.running

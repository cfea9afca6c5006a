"""CollabLearner: ratings, a module, what it has learnt and what is being looked at, in one object."""

from __future__ import annotations

import copy
import os
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from . import checkpoint, checkpoint_file
from .calls import Call, remembered
from .data.without_ratings import DataFacts, LoadersWithoutRatings
from .interpret.past import Past
from .interpret.snapshot import Snapshot
from .models import EmbeddingDotBias, EmbeddingNN, Members, SVDpp, find_tables, get_emb_sz
from .models.tables import copied, effective_table, effective_tables
from .seeds import generator
from .table import EpochTable
from .tastes import Tastes
from .training import (
    AutogradEngine,
    BatchEnd,
    Compiling,
    Diverged,
    Engine,
    EpochEnd,
    Event,
    Finished,
    FusedEngine,
    History,
    LossFunction,
    LRFind,
    MembersEngine,
    Recipe,
    Run,
    Runs,
    Trainer,
    can_fuse,
    loss_name,
    lr_find,
    own_loss,
)
from .training.progress import Progress
from .training.recipe import MOST_FACTORS
from .training.recovery import stable_lr
from .training.runs import MOST_RUNS
from .view_state import ViewState
from .words import counted
from .worker import TrainingWorker, interrupt_asks

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders

ModelMaker = Callable[[int, torch.Generator], nn.Module]

FASTAI_WD = 0.01  # what fit_one_cycle decays by when nobody says
MOST_MEMBERS = 256
_ENGINES = ("auto", "fused", "autograd")


class CollabLearner(Tastes):
    """Trains a module on ratings, and is what every widget looks at.

    Parameters
    ----------
    dls : CollabDataLoaders
    model : nn.Module
        Maps ``x`` int64 ``[bs, 2]`` (user row, item row) to predictions ``[bs]``, or ``[bs, 1]``.
    loss_func : callable, optional
        ``(predictions [bs], ratings [bs]) -> scalar``, such as ``torch.nn.L1Loss()``; by default the mean squared
        error, the one that the compiled loops know.
    user_factors, item_factors, user_bias, item_bias : str, optional
        Names of the module's tables where they cannot be found by shape and name.
    remake : callable, optional
        ``(n_factors, generator) -> nn.Module``: a fresh module for `reset`. Without it `reset` puts back the weights
        that the module came with.
    engine : {"auto", "fused", "autograd"}
        What does the arithmetic: compiled loops for the dot-product family on the CPU, or torch's autograd for any
        module. ``"auto"`` takes the first where it can; `engine` says which it became.
    device : str or torch.device, optional
        Where to train; by default where the module is.
    wd : float, optional
        Weight decay of fits that name none.
    seed : int, optional
        Fixes the order of the batches and, with `remake`, the weights; by default the loaders' seed.

    Attributes
    ----------
    status : str
        ``untrained``, ``training``, ``paused``, ``ready``, ``stopped``, ``diverged`` or ``error``.
    message : str
        The status in a sentence.
    epoch : float
        Epochs trained; 3.4 is in the middle of the fourth.
    history : History
    suggested_lr : float or None
        After a fit that diverged, a learning rate that lowered the loss in a trial on fresh weights.
    snapshot : Snapshot
        The last immutable copy of the tables; findings are made from it.
    view : ViewState
        Selection and filter, shared by all widgets.
    recipe : Recipe
        Settings of the last or running fit, and the next one's defaults; at first with ``keep_best``, which the fits
        under fastai's names, `fit_one_cycle` and `fit`, leave out unless asked.
    renewing : bool
        Whether `retrain` is exchanging the weights: some milliseconds in which there is nothing to show.
    can_resize : bool
        Whether `reset` and `retrain` can make weights of another number of factors.
    made_by : Call
        The call that made it.
    loaded_from : Path or None
        The checkpoint that `load_learner` made it from.
    """

    made_by: Call
    loaded_from: Path | None = None

    @remembered
    def __init__(
        self,
        dls: CollabDataLoaders,
        model: nn.Module,
        *,
        loss_func: LossFunction | None = None,
        user_factors: str | None = None,
        item_factors: str | None = None,
        user_bias: str | None = None,
        item_bias: str | None = None,
        remake: ModelMaker | None = None,
        engine: str = "auto",
        device: str | torch.device | None = None,
        wd: float | None = None,
        seed: int | None = None,
    ):
        if engine not in _ENGINES:
            raise ValueError(f"engine={engine!r} is not known; choose one of {', '.join(_ENGINES)}")
        if not isinstance(model, nn.Module):
            raise TypeError(f"model must be an nn.Module, not {type(model).__name__}; pass an object, not the class")
        self.dls = dls
        self.loss_func = own_loss(loss_func)
        self._named_tables = {
            "user_factors": user_factors,
            "item_factors": item_factors,
            "user_bias": user_bias,
            "item_bias": item_bias,
        }
        self._remake, self._device, self._engine_wanted = remake, device, engine
        self.can_resize = remake is not None
        seed = dls.seed if seed is None else seed
        self.recipe = Recipe(bs=dls.bs, rescale=dls.auto_bs, seed=seed, keep_best=True)
        self._default_wd = wd
        if wd is not None:
            self.recipe = self.recipe.changed(wd=wd)
        self.history = History()
        self.past = Past()
        self._earlier: tuple[Run, ...] = ()
        self._run_number = 1
        self.view = ViewState(dls.items, self.item_row)
        self.epoch = 0.0
        self.error: BaseException | None = None
        self.suggested_lr: float | None = None
        self._weights_epoch: float | None = None  # of which the weights are, where an earlier epoch's were put back
        self._commands = threading.RLock()  # start, pause, stop and reset come from cells and from pages
        self.renewing = False
        self._callbacks: list[Callable[[], None]] = []
        self._settlers: list[Callable[[], None]] = []
        self._table: EpochTable | None = None
        self._snapshot_wanted = False
        self._revision = 0
        self._worker = TrainingWorker(self._record, self._ended)
        self._fits: list[Recipe] = []
        self._left: list[float | None] = []
        self._adopt(model)

    # ------------------------------------------------------------------ training

    def fit_one_cycle(self, n_epoch: int, lr_max: float = 5e-3, wd: float | None = None, **settings: Any) -> None:
        """Train here and now by one cycle, printing a row an epoch; open widgets follow.

        Ctrl-C, or the notebook's stop button, pauses between two batches: the weights stay, `resume` goes on.

        Parameters
        ----------
        n_epoch : int
            Epochs to add.
        lr_max : float
            Highest learning rate of the cycle.
        wd : float, optional
            Weight decay; by default the learner's own, else fastai's 0.01.
        **settings
            Any other setting of `Recipe`: ``bs``, ``seed``, ``pct_start``, ``keep_best``, ...
        """
        self._fit(epochs=n_epoch, lr=lr_max, wd=wd, schedule="one_cycle", **settings)

    def fit(self, n_epoch: int, lr: float = 5e-3, wd: float | None = None, **settings: Any) -> None:
        """Train here and now at a constant learning rate; else as `fit_one_cycle`."""
        self._fit(epochs=n_epoch, lr=lr, wd=wd, schedule="constant", **settings)

    def _fit(self, *, wd: float | None, keep_best: bool = False, patience: int = 0, **settings: Any) -> None:
        wd = self.usual_wd if wd is None else wd
        with self._commands:
            self._load(self.recipe.changed(wd=wd, keep_best=keep_best, patience=patience, **settings))
            self._table = EpochTable()
        try:
            with interrupt_asks(lambda: self._worker.ask("paused")):
                self._worker.run()
        finally:
            table, self._table = self._table, None
            table.end(self.message if self.status != "ready" else "")
        self._settle()
        if self.error is not None:
            raise self.error

    def lr_find(
        self,
        start_lr: float = 1e-7,
        end_lr: float = 10.0,
        num_it: int = 100,
        stop_div: bool = True,
        show_plot: bool = True,
    ) -> LRFind:
        """Suggest a learning rate from a trial on a copy of the model, which itself stays as it is: `lr_find`.

        Parameters
        ----------
        start_lr, end_lr, num_it, stop_div
            As in `training.lr_find`.
        show_plot : bool
            Draw the losses with pyplot.

        Returns
        -------
        LRFind
            With ``valley``, the suggestion, and `LRFind.plot`.

        Raises
        ------
        ValueError
            As `training.lr_find` does, and without training ratings.
        RuntimeError
            While it trains.
        """
        self.dls.part(0)
        found = lr_find(
            AutogradEngine(copied(self._resting_module()), loss_func=self.loss_func),
            self.dls,
            self.recipe.changed(wd=self.usual_wd),
            generator(self.recipe.seed, "trial"),
            start_lr=start_lr,
            end_lr=end_lr,
            num_it=num_it,
            stop_div=stop_div,
        )
        if show_plot:
            found.plot()
        return found

    def start(
        self,
        epochs: int | None = None,
        lr: float | None = None,
        wd: float | None = None,
        *,
        schedule: str | None = None,
        bs: int | None = None,
        seed: int | None = None,
        patience: int | None = None,
        keep_best: bool | None = None,
        rescale: bool | None = None,
        n_factors: int | None = None,
    ) -> None:
        """Train in the background and return at once. What is left out is as in `recipe`.

        ``seed`` and ``n_factors`` make new weights, so they are taken while the model is untrained; later `reset`
        comes first.

        Raises
        ------
        RuntimeError
            While it is training already, or if ``n_factors`` would need a `reset`.
        ValueError, TypeError
            For a setting out of its range.
        """
        with self._commands:
            self._prepare(
                n_factors,
                epochs=epochs,
                lr=lr,
                wd=wd,
                schedule=schedule,
                bs=bs,
                seed=seed,
                patience=patience,
                keep_best=keep_best,
                rescale=rescale,
            )
            self._worker.start()

    def step_epoch(self, **settings: Any) -> None:
        """Train one epoch in the background: the rest of the paused fit's epoch, else a fit of one epoch.

        Settings are those of `start`; a paused fit goes on with its own.
        """
        with self._commands:
            if self._worker.paused:
                self._go()
                self._worker.start(one_epoch=True)
            else:
                n_factors = settings.pop("n_factors", None)
                epochs = self.recipe.epochs
                self._prepare(n_factors, **{**settings, "epochs": 1})
                self.recipe = self.recipe.changed(epochs=epochs)  # one epoch now is no wish for the next fit
                self._worker.start()

    def pause(self) -> None:
        """Pause between two batches; the weights stay, `resume` goes on. Nothing happens if nothing trains."""
        self._worker.ask("paused")

    def resume(self) -> None:
        """Go on with the paused fit in the background."""
        with self._commands:
            if not self._worker.paused:
                raise RuntimeError(f"there is no paused fit to resume (status {self.status}); start() begins one")
            self._go()
            self._worker.start()

    def stop(self) -> None:
        """End the fit between two batches, running or paused; the weights stay."""
        with self._commands:
            if self._worker.running:
                self._worker.ask("stopped")
            elif self._worker.paused:
                self._worker.drop()
                self._ended("stopped")

    def retrain(
        self,
        epochs: int | None = None,
        lr: float | None = None,
        wd: float | None = None,
        *,
        schedule: str | None = None,
        bs: int | None = None,
        seed: int | None = None,
        patience: int | None = None,
        keep_best: bool | None = None,
        rescale: bool | None = None,
        n_factors: int | None = None,
    ) -> None:
        """Forget all training and train fresh weights in the background, with other settings; return at once.

        It is `stop`, `reset` and `start` in one step: a fit that runs or is paused is dropped, so that of two calls the
        later one wins. What is left out is as in `recipe`. The axes of a map that is shown keep their sign and order
        from one training to the next.

        Raises
        ------
        ValueError, TypeError
            For a setting out of its range, and for another seed or number of factors where the learner cannot make
            other weights (see `remake`). Then nothing has been stopped or forgotten.

        Examples
        --------
        >>> learn.retrain(wd=0.2)  # doctest: +SKIP
        """
        with self._commands:
            recipe = self.recipe.changed(
                epochs=epochs,
                lr=lr,
                wd=wd,
                schedule=schedule,
                bs=bs,
                seed=seed,
                patience=patience,
                keep_best=keep_best,
                rescale=rescale,
            )
            self.renewing = True
            try:
                self._renew(recipe, n_factors, outcome="replaced")
                self._load(recipe)
                self._worker.start()
            finally:
                self.renewing = False
                self._changed()

    def reset(self, seed: int | None = None, n_factors: int | None = None) -> None:
        """Forget all training: stop, make new weights, clear the history. A paused fit is dropped.

        Raises
        ------
        ValueError
            If other weights are asked for than the module came with and the learner cannot make them (see `remake`).
        """
        with self._commands:
            self._renew(self.recipe.changed(seed=seed), n_factors, outcome="stopped")
        self._changed()

    @property
    def can_remake(self) -> bool:
        """Whether `reset` and `retrain` can make other weights, of another seed."""
        return self._remake is not None

    def _renew(self, recipe: Recipe, n_factors: int | None, *, outcome: str) -> None:
        """End the fit as "stopped" or "replaced" and take fresh weights; if it raises nothing has happened."""
        self.dls.part(0)  # without ratings there would be no way back
        changes = n_factors not in (None, self.n_factors) or recipe.seed != self.recipe.seed
        if changes and self._remake is None:
            raise ValueError(
                "this learner was given a finished module, so it can only put its first weights back; "
                "pass remake=(n_factors, generator) -> nn.Module to CollabLearner for another seed or size"
            )
        if n_factors is not None and not 1 <= n_factors <= MOST_FACTORS:
            raise ValueError(f"n_factors must be from 1 to {MOST_FACTORS}, not {n_factors}")
        model = self.model
        if self._remake is not None:
            model = self._remake(n_factors or self.n_factors, generator(recipe.seed, "weights"))
        self._worker.ask(outcome)
        self._worker.wait()
        self._worker.drop()
        self.recipe = recipe
        if self._remake is None:
            model.load_state_dict(self._first_weights)
        self._keep_run(outcome)
        self.history.clear()
        self._adopt(model)

    def _keep_run(self, outcome: str) -> None:
        """Remember the run that is about to be forgotten, unless `retrain` has cut it short in its first epoch."""
        run = self._present_run
        if run is not None and (run.epochs or outcome != "replaced"):
            self._earlier = (*self._earlier, run)[-MOST_RUNS:]
            self._run_number += 1

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing trains in the background; False if `timeout` seconds were not enough."""
        over = self._worker.wait(timeout)
        if over:
            self._settle()
        return over

    def _prepare(self, n_factors: int | None, **settings: Any) -> None:
        recipe = self.recipe.changed(**settings)
        new_size = n_factors not in (None, self.n_factors)
        if new_size and self.epoch > 0:
            raise RuntimeError(f"n_factors={n_factors} changes the tables' shape; reset() first")
        if self.epoch == 0 and not self._worker.running and (new_size or recipe.seed != self.recipe.seed):
            self.reset(seed=recipe.seed if self._remake is not None else None, n_factors=n_factors)
        self._load(recipe)

    def _load(self, recipe: Recipe) -> None:
        if self._worker.running:
            raise RuntimeError("already training; pause() or stop() first")
        self.dls.part(0)
        trainer = Trainer(self._engine, self.dls, recipe, order=self._order, epoch=int(self.epoch))
        self.recipe = recipe
        if self.status in ("paused", "stopped", "error"):
            self._left[-1] = self.epoch
        self._fits.append(recipe)
        self._left.append(None)
        self._base, self._batches = self.epoch, trainer.batches
        self.progress_of_fit = Progress(trainer.n_steps, recipe.epochs)
        self._worker.load(iter(trainer))
        self._go()

    def _go(self) -> None:
        self.status, self.message, self.error, self.suggested_lr = "training", "", None, None
        self._weights_epoch = None
        self.progress_of_fit.go()
        self._changed()

    def _record(self, event: Event) -> None:
        """Write one event down. Runs in the thread that trains, so it must stay cheap."""
        match event:
            case Compiling():
                self.message = "Compiling, once: this takes some seconds."
                if self._table is not None:
                    self._table.note(self.message)
            case BatchEnd(step, _, losses, _):
                positions = self._positions(np.arange(step - len(losses) + 1, step + 1) / self._batches)
                self.history.add_batches(positions, losses)
                self.progress_of_fit.reached(step)
                self.epoch, self.message = float(positions[-1]), ""
                if self._table is not None:
                    self._table.progress(self.progress)
                if self._snapshot_wanted:
                    self._engine.sync()
                    self._take_snapshot()
            case EpochEnd(record, _):
                self.epoch = float(record.epoch)
                self.progress_of_fit.validated()
                self.history.add_epoch(record)
                self._take_snapshot()
                if self._table is not None:
                    self._table.add(record)
            case Diverged(epoch, step):
                self.epoch = float(epoch - 1)
                self.message = "Loss became NaN. Looking for a learning rate that works."
                self._changed()
                self.suggested_lr = stable_lr(self._fresh_engine(), self.dls, self.recipe)
                trial = (
                    "No smaller learning rate lowers it: look for what makes it NaN in the model or the ratings."
                    if self.suggested_lr is None
                    else f"In a trial on fresh weights learning rate {self.suggested_lr:g} lowered it."
                )
                self.message = (
                    f"Loss became NaN at epoch {epoch}, step {step}; the weights are those before that epoch. {trial}"
                )
                self.status = "diverged"
                self._take_snapshot()
            case Finished(early, best_epoch):
                if best_epoch is not None:
                    self._weights_epoch = float(best_epoch)
                    self._take_snapshot()  # before the status: at rest the last snapshot is the one to show
                self.status = "ready"
                self.message = self._last_word(early, best_epoch)
        self._changed()

    def _positions(self, done: NDArray[np.float64]) -> NDArray[np.float32]:
        """Where the running fit is on the axis of all epochs, after so many of its own. The first of them ends at the
        next whole one: in less than one where an earlier fit was left in the middle."""
        start = int(self._base)
        first = self._base + done * (start + 1 - self._base)
        return np.where(done <= 1, first, start + done).astype(np.float32)

    def _last_word(self, early: bool, best_epoch: int | None) -> str:
        parts = [f"Trained to epoch {self.epoch:g} in {self.progress_of_fit.elapsed_seconds:.1f} s."]
        if early:
            parts.append("Stopped early: the validation loss no longer improved.")
        if best_epoch is not None:
            parts.append(f"Loaded weights of best epoch ({best_epoch}).")
        elif self.history.best is not None:
            parts.append(f"Best validation loss {self.history.best.valid_loss:.4f} at epoch {self.history.best.epoch}.")
        return " ".join(parts)

    def _ended(self, outcome: str | BaseException) -> None:
        self.progress_of_fit.halt()
        self._engine.sync()
        if isinstance(outcome, BaseException):
            self.status, self.error = "error", outcome
            self.message = f"{type(outcome).__name__}: {outcome}"
        elif outcome in ("paused", "stopped"):
            self._take_snapshot()
            self.status = outcome
            self.message = f"{outcome.capitalize()} at epoch {self.epoch:.1f}; weights kept."
        self._changed()

    # ------------------------------------------------------------------ what widgets follow

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` whenever status, history or snapshot moved, in whichever thread; returns what undoes it.

        It is called while training goes on: set an event in it, do nothing else.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def on_settled(self, callback: Callable[[], None]) -> None:
        """Call `callback` before a training that somebody waits for returns to them, in their thread: when
        `fit_one_cycle` or `wait` is over, what widgets say of the end can be read."""
        self._settlers.append(callback)

    def _settle(self) -> None:
        for callback in tuple(self._settlers):
            callback()

    def request_snapshot(self) -> None:
        """Ask for a fresh snapshot at the next batch; one comes at each epoch's end without asking."""
        self._snapshot_wanted = True

    def _changed(self) -> None:
        for callback in tuple(self._callbacks):
            callback()

    def _take_snapshot(self) -> None:
        self._snapshot_wanted = False
        self._revision += 1
        arrays = {role: self._array(role) for role in self._named_tables}
        self.snapshot = Snapshot(
            revision=self._revision,
            epoch=self.epoch if self._weights_epoch is None else self._weights_epoch,
            users=self.dls.users,
            items=self.dls.items,
            y_range=getattr(self.model, "y_range", None),
            rating_mean=self.dls.rating_mean,
            **arrays,
        )
        self.past.keep(self.snapshot, self.history.run)

    def _array(self, role: str) -> NDArray[np.float32] | None:
        name = getattr(self.tables, role)
        if name is None:
            return None
        values = effective_table(self.model, name).detach().to("cpu", torch.float32, copy=True).numpy()
        values.flags.writeable = False
        return values.reshape(-1) if role.endswith("bias") else values.reshape(len(values), -1)

    def _engine_for(self, model: nn.Module) -> Engine:
        if isinstance(model, Members):
            return MembersEngine(model, [self._engine_for(member) for member in model.members], self.loss_func)
        on_cpu = self._device is None or torch.device(self._device).type == "cpu"
        if self._engine_wanted == "fused" and not on_cpu:
            raise ValueError(f"engine='fused' trains on the CPU, not on device={self._device!r}; use engine='autograd'")
        if self._engine_wanted == "fused" and self.loss_func is not None:
            raise ValueError(
                f"engine='fused' knows the mean squared error alone, not {self.loss_name}; use engine='autograd'"
            )
        fits = on_cpu and self.loss_func is None and not can_fuse(model)
        if self._engine_wanted == "fused" or (self._engine_wanted == "auto" and fits):
            return FusedEngine(model)
        return AutogradEngine(model, self._device, self.loss_func)

    def _fresh_engine(self) -> Engine:
        """Of a copy of the model as `reset` would make it."""
        if self._remake is not None:
            return self._engine_for(self._remake(self.n_factors, generator(self._weights_seed, "weights")))
        model = copied(self.model)
        model.load_state_dict(self._first_weights)
        return self._engine_for(model)

    def _adopt(self, model: nn.Module) -> None:
        self.tables = find_tables(model, self.dls.n_users, self.dls.n_items, **self._named_tables)
        self.model = model
        self._first_weights = copy.deepcopy(model.state_dict()) if self._remake is None else {}
        self._engine = self._engine_for(model)
        self._order = generator(self.recipe.seed, "batches")
        self._weights_seed, self._fits, self._left = self.recipe.seed, [], []
        self.status, self.error, self.suggested_lr, self.epoch = "untrained", None, None, 0.0
        self._weights_epoch = None
        self.message = "Random weights. Press Train."
        self.progress_of_fit = Progress(0)
        self._take_snapshot()

    # ------------------------------------------------------------------ to and from a file

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write weights, history, settings and status into a file, for `load` and `load_learner`; returns its path.

        A paused fit is saved as a stopped one. The ratings are not in the file. The ids of users and items are, and how
        many ratings they have, so that `load` knows whether its ratings are the same, and `load_learner` can show the
        model without any. Earlier runs are in it, but not the maps of earlier
        epochs, nor the optimizer's moments: a fit after loading starts with fresh ones.

        Parameters
        ----------
        path : str or Path
            Of a safetensors file with JSON in its header; ``.safetensors`` is added to a name without an ending. A
            file of that name is replaced as a whole, at once.

        Raises
        ------
        RuntimeError
            While it is training.
        FileNotFoundError
            When the folder does not exist.
        """
        file = checkpoint_file.checkpoint_path(path)
        with self._commands:
            if self._worker.running:
                raise RuntimeError("it is training: wait() for the end, or pause() and wait(), then save")
            checkpoint_file.write(file, self._saved())
        return file

    def _saved(self) -> checkpoint.Checkpoint:
        self._engine.sync()
        function, arguments = self.made_by.function, dict(self.made_by.arguments)
        arguments.pop("loss_func", None)  # kept by its name
        if function == "collab_learner":
            if self.can_resize:
                arguments["n_factors"] = self.n_factors  # a reset may have changed it
        else:
            kept = (*self._named_tables, "engine", "device", "wd")
            arguments = {name: arguments[name] for name in kept if name in arguments}
        if arguments.get("device") is not None:
            arguments["device"] = str(arguments["device"])
        y_range = getattr(self.model, "y_range", None)
        fit = self.progress_of_fit
        return checkpoint.Checkpoint(
            function=function,
            arguments=arguments,
            model=type(self.model).__name__,
            y_range=None if y_range is None else (float(y_range[0]), float(y_range[1])),
            weights=self.model.state_dict(),
            users=list(self.dls.classes[self.dls.user_name])[1:],
            items=list(self.dls.classes[self.dls.item_name])[1:],
            ratings=self.dls.checksum,
            split=checkpoint.split_of(self.dls),
            status="stopped" if self.status in ("paused", "error") else self.status,
            message="" if self.status in ("paused", "error") else self.message,
            suggested_lr=self.suggested_lr,
            epoch=self.epoch,
            recipe=self.recipe,
            fits=self.fits,
            left=self.left,
            weights_seed=self.weights_seed,
            order=self._order.get_state(),
            progress={"step": fit.step, "n_steps": fit.n_steps, "epochs": fit.epochs, "seconds": fit.elapsed_seconds},
            epochs=self.history.epochs,
            curve=self.history.batches_since(0)[:2],
            earlier=self._earlier,
            weights_epoch=self._weights_epoch,
            loss=self.loss_name,
            data=self._data_facts(),
            effective=effective_tables(self.model),
        )

    def _data_facts(self) -> DataFacts:
        """What the file keeps of the ratings, so that the model can be looked at without them."""
        dls = self.dls
        if isinstance(dls, LoadersWithoutRatings):
            return dls.facts
        try:
            residual_variance = self._noise(self._product())
        except ValueError:  # no dot product, so nobody new can be fitted to it
            residual_variance = None
        return DataFacts(
            users=dls.users,
            items=dls.items,
            rating_name=dls.rating_name,
            name=dls.name,
            rating_range=dls.rating_range,
            rating_mean=dls.rating_mean,
            n_train=dls.n_train,
            n_valid=dls.n_valid,
            valid_pct=dls.valid_pct,
            seed=dls.seed,
            bs=dls.bs,
            val_bs=dls.val_bs,
            auto_bs=dls.auto_bs,
            checksum=dls.checksum,
            card=dls.card,
            mean_loss=self.baseline,
            residual_variance=residual_variance,
        )

    def export(self, fname: str | os.PathLike[str] = "export") -> Path:
        """`save` under the loaders' ``path``: a file that `load_learner` opens by itself, without the ratings."""
        return self.save(self.dls.path / fname)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Take over what `save` wrote: weights, history, settings and status; open widgets follow.

        A fit that runs or is paused is dropped. `reset` makes fresh weights, as ever. In `runs` what the learner has
        trained so far comes first, then what was trained before the checkpoint.

        Raises
        ------
        FileNotFoundError
            When there is no such file.
        ValueError
            When the file is damaged or something else, when its users or items are not those of the learner's
            ratings, and when its weights are not of such a model. Then nothing has changed.

        Warns
        -----
        UserWarning
            When the ratings, or their split, are not those that the saved weights were trained on.
        """
        file = checkpoint_file.checkpoint_path(path)
        self._load_checkpoint(checkpoint_file.read(file), file)

    def _load_checkpoint(self, saved: checkpoint.Checkpoint, file: Path) -> None:
        checkpoint.check_data(saved, self.dls, file)
        checkpoint.check_model(saved, self.model, self.loss_name, file)
        if differs := checkpoint.other_ratings(saved, self.dls, file):
            warnings.warn(differs, stacklevel=3)
        with self._commands:
            self.renewing = True
            try:
                self._worker.ask("stopped")
                self._worker.wait()
                self._worker.drop()
                self._take(saved)
            finally:
                self.renewing = False
        self._changed()

    def _take(self, saved: checkpoint.Checkpoint) -> None:
        self._keep_run("stopped")
        for run in saved.earlier:
            number = run.number if run.number >= self._run_number else self._run_number
            self._earlier = (*self._earlier, replace(run, number=number))[-MOST_RUNS:]
            self._run_number = number + 1
        first_weights = self._first_weights
        self.model.load_state_dict(saved.weights)
        self.recipe = saved.recipe
        self._adopt(self.model)
        self._first_weights = first_weights  # what `reset` puts back
        self._order.set_state(saved.order)
        self._weights_seed, self._fits, self._left = saved.weights_seed, list(saved.fits), list(saved.left)
        self.status, self.message, self.suggested_lr = saved.status, saved.message, saved.suggested_lr
        self.epoch, self.progress_of_fit = saved.epoch, Progress.left_at(**saved.progress)
        self._weights_epoch = saved.weights_epoch
        self.history.clear()
        self.history.add_batches(*saved.curve)
        for record in saved.epochs:
            self.history.add_epoch(record)
        self._take_snapshot()

    # ------------------------------------------------------------------ numbers about the fit

    @property
    def runs(self) -> Runs:
        """The present training and up to ten before it, oldest first, each from fresh weights.

        One in which no batch was trained is none, nor is one that `retrain` replaced in its first epoch.
        """
        present = self._present_run
        return Runs(self._earlier if present is None else (*self._earlier, present))

    @property
    def earlier_runs(self) -> tuple[Run, ...]:
        """`runs` without the present one."""
        return self._earlier

    @property
    def _present_run(self) -> Run | None:
        return Run.of(self._run_number, self.history, self._fits, self.n_factors)

    @property
    def fits(self) -> tuple[Recipe, ...]:
        """The settings of each fit since the weights were made, the running one included."""
        return tuple(self._fits)

    @property
    def left(self) -> tuple[float | None, ...]:
        """For each of `fits` the epoch at which it was left for another, paused or stopped; else ``None``."""
        return tuple(self._left)

    @property
    def config(self) -> dict[str, Any]:
        """What its numbers depend on, but for the ratings: model, size, engine, split, and the settings of `recipe`."""
        model = self.model.first if isinstance(self.model, Members) else self.model
        return {
            "model": type(model).__name__,
            "n_members": self.n_members,
            "n_factors": self.n_factors,
            "y_range": self.snapshot.y_range,
            "engine": self.engine,
            "weights_seed": self.weights_seed,
            "split": checkpoint.split_of(self.dls),
            **asdict(self.recipe),
        }

    @property
    def weights_seed(self) -> int:
        """The seed that the weights, and the order of the batches since, came from."""
        return self._weights_seed

    @property
    def engine(self) -> str:
        """Which engine trains: ``"fused"`` or ``"autograd"``."""
        return self._engine.name

    @property
    def usual_wd(self) -> float:
        """Weight decay of a fit that names none: the learner's own, else fastai's 0.01."""
        return FASTAI_WD if self._default_wd is None else self._default_wd

    @property
    def loss_name(self) -> str:
        """What the losses are: ``"MSE"``, ``"MAE"``, or the name of `loss_func`."""
        return loss_name(self.loss_func)

    @property
    def n_users(self) -> int:
        """Users, without ``'#na#'``."""
        return self.dls.n_users - 1

    @property
    def n_items(self) -> int:
        """Items, without ``'#na#'``."""
        return self.dls.n_items - 1

    @property
    def n_members(self) -> int:
        """Models whose predictions are averaged; findings are made from the first of them."""
        return len(self.model.members) if isinstance(self.model, Members) else 1

    @property
    def progress(self) -> float:
        """Share of the current fit that is done, 0 to 1."""
        return self.progress_of_fit.share

    @property
    def step(self) -> int:
        """Batches done in the current fit."""
        return self.progress_of_fit.step

    @property
    def n_steps(self) -> int:
        """Batches of the current fit; 0 before the first."""
        return self.progress_of_fit.n_steps

    @property
    def eta_seconds(self) -> float | None:
        """Seconds the current fit will still take, if that can be said."""
        return self.progress_of_fit.eta_seconds

    @property
    def elapsed_seconds(self) -> float:
        """Seconds the current fit has trained, pauses left out."""
        return self.progress_of_fit.elapsed_seconds

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a learner cannot be pickled or copied, as it has a thread and open widgets; learn.save(path) keeps it, "
            "and cw.load_learner(path, dls) makes another"
        )

    def __repr__(self) -> str:
        model = self.model.first if isinstance(self.model, Members) else self.model
        several = f"{self.n_members} members, findings from the first, " if self.n_members > 1 else ""
        return (
            f"CollabLearner({type(model).__name__}, {several}{self.n_users:,} users × {self.n_items:,} "
            f"{self.dls.item_name}s, {counted(self.n_factors, 'factor')}, engine {self.engine}, {self.status}, "
            f"epoch {self.epoch:.3g}; tables: {self.tables})"
        )


@remembered
def collab_learner(
    dls: CollabDataLoaders,
    n_factors: int = 50,
    *,
    y_range: Sequence[float] | None = None,
    use_nn: bool = False,
    emb_szs: Sequence[tuple[int, int]] | None = None,
    layers: Sequence[int] | None = None,
    implicit: bool = False,
    members: int = 1,
    loss_func: LossFunction | None = None,
    wd: float | None = None,
    engine: str = "auto",
    device: str | torch.device | None = None,
    seed: int | None = None,
) -> CollabLearner:
    """A learner with fastai's `EmbeddingDotBias` or, with ``use_nn=True``, its `EmbeddingNN`.

    Beyond fastai: ``implicit=True`` makes it `SVDpp`, and ``members=8`` trains eight models whose predictions are
    averaged. Both predict better, the first most.

    Parameters
    ----------
    dls : CollabDataLoaders
    n_factors : int
        Columns of the factor tables.
    y_range : (float, float), optional
        Bounds of the predictions, a little wider than the ratings: ``(0, 5.5)`` for stars from 1 to 5.
    use_nn : bool
        Embeddings side by side and layers on them, instead of a dot product.
    emb_szs : sequence of two (int, int), optional
        Rows and columns of the neural model's tables; `get_emb_sz` by default.
    layers : sequence of int, optional
        Activations of its hidden layers; none by default.
    implicit : bool
        Add what users rated, and who rated an item, to the dot product: `SVDpp`, which says how to train it.
    members : int
        Models to train side by side, from different weights and on differently ordered ratings: predictions and the
        validation loss are those of their average, findings those of the first, the training loss is the mean of
        theirs. The time is that of as many fits.
    loss_func, wd, engine, device, seed
        As in `CollabLearner`.
    """
    if isinstance(n_factors, bool) or not isinstance(n_factors, int) or n_factors < 1:
        raise ValueError(f"n_factors must be a whole number from 1, not {n_factors!r}")
    bounds = None if y_range is None else _checked_range(y_range)

    if isinstance(members, bool) or not isinstance(members, int) or not 1 <= members <= MOST_MEMBERS:
        raise ValueError(f"members must be a whole number from 1 to {MOST_MEMBERS}, not {members!r}")
    if use_nn and implicit:
        raise ValueError("implicit factors belong to the dot product; leave out use_nn=True, or implicit=True")
    if not use_nn and (emb_szs is not None or layers is not None):
        raise ValueError("emb_szs and layers are of the neural model; pass use_nn=True, or leave them out")
    sizes = get_emb_sz(dls) if emb_szs is None else [(int(rows), int(columns)) for rows, columns in emb_szs]

    def make_one(n: int, source: torch.Generator) -> nn.Module:
        if use_nn:
            if n != sizes[1][1]:
                raise ValueError(f"the neural model's items have {sizes[1][1]} factors, by emb_szs; {n} cannot be set")
            return EmbeddingNN(sizes, layers or [], bounds, generator=source)
        names = (dls.classes, dls.user_name, dls.item_name, bounds)
        if implicit:
            return SVDpp.from_classes(n, *names, generator=source, rated=dls.train_x)
        return EmbeddingDotBias.from_classes(n, *names, generator=source)

    def make(n: int, source: torch.Generator) -> nn.Module:
        models = [make_one(n, source) for _ in range(members)]
        return Members(models) if members > 1 else models[0]

    seed = dls.seed if seed is None else seed
    model = make(sizes[1][1] if use_nn else n_factors, generator(seed, "weights"))
    learn = CollabLearner(dls, model, loss_func=loss_func, remake=make, engine=engine, device=device, wd=wd, seed=seed)
    learn.can_resize = not use_nn  # there get_emb_sz, or emb_szs, says how wide each table is
    return learn


def _checked_range(y_range: Sequence[float]) -> tuple[float, float]:
    bounds = tuple(float(b) for b in y_range)
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise ValueError(f"y_range must be two numbers, the lower first, such as (0, 5.5), not {y_range!r}")
    return bounds[0], bounds[1]

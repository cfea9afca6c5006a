"""CollabLearner: ratings, a module, its training and what is being looked at, in one object."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import nn

from . import checkpoint, checkpoint_file, growing, interpret
from .calls import Call, remembered
from .delegation import of_session, of_snapshot, of_view
from .interpret import metrics, users
from .interpret.asked import checked_min_count, item_rows
from .interpret.embeddings import save_projector
from .interpret.pca import AXES, PCAFrame
from .interpret.predict import predict
from .models import TableNames
from .models.catalog import ModelMaker
from .models.ensemble import first_member, members_of
from .plain import whole_number
from .training import History, LossFunction, Recipe, Runs, Snapshot, loss_name, lr_find, own_loss
from .training.events import Callback
from .training.metrics import Metric
from .training.reruns import Reruns
from .training.session import Session
from .training.weights import Weights
from .view_state import ViewState
from .words import counted

if TYPE_CHECKING:
    import pandas as pd

    from .data.loaders import CollabDataLoaders

_OF_ANY_MODEL = ("loss_func", "metrics", "callbacks", "engine", "device", "wd", "seed")


class CollabLearner:
    """Trains a module on ratings, and is what every widget looks at.

    Parameters
    ----------
    dls : CollabDataLoaders
    model : nn.Module
        Maps ``x`` int64 ``[bs, 2]`` (user row, item row) to predictions ``[bs]``, or ``[bs, 1]``.
    loss_func : callable, optional
        ``(predictions [bs], ratings [bs]) -> scalar``, such as ``torch.nn.L1Loss()``; by default the mean squared
        error, the one that the compiled loops know. Where ratings have weights it must have a ``reduction`` of
        ``"mean"``, as torch's losses have.
    metrics : functions, optional
        ``(predictions [n], ratings [n]) -> number``, computed on the validation ratings after each epoch of every fit
        that names no others: columns of the table and of `history`, by the functions' names. Where ratings have
        weights they need scikit-learn's parameter ``sample_weight``, or torch's ``reduction``.
    callbacks : functions, optional
        Called with each event of every fit (``collabwidgets.training.events``), in the thread that trains.
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
    session : Session
        Its training, in full; the most used of it is read through here.
    view : ViewState
        Selection and filter, shared by all widgets.
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
        metrics: Metric | Iterable[Metric] | None = None,
        callbacks: Callback | Iterable[Callback] | None = None,
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
        recipe = Recipe(bs=dls.bs, rescale=dls.auto_bs, seed=dls.seed if seed is None else seed, keep_best=True)
        weights = Weights(
            dls,
            model,
            recipe.seed,
            tables=TableNames(user_factors, item_factors, user_bias, item_bias),
            remake=remake,
            engine=engine,
            device=device,
            loss_func=own_loss(loss_func, weighted=dls.train_w is not None),
        )
        self.session = Session(dls, weights, recipe, usual_wd=wd, metrics=metrics, callbacks=callbacks)
        self.view = ViewState(self.session)

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
            Any other setting of `Recipe` (``bs``, ``seed``, ``pct_start``, ``keep_best``, ...), ``metrics`` instead of
            the learner's, and ``callbacks`` beside the learner's.

        Examples
        --------
        >>> def mae(predictions, ratings):
        ...     return (predictions - ratings).abs().mean()
        >>> learn.fit_one_cycle(5, 5e-3, metrics=[mae])  # doctest: +SKIP
        """
        self.session.fit(epochs=n_epoch, lr=lr_max, wd=wd, schedule="one_cycle", **settings)

    def fit(self, n_epoch: int, lr: float = 5e-3, wd: float | None = None, **settings: Any) -> None:
        """Train here and now at a constant learning rate; else as `fit_one_cycle`."""
        self.session.fit(epochs=n_epoch, lr=lr, wd=wd, schedule="constant", **settings)

    start = of_session(Session.start)
    step_epoch = of_session(Session.step_epoch)
    pause = of_session(Session.pause)
    resume = of_session(Session.resume)
    stop = of_session(Session.stop)
    retrain = of_session(Session.retrain)
    reset = of_session(Session.reset)
    wait = of_session(Session.wait)

    lr_find = of_session(lr_find)
    add_ratings = growing.add_ratings

    # ------------------------------------------------------------------ findings

    def biases(self, kind: str = "items", *, min_count: int | None = None, center: bool = True) -> pd.DataFrame:
        """What remains of a title's (or a user's) ratings once taste is allowed for: `interpret.biases`."""
        minimum = self._min_count(min_count if kind == "items" else min_count or 0, kind)
        return interpret.biases(self.snapshot, kind=kind, min_count=minimum, center=center, runs=self.reruns)

    def pca(
        self,
        k: int = 3,
        *,
        kind: str = "items",
        min_count: int | None = None,
        top_n: int | None = None,
        cold: bool = False,
    ) -> pd.DataFrame:
        """Titles (or users) on the first `k` principal components of their factors: `interpret.fit_pca`.

        Signs and order of the components depend on the weights alone, by the rule that `interpret.fit_pca` names. Of
        users `min_count` is ``dls.users.default_min_count`` by default. ``cold=True`` adds those without a rating,
        placed by their side columns: they decide nothing of the components.
        """
        return self.pca_frame(k, kind=kind, min_count=min_count, top_n=top_n).to_frame(k, cold=cold)

    def pca_frame(
        self, k: int = AXES, *, kind: str = "items", min_count: int | None = None, top_n: int | None = None
    ) -> PCAFrame:
        """The fitted components themselves, at least six of them where the model has as many factors."""
        minimum, k = self._min_count(min_count, kind), max(whole_number("k", k), AXES)
        snapshot = self.snapshot.of(kind).with_cold_rows
        return interpret.fit_pca(snapshot, k=k, min_count=minimum, top_n=top_n, runs=self.reruns)

    def neighbors(
        self,
        item: Any = None,
        k: int = 10,
        *,
        row: int | Sequence[int] | None = None,
        metric: str = "cosine",
        order: str = "nearest",
        min_count: int | None = None,
        **others: Any,
    ) -> pd.DataFrame:
        """Titles whose factors lie nearest to those of `item`: `interpret.neighbors`, which also takes `others`.

        Name the item by its title, or pass ``row=`` its row; a list of them asks for the mean of several. Words that
        only one title has are enough, whatever their case; ``attrs["anchors"]`` says which title was taken.
        ``average="runs"`` ranks by the mean cosine over the runs of `stability`.
        """
        row = item_rows(self.dls, item) if row is None else row
        others |= {"min_count": self._min_count(min_count), "ratings": self.dls.rated}
        snapshot, runs = self.snapshot.with_cold_rows, [run.with_cold_rows for run in self.reruns]
        return interpret.neighbors(snapshot, row, k=k, metric=metric, order=order, runs=runs, **others)

    def stability(self, runs: int | None = None) -> Reruns:
        """Train the model again with other seeds, in the background, to see which findings come again: `Reruns.start`.

        The data, the split and the fits are the same. When all `runs`, by default 8, are trained, `neighbors` says in
        how many of them a title is among the nearest too, `biases` how far a bias and its rank move, and `pca` how well
        each component comes back; widgets follow. Other weights drop the runs.

        Examples
        --------
        >>> learn.stability(8).wait()  # doctest: +SKIP
        >>> learn.neighbors("Alien (1979)")[["title", "in_runs"]]  # doctest: +SKIP
        >>> learn.neighbors("Alien (1979)", average="runs")  # doctest: +SKIP
        """
        self.session.reruns.start(runs)
        return self.session.reruns

    @property
    def reruns(self) -> tuple[Snapshot, ...]:
        """A snapshot for each run of `stability`; empty while they train, and when the weights are others since."""
        return self.session.reruns.snapshots

    similar_users = of_snapshot(users.similar_users)

    def embeddings(self, kind: str = "items") -> pd.DataFrame:
        """Factors and biases of the items or the users, by id, for `to_csv` and the like: `interpret.embeddings`."""
        return interpret.embeddings(self.snapshot, kind)

    def save_projector(self, folder: str | os.PathLike[str], kind: str = "items") -> Path:
        """Write ``vectors.tsv`` and ``metadata.tsv`` of `embeddings` for TensorBoard's projector; returns the folder.

        At projector.tensorflow.org they are opened by "Load".
        """
        return save_projector(self.embeddings(kind), Path(folder).expanduser())

    predict = of_snapshot(predict)
    fold_in = of_snapshot(users.fold_in)
    recommend = of_view(users.recommend)
    explain = of_view(users.explain)

    def validate(self, ds_idx: int = 1) -> list[float]:
        """The loss on the validation ratings, in a list, as fastai has it; with ``ds_idx=0`` on the training ratings.

        Ratings of users or items without a training rating, of which ``dls.n_cold`` are for validation, count as those
        of ``'#na#'``. A ValueError when there are no such ratings.
        """
        return [metrics.part_loss(self.snapshot, self.dls, ds_idx, self.loss_func)]

    get_preds = of_snapshot(metrics.get_preds)
    show_results = of_snapshot(metrics.show_results)
    evaluate = of_snapshot(interpret.evaluate)

    def hit_rate(self, k: int = 10, *, liked: float | None = None, most_users: int = 2000) -> float:
        """Share of validation users with a title they liked among the `k` ranked highest, 0 to 1, by `evaluate`."""
        return float(self.evaluate(k, liked=liked, most_users=most_users).loc["hit_rate", "value"])

    @property
    def baseline(self) -> float | None:
        """Loss on the validation ratings of always predicting the training mean; None where there are none."""
        return metrics.baseline(self.dls, self.loss_func)

    def item_row(self, item: Any) -> int:
        """The row of an item named as in the ratings table; an error names the nearest spelling."""
        return self.dls.items.index(item)

    def _min_count(self, given: int | None, kind: str = "items") -> int:
        """The filter of a finding about items, or users; one that hides all of them is warned of."""
        side = self.dls.users if kind == "users" else self.dls.items
        return checked_min_count(given, self.view.min_count if kind == "items" else side.default_min_count, side)

    # ------------------------------------------------------------------ to and from a file

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write weights, history, settings and status into a file for `load` and `load_learner`; returns its path.

        A RuntimeError while it trains. `checkpoint_file.write` says what is in the file.
        """
        file = checkpoint_file.checkpoint_path(path)
        with self.session.resting("save"):
            checkpoint_file.write(file, checkpoint.of_learner(self))
        return file

    def export(self, fname: str | os.PathLike[str] = "export") -> Path:
        """`save` under the loaders' ``path``: a file that `load_learner` opens by itself, without the ratings."""
        return self.save(self.dls.path / Path(fname).expanduser())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Take over what `save` wrote: weights, history, settings and status; open widgets follow.

        A fit that runs or is paused is dropped, and what was trained so far becomes an earlier one of `runs`. `reset`
        makes fresh weights, as ever.

        Raises
        ------
        FileNotFoundError, ValueError
            When there is no such file, or it is of another model, or of users or items that these ratings lack. Then
            nothing has changed.

        Warns
        -----
        UserWarning
            When the ratings, or their split, are not those that the saved weights were trained on.
        """
        file = checkpoint_file.checkpoint_path(path)
        growing.take(self, checkpoint_file.read(file), file)

    # ------------------------------------------------------------------ what it is

    @property
    def dls(self) -> CollabDataLoaders:
        """The ratings; `add_ratings` makes loaders of more."""
        return self.session.data

    @dls.setter
    def dls(self, dls: CollabDataLoaders) -> NoReturn:
        raise AttributeError(
            "a learner keeps its ratings, as the model's tables have a row for each of their users and items; "
            "add_ratings() adds to them, and for others make another learner"
        )

    @property
    def loss_func(self) -> LossFunction | None:
        """What is made small; None for the mean squared error."""
        return self.session.weights.loss_func

    @loss_func.setter
    def loss_func(self, loss_func: LossFunction | None) -> NoReturn:
        raise AttributeError(
            "a learner keeps its loss, as the losses in its history are compared; make another one with loss_func="
        )

    @property
    def model(self) -> nn.Module:
        """The module that is trained; `reset` may exchange it.

        Assign another one to train that, as it is, from the next fit on: `Session.adopt`.
        """
        return self.session.weights.module

    @model.setter
    def model(self, model: nn.Module) -> None:
        if model is not self.model:
            self.session.adopt(model)
            kept = {name: value for name, value in self.made_by.arguments.items() if name in _OF_ANY_MODEL}
            self.made_by = Call("CollabLearner", kept)

    @property
    def snapshot(self) -> Snapshot:
        """The last immutable copy of the tables; findings are made from it."""
        return self.session.snapshot

    @property
    def recipe(self) -> Recipe:
        """Settings of the last or running fit, and the next one's defaults.

        At first with ``keep_best``, which the fits under fastai's names, `fit_one_cycle` and `fit`, leave out unless
        asked.
        """
        return self.session.recipe

    @property
    def status(self) -> str:
        """``untrained``, ``training``, ``paused``, ``ready``, ``stopped``, ``diverged`` or ``error``."""
        return self.session.status

    @property
    def message(self) -> str:
        """The status in a sentence."""
        return self.session.message

    @property
    def epoch(self) -> float:
        """Epochs trained; 3.4 is in the middle of the fourth."""
        return self.session.epoch

    @property
    def history(self) -> History:
        """Every epoch and every batch loss since the weights were made."""
        return self.session.history

    @property
    def runs(self) -> Runs:
        """The present run and up to ten before it, oldest first, each from fresh weights: `Session.runs`."""
        return self.session.runs

    @property
    def engine(self) -> str:
        """Which engine trains: ``"fused"`` or ``"autograd"``."""
        return self.session.weights.engine.name

    @property
    def loss_name(self) -> str:
        """What the losses are: ``"MSE"``, ``"MAE"``, or the name of `loss_func`."""
        return loss_name(self.loss_func)

    @property
    def n_users(self) -> int:
        """Users in the ratings."""
        return self.dls.n_users

    @property
    def n_items(self) -> int:
        """Items in the ratings."""
        return self.dls.n_items

    @property
    def n_factors(self) -> int:
        """Columns of the item factors; 0 if the model has none that could be found."""
        return self.session.weights.n_factors

    @property
    def config(self) -> dict[str, Any]:
        """What its numbers depend on, but for the ratings: model, size, engine, split, and the settings of `recipe`."""
        return checkpoint.config_of(self)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a learner cannot be pickled or copied, as it has a thread and open widgets; learn.save(path) keeps it, "
            "and cw.load_learner(path, dls) makes another"
        )

    def __repr__(self) -> str:
        members, name = len(members_of(self.model)), type(first_member(self.model)).__name__
        several = f"{members} members, findings from the first, " if members > 1 else ""
        return (
            f"CollabLearner({name}, {several}{self.n_users:,} users × {self.n_items:,} "
            f"{self.dls.item_name}s, {counted(self.n_factors, 'factor')}, engine {self.engine}, {self.status}, "
            f"epoch {self.epoch:.3g}; tables: {self.session.weights.tables})"
        )

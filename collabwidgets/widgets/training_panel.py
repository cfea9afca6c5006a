"""TrainingPanel: start, pause and stop a training, and watch its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, Float, Int, List, TraitError, TraitType, validate

from ..learner import CollabLearner
from ..plots import plot_loss
from ..training.recipe import N_FACTORS, SETTINGS, Recipe, Setting
from ..traits import Finite, Whole
from ..words import at_epoch
from .code import trained_recipe
from .learner_facts import history_of
from .protocol import PANEL_SETTINGS, plain
from .view import Live, View, controls_named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SETTINGS = {each.trait: each.name for each in SETTINGS.values() if each.label}  # trait of the panel: setting
_PROGRESS = ("progress", "step", "n_steps", "eta_seconds", "elapsed_seconds")
_RESULTS = ("history", "runs", "best_epoch", "overfit_since")
_MOST_SHOWN = 3  # earlier runs, as long as nobody has asked for more


def _trait_of(setting: Setting) -> TraitType[Any, Any]:
    match setting.kind:
        case "whole":
            trait: TraitType[Any, Any] = Whole(min=int(setting.low), max=int(setting.high))
        case "number":
            trait = Finite(min=setting.low, max=setting.high)
        case "choice":
            trait = Enum(setting.choices)
        case _:
            trait = Bool()
    return trait.tag(sync=True, page=True)


class TrainingPanel(View):
    """Buttons and settings of a training, its progress and its loss curves, live.

    The settings start as the learner's `recipe`; when a training is started elsewhere with others, the panel
    follows.

    Parameters
    ----------
    learner : CollabLearner
    epochs : int
        1 to 1000.
    lr, weight_decay : float
    n_factors, batch_size, seed : int
        ``n_factors`` is fixed once the learner is trained, until a reset, unless ``retrain_on_change`` is on.
    schedule : {"one_cycle", "constant"}
    patience : int
        Stop when so many epochs have brought no better validation loss; 0 never stops early.
    keep_best : bool
        At the end put back the weights of the best epoch.
    retrain_on_change : bool
        Let a page retrain, from fresh weights, whenever somebody changes one of these settings there. ``False``
    x_axis : {"epoch", "step", "time"}
    y_scale : {"linear", "log"}
    smoothing : float
        Weight of the past in the smoothed training loss, 0 to 0.99.
    visible_runs : list of int
        Numbers of the earlier runs, see `runs`, that are drawn behind the present one; by default the last three, and
        each new one joins them.
    second_metric : {"none", "hit_rate"}
        Measure `hit_rate` when a training ends, for up to 2,000 users. Nothing trains any more then, so the training
        is not slowed down.
    controls : list of str, optional
        Some of ``"train"``, ``"pause"``, ``"stop"``, ``"step"``, ``"reset"``, ``"epochs"``, ``"lr"``,
        ``"weight_decay"``, ``"n_factors"``, ``"batch_size"``, ``"seed"``, ``"patience"``, ``"schedule"``,
        ``"keep_best"``, ``"retrain_on_change"``, ``"progress"``, ``"chart"``, ``"x_axis"``, ``"y_scale"``,
        ``"smoothing"``, ``"runs"``, ``"table"``, ``"png"`` and ``"svg"`` of the chart. By default the buttons,
        ``"epochs"``, ``"lr"``, ``"weight_decay"`` and ``"retrain_on_change"`` are in sight, the other settings are
        behind *Settings*.
    **traits
        Those of every view, see `View`.

    Attributes
    ----------
    progress, step, n_steps : float, int, int
        Of the running or last fit: its share, 0 to 1, and its batches; read-only, as all of these.
    eta_seconds, elapsed_seconds : float or None, float
        Seconds left, ``None`` while they cannot be known, and trained.
    history : list of dict
        A row an epoch: epoch, train_loss, valid_loss, rmse, seconds, lr.
    hit_rate : float or None
        `CollabLearner.hit_rate` of the trained model, for ``second_metric="hit_rate"``.
    runs : list of dict
        A row for the present training and each of those before the last resets, see `CollabLearner.runs`.
    best_epoch, overfit_since : int or None
        The epoch with the lowest validation loss, and the one from which it has lain above that, see
        `History.overfit_since`.
    baselines : dict of str to float
        Validation loss of trivial predictions: ``{"mean": …}``, always the training mean; empty without validation.

    Examples
    --------
    >>> panel = TrainingPanel(learn, epochs=5, lr=5e-3, weight_decay=0.1)
    >>> panel.train()
    """

    controls = controls_named(
        "train",
        "pause",
        "stop",
        "step",
        "reset",
        *(each.trait for each in PANEL_SETTINGS),
        "retrain_on_change",
        "progress",
        "chart",
        "x_axis",
        "y_scale",
        "smoothing",
        "runs",
        "table",
        "png",
        "svg",
    )

    progress = Live("learner.session.progress.share")
    step, n_steps, eta_seconds, elapsed_seconds = (Live(f"learner.session.progress.{name}") for name in _PROGRESS[1:])
    history = Live(lambda view: plain(view.learner.history.epochs))
    runs = Live(lambda view: plain(history_of(view.learner)[0]["runs"]))
    best_epoch = Live("learner.history.best_epoch")
    overfit_since = Live("learner.history.overfit_since")

    vars().update({each.trait: _trait_of(each) for each in SETTINGS.values() if each.label})
    n_factors = Whole(min=0, max=int(N_FACTORS.high)).tag(sync=True, page=True)
    retrain_on_change = Bool(False).tag(sync=True, page=True)
    x_axis = Enum(("epoch", "step", "time"), "epoch").tag(sync=True, page=True)
    y_scale = Enum(("linear", "log"), "linear").tag(sync=True, page=True)
    smoothing = Finite(0.6, min=0.0, max=0.99).tag(sync=True, page=True)
    visible_runs: List[int] = List(Int()).tag(sync=True, page=True)
    second_metric = Enum(("none", "hit_rate"), "none").tag(sync=True, page=True)
    hit_rate = Float(None, allow_none=True, read_only=True).tag(sync=True, result=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        settings = _settings_of(learner)
        self._followed = settings
        self._measured: tuple[str, int] = ("none", 0)
        self._known_runs = _numbers(learner)
        super().__init__(learner, **(settings | {"visible_runs": self._known_runs[-_MOST_SHOWN:]} | traits))
        self.observe(lambda _change: self._store_of_learner.publisher.wake(), "second_metric")
        if self.second_metric != "none":
            self._store_of_learner.publisher.wake()  # there may be a trained model already

    def train(self) -> None:
        """Start a training with the panel's settings, as its button does."""
        self._learner.start(**self._recipe())

    def retrain(self) -> None:
        """Forget all training and train fresh weights with the panel's settings, see `CollabLearner.retrain`."""
        self._learner.retrain(**self._recipe())

    @property
    def baselines(self) -> dict[str, float]:
        """Validation loss of trivial predictions, by name."""
        mean = self._learner.baseline
        return {} if mean is None else {"mean": mean}

    def to_frame(self) -> pd.DataFrame:
        """A row an epoch: epoch, train_loss, valid_loss, rmse, seconds, lr, and a column a metric."""
        return self._learner.history.to_frame()

    def _facts(self) -> dict[str, Any]:
        status, picture = self._store_of_learner.status, self._store_of_learner.picture
        facts = {name: status[name] for name in _PROGRESS} | {name: picture[name] for name in _RESULTS}
        return super()._facts() | facts

    def _plot(self, ax: Axes | None = None) -> Axes:
        style = {name: getattr(self, name) for name in ("smoothing", "x_axis", "y_scale")}
        return plot_loss(self._learner, ax, **style, runs=self.visible_runs)

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        self._follow_runs(learn)
        self._measure(learn, settled)
        settings = _settings_of(learn)
        if settings != self._followed:
            # Only what has moved: somebody may be typing another number, which is not asked for yet.
            moved = {name: value for name, value in settings.items() if value != self._followed[name]}
            self._followed = settings
            self.publish(moved)
        return 0

    def _follow_runs(self, learn: CollabLearner) -> None:
        known, self._known_runs = self._known_runs, _numbers(learn)
        if known == self._known_runs:
            return
        before = len(self.visible_runs)
        new = [number for number in self._known_runs if number not in known]
        shown = [number for number in (*self.visible_runs, *new) if number in self._known_runs]
        self.publish({"visible_runs": shown[-max(before, _MOST_SHOWN) :]})

    def _measure(self, learn: CollabLearner, settled: bool) -> None:
        """The second metric, once a training has ended: in between it would take the processor from it."""
        asked = (self.second_metric, learn.snapshot.revision)
        if asked == self._measured or not settled:
            return
        value = None
        if self.second_metric == "hit_rate" and learn.epoch > 0:
            try:
                value = plain(learn.hit_rate())
            except RuntimeError:
                return  # another training has begun
            if learn.status == "training":
                return  # and has moved the weights meanwhile
        self._measured = asked
        self.publish({"hit_rate": value})

    @validate("n_factors")
    def _possible_size(self, proposal: dict[str, Any]) -> int:
        n: int = proposal["value"]
        learn, fixed = self._learner, not self._learner.session.weights.can_resize
        if n != learn.n_factors and (n == 0 or fixed or (learn.epoch > 0 and not self.retrain_on_change)):
            when = f"before training, after reset() or with retrain_on_change=True 1 to {N_FACTORS.high:g} are possible"
            raise TraitError(
                f"n_factors={n}: this learner's model keeps its {learn.n_factors} factors"
                + ("" if fixed else f"; {when}")
            )
        return n

    @validate("visible_runs")
    def _known_visible_runs(self, proposal: dict[str, Any]) -> list[int]:
        numbers: list[int] = proposal["value"]
        known = _numbers(self._learner)
        for number in numbers:
            if number not in known:
                there = ", ".join(map(str, known)) or "none yet: a reset or a retraining leaves one"
                raise TraitError(f"visible_runs names {number}, which is no earlier run; there are {there}")
        return sorted(set(numbers))

    def _usual(self) -> dict[str, Any]:
        # The learner of the program has no earlier runs.
        return _settings_of(self._learner, trained_recipe(self._learner)) | {"visible_runs": self.visible_runs}

    def _recipe(self) -> dict[str, Any]:
        settings = {setting: getattr(self, trait) for trait, setting in _SETTINGS.items()}
        return settings | {"n_factors": self.n_factors or None}

    def _state(self) -> str:
        best = self._learner.history.best
        parts = [self._learner.status]
        if self._learner.epoch:
            parts.append(self._epoch())
        if best is not None:
            parts.append(f"best {best.valid_loss:.4f} at epoch {best.epoch}")
        return ", ".join(parts)

    def _epoch(self) -> str:
        return at_epoch(self._learner.epoch)


def _numbers(learn: CollabLearner) -> list[int]:
    return [run.number for run in learn.session.earlier]


def _settings_of(learn: CollabLearner, recipe: Recipe | None = None) -> dict[str, Any]:
    settings = {trait: getattr(recipe or learn.recipe, setting) for trait, setting in _SETTINGS.items()}
    return settings | {"n_factors": learn.n_factors}

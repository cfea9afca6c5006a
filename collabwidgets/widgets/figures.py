"""bqplot Figures of a learner, to be shown as they are, restyled or combined with other widgets."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..loss_curves import loss_range, positions, shown_runs, smoothed
from ..words import rating_unit
from .earlier_curves import EarlierCurves
from .learner_facts import BATCH_POINTS
from .publisher import COST_SHARE
from .store import LearnerStore

if TYPE_CHECKING:
    import bqplot

    from ..learner import CollabLearner

BLUE, VERMILION, GREY, GREEN, PURPLE = "#0072B2", "#D55E00", "#7f7f7f", "#009E73", "#CC79A7"

# bqplot's own is orange in dark themes. The host's text, else a grey that is read on white and on black.
_TEXT = "var(--jp-content-font-color1, #767676)"

_UPDATE_SECONDS = 1.0  # a browser draws such a figure in tens of milliseconds, beside the training
_LIVE_POINTS = 600  # while training; the last picture has them all
_MARGIN = {"top": 16, "bottom": 44, "left": 56, "right": 16}
_TWO_SCALES = _MARGIN | {"right": 64}
_AXIS_LABELS = {"epoch": "epoch", "step": "batch", "time": "seconds"}


def loss_figure(
    learn: CollabLearner,
    *,
    smoothing: float = 0.6,
    x_axis: str = "epoch",
    y_scale: str = "linear",
    runs: Sequence[int] = (),
) -> bqplot.Figure:
    """The loss of each batch (faint), smoothed, and the validation loss of each epoch; goes on while
    training.

    Parameters
    ----------
    learn : CollabLearner
    smoothing : float
        Weight of the past in the moving average over a 25th of an epoch, or a 125th of a longer run, 0 to 0.99.
    x_axis : {"epoch", "step", "time"}
        Epochs, batches or seconds trained.
    y_scale : {"linear", "log"}
    runs : sequence of int
        Numbers of earlier runs (see `CollabLearner.runs`) to draw behind the present one.

    Raises
    ------
    ImportError
        Without bqplot.
    """
    return LossCurves(learn, smoothing=smoothing, x_axis=x_axis, y_scale=y_scale, runs=runs).figure


class LossCurves:
    """The marks of a `loss_figure` and what keeps them up to date: the learner's pump thread.

    The figure carries this object, so the two live equally long.
    """

    def __init__(self, learn: CollabLearner, *, smoothing: float, x_axis: str, y_scale: str, runs: Sequence[int] = ()):
        import bqplot

        self._smoothing, self._x_axis, self._runs = smoothing, x_axis, tuple(runs)
        self._seen: tuple[Any, ...] = ()
        self._not_before = 0.0
        self._baseline, self._loss_name = learn.baseline, learn.loss_name
        self._scales = {"x": bqplot.LinearScale(min=0.0), "y": _y_scale(y_scale)}
        self._axes = {
            "x": bqplot.Axis(
                scale=self._scales["x"],
                label=_AXIS_LABELS[x_axis],
                label_color=_TEXT,
                grid_lines="none",
                label_offset="32px",
            ),
            "y": bqplot.Axis(
                scale=self._scales["y"], label=self._loss_name, label_color=_TEXT, side="left", label_offset="40px"
            ),
            "rmse": bqplot.Axis(
                scale=self._scales["y"],
                label=f"RMSE, {unit}" if (unit := rating_unit(learn.snapshot.y_range)) == "stars" else "RMSE",
                label_color=_TEXT,
                side="right",
                label_offset="46px",
                grid_lines="none",
            ),
        }
        self._earlier = EarlierCurves(dict(self._scales))
        self._raw = self._line("train, each batch", BLUE, opacities=[0.25], stroke_width=1.0, display_legend=False)
        self._train = self._line("train", BLUE)
        validates = self._baseline is not None
        self._valid = self._line("valid", VERMILION, display_legend=validates, marker="circle", marker_size=48)
        self._mean = self._line(
            "predict the mean", GREY, display_legend=validates, line_style="dotted", stroke_width=1.5
        )
        self._best = bqplot.Scatter(
            x=[], y=[], scales=dict(self._scales), colors=[VERMILION], default_size=110, names=[], display_names=False
        )
        self.figure = bqplot.Figure(
            marks=[
                *self._earlier.marks,
                self._raw,
                self._mean,
                self._train,
                self._valid,
                self._best,
                self._earlier.numbers,
            ],
            axes=[axis for name, axis in self._axes.items() if name != "rmse" or self._loss_name == "MSE"],
            fig_margin=_TWO_SCALES,
            legend_location="top-right",
            legend_text={"fill": _TEXT},
            min_aspect_ratio=0.5,
            max_aspect_ratio=6.0,
            layout={"width": "100%", "height": "280px"},
        )
        self.figure.display_toolbar = False
        self._draw(learn)
        self.figure._curves = self
        LearnerStore.of(learn).follow(self)

    @property
    def closed(self) -> bool:
        """Whether the figure was closed."""
        return self.figure.comm is None

    shown = False  # a figure does not know whether it is seen, so it asks for nothing

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        """Draw again if there is something new, somebody may see it and it was not done just now."""
        now = time.monotonic()
        if not watched or self._moment(learn) == self._seen or (not settled and now < self._not_before):
            return 0
        began = time.thread_time()
        self._draw(learn)
        self._not_before = now + max(_UPDATE_SECONDS, COST_SHARE * (time.thread_time() - began))
        return 0

    def _moment(self, learn: CollabLearner) -> tuple[Any, ...]:
        return learn.history.run, len(learn.history), learn.session.progress.step, learn.status

    def _draw(self, learn: CollabLearner) -> None:
        self._seen = self._moment(learn)
        x, loss = learn.history.batches(_LIVE_POINTS if learn.status == "training" else BATCH_POINTS)
        epochs = learn.history.epochs
        at = positions(x, learn, self._x_axis)
        valid = [(row.epoch, row.valid_loss) for row in epochs if row.valid_loss is not None]
        valid_at = positions([epoch for epoch, _ in valid], learn, self._x_axis)
        earlier = shown_runs(learn, self._runs)
        earlier_end, earlier_losses = self._earlier.draw(earlier, learn, self._x_axis, self._smoothing)
        planned = positions([planned_end(learn)], learn, self._x_axis)
        end = max([*at[-1:], *valid_at[-1:], *planned, earlier_end]) or 1.0
        train = smoothed(x, loss, self._smoothing)
        _set(self._raw, at, loss)
        _set(self._train, at, train)
        _set(self._valid, valid_at, [value for _, value in valid])
        best = learn.history.best
        chosen = [i for i, (epoch, _) in enumerate(valid) if best is not None and epoch == best.epoch]
        _set(self._best, valid_at[chosen], [valid[i][1] for i in chosen])
        best_rmse = "" if best is None or best.rmse is None else f"; best RMSE {best.rmse:.3f}"
        self._axes["y"].label = f"{self._loss_name}{best_rmse}"
        if self._baseline is not None:
            _set(self._mean, [0.0, end], [self._baseline] * 2)
        if self._x_axis != "time" or not end <= (self._scales["x"].max or 0.0) <= 1.5 * end:
            self._scales["x"].max = float(end) * (1.25 if self._x_axis == "time" and learn.status == "training" else 1)
        self._axes["x"].tick_values = whole_ticks(end) if self._x_axis == "epoch" else None
        low, high = loss_range(
            train, [*(value for _, value in valid), *earlier_losses, *filter(None, [self._baseline])]
        )
        self._show_range(low, high)

    def _show_range(self, low: float, high: float) -> None:
        """Show at least this range of losses. A scale that moves makes every mark be drawn anew, so it moves rarely."""
        scale = self._scales["y"]
        fits = scale.min is not None and scale.min <= low and high <= scale.max
        if not fits or high - low < 0.6 * (scale.max - scale.min):
            with scale.hold_sync():
                scale.min, scale.max = 0.9 * low, high
            ticks = log_ticks(scale.min, scale.max) if _kind_of(scale) == "log" else None
            self._show_ticks(even_ticks(scale.min, scale.max) if ticks is None else ticks)

    def _show_ticks(self, losses: NDArray[np.float64]) -> None:
        """The same places on both sides: at the left the loss, at the right its root."""
        for axis, texts in (("y", losses), ("rmse", np.sqrt(losses))):
            decimals = 2 if axis == "rmse" or len(losses) < 2 or float(np.diff(losses).min()) < 0.1 else 1
            labels = {
                _as_script_writes(at): f"{text:.{decimals}f}" for at, text in zip(losses.tolist(), texts, strict=True)
            }
            # In this order, and with the labels of the old ticks: bqplot words new ticks by the labels it knows, in
            # the next frame, and so would undo what labels do that come with them or after them.
            self._axes[axis].tick_labels = (self._axes[axis].tick_labels or {}) | labels
            self._axes[axis].tick_values = losses
            self._axes[axis].tick_labels = labels

    def _line(self, label: str, color: str, *, display_legend: bool = True, **style: Any) -> bqplot.Lines:
        import bqplot

        return bqplot.Lines(
            x=[],
            y=[],
            scales=dict(self._scales),
            colors=[color],
            labels=[label],
            display_legend=display_legend,
            **style,
        )


def planned_end(learn: CollabLearner) -> float:
    """Epochs that will have been trained when the fit that runs or waits is over."""
    progress = learn.session.progress
    if learn.status not in ("training", "paused"):
        return learn.epoch
    return learn.epoch + (progress.n_steps - progress.step) / learn.dls.n_batches(learn.recipe.bs)


def whole_ticks(end: float) -> NDArray[np.float64]:
    """At most nine whole numbers from 0 to `end`, in steps of 1, 2 or 5 times a power of ten: half an epoch is no
    place for a tick."""
    return np.arange(0.0, end + 1e-6, _round_step(max(1.0, end / 8)))


def log_ticks(low: float, high: float) -> NDArray[np.float64] | None:
    """1, 2 and 5 times the powers of ten from `low` to `high`: the labels of all nine would lie on each other.

    None where fewer than two of them fit, and so all nine do.
    """
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = np.outer(powers, (1, 2, 5)).ravel()
    shown = steps[(low <= steps) & (steps <= high)]
    return shown if len(shown) > 1 else None


def even_ticks(low: float, high: float) -> NDArray[np.float64]:
    """Four to eight round numbers from `low` to `high`: steps are 1, 2 or 5 times a power of ten."""
    step = _round_step((high - low) / 8)
    ticks = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    return np.round(ticks, 10)


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times the powers of ten that is not below `least`."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= least * (1 - 1e-9))


def pca_figure(learn: CollabLearner, n: int = 50, *, x: int = 1, y: int = 2) -> bqplot.Figure:
    """The `n` most rated titles on two principal components, each with its name, as the chapter draws them.

    Parameters
    ----------
    learn : CollabLearner
    n : int
        Titles to draw.
    x, y : int
        Components, from 1. The chapter's pictures are 1 against 3, then 2 against 3.
    """
    import bqplot

    k = max(x, y)
    frame = learn.pca(k, min_count=1).nlargest(n, "count")
    shares = learn.pca(k, min_count=1).attrs["explained_variance_ratio"]
    columns = [frame[f"PC{component}"].to_numpy(np.float64) for component in (x, y)]
    scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale()}
    names = frame[learn.dls.item_name].astype(str).to_numpy()
    points = bqplot.Scatter(
        x=columns[0],
        y=columns[1],
        names=names,
        display_names=True,
        scales=scales,
        colors=[BLUE],
        default_size=24,
        tooltip=bqplot.Tooltip(fields=["name"], show_labels=False),
    )
    axes = [
        bqplot.Axis(scale=scales["x"], label=f"PC {x} · {shares[x - 1]:.1%}", label_color=_TEXT),
        bqplot.Axis(scale=scales["y"], label=f"PC {y} · {shares[y - 1]:.1%}", label_color=_TEXT, side="left"),
    ]
    return bqplot.Figure(marks=[points], axes=axes, fig_margin=_MARGIN, layout={"width": "100%", "height": "640px"})


def parabola_figure(a: Sequence[float] = (1, 2, 5, 10, 50)) -> bqplot.Figure:
    """``y = a·x²`` for several `a`: the larger the coefficient, the narrower the canyon. Why weights are
    decayed."""
    import bqplot

    at = np.linspace(-2, 2, 101)
    scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale(min=0.0, max=5.0)}
    colors = itertools.cycle((BLUE, VERMILION, GREEN, PURPLE, GREY))
    lines = [
        bqplot.Lines(
            x=at,
            y=value * at**2,
            scales=scales,
            colors=[color],
            labels=[f"a = {value:g}"],
            display_legend=True,
        )
        for value, color in zip(a, colors, strict=False)
    ]
    axes = [
        bqplot.Axis(scale=scales["x"], label="x", label_color=_TEXT),
        bqplot.Axis(scale=scales["y"], label="a · x²", label_color=_TEXT, side="left"),
    ]
    return bqplot.Figure(
        marks=lines,
        axes=axes,
        fig_margin=_MARGIN,
        legend_location="top",
        legend_text={"fill": _TEXT},
        layout={"width": "100%", "height": "320px"},
    )


def _set(line: bqplot.Lines | bqplot.Scatter, x: Any, y: Any) -> None:
    with line.hold_sync():
        line.x, line.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _as_script_writes(value: float) -> str:
    """The name under which the page looks up a tick's label: 1, not 1.0."""
    return str(int(value)) if value == int(value) else repr(value)


def _y_scale(kind: str) -> Any:
    import bqplot

    return bqplot.LogScale() if kind == "log" else bqplot.LinearScale()


def _kind_of(scale: Any) -> str:
    return "log" if type(scale).__name__ == "LogScale" else "linear"

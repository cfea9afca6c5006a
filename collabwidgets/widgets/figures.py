"""bqplot Figures of a learner, to be shown as they are, restyled or combined with other widgets."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..loss_curves import Curve, drawn_runs, loss_range, positions, smoothed
from ..training.history import validated
from ..words import rating_unit
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
    """The marks of a `loss_figure` and what keeps them up to date, on the publisher's thread.

    The figure carries this object, so the two live equally long.
    """

    def __init__(self, learn: CollabLearner, *, smoothing: float, x_axis: str, y_scale: str, runs: Sequence[int] = ()):
        import bqplot

        self._smoothing, self._x_axis, self._runs = smoothing, x_axis, tuple(runs)
        self._log = y_scale == "log"
        self._seen: tuple[Any, ...] = ()
        self._not_before = 0.0
        self._baseline, self._loss_name = learn.baseline, learn.loss_name
        x, y = bqplot.LinearScale(min=0.0), bqplot.LogScale() if self._log else bqplot.LinearScale()
        self._scales = {"x": x, "y": y}
        unit = ", stars" if rating_unit(learn.snapshot.y_range) == "stars" else ""
        self._axes = {
            "x": _axis(x, _AXIS_LABELS[x_axis], grid_lines="none", label_offset="32px"),
            "y": _axis(y, self._loss_name, side="left", label_offset="40px"),
            "rmse": _axis(y, f"RMSE{unit}", side="right", label_offset="46px", grid_lines="none"),
        }
        self._earlier: object = None  # the runs before this one that were there when they were last drawn
        self._earlier_end, self._earlier_losses = 0.0, np.empty(0)
        behind: dict[str, Any] = {"color": GREY, "display_legend": False}
        self._earlier_train = self._line(opacities=[0.45], stroke_width=1.0, **behind)
        self._earlier_valid = self._line(opacities=[0.8], stroke_width=1.5, line_style="dashed", **behind)
        self._numbers = bqplot.Label(
            x=[],
            y=[],
            text=[],
            scales=dict(self._scales),
            colors=[GREY],
            default_size=11,
            font_weight="bold",
            align="end",
            x_offset=-6,
            y_offset=-6,
        )
        validates = self._baseline is not None
        self._raw = self._line(BLUE, opacities=[0.25], stroke_width=1.0, display_legend=False)
        self._train = self._line(BLUE, "train")
        self._valid = self._line(VERMILION, "valid", display_legend=validates, marker="circle", marker_size=48)
        dotted: dict[str, Any] = {"line_style": "dotted", "stroke_width": 1.5, "display_legend": validates}
        self._mean = self._line(GREY, "predict the mean", **dotted)
        self._best = bqplot.Scatter(
            x=[], y=[], scales=dict(self._scales), colors=[VERMILION], default_size=110, names=[], display_names=False
        )
        behind_all = [self._earlier_train, self._earlier_valid, self._raw, self._mean]
        self.figure = _figure(
            [*behind_all, self._train, self._valid, self._best, self._numbers],
            [axis for name, axis in self._axes.items() if name != "rmse" or self._loss_name == "MSE"],
            "280px",
            fig_margin=_MARGIN | {"right": 64},
            legend_location="top-right",
            min_aspect_ratio=0.5,
            max_aspect_ratio=6.0,
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
        at = positions(x, learn, self._x_axis)
        train = smoothed(x, loss, self._smoothing)
        epochs, losses = validated(learn.history.epochs)
        valid_at, best = positions(epochs, learn, self._x_axis), learn.history.best
        chosen = epochs == learn.history.best_epoch
        self._draw_earlier(learn)
        _set(self._raw, at, loss)
        _set(self._train, at, train)
        _set(self._valid, valid_at, losses)
        _set(self._best, valid_at[chosen], losses[chosen])
        best_rmse = "" if best is None or best.rmse is None else f"; best RMSE {best.rmse:.3f}"
        self._axes["y"].label = f"{self._loss_name}{best_rmse}"
        planned = positions([planned_end(learn)], learn, self._x_axis)
        end = max([*at[-1:], *valid_at[-1:], *planned, self._earlier_end]) or 1.0
        if self._baseline is not None:
            _set(self._mean, [0.0, end], [self._baseline] * 2)
        if self._x_axis != "time" or not end <= (self._scales["x"].max or 0.0) <= 1.5 * end:
            self._scales["x"].max = float(end) * (1.25 if self._x_axis == "time" and learn.status == "training" else 1)
        self._axes["x"].tick_values = even_ticks(0.0, end, least=1.0) if self._x_axis == "epoch" else None
        others = [*losses, *self._earlier_losses, *filter(None, [self._baseline])]
        self._show_range(*loss_range(train, others))

    def _draw_earlier(self, learn: CollabLearner) -> None:
        """The earlier runs that are asked for, however many, in two marks, and their numbers in a third."""
        if learn.session.earlier is self._earlier:
            return
        self._earlier = learn.session.earlier
        runs = drawn_runs(learn, self._runs, self._x_axis, self._smoothing)
        _set(self._earlier_train, *_rows([run.train for run in runs]))
        _set(self._earlier_valid, *_rows([run.valid for run in runs]))
        ends = [[end[-1] for end in (run.valid if len(run.valid[0]) else run.train)] for run in runs]
        with self._numbers.hold_sync():
            _set(self._numbers, *np.reshape(ends, (-1, 2)).T)
            # Beside each other where curves end at one place; a figure space is as wide as a digit.
            self._numbers.text = [f"{run.number}{chr(0x2007) * 2 * i}" for i, run in enumerate(runs)]
        self._earlier_end = max([0.0, *(float(run.train[0][-1]) for run in runs)])
        self._earlier_losses = self._earlier_valid.y[np.isfinite(self._earlier_valid.y)]

    def _show_range(self, low: float, high: float) -> None:
        """Show at least this range of losses. A scale that moves makes every mark be drawn anew, so it moves rarely."""
        scale = self._scales["y"]
        fits = scale.min is not None and scale.min <= low and high <= scale.max
        if not fits or high - low < 0.6 * (scale.max - scale.min):
            with scale.hold_sync():
                scale.min, scale.max = 0.9 * low, high
            ticks = log_ticks(scale.min, scale.max) if self._log else None
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

    def _line(self, color: str, label: str = "", **style: Any) -> bqplot.Lines:
        import bqplot

        named = {"labels": [label], "display_legend": True, "colors": [color], "scales": dict(self._scales)}
        return bqplot.Lines(x=[], y=[], **(named | style))


def planned_end(learn: CollabLearner) -> float:
    """Epochs that will have been trained when the fit that runs or waits is over."""
    progress = learn.session.progress
    if learn.status not in ("training", "paused"):
        return learn.epoch
    return learn.epoch + (progress.n_steps - progress.step) / learn.dls.n_batches(learn.recipe.bs)


def log_ticks(low: float, high: float) -> NDArray[np.float64] | None:
    """1, 2 and 5 times the powers of ten from `low` to `high`: the labels of all nine would lie on each other.

    None where fewer than two of them fit, and so all nine do.
    """
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = np.outer(powers, (1, 2, 5)).ravel()
    shown = steps[(low <= steps) & (steps <= high)]
    return shown if len(shown) > 1 else None


def even_ticks(low: float, high: float, least: float = 0.0) -> NDArray[np.float64]:
    """Four to eight round numbers from `low` to `high`; steps are 1, 2 or 5 times a power of ten, `least` or more."""
    wanted = max(least, (high - low) / 8)
    power: float = 10.0 ** math.floor(math.log10(wanted))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= wanted * (1 - 1e-9))
    ticks = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    return np.round(ticks, 10)


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

    found = learn.pca(max(x, y), min_count=1)
    shares, frame = found.attrs["explained_variance_ratio"], found.nlargest(n, "count")
    at, up = bqplot.LinearScale(), bqplot.LinearScale()
    points = bqplot.Scatter(
        x=frame[f"PC{x}"].to_numpy(np.float64),
        y=frame[f"PC{y}"].to_numpy(np.float64),
        names=frame.iloc[:, 0].astype(str).to_numpy(),
        display_names=True,
        scales={"x": at, "y": up},
        colors=[BLUE],
        default_size=24,
        tooltip=bqplot.Tooltip(fields=["name"], show_labels=False),
    )
    axes = [_axis(at, f"PC {x} · {shares[x - 1]:.1%}"), _axis(up, f"PC {y} · {shares[y - 1]:.1%}", side="left")]
    return _figure([points], axes, "640px")


def parabola_figure(a: Sequence[float] = (1, 2, 5, 10, 50)) -> bqplot.Figure:
    """``y = a·x²`` for several `a`: the larger the coefficient, the narrower the canyon. Why weights are
    decayed."""
    import bqplot

    x, y = bqplot.LinearScale(), bqplot.LinearScale(min=0.0, max=5.0)
    at = np.linspace(-2, 2, 101)
    lines = bqplot.Lines(
        x=at,
        y=np.outer(a, at**2),
        scales={"x": x, "y": y},
        colors=[BLUE, VERMILION, GREEN, PURPLE, GREY],
        labels=[f"a = {value:g}" for value in a],
        display_legend=True,
    )
    return _figure([lines], [_axis(x, "x"), _axis(y, "a · x²", side="left")], "320px", legend_location="top")


def _figure(marks: list[bqplot.Mark], axes: list[bqplot.Axis], height: str, **style: Any) -> bqplot.Figure:
    import bqplot

    usual = {"fig_margin": _MARGIN, "legend_text": {"fill": _TEXT}, "layout": {"width": "100%", "height": height}}
    return bqplot.Figure(marks=marks, axes=axes, **(usual | style))


def _axis(scale: bqplot.Scale, label: str, **style: Any) -> bqplot.Axis:
    import bqplot

    return bqplot.Axis(scale=scale, label=label, label_color=_TEXT, **style)


def _rows(curves: Sequence[Curve]) -> NDArray[np.float64]:
    """Places and losses of several curves, float64 [2, n_curves, longest]: a line is broken off where NaN begins."""
    longest = max(2, *(len(at) for at, _ in curves)) if curves else 0  # bqplot takes a single number for none
    rows = np.full((2, len(curves), longest), np.nan)
    for row, (at, loss) in enumerate(curves):
        rows[:, row, : len(at)] = at, loss
    return rows if rows.size else np.empty((2, 0))


def _set(mark: bqplot.Mark, x: Any, y: Any) -> None:
    with mark.hold_sync():
        mark.x, mark.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _as_script_writes(value: float) -> str:
    """The name under which the page looks up a tick's label: 1, not 1.0."""
    return str(int(value)) if value == int(value) else repr(value)

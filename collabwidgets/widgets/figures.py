"""bqplot Figures of a learner, to be shown as they are, restyled or combined with other widgets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .published import BATCH_POINTS, baseline_mse
from .publisher import COST_SHARE
from .store import LearnerStore

if TYPE_CHECKING:
    import bqplot

    from ..learner import CollabLearner

BLUE, VERMILION, GREY, GREEN, PURPLE = "#0072B2", "#D55E00", "#7f7f7f", "#009E73", "#CC79A7"

_UPDATE_SECONDS = 0.5
_MARGIN = {"top": 16, "bottom": 44, "left": 56, "right": 16}


def loss_figure(
    learn: CollabLearner, *, smoothing: float = 0.6, x_axis: str = "epoch", y_scale: str = "linear"
) -> bqplot.Figure:
    """The loss of each batch (faint), smoothed, and the validation loss of each epoch; goes on while
    training.

    Parameters
    ----------
    learn : CollabLearner
    smoothing : float
        Weight of the past in the moving average, 0 to 0.99.
    x_axis : {"epoch", "step", "time"}
        Epochs, batches or seconds trained.
    y_scale : {"linear", "log"}

    Raises
    ------
    ImportError
        Without bqplot.
    """
    return LossCurves(learn, smoothing=smoothing, x_axis=x_axis, y_scale=y_scale).figure


class LossCurves:
    """The marks of a `loss_figure` and what keeps them up to date: the learner's pump thread.

    The figure carries this object, so the two live equally long.
    """

    def __init__(self, learn: CollabLearner, *, smoothing: float, x_axis: str, y_scale: str):
        import bqplot

        self._smoothing, self._x_axis = smoothing, x_axis
        self._seen: tuple[Any, ...] = ()
        self._not_before = 0.0
        self._baseline = baseline_mse(learn)
        self._scales = {"x": bqplot.LinearScale(min=0.0), "y": _y_scale(y_scale)}
        self._axes = {
            "x": bqplot.Axis(scale=self._scales["x"], label=x_axis, grid_lines="none", num_ticks=6),
            "y": bqplot.Axis(scale=self._scales["y"], label="MSE", side="left", num_ticks=5),
        }
        self._raw = self._line("train, each batch", BLUE, opacities=[0.25], stroke_width=1.0, display_legend=False)
        self._train = self._line("train", BLUE)
        self._valid = self._line("valid", VERMILION, marker="circle", marker_size=48)
        self._mean = self._line("predict the mean", GREY, line_style="dotted", stroke_width=1.5)
        self.figure = bqplot.Figure(
            marks=[self._raw, self._mean, self._train, self._valid],
            axes=list(self._axes.values()),
            fig_margin=_MARGIN,
            legend_location="top-right",
            min_aspect_ratio=0.5,
            max_aspect_ratio=6.0,
            layout={"width": "100%", "height": "280px"},
        )
        self.figure.display_toolbar = False
        self._draw(learn)
        self.figure._curves = self
        LearnerStore.of(learn).follow(self)

    def restyle(self, learn: CollabLearner, *, smoothing: float, x_axis: str, y_scale: str) -> None:
        """Draw with other choices from now on."""
        if y_scale != _kind_of(self._scales["y"]):
            self._scales["y"] = _y_scale(y_scale)
            for mark in self.figure.marks:
                mark.scales = dict(self._scales)
            self._axes["y"].scale = self._scales["y"]
        self._smoothing, self._x_axis = smoothing, x_axis
        self._axes["x"].label = {"time": "seconds"}.get(x_axis, x_axis)
        self._draw(learn)

    @property
    def closed(self) -> bool:
        """Whether the figure was closed."""
        return self.figure.comm is None

    shown = False  # a figure does not know whether it is seen, so it asks for nothing

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> None:
        """Draw again if there is something new, somebody may see it and it was not done just now."""
        now = time.monotonic()
        if not watched or self._moment(learn) == self._seen or (not settled and now < self._not_before):
            return
        began = time.thread_time()
        self._draw(learn)
        self._not_before = now + max(_UPDATE_SECONDS, COST_SHARE * (time.thread_time() - began))

    def close(self) -> None:
        """Close the figure and all its parts."""
        for part in (*self.figure.marks, *self.figure.axes, *self._scales.values(), self.figure):
            part.close()

    def _moment(self, learn: CollabLearner) -> tuple[Any, ...]:
        return learn.history.run, len(learn.history), learn.step, learn.status

    def _draw(self, learn: CollabLearner) -> None:
        self._seen = self._moment(learn)
        x, loss = learn.history.batches(BATCH_POINTS)
        epochs = learn.history.epochs
        at = positions(x, learn, self._x_axis)
        valid = [(row.epoch, row.valid_loss) for row in epochs if row.valid_loss is not None]
        valid_at = positions([epoch for epoch, _ in valid], learn, self._x_axis)
        end = max(float(at[-1]) if len(at) else 0.0, float(valid_at[-1]) if len(valid_at) else 0.0) or 1.0
        _set(self._raw, at, loss)
        _set(self._train, at, smoothed(loss, self._smoothing))
        _set(self._valid, valid_at, [value for _, value in valid])
        if self._baseline is not None:
            _set(self._mean, [0.0, end], [self._baseline] * 2)
        self._scales["x"].max = end

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


def positions(epochs: Sequence[float] | NDArray[Any], learn: CollabLearner, axis: str) -> NDArray[np.float64]:
    """Places on the horizontal axis, float64 ``[n]``, of moments in epochs: epochs, batches or seconds."""
    at: NDArray[np.float64] = np.asarray(epochs, dtype=np.float64)
    if axis == "epoch":
        return at
    if axis == "step":
        steps: NDArray[np.float64] = np.round(at * learn.dls.n_batches(learn.recipe.bs))
        return steps
    rows = learn.history.epochs
    seconds = np.cumsum([0.0, *(row.seconds for row in rows)])
    if not rows:
        return at * 0.0 if not len(at) else at * (learn.elapsed_seconds / max(float(at[-1]), 1e-9))
    # Within an epoch time goes evenly; the running one is taken to be as long as the last.
    seconds_at: NDArray[np.float64] = np.where(
        at <= len(rows),
        np.interp(at, np.arange(len(seconds)), seconds),
        seconds[-1] + (at - len(rows)) * rows[-1].seconds,
    )
    return seconds_at


def smoothed(loss: NDArray[np.float32], weight: float) -> NDArray[np.float64]:
    """Moving average with `weight` on the past, corrected for its start as Adam's is; float64 ``[n]``."""
    values = np.asarray(loss, dtype=np.float64)
    if not len(values) or weight == 0:
        return values
    means = np.fromiter(
        itertools.accumulate(values, lambda mean, value: weight * mean + (1 - weight) * value, initial=0.0),
        dtype=np.float64,
        count=len(values) + 1,
    )[1:]
    return means / (1 - weight ** np.arange(1, len(values) + 1))


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
        bqplot.Axis(scale=scales["x"], label=f"PC {x} · {shares[x - 1]:.1%}"),
        bqplot.Axis(scale=scales["y"], label=f"PC {y} · {shares[y - 1]:.1%}", side="left"),
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
        bqplot.Axis(scale=scales["x"], label="x"),
        bqplot.Axis(scale=scales["y"], label="a · x²", side="left"),
    ]
    return bqplot.Figure(
        marks=lines,
        axes=axes,
        fig_margin=_MARGIN,
        legend_location="top",
        layout={"width": "100%", "height": "320px"},
    )


def _set(line: bqplot.Lines, x: Any, y: Any) -> None:
    with line.hold_sync():
        line.x, line.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _y_scale(kind: str) -> Any:
    import bqplot

    return bqplot.LogScale() if kind == "log" else bqplot.LinearScale()


def _kind_of(scale: Any) -> str:
    return "log" if type(scale).__name__ == "LogScale" else "linear"

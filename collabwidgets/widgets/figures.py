"""bqplot Figures of a learner, to be shown as they are, restyled or combined with other widgets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bqplot
import numpy as np

from ..loss_curves import loss_range, positions, smoothed
from ..training.history import validated
from .learner_facts import BATCH_POINTS
from .publisher import COST_SHARE
from .store import LearnerStore

if TYPE_CHECKING:
    from ..learner import CollabLearner

BLUE, VERMILION, GREY, GREEN, PURPLE = "#0072B2", "#D55E00", "#7f7f7f", "#009E73", "#CC79A7"

# bqplot's own is orange in dark themes. The host's text, else a grey that is read on white and on black.
_TEXT = "var(--jp-content-font-color1, #767676)"

_UPDATE_SECONDS = 1.0  # a browser draws such a figure in tens of milliseconds, beside the training
_LIVE_POINTS = 600  # while training; the last picture has them all
_AXIS_LABELS = {"epoch": "epoch", "step": "batch", "time": "seconds"}


def loss_figure(
    learn: CollabLearner, *, smoothing: float = 0.6, x_axis: str = "epoch", y_scale: str = "linear"
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
    """
    return LossCurves(learn, smoothing, x_axis, y_scale).figure


class LossCurves:
    """The marks of a `loss_figure` and what keeps them up to date, on the publisher's thread.

    The figure carries this object, so the two live equally long.
    """

    shown = False  # a figure does not know whether it is seen, so it asks for nothing

    def __init__(self, learn: CollabLearner, smoothing: float, x_axis: str, y_scale: str):
        self._smoothing, self._x_axis = smoothing, x_axis
        self._seen: tuple[Any, ...] = ()
        self._not_before = 0.0
        self._baseline = learn.baseline
        x, self._y = bqplot.LinearScale(min=0.0), bqplot.LogScale() if y_scale == "log" else bqplot.LinearScale()
        empty: dict[str, Any] = {"x": [], "y": [], "scales": {"x": x, "y": self._y}}
        train = empty | {"colors": [BLUE], "labels": ["train"]}
        valid = empty | {"colors": [VERMILION], "labels": ["valid"]}
        mean = empty | {"colors": [GREY], "labels": ["predict the mean"], "display_legend": True}
        self._raw = bqplot.Lines(**train, opacities=[0.25], stroke_width=1.0)
        self._train = bqplot.Lines(**train, display_legend=True)
        self._mean = bqplot.Lines(**mean, line_style="dotted", stroke_width=1.5)
        self._valid = bqplot.Lines(**valid, display_legend=True, marker="circle", marker_size=48)
        self._best = bqplot.Scatter(**empty, colors=[VERMILION], default_size=110)
        self._losses = _axis(self._y, learn.loss_name, side="left", label_offset="40px")
        marks = [self._raw, self._train]
        if self._baseline is not None:
            marks += [self._mean, self._valid, self._best]
        axes = [_axis(x, _AXIS_LABELS[x_axis], grid_lines="none", label_offset="32px"), self._losses]
        size = {"min_aspect_ratio": 0.5, "max_aspect_ratio": 6.0}
        self.figure = _figure(marks, axes, "280px", legend_location="top-right", **size)
        self.figure.display_toolbar = False
        self._draw(learn)
        self.figure._curves = self
        LearnerStore.of(learn).followers[self.figure.model_id] = self

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        """Draw again if there is something new, somebody may see it and it was not done just now."""
        now, closed = time.monotonic(), self.figure.comm is None
        if closed or not watched or self._moment(learn) == self._seen or (not settled and now < self._not_before):
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
        at, train = positions(x, learn, self._x_axis), smoothed(x, loss, self._smoothing)
        epochs, losses = validated(learn.history.epochs)
        valid_at, best = positions(epochs, learn, self._x_axis), learn.history.best
        chosen = epochs == learn.history.best_epoch
        _set(self._raw, at, loss)
        _set(self._train, at, train)
        _set(self._valid, valid_at, losses)
        _set(self._best, valid_at[chosen], losses[chosen])
        others = list(losses)
        if self._baseline is not None:
            others.append(self._baseline)
            _set(self._mean, [0.0, max([1.0, *at[-1:]])], [self._baseline] * 2)
        best_rmse = "" if best is None or best.rmse is None else f"; best RMSE {best.rmse:.3f}"
        self._losses.label = f"{learn.loss_name}{best_rmse}"
        with self._y.hold_sync():
            self._y.min, self._y.max = loss_range(train, others)


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
    return bqplot.Figure(
        marks=marks,
        axes=axes,
        fig_margin={"top": 16, "bottom": 44, "left": 56, "right": 16},
        legend_text={"fill": _TEXT},
        layout={"width": "100%", "height": height},
        **style,
    )


def _axis(scale: bqplot.Scale, label: str, **style: Any) -> bqplot.Axis:
    return bqplot.Axis(scale=scale, label=label, label_color=_TEXT, **style)


def _set(mark: bqplot.Mark, x: Any, y: Any) -> None:
    with mark.hold_sync():
        mark.x, mark.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

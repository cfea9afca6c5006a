"""Figures for a script or a paper: what each view shows, on matplotlib's Axes. The map is drawn by `map_plot`.

A function draws on the `ax` it is given, else on a new figure that pyplot does not know, and returns the Axes:
``plot_biases(learn).figure.savefig("biases.png")``. A notebook shows what is drawn on the axes of ``plt.subplots()``.
Colours come from the style in force: "C0" for training and bars to the right, "C1" for validation and bars to the left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .extras import needs_extra
from .loss_curves import loss_range, positions, smoothed
from .training.history import validated
from .words import at_epoch, rating_unit, shortened

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from .learner import CollabLearner

GREY = "0.5"  # is read on white and on black
SMALL = 8  # points
_X_NAMES = {"epoch": "epoch", "step": "batch", "time": "seconds"}
_MOST_ROWS = 200  # of bars: more would be no picture, and the table has them all


def plot_loss(
    learn: CollabLearner,
    ax: Axes | None = None,
    *,
    x_axis: str = "epoch",
    y_scale: str = "linear",
    smoothing: float = 0.6,
    runs: Sequence[int] = (),
) -> Axes:
    """Draw the loss of each batch (faint), smoothed, and the validation loss of each epoch.

    Parameters
    ----------
    learn : CollabLearner
    ax : Axes, optional
    x_axis : {"epoch", "step", "time"}
    y_scale : {"linear", "log"}
    smoothing : float
        Weight of the past in the smoothed loss, 0 to 0.99.
    runs : sequence of int
        Numbers of earlier runs to draw behind this one.

    Returns
    -------
    Axes
    """
    ax = axes_of(ax, 4.2)
    x, loss = learn.history.batches()
    train = smoothed(x, loss, smoothing)
    epochs, losses = validated(learn.history.epochs)
    baseline, best, shown = learn.baseline, learn.history.best, list(losses)
    for run in learn.session.earlier:
        if run.number in runs:
            scored, of_run = run.valid()
            at = positions(run.x, learn, x_axis, run)
            ax.plot(at, smoothed(run.x, run.loss, smoothing), color=GREY, alpha=0.45, linewidth=0.8)
            at = positions(scored, learn, x_axis, run)
            ax.plot(at, of_run, "--", color=GREY, linewidth=1.2, label=f"run {run.number}")
            shown += list(of_run)
    at = positions(x, learn, x_axis)
    ax.plot(at, loss, color="C0", alpha=0.25, linewidth=0.7)
    ax.plot(at, train, color="C0", label="train, smoothed")
    if len(epochs):
        ax.plot(positions(epochs, learn, x_axis), losses, "o-", color="C1", markersize=4, label="validation")
    if best is not None and best.valid_loss is not None:
        spot = positions([best.epoch], learn, x_axis)
        name = f"best: {best.valid_loss:.4f} at epoch {best.epoch}"
        ax.plot(spot, [best.valid_loss], "o", color="C1", markersize=9, fillstyle="none", label=name)
    if baseline is not None:
        ax.axhline(baseline, color=GREY, linestyle=":", label="predict the mean")
        shown.append(baseline)
    ax.set(yscale=y_scale, ylim=loss_range(train, shown))
    if y_scale == "log":
        plain_ticks(ax.yaxis)
    if x_axis == "epoch":
        ax.locator_params("x", integer=True)
    if learn.loss_name == "MSE":
        unit = ", stars" if rating_unit(learn.snapshot.y_range) == "stars" else ""
        roots = ax.secondary_yaxis("right", functions=(lambda mse: np.sqrt(np.maximum(mse, 0)), np.square))
        roots.set_ylabel(f"RMSE{unit}")
        if y_scale == "log":
            plain_ticks(roots.yaxis)
    ax.set(xlabel=_X_NAMES[x_axis], ylabel=learn.loss_name)
    ax.set_title(f"Loss of {type(learn.model).__name__}, {at_epoch(learn.epoch)}", loc="left")
    ax.legend(fontsize=SMALL, frameon=False)
    return ax


def plot_biases(
    learn: CollabLearner,
    ax: Axes | None = None,
    *,
    n: int | None = 10,
    kind: str = "items",
    min_count: int | None = None,
    column: str = "bias",
    frame: pd.DataFrame | None = None,
    selected: Collection[int] = (),
) -> Axes:
    """Draw both ends of the ranking by bias as bars.

    Parameters
    ----------
    learn : CollabLearner
    ax : Axes, optional
    n : int, optional
        Titles (or users) at each end; all with None, up to 200.
    kind : {"items", "users"}
    min_count : int, optional
        Fewest ratings of a title; by default ``learn.view.min_count``.
    column : {"bias", "effect"}
        In the model's unit, or in stars.
    frame : DataFrame, optional
        Rows of ``learn.biases(kind)``, sorted as they are to be drawn.
    selected : collection of int
        Rows named in bold.

    Returns
    -------
    Axes
    """
    frame = learn.biases(kind, min_count=min_count) if frame is None else frame
    ax = _bars(ax, frame, column, "+.2f", "few", selected, n)
    y_range = learn.snapshot.y_range
    unit = "logit" if column == "bias" and y_range is not None else rating_unit(y_range)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.set_xlabel(f"{column} ({unit}); 0 is the average {frame.columns[0]}")
    ax.set_title(f"Bias ranking, {at_epoch(learn.snapshot.epoch)}; number of ratings in brackets", loc="left")
    return ax


def plot_neighbors(
    learn: CollabLearner,
    item: Any,
    ax: Axes | None = None,
    *,
    k: int = 10,
    metric: str = "cosine",
    order: str = "nearest",
    min_count: int | None = None,
    frame: pd.DataFrame | None = None,
    selected: Collection[int] = (),
) -> Axes:
    """Draw the titles nearest to one, or to the mean of several, as bars; cosines on their fixed scale.

    Parameters
    ----------
    learn : CollabLearner
    item : str, or list of str
        The title in question.
    ax : Axes, optional
    k, metric, order, min_count
        As `CollabLearner.neighbors` takes them.
    frame : DataFrame, optional
        What ``learn.neighbors`` gave, to be drawn as it is.
    selected : collection of int
        Rows named in bold.

    Returns
    -------
    Axes
    """
    if frame is None:
        frame = learn.neighbors(item, k, metric=metric, order=order, min_count=min_count)
    ax = _bars(ax, frame, "score", ".3f", "weak", selected)
    if metric in ("cosine", "centered_cosine"):
        ax.set_xlim(-1 if order == "farthest" else 0, 1)
    several = isinstance(item, list) and len(item) > 1
    name = f"the mean of {len(item)} {frame.columns[0]}s" if several else item[0] if isinstance(item, list) else item
    hidden = frame.attrs.get("n_hidden", 0)
    ax.set_xlabel(metric.replace("_", " ") + (f"; {hidden:,} more hidden by min ratings" if hidden else ""))
    ax.set_title(
        f"{'Farthest from' if order == 'farthest' else 'Nearest to'} {shortened(name, 60)}",
        loc="left",
        parse_math=False,
    )
    return ax


# ---- parts


def axes_of(ax: Axes | None, height: float) -> Axes:
    """The axes given, or those of a new figure, 8 inches wide."""
    if ax is not None:
        return ax
    with needs_extra("figures"):
        from matplotlib.figure import Figure
    return Figure(figsize=(8.0, height), layout="constrained").subplots()


def _bars(
    ax: Axes | None,
    frame: pd.DataFrame,
    column: str,
    number: str,
    mark: str,
    selected: Collection[int],
    n: int | None = None,
) -> Axes:
    """Horizontal bars, the first row on top; names with their number of ratings, and `mark` where that column is set.

    With `n` those of both ends; a gap between them says how many rows are left out.
    """
    hidden = 0 if n is None else len(frame) - 2 * n
    if n is not None and hidden > 1:
        frame = frame.iloc[np.r_[:n, len(frame) - n : len(frame)]]
    frame = frame.head(_MOST_ROWS)
    rows, values = np.arange(len(frame)), frame[column].to_numpy(np.float64)
    rows[n:] += hidden > 1
    facts = zip(frame.iloc[:, 0], frame["count"], frame[mark], strict=True)
    names = [f"{shortened(name)}  ({count:,}{', ' + mark if marked else ''})" for name, count, marked in facts]
    ax = axes_of(ax, 1.3 + 0.24 * (len(rows) + 1))
    bars = ax.barh(rows, values, color=np.where(values < 0, "C1", "C0"), height=0.72)
    ax.bar_label(bars, fmt=lambda value: f"{value:{number}}".replace("-", "−"), padding=3, fontsize=SMALL)
    if n is not None and hidden > 1:
        rows, names = np.append(rows, n), [*names, f"… {hidden:,} more"]
    ax.set_yticks(rows, names, parse_math=False, fontsize=SMALL)
    for label, chosen in zip(ax.get_yticklabels(), frame.index.isin(list(selected)), strict=False):
        label.set_fontweight("bold" if chosen else "normal")
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.margins(x=0.12)
    ax.set_ylim(max(rows, default=0) + 0.6, -0.6)
    return ax


def plain_ticks(axis: Axis) -> None:
    """Numbers at 1, 2 and 5 times the powers of ten of a logarithmic axis."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:,g}")

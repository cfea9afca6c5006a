"""Loss: the curves of a training, with the baseline, the best epoch and the error in stars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from ...loss_curves import DrawnRun, loss_range, smoothed
from ...training.history import EpochRecord
from ..figures import whole_ticks
from .paper import TEXT, Picture, Place

_WIDTH, _HEIGHT = 8.0, 4.2
_X_NAMES = {"epoch": "epoch", "step": "batch", "time": "seconds"}


def loss_picture(
    batches: tuple[NDArray[np.float32], NDArray[np.float32]],
    epochs: Sequence[EpochRecord],
    *,
    at: Callable[[Sequence[float] | NDArray[np.float32]], NDArray[np.float64]],
    x_axis: str = "epoch",
    y_scale: str = "linear",
    smoothing: float = 0.6,
    baseline: float | None = None,
    best_epoch: int | None = None,
    loss_name: str = "MSE",
    unit: str = "stars",
    facts: str = "",
    earlier: Sequence[DrawnRun] = (),
) -> Picture:
    """The loss of each batch (faint), smoothed, and the validation loss of each epoch.

    Parameters
    ----------
    batches : float32 [n], float32 [n]
        Positions, counted in epochs, and losses.
    epochs : sequence of EpochRecord
    at : callable
        From moments in epochs to places on the horizontal axis.
    x_axis : {"epoch", "step", "time"}
    y_scale : {"linear", "log"}
    smoothing : float
        Weight of the past, 0 to 0.99.
    baseline : float, optional
        Loss of always predicting the mean.
    best_epoch : int, optional
    loss_name : str
        Only ``"MSE"`` has a second axis with its root.
    unit : str
        Of the root mean squared error.
    facts : str
        Beside the heading.
    earlier : sequence of DrawnRun
        Runs before this one, faint behind it and numbered.
    """
    scored = [row for row in epochs if row.valid_loss is not None and math.isfinite(row.valid_loss)]
    position, losses = batches
    curve = smoothed(position, losses, smoothing)
    valid = [row.valid_loss or 0.0 for row in scored]
    before = [float(loss) for run in earlier for loss in run.valid[1]]
    low, high = loss_range(curve, [*valid, *before, *([] if baseline is None else [baseline])])
    best = next((row for row in scored if row.epoch == best_epoch), None)

    def draw(place: Place) -> None:
        look = place.look
        place.heading("Loss", facts)
        axes = place.axes(0.75, 0.85, place.width - 1.6, place.height - 1.6)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.grid(axis="y", color=look.line, linewidth=0.8)
        axes.set_axisbelow(True)
        for run in earlier:
            axes.plot(*run.train, color=look.soft, alpha=0.45, linewidth=0.8, gid=f"run-{run.number}-train")
            axes.plot(*run.valid, color=look.soft, alpha=0.8, linestyle=(0, (5, 3)), linewidth=1.2)
            for x, y in list(zip(*run.valid, strict=True))[-1:]:
                axes.annotate(
                    f"{run.number}",
                    (x, y),
                    (-5, 4),
                    textcoords="offset points",
                    ha="right",
                    color=look.soft,
                    size=TEXT - 1,
                )
        batch_at = at(position)
        axes.plot(batch_at, losses, color=look.train, alpha=0.25, linewidth=0.7, gid="train-raw")
        axes.plot(batch_at, curve, color=look.train, linewidth=1.6, gid="train")
        valid_at = at([row.epoch for row in scored])
        axes.plot(valid_at, valid, color=look.valid, linewidth=1.6, marker="o", markersize=5, gid="valid")
        ends = [float(run.train[0][-1]) for run in earlier]
        end = float(max([*batch_at[-1:], *valid_at[-1:], *ends], default=1.0)) or 1.0
        axes.set_xlim(0, end * 1.01)
        axes.set_yscale(y_scale)
        axes.set_ylim(low, high)
        if y_scale == "log":
            axes.yaxis.set_major_locator(FixedLocator(_inside(MaxNLocator(5).tick_values(low, high), low, high)))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter(lambda value, _position: f"{value:.3g}")
        if x_axis == "epoch":
            axes.set_xticks(whole_ticks(end))
        axes.set_xlabel(_X_NAMES[x_axis], color=look.foreground, size=TEXT)
        place.text(0.7, 0.74, loss_name, ha="right", size=TEXT - 1, color=look.soft)
        if loss_name == "MSE":
            _roots(place, axes, [math.sqrt(tick) for tick in _inside(axes.get_yticks(), low, high)], unit)
        if baseline is not None:
            axes.axhline(baseline, color=look.soft, linewidth=1.2, linestyle=(0, (1, 2)), gid="baseline")
        if best is not None and best.valid_loss is not None:
            spot = at([best.epoch])
            axes.plot(spot, [best.valid_loss], "o", color=look.valid, markersize=9, markeredgecolor=look.background)
        _legend(place, baseline, best, unit)

    return Picture("Loss", _WIDTH, _HEIGHT, draw)


def _roots(place: Place, axes: Any, ticks: list[float], unit: str) -> None:
    """The second axis: the root of each of the losses at the ticks."""
    look = place.look
    roots = axes.secondary_yaxis("right", functions=(_root, _square))
    roots.spines["right"].set_visible(False)
    roots.yaxis.set_major_locator(FixedLocator(ticks))
    roots.yaxis.set_minor_locator(NullLocator())
    roots.yaxis.set_major_formatter(lambda value, _position: f"{value:.2f}")
    roots.tick_params(colors=look.soft, labelsize=TEXT - 1, length=0)
    name = "RMSE, stars" if unit == "stars" else "RMSE"
    place.text(place.width - 0.2, 0.74, name, ha="right", size=TEXT - 1, color=look.soft)


def _legend(place: Place, baseline: float | None, best: EpochRecord | None, unit: str) -> None:
    look, y = place.look, place.height - 0.2
    axes = place.bare()
    x = 0.75
    entries = [("train, smoothed", look.train, "-", "")]
    if baseline is not None:  # else there is no validation
        entries.append(("validation", look.valid, "-", "o"))
        entries.append(("predict the mean", look.soft, ":", ""))
    for name, color, style, marker in entries:
        axes.plot(
            [x, x + 0.25], [y - 0.04] * 2, color=color, linestyle=style, marker=marker, markersize=4, linewidth=1.6
        )
        place.text(x + 0.32, y, name, color=look.soft)
        x += 0.5 + 0.075 * len(name)
    if best is not None and best.valid_loss is not None:
        stars = " stars" if unit == "stars" else ""
        rmse = f", RMSE {best.rmse:.3f}{stars}" if best.rmse is not None else ""
        words = f"best: {best.valid_loss:.4f}{rmse}, epoch {best.epoch}"
        place.text(place.width - 0.2, y, words, ha="right")


def _root(mse: Any) -> Any:
    return np.sqrt(np.maximum(mse, 0))


def _square(rmse: Any) -> Any:
    return np.square(rmse)


def _inside(ticks: Iterable[float], low: float, high: float) -> list[float]:
    return [float(tick) for tick in ticks if low <= tick <= high]

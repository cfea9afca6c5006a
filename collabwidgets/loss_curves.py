"""The loss as curves to draw: batches smoothed, moments as places on an axis, earlier runs, and the range to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .learner import CollabLearner
    from .training import Run

_PER_EPOCH, _PER_RUN = 25, 125  # at most so many stretches in which `smoothing` of the past is kept

Curve = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class DrawnRun:
    """Curves of an earlier run, as places on the horizontal axis and losses; that of training is smoothed."""

    number: int
    train: Curve
    valid: Curve


def drawn_runs(learn: CollabLearner, numbers: Iterable[int], x_axis: str, smoothing: float) -> list[DrawnRun]:
    """The earlier runs of these numbers that are still remembered, for a chart over `x_axis`."""
    wanted, drawn = set(numbers), []
    for run in learn.session.earlier:
        if run.number in wanted:
            scored, losses = run.valid()
            train = run_positions(run.x, run, learn, x_axis), smoothed(run.x, run.loss, smoothing)
            drawn.append(DrawnRun(run.number, train, (run_positions(scored, run, learn, x_axis), losses)))
    return drawn


def run_positions(epochs: NDArray[Any], run: Run, learn: CollabLearner, axis: str) -> NDArray[np.float64]:
    """Places on the horizontal axis, float64 ``[n]``, of a run's moments in epochs; in seconds epochs are even."""
    at: NDArray[np.float64] = np.asarray(epochs, dtype=np.float64)
    if axis == "step":
        return at * learn.dls.n_batches(run.fits[-1].bs)
    return at * (run.seconds / max(len(run.epochs), 1)) if axis == "time" else at


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
        return at * 0.0 if not len(at) else at * (learn.session.progress.elapsed_seconds / max(float(at[-1]), 1e-9))
    # Within an epoch time goes evenly; the running one is taken to be as long as the last.
    seconds_at: NDArray[np.float64] = np.where(
        at <= len(rows),
        np.interp(at, np.arange(len(seconds)), seconds),
        seconds[-1] + (at - len(rows)) * rows[-1].seconds,
    )
    return seconds_at


def smoothed(x: NDArray[np.float32], loss: NDArray[np.float32], weight: float) -> NDArray[np.float64]:
    """Moving average along `x` (in epochs), corrected for its start as Adam's is; float64 ``[n]``.

    `weight` of the past is kept over a 25th of an epoch, in more than five epochs over a 125th of them all: then the
    curve reads as a line at any length, and looks the same thinned or whole.
    """
    values = np.asarray(loss, dtype=np.float64)
    if len(values) < 2 or weight == 0:
        return values
    steps = np.diff(np.asarray(x, dtype=np.float64), prepend=2 * float(x[0]) - float(x[1]))
    stretches = min(_PER_EPOCH, _PER_RUN / max(float(x[-1]), 1e-9))
    kept = np.minimum(weight ** (steps * stretches), 1 - 1e-4)
    means, mass = np.empty_like(values), 0.0
    mean = 0.0
    for i, (value, keep) in enumerate(zip(values, kept, strict=True)):
        mean, mass = keep * mean + (1 - keep) * value, keep * mass + (1 - keep)
        means[i] = mean / mass
    return means


def loss_range(train: NDArray[np.float64], others: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest loss to show: the smoothed curve but its first leap, and all of `others`."""
    settled = train[len(train) // 50 :]
    settled = settled[np.isfinite(settled)]
    known = [*(np.quantile(settled, (0.002, 0.985)) if len(settled) else ()), *filter(np.isfinite, others)]
    if not known:
        return 0.0, 1.0
    low, high = float(min(known)), float(max(known))
    room = 0.08 * ((high - low) or high or 1.0)
    return max(low / 2, low - room), high + room

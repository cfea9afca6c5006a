"""The loss as curves to draw: batches smoothed, moments as places on an axis, and the range to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .learner import CollabLearner
    from .training import Run

_PER_EPOCH, _PER_RUN = 25, 125  # at most so many stretches in which `smoothing` of the past is kept


def positions(epochs: Any, learn: CollabLearner, axis: str, run: Run | None = None) -> NDArray[np.float64]:
    """Places on the horizontal axis, float64 ``[n]``, of moments in epochs, of this run or of `run`.

    The axis is of epochs, batches (``"step"``) or seconds (``"time"``): within an epoch time goes evenly, and the epoch
    that runs is taken to be as long as the last.
    """
    at: NDArray[np.float64] = np.asarray(epochs, dtype=np.float64)
    if axis == "epoch":
        return at
    if axis == "step":
        steps: NDArray[np.float64] = np.round(at * learn.dls.n_batches((run.fits[-1] if run else learn.recipe).bs))
        return steps
    rows = (run or learn.history).epochs
    lengths = [row.seconds for row in rows] or [learn.session.progress.elapsed_seconds / max(learn.epoch, 1e-9)]
    ends, n = np.cumsum([0.0, *lengths]), len(lengths)
    seconds: NDArray[np.float64] = np.interp(at, np.arange(n + 1), ends) + np.maximum(at - n, 0) * lengths[-1]
    return seconds


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
    means, mean = np.empty_like(values), 0.0
    for i, (value, keep) in enumerate(zip(values, kept, strict=True)):
        means[i] = mean = keep * mean + (1 - keep) * value
    smooth: NDArray[np.float64] = means / (1 - np.cumprod(kept))
    return smooth


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

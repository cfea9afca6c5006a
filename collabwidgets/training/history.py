"""What a learner remembers of its training: a row an epoch, a loss a batch. Written by one thread, read by any."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float32]

_RISE = 0.005  # of the lowest validation loss: less is what one epoch differs from the next by


@dataclass(frozen=True)
class EpochRecord:
    """One epoch.

    ``train_loss`` is the exponential mean over batches (0.98, debiased) as fastai prints it, ``valid_loss`` the exact
    mean over the validation ratings, ``rmse`` its root in stars where the loss is the mean squared error (both ``None``
    without validation ratings), ``seconds`` the time for training and validation, ``lr`` the rate of the last batch,
    ``metrics`` what the fit's metrics gave for the validation ratings, by name.
    """

    epoch: int
    train_loss: float
    valid_loss: float | None
    rmse: float | None
    seconds: float
    lr: float
    metrics: dict[str, float] = field(default_factory=dict)


class History:
    """Every epoch and every batch loss since the weights were made.

    Attributes
    ----------
    run : int
        Grows when the history is cleared, so that a reader knows that it must start anew.
    """

    def __init__(self) -> None:
        self.run = -1
        self.clear()

    def clear(self) -> None:
        """Forget everything and begin the next run."""
        self._epochs: list[EpochRecord] = []
        self._batches = array("f")  # position and loss by turns; one step of it is one of Python's, for its readers
        self.run += 1

    def add_batches(self, x: Floats, losses: Floats) -> None:
        """Append batch losses float32 ``[k]`` at positions `x` float32 ``[k]``, counted in epochs."""
        self._batches.frombytes(np.stack([x, losses], axis=1).tobytes())

    def add_epoch(self, record: EpochRecord) -> None:
        """Append one epoch's row."""
        self._epochs.append(record)

    @property
    def epochs(self) -> tuple[EpochRecord, ...]:
        """The rows so far, oldest first."""
        return tuple(self._epochs)

    @property
    def best(self) -> EpochRecord | None:
        """The epoch with the lowest validation loss."""
        return best_of(self.epochs)

    @property
    def best_epoch(self) -> int | None:
        """Its number."""
        return None if self.best is None else self.best.epoch

    @property
    def overfit_since(self) -> int | None:
        """The epoch after the best, once two epochs in a row lay more than 0.5 % above the best; else ``None``.

        What comes and goes after that is noise: only a better epoch takes it back. A gap between the two curves is
        normal and is no sign; a rising validation loss is.
        """
        best = self.best
        if best is None or best.valid_loss is None:
            return None
        later = [r for r in self.epochs if r.epoch > best.epoch and r.valid_loss is not None]
        higher = [r.valid_loss > best.valid_loss * (1 + _RISE) for r in later if r.valid_loss is not None]
        return later[0].epoch if any(map(all, pairwise(higher))) else None

    def batches(self, max_points: int = 2000) -> tuple[Floats, Floats]:
        """Batch losses as ``(x, loss)``, float32 each, at most `max_points` of them, ``x`` in epochs.

        A longer history keeps the lowest and the highest loss of each of ``max_points / 2`` equal stretches, in the
        order in which they came, so that no spike is lost.
        """
        return thinned(*self.batches_since(0)[:2], max_points)

    def batches_since(self, position: int) -> tuple[Floats, Floats, int]:
        """Batch losses from `position` on, and the position to ask from next time."""
        x, loss = np.array(self._batches[2 * position :], np.float32).reshape(-1, 2).T.copy()
        return x, loss, position + len(x)

    def to_frame(self) -> pd.DataFrame:
        """The epochs as a DataFrame: epoch, train_loss, valid_loss, rmse, seconds, lr, and a column a metric."""
        import pandas as pd

        epochs = self.epochs
        columns = [each.name for each in fields(EpochRecord) if each.name != "metrics"]
        names = dict.fromkeys(name for row in epochs for name in row.metrics)
        return pd.DataFrame([vars(row) | row.metrics for row in epochs], columns=[*columns, *names])

    def __len__(self) -> int:
        return len(self.epochs)

    def __repr__(self) -> str:
        best = self.best
        tail = f", best {best.valid_loss:.4f} at epoch {best.epoch}" if best else ""
        return f"History({len(self)} epochs{tail})"


def best_of(epochs: Iterable[EpochRecord]) -> EpochRecord | None:
    """The epoch with the lowest validation loss."""
    rows = [row for row in epochs if row.valid_loss is not None]
    return min(rows, key=lambda row: row.valid_loss or 0.0, default=None)


def validated(epochs: Iterable[EpochRecord]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The epochs that have a validation loss, and these losses, float64 ``[n]`` each."""
    rows = [(row.epoch, row.valid_loss) for row in epochs if row.valid_loss is not None]
    epoch, loss = np.asarray(rows, np.float64).reshape(-1, 2).T
    return epoch, loss


def epoch_axis(start: float, done: NDArray[np.float64]) -> Floats:
    """Where `done` epochs of a fit lie on the axis of all epochs, for a fit that began at epoch `start`.

    A fit that begins in the middle of an epoch ends its own first one at the next whole number.
    """
    whole = int(start)
    first = start + done * (whole + 1 - start)
    return np.where(done <= 1, first, whole + done).astype(np.float32)


def thinned(x: Floats, loss: Floats, most: int) -> tuple[Floats, Floats]:
    """At most `most` points of a curve: the lowest and the highest loss of each of ``most / 2`` equal
    stretches."""
    n, buckets = len(x), most // 2
    if n <= most:
        return x, loss
    width = -(-n // buckets)
    padded = np.full(buckets * width, n - 1)  # the last stretches repeat the last point, which is kept once
    padded[:n] = np.arange(n)
    rows = padded.reshape(buckets, width)
    values = loss[rows]
    ends = np.stack([values.argmin(axis=1), values.argmax(axis=1)], axis=1)
    keep = np.unique(np.take_along_axis(rows, ends, axis=1))
    return x[keep], loss[keep]

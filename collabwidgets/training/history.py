"""What a learner remembers of its training: a row an epoch, a loss a batch, earlier runs. One thread writes them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from ..words import counted
from .recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float32]

_RISE = 0.005  # of the lowest validation loss: less is what one epoch differs from the next by
MOST_RUNS = 10  # that are remembered beside the present one
MOST_POINTS = 300  # of each of its curves
_NAMED = ("wd", "lr", "factors", "bs", "epochs", "schedule", "seed", "patience", "rescale")


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
    epochs : tuple of EpochRecord
        The rows so far, oldest first.
    run : int
        Grows when the history is cleared, so that a reader knows that it must start anew.
    """

    def __init__(self) -> None:
        self.run = -1
        self.clear()

    def clear(self) -> None:
        """Forget everything and begin the next run."""
        self.epochs: tuple[EpochRecord, ...] = ()
        self._batches = array("f")  # position and loss by turns; one step of it is one of Python's, for its readers
        self.run += 1

    def add_batches(self, x: Floats, losses: Floats) -> None:
        """Append batch losses float32 ``[k]`` at positions `x` float32 ``[k]``, counted in epochs."""
        self._batches.frombytes(np.stack([x, losses], axis=1).tobytes())

    def add_epoch(self, record: EpochRecord) -> None:
        """Append one epoch's row."""
        self.epochs = (*self.epochs, record)

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


@dataclass(frozen=True, eq=False)
class Run:
    """One training, from its weights' making to the next reset.

    ``number`` counts the learner's trainings from 1; ``fits`` are the settings of its fits, ``x`` and ``loss`` float32
    ``[n]`` its batch losses over the epochs, averaged to at most 300 of them, ``epochs`` its rows.
    """

    number: int
    fits: Annotated[tuple[Recipe, ...], Meta(min_length=1)]
    n_factors: int
    epochs: tuple[EpochRecord, ...]
    x: Floats = field(repr=False)
    loss: Floats = field(repr=False)

    @classmethod
    def of(cls, number: int, history: History, fits: Sequence[Recipe], n_factors: int) -> Run | None:
        """The run that a history tells of; ``None`` if no batch was trained."""
        x, loss, n = history.batches_since(0)
        return cls(number, tuple(fits), n_factors, history.epochs, *_averaged(x, loss)) if n and fits else None

    @property
    def best(self) -> EpochRecord | None:
        """The epoch with the lowest validation loss."""
        return best_of(self.epochs)

    @property
    def seconds(self) -> float:
        """Seconds trained in whole epochs."""
        return sum(row.seconds for row in self.epochs)

    @property
    def epochs_trained(self) -> float:
        """Epochs, the begun one by its share."""
        return float(self.x[-1])

    @property
    def settings(self) -> dict[str, Any]:
        """What it was set to: the last fit's, but the epochs of all."""
        of_run = {"factors": self.n_factors, "epochs": sum(fit.epochs for fit in self.fits)}
        return {name: of_run[name] if name in of_run else getattr(self.fits[-1], name) for name in _NAMED}

    def valid(self) -> tuple[Floats, Floats]:
        """Validation losses over the epochs, float32 ``[n]`` each, at most 300."""
        epochs, losses = (each.astype(np.float32) for each in validated(self.epochs))
        return thinned(epochs, losses, MOST_POINTS)


def _averaged(x: Floats, loss: Floats) -> tuple[Floats, Floats]:
    """Means of equal stretches of a curve, each at the end of its stretch: it is to be compared, not searched."""
    n = len(x)
    if n <= MOST_POINTS:
        return x, loss
    ends = np.linspace(0, n, MOST_POINTS + 1).astype(np.int64)
    sums = np.add.reduceat(loss.astype(np.float64), ends[:-1])
    return x[ends[1:] - 1], (sums / np.diff(ends)).astype(np.float32)


class Runs(tuple[Run, ...]):
    """The last runs of a learner, oldest first, the present one last.

    Examples
    --------
    >>> learn.runs.to_frame().sort_values("valid_loss")  # doctest: +SKIP
    """

    __slots__ = ()

    @property
    def next_number(self) -> int:
        """The number of the run that comes after these."""
        return self[-1].number + 1 if self else 1

    def with_run(self, run: Run) -> Runs:
        """These and one more, of which the last ten are kept; it gets a higher number than theirs."""
        return Runs((*self, replace(run, number=max(run.number, self.next_number)))[-MOST_RUNS:])

    @property
    def names(self) -> list[str]:
        """What tells each from the others: ``"run 2: wd 0.01"``; of epochs those trained, whatever was planned."""
        settings = [run.settings | {"epochs": round(run.epochs_trained, 1)} for run in self]
        differ = [name for name in _NAMED if len({each[name] for each in settings}) > 1]
        return [
            ": ".join(filter(None, [f"run {run.number}", ", ".join(_said(name, each[name]) for name in differ)]))
            for run, each in zip(self, settings, strict=True)
        ]

    def to_frame(self) -> pd.DataFrame:
        """A row a run: run, name, its settings, epochs_trained, train_loss, valid_loss and best_epoch, seconds.

        ``valid_loss`` is the lowest, ``train_loss`` the last; both are NaN before an epoch has ended.
        """
        import pandas as pd

        rows = [
            {"run": run.number, "name": name}
            | run.settings
            | {
                "epochs_trained": run.epochs_trained,
                "train_loss": run.epochs[-1].train_loss if run.epochs else None,
                "valid_loss": None if run.best is None else run.best.valid_loss,
                "best_epoch": None if run.best is None else run.best.epoch,
                "seconds": run.seconds,
            }
            for run, name in zip(self, self.names, strict=True)
        ]
        results = ("epochs_trained", "train_loss", "valid_loss", "best_epoch", "seconds")
        frame = pd.DataFrame(rows, columns=["run", "name", *_NAMED, *results])
        return frame.astype({"train_loss": float, "valid_loss": float, "best_epoch": "Int64"})

    def __repr__(self) -> str:
        return f"Runs({', '.join(self.names)})"


def _said(name: str, value: Any) -> str:
    """Format a setting for a run's name."""
    if name == "schedule":
        return str(value).replace("_", "-")
    if isinstance(value, bool):
        return f"{name}d" if value else f"not {name}d"
    if name in ("epochs", "factors"):
        return counted(value, name.removesuffix("s"))
    return f"{name} {_number(value)}"


def _number(value: float) -> str:
    """As people type it: 0.01, 5e-3, 64."""
    if value == int(value):
        return str(int(value))
    if value >= 0.01:
        return f"{value:g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"

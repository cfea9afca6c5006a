"""The trainings of one learner, each from fresh weights: what they were set to, and how their loss fell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from msgspec import Meta

from ..words import counted
from .history import EpochRecord, Floats, History, best_of, thinned, validated
from .recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

MOST_RUNS = 10  # that are remembered beside the present one
MOST_POINTS = 300  # of each of its curves
_NAMED = ("wd", "lr", "factors", "bs", "epochs", "schedule", "seed", "patience", "rescale")


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

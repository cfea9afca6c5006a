"""Compare two learners: their losses in one chart, biases and neighbours side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from .learner import CollabLearner
from .plots import SMALL, axes_of
from .words import with_article

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two learners side by side; each table is computed when it is asked for, from the weights at that moment.

    Attributes
    ----------
    a, b : CollabLearner
    names : (str, str)
        What they are called in columns and legends.
    """

    a: CollabLearner
    b: CollabLearner
    names: tuple[str, str]

    @property
    def _both(self) -> dict[str, CollabLearner]:
        return dict(zip(self.names, (self.a, self.b), strict=True))

    def losses(self) -> pd.DataFrame:
        """Training and validation loss by epoch, 1 the first; NaN where one has trained fewer epochs."""
        columns = {}
        for name, learn in self._both.items():
            rows = learn.history.epochs
            for loss in ("train_loss", "valid_loss"):
                columns[f"{loss}, {name}"] = pd.Series({row.epoch: getattr(row, loss) for row in rows}, dtype=float)
        return pd.DataFrame(columns).rename_axis("epoch")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the losses of both by epoch, those of training faint."""
        ax, losses = axes_of(ax, 4.2), self.losses()
        for place, name in enumerate(self.names):
            ax.plot(losses[f"train_loss, {name}"], color=f"C{place}", alpha=0.35, label=f"{name}, train")
            ax.plot(losses[f"valid_loss, {name}"], "o-", color=f"C{place}", markersize=4, label=f"{name}, validation")
        ax.locator_params("x", integer=True)
        ax.set(xlabel="epoch", ylabel=" and ".join(dict.fromkeys([self.a.loss_name, self.b.loss_name])))
        ax.legend(fontsize=SMALL, frameon=False)
        return ax

    def biases(self, kind: str = "items", *, min_count: int | None = None) -> pd.DataFrame:
        """Biases of the items, or the users, that both were trained on; the largest differences first.

        Returns
        -------
        DataFrame
            The id; for each learner ``effect``, its bias in rating units, and ``rank``; ``difference``, the second
            effect less the first; ``count``, ratings of the first learner.
        """
        tables = [learn.biases(kind, min_count=min_count) for learn in (self.a, self.b)]
        tables = [table.set_index(table.columns[0]) for table in tables]
        effects = [
            table[["effect", "rank"]].add_suffix(f", {name}") for name, table in zip(self.names, tables, strict=True)
        ]
        both = pd.concat(effects, axis=1, join="inner")
        if both.empty:
            raise ValueError(
                f"no {tables[0].index.name} of {self.names[0]!r} is one of {self.names[1]!r}; compare "
                "learners on ratings of the same items, or set min_count lower"
            )
        first, second = (both[f"effect, {name}"] for name in self.names)
        both = both.assign(difference=second - first, count=tables[0]["count"])
        return both.sort_values("difference", key=abs, ascending=False, kind="stable").reset_index()

    def neighbors(self, item: Any, k: int = 10, **others: Any) -> pd.DataFrame:
        """The nearest titles of one in each model, by rank; `others` are as in `CollabLearner.neighbors`.

        Returns
        -------
        DataFrame, index ``rank``
            For each learner ``title`` and ``score``. In ``attrs``: ``in_both``, how many titles are in both lists.
        """
        columns: dict[str, pd.Series[Any]] = {}
        for name, learn in self._both.items():
            table = learn.neighbors(item, k, **others).reset_index(drop=True)
            columns |= {f"title, {name}": table.iloc[:, 0], f"score, {name}": table["score"]}
        found = pd.DataFrame(columns)
        found.index = pd.RangeIndex(1, len(found) + 1, name="rank")
        found.attrs["in_both"] = int(found.iloc[:, 0].dropna().isin(found.iloc[:, 2]).sum())
        return found


def compare(a: CollabLearner, b: CollabLearner, names: tuple[str, str] = ("a", "b")) -> Comparison:
    """Two learners side by side: their losses, biases and neighbours.

    Parameters
    ----------
    a, b : CollabLearner
        On ratings of the same items; split and model may differ.
    names : (str, str)
        What to call them.

    Raises
    ------
    TypeError
        When one of the two is no learner.
    ValueError
        When the names are not two, or equal.

    Examples
    --------
    >>> both = cw.compare(dot, svdpp, ("dot product", "SVD++"))  # doctest: +SKIP
    >>> both.plot()  # doctest: +SKIP
    >>> both.neighbors("Fargo (1996)")  # doctest: +SKIP
    """
    for learn in (a, b):
        if not isinstance(learn, CollabLearner):
            raise TypeError(
                f"compare takes two learners, not {with_article(type(learn).__name__)}: compare(dot, svdpp)"
            )
    if not isinstance(names, tuple | list) or len(names) != 2 or names[0] == names[1]:
        raise ValueError(f"names={names!r}: pass two different names, one for each learner")
    return Comparison(a, b, (str(names[0]), str(names[1])))

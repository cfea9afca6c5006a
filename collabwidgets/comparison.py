"""Compare two learners: their losses in one chart, biases and neighbours side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from .learner import CollabLearner
from .plots import plot_losses
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

    def losses(self) -> pd.DataFrame:
        """Training and validation loss by epoch, 1 the first; NaN where one has trained fewer epochs."""
        columns = {}
        for name, learn in zip(self.names, (self.a, self.b), strict=True):
            rows = learn.history.epochs
            for loss in ("train_loss", "valid_loss"):
                columns[f"{loss}, {name}"] = pd.Series({row.epoch: getattr(row, loss) for row in rows}, dtype=float)
        return pd.DataFrame(columns).rename_axis("epoch")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the losses of both, of training smoothed: `plot_losses`."""
        return plot_losses(dict(zip(self.names, (self.a, self.b), strict=True)), ax)

    def biases(self, kind: str = "items", *, min_count: int | None = None) -> pd.DataFrame:
        """Biases of the items, or the users, that both were trained on; the largest differences first.

        Returns
        -------
        DataFrame
            The id; for each learner ``effect``, its bias in rating units, and ``rank``; ``difference``, the second
            effect less the first; ``count``, ratings of the first learner.
        """
        tables = []
        for name, learn in zip(self.names, (self.a, self.b), strict=True):
            table = learn.biases(kind, min_count=min_count)
            tables.append(table.set_index(table.columns[0])[["effect", "rank"]].add_suffix(f", {name}"))
            if not tables[1:]:
                counts = table.set_index(table.columns[0])["count"]
        both = pd.concat(tables, axis=1, join="inner")
        if both.empty:
            raise ValueError(
                f"no {tables[0].index.name} of {self.names[0]!r} is one of {self.names[1]!r}; compare "
                "learners on ratings of the same items, or set min_count lower"
            )
        first, second = (both[f"effect, {name}"] for name in self.names)
        both = both.assign(difference=second - first, count=counts)
        return both.sort_values("difference", key=abs, ascending=False, kind="stable").reset_index()

    def neighbors(self, item: Any, k: int = 10, **others: Any) -> pd.DataFrame:
        """The nearest titles of one in each model, by rank; `others` are as in `CollabLearner.neighbors`.

        Returns
        -------
        DataFrame, index ``rank``
            For each learner ``title`` and ``score``. In ``attrs``: ``in_both``, how many titles are in both lists.
        """
        columns, lists = {}, []
        for name, learn in zip(self.names, (self.a, self.b), strict=True):
            table = learn.neighbors(item, k, **others).reset_index(drop=True)
            lists.append(set(table.iloc[:, 0]))
            columns[f"title, {name}"], columns[f"score, {name}"] = table.iloc[:, 0], table["score"]
        found = pd.DataFrame(columns)
        found.index = pd.RangeIndex(1, len(found) + 1, name="rank")
        found.attrs["in_both"] = len(lists[0] & lists[1])
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

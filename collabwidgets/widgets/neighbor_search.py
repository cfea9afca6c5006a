"""NeighborSearch: type a title, see whose factors lie nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, Int, List, Unicode, validate

from ..interpret.neighbors import METRICS
from ..learner import CollabLearner
from .view import View, known_row
from .wire import json_number

if TYPE_CHECKING:
    import pandas as pd

_QUESTION = ("item", "k", "metric", "order", "min_count")


class NeighborSearch(View):
    """The titles that the same audience answers alike: not those with a like plot.

    Parameters
    ----------
    learner : CollabLearner
    item : int, optional
        The title in question, by row; the same as `primary` while that is linked.
    k : int
        Neighbours to show.
    metric : {"cosine", "centered_cosine", "euclidean", "dot"}
    order : {"nearest", "farthest"}
    query : str
        What is typed in the search box.
    controls : list of str, optional
        Some of ``"min_count"``, ``"metric"``, ``"k"``, ``"order"``; all by default.
    **traits
        Those of every view, see `View`.

    Attributes
    ----------
    neighbors : list of dict
        What is shown: item, title, score, count, n_common, norm, weak.
    n_hidden : int
        How many of the k best `min_count` hides.
    neighbors_of : int or None
        The item that `neighbors` are of.

    Examples
    --------
    >>> search = NeighborSearch(learn, k=5)
    >>> search.item = learn.item_row("Silence of the Lambs, The (1991)")
    >>> search.to_frame()
    """

    _controls = ("min_count", "metric", "k", "order")
    _undone = ("k", "metric", "order")

    query = Unicode().tag(sync=True, page=True)
    item = Int(None, allow_none=True).tag(sync=True, page=True)
    k = Int(10, min=1, max=1000).tag(sync=True, page=True)
    metric = Enum(METRICS, "cosine").tag(sync=True, page=True)
    order = Enum(("nearest", "farthest"), "nearest").tag(sync=True, page=True)
    neighbors = List(Dict()).tag(sync=True, result=True)
    n_hidden = Int(0).tag(sync=True, result=True)
    neighbors_of = Int(None, allow_none=True).tag(sync=True, result=True)
    revision = Int(0).tag(sync=True, result=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        super().__init__(learner, **traits)
        if "primary" in self.linked:
            if traits.get("item") is not None:
                self.primary = self.item
            else:
                self.item = self.primary
        self.observe(self._item_is_primary, ["item", "primary", "linked"])
        self.observe(self._search, list(_QUESTION))
        self._search(None)

    def to_frame(self) -> pd.DataFrame:
        """The neighbours as `learn.neighbors` gives them; without an item an empty table.

        Raises
        ------
        ValueError
            When the model has no item factors.
        """
        if self.item is None:
            return self._learner.neighbors(row=1, k=1).iloc[:0]
        return self._find(self.item)

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> None:
        if self.revision != self._store.revision and (settled or self.shown):
            self._search(None)

    def _search(self, _change: Any) -> None:
        # Question and answer in one turn: a page and the pump may ask at once, and the last question must win.
        with self._one_at_a_time():
            item, revision = self.item, self._store.revision
            found: dict[str, Any] = {"neighbors": [], "n_hidden": 0, "neighbors_of": item, "revision": revision}
            if item is not None and self._learner.n_factors:
                frame = self._find(item)
                found |= {"neighbors": _rows(frame), "n_hidden": int(frame.attrs["n_hidden"])}
            self.publish(found)

    def _find(self, item: int) -> pd.DataFrame:
        return self._learner.neighbors(
            row=item, k=self.k, metric=self.metric, order=self.order, min_count=self.min_count
        )

    def _item_is_primary(self, change: dict[str, Any]) -> None:
        if "primary" not in self.linked:
            return
        if change["name"] == "item":
            self.primary = self.item
        else:
            self.item = self.primary

    @validate("item")
    def _known_item(self, proposal: dict[str, Any]) -> int | None:
        return known_row(self._learner, proposal["value"])

    def _state(self) -> str:
        if self.item is None:
            return f"no {self._learner.dls.item_name} yet, {self.metric}"
        return f"{self._title(self.item)}: {self.k} {self.order} by {self.metric}"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = frame.rename(columns={frame.columns[0]: "title"}).reset_index().to_dict("records")
    return [
        {
            "item": int(row["item"]),
            "title": str(row["title"]),
            "score": json_number(row["score"]),
            "count": int(row["count"]),
            "n_common": int(row["n_common"]),
            "norm": json_number(row["norm"]),
            "weak": bool(row["weak"]),
        }
        for row in columns
    ]

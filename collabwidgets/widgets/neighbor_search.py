"""NeighborSearch: type a title, see whose factors lie nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, Int, List, TraitError, Unicode, validate

from ..interpret.bias import FEW
from ..interpret.neighbors import AVERAGES, METRICS, SHORT
from ..learner import CollabLearner
from ..plots import plot_neighbors
from ..traits import Row, Rows, Whole
from ..words import shown_name, with_article
from .protocol import plain
from .view import View, controls_named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_QUESTION = ("item", "items", "k", "metric", "order", "average", "min_count", "pinned", "weak_below")
_COLUMNS = ("item", "title", "score", "count", "to_pinned", "n_common", "norm", "weak", "in_runs")
_WEAK = {"count": FEW, "norm": SHORT}


class NeighborSearch(View):
    """The titles that the same audience answers alike: not those with a like plot.

    Parameters
    ----------
    learner : CollabLearner
    item : int, optional
        The title in question, by row; the same as `primary` while the widget is linked.
    items : list of int
        More titles, by row: with them, what is near to the mean of all is shown. Each counts alike, as vectors are
        scaled to length one before they are averaged (as they are only for the euclidean distance).
    k : int
        Neighbours to show.
    metric : {"cosine", "centered_cosine", "euclidean", "dot"}
    order : {"nearest", "farthest"}
    average : {None, "runs"}
        ``"runs"`` ranks by the mean cosine over the runs of `CollabLearner.stability`. Where there are none of the
        present weights, and for another metric, the list is that of the model by itself.
    query : str
        What is typed in the search box to find one title; every `NeighborSearch` has its own.
    weak_below : dict
        ``{"count": 20, "norm": 0.25}``: fewer ratings than this, or a vector shorter than this share of the median
        length, is marked as weak evidence.
    controls : list of str, optional
        Some of ``"search"``, ``"average"`` (there once there are reruns), ``"min_count"``, ``"metric"``, ``"k"``,
        ``"order"``, ``"pin"``, ``"open_in_map"``, ``"add_title"``, ``"select_all"``. By default the metric, the number,
        the order and the filter are behind *Settings*.
    **traits
        Those of every view, see `View`.

    Attributes
    ----------
    neighbors : list of dict
        What is shown: item, title, score, count, n_common, norm, weak; and ``to_pinned``, the score against the
        pinned title, while one is; and ``in_runs``, where `n_runs` is not 0. Empty where nothing
        is known of one of the titles in question: it has no training rating and no side columns.
    n_hidden : int
        How many of the k best `min_count` hides.
    n_runs : int
        Runs of `CollabLearner.stability` that the list is compared with.
    answered : dict
        The question that `neighbors` answer: item, items, k, metric, order, average, min_count, pinned.

    Examples
    --------
    >>> search = NeighborSearch(learn, k=5)
    >>> search.item = learn.item_row("Silence of the Lambs, The (1991)")
    >>> search.to_frame()
    """

    controls = controls_named(
        *("search", "min_count", "metric", "k", "order", "average"),
        *("pin", "open_in_map", "add_title", "select_all"),
    )

    query = Unicode().tag(sync=True, page=True)
    item = Row(None, allow_none=True).tag(sync=True, page=True)
    items = Rows().tag(sync=True, page=True)
    k = Whole(10, min=1, max=1000).tag(sync=True, page=True)
    metric = Enum(METRICS, "cosine").tag(sync=True, page=True)
    order = Enum(("nearest", "farthest"), "nearest").tag(sync=True, page=True)
    average = Enum(AVERAGES, None).tag(sync=True, page=True)
    weak_below = Dict(dict(_WEAK)).tag(sync=True)
    neighbors = List(Dict(), read_only=True).tag(sync=True, result=True)
    n_hidden = Int(0, read_only=True).tag(sync=True, result=True)
    n_runs = Int(0, read_only=True).tag(sync=True, result=True)
    answered = Dict(read_only=True).tag(sync=True, result=True)
    revision = Int(0, read_only=True).tag(sync=True, result=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        super().__init__(learner, **traits)
        if self.linked:
            if traits.get("item") is not None:
                self.primary = self.item
            else:
                self.item = self.primary
        self.observe(self._item_is_primary, ["item", "primary", "linked"])
        self.observe(self._search, list(_QUESTION))
        self._search(None)

    def to_frame(self) -> pd.DataFrame:
        """The neighbours as `learn.neighbors` gives them; an empty table without an item, and for one that nothing is
        known of.

        Raises
        ------
        ValueError
            When the model has no item factors.
        """
        anchors = self._anchors()
        return self._learner.neighbors(
            row=anchors if self._untrained(anchors) is None else [],
            k=self.k,
            metric=self.metric,
            order=self.order,
            average=self.average if self.metric == "cosine" and self._learner.reruns else None,
            min_count=self.min_count,
            pinned=self._trained_pin(),
            weak_count=self.weak_below["count"],
            weak_norm=self.weak_below["norm"],
        )

    def _plot(self, ax: Axes | None = None) -> Axes:
        anchors, name = self._anchors(), self._items.name
        untrained = self._untrained(anchors)
        if not anchors or untrained is not None:
            what = f"no {name} is chosen" if untrained is None else f"{self._title(untrained)} has no training rating"
            raise ValueError(
                f"{what}, so there are no neighbours to draw; set item= to the row (learn.item_row) of "
                f"{with_article(name)} that was trained"
            )
        return plot_neighbors(
            self._learner,
            [self._title(row) for row in anchors],
            ax,
            metric=self.metric,
            order=self.order,
            frame=self.to_frame(),
            selected=self.selection,
        )

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        moved = self.revision != self._store_of_learner.picture["revision"] or self.n_runs != len(learn.reruns)
        if moved and (settled or self.shown):
            self._search(None)
        return 0

    def _search(self, _change: Any) -> None:
        # Question and answer in one turn: a page and the publisher may ask at once, and the last question must win.
        with self._one_at_a_time():
            question = {name: getattr(self, name) for name in _QUESTION if name != "weak_below"}
            found: dict[str, Any] = {"neighbors": [], "n_hidden": 0}
            revision, n_runs = self._store_of_learner.picture["revision"], len(self._learner.reruns)
            if self._learner.n_factors:
                frame = self.to_frame()
                found = {"neighbors": _rows(frame), "n_hidden": int(frame.attrs["n_hidden"])}
            self.publish(found | {"revision": revision, "n_runs": n_runs, "answered": question})

    def _anchors(self) -> list[int]:
        return list(dict.fromkeys(([] if self.item is None else [self.item]) + self.items))

    def _untrained(self, anchors: list[int]) -> int | None:
        """The first anchor that nothing is known of: its factors are still random, so nothing is near to them."""
        known = self._learner.snapshot.with_cold_rows.known_items
        return next((row for row in anchors if not known[row]), None)

    def _trained_pin(self) -> int | None:
        """A title pinned elsewhere may have no vector worth comparing with."""
        return self.pinned if self.pinned is not None and self._untrained([self.pinned]) is None else None

    def _item_is_primary(self, change: dict[str, Any]) -> None:
        if not self.linked:
            return
        if change["name"] == "item":
            self.primary = self.item
        else:
            self.item = self.primary

    @validate("weak_below")
    def _usable_limits(self, proposal: dict[str, Any]) -> dict[str, float]:
        limits: dict[str, float] = proposal["value"]
        for name, value in limits.items():
            if name not in _WEAK:
                raise TraitError(f"weak_below names {name!r}; choose 'count' or 'norm'")
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise TraitError(f"weak_below[{name!r}] is {value!r}; pass a number from 0 on")
        return _WEAK | limits

    def _state(self) -> str:
        anchors = self._anchors()
        if not anchors:
            return f"no {self._learner.dls.item_name} yet, {self.metric}"
        return f"{' + '.join(map(self._title, anchors))}: {self.k} {self.order} by {self.metric}"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [shown_name(name) for name in frame.iloc[:, 0]]
    table = frame.iloc[:, 1:].assign(item=frame.index, title=names)
    rows: list[dict[str, Any]] = plain(table[[name for name in _COLUMNS if name in table]].to_dict("records"))
    return rows

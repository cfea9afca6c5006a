"""BiasTable: which titles (or users) are rated higher than taste explains, and which lower."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, Int, Unicode

from ..learner import CollabLearner
from ..plots import plot_biases
from ..spelling import words_of
from ..traits import Whole
from .store import SHARED
from .view import Names, View, controls_named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SORTS = ("bias", "count", "mean", "rank_by_mean", "rank_change", "title", "rank")
_COLUMNS = ("rank", "title", "bias", "effect", "count", "mean", "rank_by_mean", "rank_change")
_SYMBOLS = ("Sm", "Sc", "So")  # Unicode's categories of what folding drops and people search for: +, $, emoji
_ARTICLES = ("the", "a", "an", "les", "la", "le", "il", "el", "das", "der", "die")


class BiasTable(View):
    """A ranking by bias: what remains of the ratings once taste and the users' generosity are allowed for.

    Parameters
    ----------
    learner : CollabLearner
    kind : {"items", "users"}
    show : {"both_ends", "top", "bottom", "all"}
    n : int
        Rows at each end.
    sort_by : {"bias", "count", "mean", "rank_by_mean", "rank_change", "title", "rank"}
        ``rank_change`` is the places gained by bias against the mean.
    ascending : bool
    query : str
        Only names that contain this. A linked table of items shares it as ``learn.view.query``; a table of users has
        its own.
    center : bool
        Count biases from the mean bias of the trained rows.
    units : {"logit", "stars"}
        What the bars are drawn in.
    columns : list of str, optional
        Which of ``"rank"``, ``"title"``, ``"bias"``, ``"effect"``, ``"count"``, ``"mean"``, ``"rank_by_mean"``
        and ``"rank_change"`` to show, in this order whatever the list's; the title always is. All by default.
    controls : list of str, optional
        Some of ``"search"``, ``"min_count"``, ``"show"``, ``"n"``, ``"units"``, ``"kind"``, ``"sort_by"``,
        ``"reset"``. By default the search, the filter and the reset are in sight, the others behind *Settings*.
    **traits
        Those of every view, see `View`.

    Attributes
    ----------
    rows_shown : int
        How many rows the page shows; 0 before it has drawn them. Set by the page.

    Examples
    --------
    >>> BiasTable(learn, n=10).to_frame().head(5)
    """

    _linkable = (*SHARED, "query")
    controls = controls_named("search", "min_count", "show", "n", "units", "kind", "sort_by", "reset")

    kind = Enum(("items", "users"), "items").tag(sync=True, page=True)
    show = Enum(("both_ends", "top", "bottom", "all"), "both_ends").tag(sync=True, page=True)
    n = Whole(5, min=1, max=10_000).tag(sync=True, page=True)
    sort_by = Enum(_SORTS, "bias").tag(sync=True, page=True)
    ascending = Bool(False).tag(sync=True, page=True)
    query = Unicode().tag(sync=True, page=True)
    center = Bool(True).tag(sync=True, page=True)
    units = Enum(("logit", "stars"), "logit").tag(sync=True, page=True)
    columns = Names(*_COLUMNS).tag(sync=True)
    rows_shown = Int(0, min=0, read_only=True).tag(sync=True, page=True, result=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        if traits.get("kind") == "users":
            traits.setdefault("query", "")
        super().__init__(learner, **traits)
        self.observe(self._relink, "kind")

    @property
    def _shared(self) -> tuple[str, ...]:
        shared = super()._shared
        return tuple(name for name in shared if name != "query") if self.kind == "users" else shared

    def to_frame(self) -> pd.DataFrame:
        """The ranking, as `learn.biases` gives it: all rows that the filters leave, sorted as the table is.

        `show` and `n` cut nothing off here.

        Raises
        ------
        ValueError
            When the model has no such biases.
        """
        minimum = self.min_count if self.kind == "items" else None
        frame = self._learner.biases(self.kind, min_count=minimum, center=self.center)
        name = frame.columns[0]
        if self.query.strip():
            frame = frame[[_contains(str(text), self.query) for text in frame[name]]]
        if self.sort_by == "title":
            return frame.sort_values(
                name, ascending=self.ascending, kind="stable", key=lambda names: names.astype(str).map(_sorted_as)
            )
        return frame.sort_values(self.sort_by, ascending=self.ascending, kind="stable")

    def _plot(self, ax: Axes | None = None) -> Axes:
        frame, n = self.to_frame(), self.n
        searched = bool(self.query.strip())
        in_stars = self.units == "stars" and self._learner.snapshot.y_range is not None
        if not searched and self.show in ("top", "bottom"):
            frame = frame.head(n) if self.show == "top" else frame.tail(n)
        return plot_biases(
            self._learner,
            ax,
            n=n if self.show == "both_ends" and not searched else None,
            column="effect" if in_stars else "bias",
            frame=frame,
            selected=self.selection if self.kind == "items" else (),
        )

    def _state(self) -> str:
        if self.kind == "users":
            users = self._learner.dls.users
            return f"{int(users.trained.sum()):,} {users.name}s, {self._epoch()}, by {self.sort_by}"
        return f"{super()._state()}, by {self.sort_by}"


def _contains(name: str, query: str) -> bool:
    wanted, printed = words_of(query), query.strip().lower()
    if not wanted or any(unicodedata.category(c) in _SYMBOLS for c in printed):
        return printed in str(name).lower()
    return wanted in words_of(name) or wanted in words_of(_article_first(name))


def _sorted_as(name: str) -> str:
    """What names are sorted by: folded, and numbers by their value."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(20), words_of(name))


def _article_first(title: str) -> str:
    """'Matrix, The (1999)' as 'The Matrix (1999)', the way people type it."""
    name, bracket, year = str(title).partition(" (")
    head, comma, article = name.rpartition(", ")
    if not comma or article.casefold() not in _ARTICLES:
        return str(title)
    return f"{article} {head}{bracket}{year}"

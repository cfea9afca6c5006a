"""BiasTable: which titles (or users) are rated higher than taste explains, and which lower."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from traitlets import Bool, Enum, Int, Unicode

from .view import View

if TYPE_CHECKING:
    import pandas as pd

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
    sort_by : {"bias", "count", "mean", "rank_by_mean", "title", "rank"}
    ascending : bool
    query : str
        Only names that contain this.
    center : bool
        Count biases from the mean bias of the trained rows.
    units : {"logit", "stars"}
        What the bars are drawn in.
    controls : list of str, optional
        Some of ``"search"``, ``"min_count"``, ``"show"``, ``"n"``, ``"units"``, ``"kind"``, ``"reset"``; all by
        default.
    **traits
        Those of every view, see `View`.

    Examples
    --------
    >>> BiasTable(learn, n=10).to_frame().head(5)
    """

    _controls = ("search", "min_count", "show", "n", "units", "kind", "reset")
    _undone = ("kind", "show", "n", "sort_by", "ascending", "query", "units")

    kind = Enum(("items", "users"), "items").tag(sync=True, page=True)
    show = Enum(("both_ends", "top", "bottom", "all"), "both_ends").tag(sync=True, page=True)
    n = Int(5, min=1, max=10_000).tag(sync=True, page=True)
    sort_by = Enum(("bias", "count", "mean", "rank_by_mean", "title", "rank"), "bias").tag(sync=True, page=True)
    ascending = Bool(False).tag(sync=True, page=True)
    query = Unicode().tag(sync=True, page=True)
    center = Bool(True).tag(sync=True, page=True)
    units = Enum(("logit", "stars"), "logit").tag(sync=True, page=True)

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
            wanted = _folded(self.query)
            frame = frame[[wanted in _folded(text) or wanted in _folded(_article_first(text)) for text in frame[name]]]
        column = name if self.sort_by == "title" else self.sort_by
        return frame.sort_values(column, ascending=self.ascending, kind="stable")

    def _state(self) -> str:
        if self.kind == "users":
            users = self._learner.dls.users
            return f"{int(users.trained.sum()):,} {users.name}s, {self._epoch()}, by {self.sort_by}"
        return f"{super()._state()}, by {self.sort_by}"


def _folded(text: str) -> str:
    """Lower case, without accents and punctuation: what is compared in a search."""
    plain = unicodedata.normalize("NFKD", str(text).casefold())
    letters = (c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def _article_first(title: str) -> str:
    """'Matrix, The (1999)' as 'The Matrix (1999)', the way people type it."""
    name, bracket, year = str(title).partition(" (")
    head, comma, article = name.rpartition(", ")
    if not comma or article.casefold() not in _ARTICLES:
        return str(title)
    return f"{article} {head}{bracket}{year}"

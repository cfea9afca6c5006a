"""ViewState: what all widgets of one learner, and Python, share about what is being looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from traitlets import HasTraits, TraitError, Unicode, validate

from .data.side import Side
from .known_names import KnownNames
from .traits import Row, Rows, Whole, as_titles


class ViewState(KnownNames, HasTraits):
    """Selection and filter, by item row (1 to ``n_items``; row 0 is ``'#na#'``) or, from Python, by title.

    Attributes
    ----------
    selection : list of int
        Selected items in the order of picking.
    primary, pinned, hovered : int or None
        The item explored in detail, the one it is compared with, the one under the pointer.
    min_count : int
        Hide items with fewer ratings.
    query : str
        Search words: linked tables of items show only the names that contain them, linked maps name those.

    Examples
    --------
    >>> learn.view.observe(lambda change: print(learn.view.selected_titles), "selection")
    >>> learn.view.selected_titles = ["Fargo (1996)"]
    """

    selection = Rows().tag(doc="rows")
    primary = Row(None, allow_none=True)
    pinned = Row(None, allow_none=True)
    hovered = Row(None, allow_none=True)
    min_count = Whole(20, min=0)
    query = Unicode()

    def __init__(self, items: Side, row_of: Callable[[Any], int]):
        self._items, self._row_of = items, row_of
        super().__init__(min_count=items.default_min_count)

    @property
    def selected_titles(self) -> list[str]:
        """Names for `selection`; set it to a list of names, or to one, to select them, to None to select nothing."""
        return [str(self._items.names[row]) for row in self.selection]

    @selected_titles.setter
    def selected_titles(self, titles: Any) -> None:
        self.selection = [self._row_of(title) for title in as_titles(titles)]

    @validate("selection")
    def _known_rows(self, proposal: dict[str, Any]) -> list[int]:
        return list(dict.fromkeys(self._known_row(row) for row in proposal["value"]))

    @validate("primary", "pinned", "hovered")
    def _known_row_or_none(self, proposal: dict[str, Any]) -> int | None:
        row = proposal["value"]
        return None if row is None else self._known_row(row)

    @validate("min_count")
    def _reachable(self, proposal: dict[str, Any]) -> int:
        warn_where_all_is_hidden(self._items, proposal["value"])
        return int(proposal["value"])

    def _known_row(self, row: int) -> int:
        last = len(self._items.names) - 1
        if not 1 <= row <= last:
            raise TraitError(f"row {row} is no {self._items.name}; rows go from 1 to {last}")
        return int(row)


def warn_where_all_is_hidden(items: Side, min_count: int) -> None:
    """Say what the largest number of ratings is where a filter leaves nothing."""
    most = int(items.counts.max())
    if min_count > most:
        warnings.warn(
            f"min_count={min_count} hides everything: the most rated {items.name} has {most} ratings", stacklevel=3
        )

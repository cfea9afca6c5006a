"""ViewState: what all widgets of one learner, and Python, share about what is being looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from traitlets import HasTraits, Int, List, TraitError, validate

from .data.side import Side


class ViewState(HasTraits):
    """Selection and filter, by item row (1 to ``n_items - 1``; row 0 is ``'#na#'``) or, from Python, by title.

    Attributes
    ----------
    selection : list of int
        Selected items in the order of picking.
    primary, pinned, hovered : int or None
        The item explored in detail, the one it is compared with, the one under the pointer.
    min_count : int
        Hide items with fewer ratings.

    Examples
    --------
    >>> learn.view.observe(lambda change: print(learn.view.selected_titles), "selection")
    >>> learn.view.selected_titles = ["Fargo (1996)"]
    """

    selection = List(Int()).tag(doc="rows")
    primary = Int(None, allow_none=True)
    pinned = Int(None, allow_none=True)
    hovered = Int(None, allow_none=True)
    min_count = Int(20, min=0)

    def __init__(self, items: Side, row_of: Callable[[Any], int]):
        self._items, self._row_of = items, row_of
        super().__init__()

    @property
    def selected_titles(self) -> list[str]:
        """Names for `selection`; set it to a list of names to select them."""
        return [str(self._items.names[row]) for row in self.selection]

    @selected_titles.setter
    def selected_titles(self, titles: Iterable[Any]) -> None:
        self.selection = [self._row_of(title) for title in titles]

    @validate("selection")
    def _known_rows(self, proposal: dict[str, Any]) -> list[int]:
        return list(dict.fromkeys(self._known_row(row) for row in proposal["value"]))

    @validate("primary", "pinned", "hovered")
    def _known_row_or_none(self, proposal: dict[str, Any]) -> int | None:
        row = proposal["value"]
        return None if row is None else self._known_row(row)

    @validate("min_count")
    def _reachable(self, proposal: dict[str, Any]) -> int:
        most = int(self._items.counts.max())
        if proposal["value"] > most:
            warnings.warn(
                f"min_count={proposal['value']} hides everything: the most rated {self._items.name} has {most} ratings",
                stacklevel=2,
            )
        return int(proposal["value"])

    def _known_row(self, row: int) -> int:
        last = len(self._items.names) - 1
        if not 1 <= row <= last:
            raise TraitError(f"row {row} is no {self._items.name}; rows go from 1 to {last}")
        return int(row)

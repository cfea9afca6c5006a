"""ViewState: what all widgets of one learner, and Python, share about what is being looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from traitlets import Bool, HasTraits, TraitError, Undefined, Unicode, validate

from .data.side import Side
from .known_names import KnownNames
from .traits import Row, Rows, Whole, as_titles
from .view_history import ViewHistory

_REMEMBERED = ("selection", "primary", "pinned", "min_count", "query")


class ViewState(KnownNames, HasTraits):
    """Selection and filter, by item row (1 to ``n_items - 1``; row 0 is ``'#na#'``) or, from Python, by title.

    Attributes
    ----------
    selection : list of int
        Selected items in the order of picking.
    primary, pinned, hovered : int or None
        The item explored in detail, the one it is compared with, the one under the pointer.
    min_count : int
        Hide items with fewer ratings.
    query : str
        Show only names that contain this, in the views that are linked by it.
    can_undo, can_redo : bool
        Whether `undo` and `redo` have something to do; read-only.

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
    can_undo = Bool(False, read_only=True)
    can_redo = Bool(False, read_only=True)

    def __init__(self, items: Side, row_of: Callable[[Any], int]):
        self._items, self._row_of = items, row_of
        self._history = ViewHistory(self._history_moved)
        super().__init__()
        self.observe(lambda change: self.remember(self, change), list(_REMEMBERED))

    @property
    def selected_titles(self) -> list[str]:
        """Names for `selection`; set it to a list of names, or to one, to select them, to None to select nothing."""
        return [str(self._items.names[row]) for row in self.selection]

    @selected_titles.setter
    def selected_titles(self, titles: Any) -> None:
        self.selection = [self._row_of(title) for title in as_titles(titles)]

    def undo(self) -> bool:
        """Take back the last change of what is looked at; False if there is none.

        Selection, explored and pinned title, filter, and what widgets add of their own (axes, the part of the map
        in sight), the last 100 changes; those within 0.3 s of each other are one. Never a training.
        """
        return self._history.undo()

    def redo(self) -> bool:
        """Make the change again that was taken back last; False if there is none."""
        return self._history.redo()

    def remember(self, owner: HasTraits, change: Mapping[str, Any]) -> None:
        """Let `undo` take back a change, as traitlets tells it to observers, of `owner`'s."""
        name, old, new = change["name"], change["old"], change["new"]
        if old is Undefined:  # a trait that nobody has read yet
            old = owner.trait_defaults(name)
        before, after = (list(value) if isinstance(value, list) else value for value in (old, new))
        self._history.record(owner, name, before, after)

    def _history_moved(self) -> None:
        self.set_trait("can_undo", self._history.can_undo)
        self.set_trait("can_redo", self._history.can_redo)

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

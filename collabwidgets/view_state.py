"""ViewState: what all widgets of one learner, and Python, share about what is being looked at."""

from __future__ import annotations

import warnings
from typing import Any

from traitlets import Bunch, HasTraits, TraitType, Unicode, observe, validate

from .data.side import Side
from .known_names import KnownNames
from .training.session import Session
from .traits import Row, Rows, Whole, as_titles


class Titles(TraitType[Any, Any]):
    """The names of the rows in `selection`, as a list; set it to several names, to one, or to None for none.

    Names of no item are left out, so that two learners of other titles can be linked; where no name is one, a warning
    says so.
    """

    def get(self, obj: Any, cls: Any = None) -> list[str]:
        return _names(obj._items, obj.selection)

    def set(self, obj: Any, value: Any) -> None:
        rows, unknown = [], None
        for title in as_titles(value):
            try:
                rows.append(obj._items.index(title))
            except ValueError as error:
                unknown = unknown or error
        if unknown is not None and not rows:
            warnings.warn(f"nothing is selected: {unknown}", stacklevel=4)
        obj.selection = rows


class LookedAt(HasTraits):
    """Selection and filter, of `ViewState` and of each view. What has these traits sets `_items` first."""

    _items: Side
    _found_by: str  # what finds the row of a name, in Python

    selection = Rows().tag(sync=True, page=True)
    selected_titles = Titles()
    primary = Row(None, allow_none=True).tag(sync=True, page=True)
    pinned = Row(None, allow_none=True).tag(sync=True, page=True)
    min_count = Whole(20, min=0).tag(sync=True, page=True)

    @property
    def _shared(self) -> tuple[str, ...]:
        """Traits that it has from another object, which warns of them."""
        return ()

    @observe("selection")
    def _titles_moved(self, change: dict[str, Any]) -> None:
        # Before the first value there is none, or traitlets' Undefined.
        old, new = (
            _names(self._items, rows) if isinstance(rows, list) else [] for rows in (change["old"], change["new"])
        )
        if old != new:
            self.notify_change(Bunch(name="selected_titles", old=old, new=new, owner=self, type="change"))

    @validate("min_count")
    def _reachable(self, proposal: dict[str, Any]) -> int:
        least, most = int(proposal["value"]), int(self._items.counts.max())
        if least > most and "min_count" not in self._shared:
            warnings.warn(
                f"min_count={least} hides everything: the most rated {self._items.name} has {most} ratings",
                stacklevel=2,
            )
        return least


class ViewState(KnownNames, LookedAt):
    """Selection and filter, by item row (1 to ``n_items``; row 0 is ``'#na#'``) or, from Python, by title.

    Parameters
    ----------
    session : Session
        Of the ratings that the items are of.
    kind : {"items", "users"}
        What is looked at.

    Attributes
    ----------
    selection : list of int
        Selected items in the order of picking.
    selected_titles : list of str
        Their names; set it to a list of names, or to one, to select them, to None to select nothing. Names that the
        learner does not know are left out.
    primary, pinned, hovered : int or None
        The item explored in detail, the one it is compared with, the one under the pointer.
    min_count : int
        Hide items with fewer ratings.
    query : str
        Search words: linked tables of items show only the names that contain them, linked maps name those.

    Examples
    --------
    >>> learn.view.observe(lambda change: print(change.new), "selected_titles")
    >>> learn.view.selected_titles = ["Fargo (1996)"]
    >>> traitlets.link((learn.view, "selected_titles"), (other.view, "selected_titles"))  # rows may differ
    """

    hovered = Row(None, allow_none=True)
    query = Unicode()

    def __init__(self, session: Session, kind: str = "items") -> None:
        self._session, self._kind = session, kind
        self._found_by = "learn.item_row" if kind == "items" else "learn.dls.users.index"
        super().__init__(min_count=self._items.default_min_count)

    @property
    def _items(self) -> Side:  # type: ignore[override]
        items: Side = getattr(self._session.data, self._kind)
        return items


def _names(items: Side, rows: list[int]) -> list[str]:
    return [str(items.names[row]) for row in rows]

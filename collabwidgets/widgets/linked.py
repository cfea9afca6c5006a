"""LinkedWidget: what a view shares with the others of its learner on the same pages."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Bool

from ..data.side import Side
from ..traits import Row
from ..view_state import LookedAt, ViewState
from .store import SHARED
from .synced import SyncedWidget


class LinkedWidget(LookedAt, SyncedWidget):
    """A widget whose selection and filter are those of a `ViewState`, as long as it is `linked`.

    Parameters
    ----------
    view_state : ViewState
        What the widgets of the same pages share.
    **traits
        Those that it shares are set there.
    """

    hovered = Row(None, allow_none=True, read_only=True).tag(sync=True, page=True, result=True)
    linked = Bool(True).tag(sync=True)

    _linkable: ClassVar[tuple[str, ...]] = SHARED  # the traits that a view may share

    def __init__(self, view_state: ViewState, **traits: Any) -> None:
        self._view_state, self._found_by = view_state, view_state._found_by
        begins = self._linkable if traits.get("linked", True) else SHARED
        super().__init__(**({name: getattr(view_state, name) for name in begins} | traits))
        for name in self._shared:
            if name in traits:
                setattr(view_state, name, traits[name])
        names = list(self._linkable)
        view_state.observe(self._from_shared, [*names, "hovered"])
        self.observe(self._to_shared, names)
        self.observe(self._relink, "linked")
        self._at_close.append(lambda: view_state.unobserve(self._from_shared, [*names, "hovered"]))
        self._at_close.append(lambda: self.unobserve(self._to_shared, names))

    @property
    def _items(self) -> Side:  # type: ignore[override]
        return self._view_state._items

    def _from_shared(self, change: dict[str, Any]) -> None:
        """`learn.view` moved. Somebody's observer here must not keep the other views from hearing of it."""
        name = change["name"]
        if name in self._shared or (name == "hovered" and self.linked):
            try:
                self.publish({name: change["new"]})
            except Exception as error:
                self._failed(error)
            else:
                if name != "hovered":
                    self._worked()

    def _to_shared(self, change: dict[str, Any]) -> None:
        name, value = change["name"], change["new"]
        if name in self._shared and getattr(self._view_state, name) != value:
            setattr(self._view_state, name, value)

    @property
    def _shared(self) -> tuple[str, ...]:
        return self._linkable if self.linked else ()

    def _relink(self, _change: dict[str, Any]) -> None:
        self.publish({name: getattr(self._view_state, name) for name in self._shared})
        # Where no page mirrors what is linked, it goes on from here with what all had.
        self.send_state([name for name in self._linkable if name not in self._shared])

    def _should_send_property(self, key: str, value: Any) -> bool:
        # What is linked the page reads from the store; sending it once a view would be n times the same
        # message.
        if key in self._shared or (key == "hovered" and self.linked):
            return False
        return bool(super()._should_send_property(key, value))

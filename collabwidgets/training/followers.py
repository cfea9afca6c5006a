"""Followed: what calls back those who follow it."""

from __future__ import annotations

import logging
from collections.abc import Callable

Callback = Callable[[], None]

logger = logging.getLogger(__name__)


class Followed:
    """Calls callbacks in the order in which they were added; one that fails is logged."""

    def __init__(self) -> None:
        self._of_changes: list[Callback] = []
        self._of_ends: list[Callback] = []

    def on_change(self, callback: Callback) -> Callback:
        """Call `callback` whenever status, history or snapshot moved, in whichever thread; returns what undoes it.

        It is called while training goes on: set an event in it, do nothing else.
        """
        return _added(self._of_changes, callback)

    def on_settled(self, callback: Callback) -> Callback:
        """Call `callback` in the thread that waits for a training, before `fit` or `wait` returns there; else as
        `on_change`."""
        return _added(self._of_ends, callback)

    def changed(self) -> None:
        """Tell those who follow that something moved."""
        _call(self._of_changes)

    def settled(self) -> None:
        """Tell them that a training that was waited for is over."""
        _call(self._of_ends)


def _added(callbacks: list[Callback], callback: Callback) -> Callback:
    callbacks.append(callback)
    return lambda: callbacks.remove(callback) if callback in callbacks else None


def _call(callbacks: list[Callback]) -> None:
    for callback in tuple(callbacks):
        try:
            callback()
        except Exception:  # who follows must not end what he follows
            logger.exception("a callback of a session failed")

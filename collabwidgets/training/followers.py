"""Followers: callbacks of those who follow a session."""

from __future__ import annotations

import logging
from collections.abc import Callable

Callback = Callable[[], None]

logger = logging.getLogger(__name__)


class Followers:
    """Callbacks that are called in the order in which they were added; one that fails is logged."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []

    def add(self, callback: Callback) -> Callback:
        """Call `callback` from now on; returns what undoes it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def call(self) -> None:
        """Call all of them."""
        for callback in tuple(self._callbacks):
            try:
                callback()
            except Exception:  # who follows must not end what he follows
                logger.exception("a callback of a session failed")

"""Pages: who is looking. Heartbeats, what each page has drawn, and when nobody is there any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

SILENCE = 6.0  # seconds without a heartbeat (one every 2 s) after which a page counts as closed
_GRACE = 1.5
_MOST_PAGES = 100


@dataclass
class _Page:
    heard: float
    visible: bool = True
    drawn: int = -1


class Pages:
    """The pages of one store, told apart by the random name each gives itself. Safe to use from any thread.

    Parameters
    ----------
    clock : callable
        Seconds, growing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._pages: dict[str, _Page] = {}
        self._waiting = False  # somebody needs the whole history

    def hello(self, client: str) -> None:
        """A page has opened, or lost the thread, and needs the whole history."""
        with self._lock:
            self._hear(client)
            self._waiting = True

    def beat(self, client: str, visible: bool) -> None:
        """A heartbeat; after a silence the page is new again."""
        with self._lock:
            known = self._pages.get(client)
            self._waiting |= known is None or self._silent(known)
            self._hear(client).visible = visible

    def drawn(self, client: str, seq: int) -> None:
        """A page has painted message number `seq`."""
        with self._lock:
            page = self._hear(client)
            page.drawn = max(page.drawn, seq)

    def takes_greeting(self) -> bool:
        """Whether a page has come since this was last asked."""
        with self._lock:
            waiting, self._waiting = self._waiting, False
            return waiting

    @property
    def greeting_due(self) -> bool:
        """Whether `takes_greeting` would be true."""
        with self._lock:
            return self._waiting

    @property
    def never(self) -> bool:
        """No page has ever been heard: a script, or a notebook that is executed without a browser."""
        with self._lock:
            return not self._pages

    @property
    def silent(self) -> bool:
        """There were pages, and none has been heard for a while."""
        with self._lock:
            return bool(self._pages) and all(self._silent(page) for page in self._pages.values())

    @property
    def listening(self) -> bool:
        """Some page is there."""
        with self._lock:
            return any(not self._silent(page) for page in self._pages.values())

    @property
    def visible(self) -> bool:
        """Some page is there and shows a widget to somebody."""
        with self._lock:
            return any(page.visible and not self._silent(page) for page in self._pages.values())

    def acknowledged(self, seq: int) -> bool:
        """Whether the fastest page has painted message number `seq`."""
        with self._lock:
            return max((page.drawn for page in self._pages.values()), default=seq) >= seq

    def excuse(self) -> None:
        """Silence proves nothing yet (the kernel may not be able to hear): listen a little longer."""
        with self._lock:
            now = self._clock()
            for page in self._pages.values():
                page.heard = max(page.heard, now - SILENCE + _GRACE)

    def _hear(self, client: str) -> _Page:
        page = self._pages.setdefault(client, _Page(0.0))
        page.heard = self._clock()
        if len(self._pages) > _MOST_PAGES:  # reloads give new names; nobody needs the old ones
            del self._pages[min(self._pages, key=lambda name: self._pages[name].heard)]
        return page

    def _silent(self, page: _Page) -> bool:
        return self._clock() - page.heard > SILENCE

"""Pages: who is looking. Heartbeats, what each page has drawn, and when nobody is there any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SILENCE = 6.0  # seconds without a heartbeat (one every 2 s) after which a page counts as closed
_GRACE = 1.5
_MOST_PAGES = 100


@dataclass
class _Page:
    heard: float = 0.0
    visible: bool = False
    drawn: int = -1


class Pages:
    """The pages of one store, told apart by the random name each gives itself.

    Written on the thread that hears pages, read on any other: each method reads the pages once, by `list`.

    Parameters
    ----------
    clock : callable
        Seconds, growing.

    Attributes
    ----------
    waiting : bool
        A page has opened, or missed messages, and needs the whole history. Whoever sends that sets this to False first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._pages: dict[str, _Page] = {}
        self.waiting = False

    def beat(self, client: str, visible: bool, drawn: int = -1, anew: bool = False) -> None:
        """A heartbeat, with the last message that was painted; after a silence the page is new again."""
        if anew or self._pages.get(client) not in self._here():
            self.waiting = True
        page = self._pages.setdefault(client, _Page())
        page.heard, page.visible, page.drawn = self._clock(), visible, max(page.drawn, drawn)
        if len(self._pages) > _MOST_PAGES:  # reloads give new names; nobody needs the old ones
            names = list(self._pages)
            self._pages.pop(min(names, key=lambda name: self._pages[name].heard), None)

    @property
    def never(self) -> bool:
        """No page has ever been heard: a script, or a notebook that is executed without a browser."""
        return not self._pages

    @property
    def listening(self) -> bool:
        """Some page is there."""
        return bool(self._here())

    @property
    def visible(self) -> bool:
        """Some page is there and shows a widget to somebody."""
        return any(page.visible for page in self._here())

    def acknowledged(self, seq: int) -> bool:
        """Whether the fastest page has painted message number `seq`."""
        return max((page.drawn for page in list(self._pages.values())), default=seq) >= seq

    def excuse(self) -> None:
        """Silence proves nothing yet (the kernel may not be able to hear): listen a little longer."""
        for page in list(self._pages.values()):
            page.heard = max(page.heard, self._clock() - SILENCE + _GRACE)

    def _here(self) -> list[_Page]:
        """The pages that have been heard of late."""
        return [page for page in list(self._pages.values()) if self._clock() - page.heard <= SILENCE]

"""ViewHistory: what was looked at before, step by step, to go back and forth."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from traitlets import HasTraits

STEPS = 100
GESTURE_SECONDS = 0.3  # changes that follow each other so closely are one step


@dataclass
class _Change:
    owner: weakref.ref[HasTraits]
    name: str
    before: Any
    after: Any


class ViewHistory:
    """Changes of traits, of whichever owners, that can be taken back and made again. Safe to use from any thread.

    Owners are held weakly; a change of one that is gone is passed over.

    Parameters
    ----------
    moved : callable
        Called when `can_undo` or `can_redo` may have changed.
    clock : callable
        Seconds, growing.
    """

    def __init__(self, moved: Callable[[], None], clock: Callable[[], float] = time.monotonic):
        self._moved, self._clock = moved, clock
        self._lock = threading.Lock()
        self._replay = threading.RLock()
        self._replaying: int | None = None  # the thread whose changes are no news
        self._done: deque[list[_Change]] = deque(maxlen=STEPS)
        self._undone: list[list[_Change]] = []
        self._recorded_at = float("-inf")

    @property
    def can_undo(self) -> bool:
        """There is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """There is a step that was taken back."""
        return bool(self._undone)

    def record(self, owner: HasTraits, name: str, before: Any, after: Any) -> None:
        """A trait has changed; what was taken back before can no longer be made again."""
        if self._replaying == threading.get_ident():
            return
        with self._lock:
            now = self._clock()
            if now - self._recorded_at >= GESTURE_SECONDS or not self._done:
                self._done.append([])
            self._recorded_at = now
            self._undone.clear()
            step = self._done[-1]
            known = next((change for change in step if change.owner() is owner and change.name == name), None)
            if known is None:
                step.append(_Change(weakref.ref(owner), name, before, after))
            else:
                known.after = after
                if known.before == after:
                    step.remove(known)
            if not step:
                self._done.pop()
                self._recorded_at = float("-inf")
        self._moved()

    def undo(self) -> bool:
        """Take the last step back; False if there is none."""
        return self._step(back=True)

    def redo(self) -> bool:
        """Make the step again that was taken back last; False if there is none."""
        return self._step(back=False)

    def _step(self, *, back: bool) -> bool:
        with self._replay:
            while True:
                with self._lock:
                    source, target = (self._done, self._undone) if back else (self._undone, self._done)
                    if not source:
                        break
                    step = source.pop()
                    target.append(step)
                    self._recorded_at = float("-inf")  # what comes next is a step of its own
                if self._apply(step, back=back):
                    self._moved()
                    return True
        self._moved()
        return False

    def _apply(self, step: list[_Change], *, back: bool) -> bool:
        """Set all traits of a step; whether any of their owners is still there.

        Somebody's observer may raise: the rest of the step is still made, then the first error goes on.
        """
        errors: list[Exception] = []
        found = False
        outer, self._replaying = self._replaying, threading.get_ident()
        try:
            for change in reversed(step) if back else step:
                owner = change.owner()
                if owner is None:
                    continue
                found = True
                try:
                    setattr(owner, change.name, change.before if back else change.after)
                except Exception as error:
                    errors.append(error)
        finally:
            self._replaying = outer
        if errors:
            self._moved()
            raise errors[0]
        return found

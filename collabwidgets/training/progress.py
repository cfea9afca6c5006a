"""How far a fit is and how long it will still take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Annotated, TypedDict

from msgspec import Meta

Whole = Annotated[int, Meta(ge=0)]
Finite = Annotated[float, Meta(ge=0, le=1e300)]  # NaN is none of these

_MEMORY_SECONDS = 5.0  # of the mean time a batch
_ENOUGH_BATCHES, _ENOUGH_SHARE, _ENOUGH_SECONDS = 3, 0.02, 1.0


class ProgressState(TypedDict):
    """How far a fit was: batches done and in all, epochs in all, seconds trained."""

    step: Whole
    n_steps: Whole
    epochs: Whole
    seconds: Finite


class Progress:
    """Counts the batches of one fit against the clock; the time in which it was paused does not count.

    The first batches that are reported carry whatever had to be made ready, so the estimate is made from those after.

    Parameters
    ----------
    n_steps : int
        Batches of the fit.
    epochs : int
        Its epochs; each ends with a validation, whose time is estimated apart from that of the batches.
    clock : callable
        Seconds since whenever.
    """

    def __init__(self, n_steps: int, epochs: int = 0, *, clock: Callable[[], float] = time.perf_counter):
        self._clock = clock
        self.step, self.n_steps, self.epochs = 0, n_steps, epochs
        self._elapsed = 0.0
        self._since: float | None = None
        self._last: tuple[int, float] | None = None
        self._timed_steps, self._timed_seconds = 0.0, 0.0
        self._first_step = 0
        self._validations, self._validating = 0, 0.0

    def state(self) -> ProgressState:
        """What `from_state` needs."""
        return {"step": self.step, "n_steps": self.n_steps, "epochs": self.epochs, "seconds": self.elapsed_seconds}

    @classmethod
    def from_state(cls, step: int, n_steps: int, epochs: int, seconds: float) -> Progress:
        """The progress of a fit that was left at `step` after so many `seconds`."""
        progress = cls(n_steps, epochs)
        progress.step, progress._elapsed = step, seconds
        return progress

    def go(self) -> None:
        """The clock runs."""
        self._since = self._clock()

    def halt(self) -> None:
        """The clock stands: paused or over."""
        self._elapsed, self._since = self.elapsed_seconds, None

    def reached(self, step: int) -> None:
        """`step` batches of the fit are done."""
        now = self.elapsed_seconds
        if self._last is None:
            self._first_step = step
        else:
            seconds = now - self._last[1]
            kept = math.exp(-seconds / _MEMORY_SECONDS)
            self._timed_steps = kept * self._timed_steps + step - self._last[0]
            self._timed_seconds = kept * self._timed_seconds + seconds
        self.step, self._last = step, (step, now)

    def validated(self) -> None:
        """An epoch is over: what has passed since its last batch was its validation."""
        if self._last is None:
            return
        now = self.elapsed_seconds
        self._validations += 1
        self._validating += now - self._last[1]
        self._last = self.step, now

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.step / self.n_steps if self.n_steps else 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Seconds trained so far in this fit."""
        return self._elapsed + (self._clock() - self._since if self._since is not None else 0.0)

    @property
    def eta_seconds(self) -> float | None:
        """Seconds left; ``None`` until there is something to estimate from, and when the clock stands."""
        if self._since is None or self._timed_seconds <= 0 or self.step >= self.n_steps:
            return None
        enough = self.share >= _ENOUGH_SHARE or self._timed_seconds >= _ENOUGH_SECONDS
        if self.step - self._first_step < _ENOUGH_BATCHES or not enough:
            return None
        batches = (self.n_steps - self.step) * self._timed_seconds / self._timed_steps
        validations = (self.epochs - self._validations) * self._validating / max(self._validations, 1)
        return batches + validations

"""How far a fit is and how long it will still take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, TypedDict

from msgspec import Meta

Whole = Annotated[int, Meta(ge=0)]
Finite = Annotated[float, Meta(ge=0, le=1e300)]  # NaN is none of these

_MEMORY_SECONDS, _FEWEST = 5.0, 4  # of the mean time a batch, and reports that it takes at least
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
        self._reports: deque[tuple[int, float]] = deque()  # the last ones: batches done, seconds without validation
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
        self.step = step
        self._reports.append((step, self._seconds_of_batches))
        while len(self._reports) > _FEWEST and self._reports[-1][1] - self._reports[0][1] > _MEMORY_SECONDS:
            self._reports.popleft()

    def validated(self) -> None:
        """An epoch is over: what has passed since its last batch was its validation."""
        if self._reports:
            self._validations += 1
            self._validating += self._seconds_of_batches - self._reports[-1][1]

    @property
    def _seconds_of_batches(self) -> float:
        return self.elapsed_seconds - self._validating

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
        if self._since is None or not self._reports or self.step >= self.n_steps:
            return None
        steps, seconds = (last - first for first, last in zip(self._reports[0], self._reports[-1], strict=True))
        if steps < _ENOUGH_BATCHES or (self.share < _ENOUGH_SHARE and seconds < _ENOUGH_SECONDS):
            return None
        validations = (self.epochs - self._validations) * self._validating / max(self._validations, 1)
        return (self.n_steps - self.step) * seconds / steps + validations

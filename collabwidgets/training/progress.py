"""How far a fit is and how long it will still take."""

from __future__ import annotations

import time

_MEMORY = 0.9  # of the mean time a batch
_ENOUGH_BATCHES, _ENOUGH_SHARE = 3, 0.02


class Progress:
    """Counts the batches of one fit against the clock; the time in which it was paused does not count."""

    def __init__(self, n_steps: int):
        self.step, self.n_steps = 0, n_steps
        self._elapsed = 0.0
        self._since: float | None = None
        self._batch_seconds: float | None = None
        self._last = (0, 0.0)

    def go(self) -> None:
        """The clock runs."""
        self._since = time.perf_counter()

    def halt(self) -> None:
        """The clock stands: paused or over."""
        self._elapsed, self._since = self.elapsed_seconds, None

    def reached(self, step: int) -> None:
        """`step` batches of the fit are done."""
        now = self.elapsed_seconds
        seconds = (now - self._last[1]) / max(step - self._last[0], 1)
        before = self._batch_seconds
        self._batch_seconds = seconds if before is None else _MEMORY * before + (1 - _MEMORY) * seconds
        self.step, self._last = step, (step, now)

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.step / self.n_steps if self.n_steps else 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Seconds trained so far in this fit."""
        return self._elapsed + (time.perf_counter() - self._since if self._since is not None else 0.0)

    @property
    def eta_seconds(self) -> float | None:
        """Seconds left; ``None`` until there is something to estimate from, and when the clock stands."""
        if self._since is None or self._batch_seconds is None or self.step >= self.n_steps:
            return None
        if self.step < _ENOUGH_BATCHES and self.share < _ENOUGH_SHARE:
            return None
        return self._batch_seconds * (self.n_steps - self.step)

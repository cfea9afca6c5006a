"""TrainingWorker: who takes the events of a fit. The caller's own thread or a background one, never both."""

from __future__ import annotations

import atexit
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .events import EpochEnd

if TYPE_CHECKING:
    from .fit import Fit

_LAST_SECONDS = 10.0  # that the process waits for the thread when it ends


class TrainingWorker:
    """Drives one fit at a time, and can be asked from any thread to pause or to stop.

    A paused fit is an iterator nobody takes from: no thread waits, nothing is held, and going on is taking from it
    again, in whichever thread.

    The thread that trains calls the fit's `record` with every event, and its `ended` once when it lets go.
    """

    def __init__(self) -> None:
        self._fit: Fit | None = None
        self._asked: str | None = None  # "paused" or "stopped", looked at between two events
        self._one_epoch = False
        self._idle = threading.Event()
        self._idle.set()

    @property
    def running(self) -> bool:
        """Whether a thread is taking events now."""
        return not self._idle.is_set()

    @property
    def paused(self) -> bool:
        """Whether a fit waits to be taken up again."""
        return self._fit is not None and not self.running

    def load(self, fit: Fit) -> None:
        """The next fit; nothing of it happens before `run` or `start`."""
        if self.running:
            raise RuntimeError("already training; pause() or stop() first")
        self._fit = fit

    def run(self, *, one_epoch: bool = False) -> None:
        """Train in the calling thread until the fit is over or somebody asks for a pause or a stop."""
        self._begin(one_epoch)
        self._drive()

    def start(self, *, one_epoch: bool = False) -> None:
        """Train in a background thread, which ends with the process."""
        self._begin(one_epoch)

        # A daemon thread that the interpreter finds in torch's code when it shuts down takes the process with it.
        def drive() -> None:
            self._drive()
            atexit.unregister(end)

        def end() -> None:
            self.ask("stopped")
            thread.join(_LAST_SECONDS)

        thread = threading.Thread(target=drive, name="collabwidgets-training", daemon=True)
        atexit.register(end)
        try:
            thread.start()
        except RuntimeError as error:  # there are too many threads, or the interpreter is ending
            atexit.unregister(end)
            self._let_go(error)
            raise

    def ask(self, what: str) -> None:
        """Ask for ``"paused"`` or ``"stopped"``; it happens between two events, within some milliseconds."""
        self._asked = what

    def drop(self, outcome: str = "") -> None:
        """Forget a paused fit; with an `outcome` it is told that it has ended so."""
        fit, self._fit = self._fit, None
        if fit is not None and outcome:
            fit.ended(outcome)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until no thread trains; False if `timeout` seconds were not enough."""
        return self._idle.wait(timeout)

    def _begin(self, one_epoch: bool) -> None:
        if self._fit is None:
            raise RuntimeError("there is no fit to go on with; start one first")
        self._asked, self._one_epoch = None, one_epoch
        self._idle.clear()

    def _drive(self) -> None:
        assert self._fit is not None
        outcome: str | BaseException = "over"
        try:
            for event in self._fit.events:
                self._fit.record(event)
                if isinstance(event, EpochEnd) and self._one_epoch and event.more:
                    self._asked = self._asked or "paused"
                if self._asked:
                    outcome = self._asked
                    break
        except BaseException as error:  # a student's own module may raise anything; the learner says what it was
            outcome = error
        self._let_go(outcome)

    def _let_go(self, outcome: str | BaseException) -> None:
        fit = self._fit
        assert fit is not None
        if outcome != "paused":
            self._fit = None
        try:
            fit.ended(outcome)
        finally:
            self._idle.set()


@contextmanager
def interrupt_asks(pause: Callable[[], None]) -> Iterator[None]:
    """While it is open the first Ctrl-C calls `pause`; a second one interrupts as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def first(signum: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, before)
        pause()

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

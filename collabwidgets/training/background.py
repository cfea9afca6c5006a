"""Background threads that end with the process."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

_LAST_SECONDS = 10.0  # that the process waits for a thread when it ends


def in_background(name: str, work: Callable[[], None], stop: Callable[[], None]) -> threading.Thread:
    """Do `work` in a thread of that name; at the interpreter's exit call `stop`, then wait up to 10 s for the thread.

    A daemon thread that the interpreter finds in torch's code when it shuts down takes the process with it.

    Raises
    ------
    RuntimeError
        When no thread can be started: there are too many, or the interpreter is ending.
    """

    def drive() -> None:
        work()
        atexit.unregister(end)

    def end() -> None:
        stop()
        thread.join(_LAST_SECONDS)

    thread = threading.Thread(target=drive, name=name, daemon=True)
    atexit.register(end)
    try:
        thread.start()
    except RuntimeError:
        atexit.unregister(end)
        raise
    return thread

"""How slow the machine is while a test counts time, so that the test asks of it what it can give."""

from __future__ import annotations

import time

_WORK = 400_000  # turns of a loop
_USUAL_SECONDS = 0.012  # of a processor for them, on the machine on which the bounds of the tests were set


def slowness(seconds: float = 0.2) -> float:
    """How many times longer something takes at this moment than on that machine with nothing beside it.

    It is how much of a processor a loop gets, times how slow that processor is: 2 where two loops share each core.
    """
    clock, processor = time.perf_counter(), time.thread_time()
    while (passed := time.perf_counter() - clock) < seconds:
        pass
    shared = max(1.0, passed / (time.thread_time() - processor))
    return shared * max(1.0, _work() / _USUAL_SECONDS)


def _work() -> float:
    """Seconds of a processor for the turns of the loop, the best of three."""

    def once() -> float:
        began, total = time.thread_time(), 0
        for n in range(_WORK):
            total += n * n
        return time.thread_time() - began

    return min(once() for _ in range(3))

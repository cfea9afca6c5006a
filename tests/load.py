"""How busy the machine is while a test counts time, so that the test asks of it what it can give."""

from __future__ import annotations

import time


def slowness(seconds: float = 0.2) -> float:
    """How many times longer work takes at this moment than it would if nothing ran beside it.

    It is what a loop takes on the clock by what it takes of a processor: 1 on an idle machine, 2 where two loops share
    each core.
    """
    clock, processor = time.perf_counter(), time.thread_time()
    while (passed := time.perf_counter() - clock) < seconds:
        pass
    return max(1.0, passed / (time.thread_time() - processor))

"""The estimate of the time that is left, against fits whose length is known."""

import pytest

from collabwidgets.training.progress import Progress


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def fit(epochs, batches, *, start, batch, validation, report=1):
    """Progress after each report of a fit: what it says is left, and what is left."""
    clock = Clock()
    progress = Progress(epochs * batches, epochs, clock=clock)
    end = start + epochs * (batches * batch + validation)
    progress.go()
    clock.now += start
    for step in range(1, epochs * batches + 1):
        clock.now += batch
        if step % report == 0 or step == 1:
            progress.reached(step)
            yield progress, end - clock.now
        if step % batches == 0:
            clock.now += validation
            progress.validated()


def test_what_comes_before_the_first_batch_is_not_in_the_estimate():
    said = [(p.eta_seconds, left) for p, left in fit(300, 100, start=6.0, batch=3e-4, validation=0.0)]
    known = [(eta, left) for eta, left in said if eta is not None]
    assert len(known) > 0.95 * len(said)
    assert all(eta == pytest.approx(left, rel=1e-3, abs=1e-3) for eta, left in known)


def test_nothing_is_said_until_there_is_something_to_estimate_from():
    said = [(p.step, p.eta_seconds) for p, _ in fit(10, 100, start=0.0, batch=0.01, validation=0.0)]
    assert {step for step, eta in said if eta is not None} == set(range(20, 1000))
    slow = [(p.step, p.eta_seconds) for p, _ in fit(10, 100, start=0.0, batch=2.0, validation=0.0)]
    assert {step for step, eta in slow if eta is not None} == set(range(4, 1000))


def test_validation_is_in_the_estimate_from_the_second_epoch_on():
    for progress, left in fit(4, 50, start=1.0, batch=0.1, validation=3.0):
        if 50 < progress.step < 200:
            assert progress.eta_seconds == pytest.approx(left, rel=1e-6)


def test_a_pause_is_not_counted():
    clock = Clock()
    progress = Progress(100, 1, clock=clock)
    progress.go()
    for step in range(1, 51):
        clock.now += 1.0
        progress.reached(step)
    progress.halt()
    assert progress.eta_seconds is None
    clock.now += 1000.0
    progress.go()
    clock.now += 1.0
    progress.reached(51)
    assert (progress.eta_seconds, progress.elapsed_seconds) == (pytest.approx(49.0), 51.0)


def test_a_fit_that_becomes_slower_is_noticed():
    clock = Clock()
    progress = Progress(1000, 1, clock=clock)
    progress.go()
    for step in range(1, 501):
        clock.now += 0.01 if step <= 200 else 0.1
        progress.reached(step)
    assert progress.eta_seconds == pytest.approx(50.0, rel=0.05)

"""The bounded picture of an unbounded history."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collabwidgets.training import EpochRecord, History


def filled(losses):
    history = History()
    history.add_batches(np.arange(len(losses), dtype=np.float32), np.asarray(losses, np.float32))
    return history


def with_valid(*losses):
    history = History()
    for epoch, loss in enumerate(losses, 1):
        history.add_epoch(EpochRecord(epoch, 1.0, loss, None, 0.1, 1e-3))
    return history


@given(st.lists(st.floats(0, 10, width=32), min_size=1, max_size=3000), st.integers(2, 500))
def test_decimation_keeps_extremes_order_and_the_bound(losses, most):
    x, kept = filled(losses).batches(most)
    assert len(kept) <= max(most, 2)
    assert kept.min() == np.float32(min(losses))
    assert kept.max() == np.float32(max(losses))
    assert np.all(np.diff(x) > 0)
    assert np.array_equal(np.asarray(losses, np.float32)[x.astype(int)], kept)


def test_a_short_history_is_kept_whole():
    losses = np.random.default_rng(0).random(2000)
    assert len(filled(losses).batches()[1]) == 2000


def test_reading_on_from_a_position_misses_nothing():
    history = filled([1, 2, 3])
    _, first, position = history.batches_since(0)
    history.add_batches(np.array([3], np.float32), np.array([4], np.float32))
    x, rest, position = history.batches_since(position)
    assert first.tolist() == [1, 2, 3]
    assert rest.tolist() == [4]
    assert x.tolist() == [3]
    assert position == 4


def test_overfitting_is_a_rising_validation_loss_and_nothing_else():
    assert with_valid(1.0, 0.9, 0.85).overfit_since is None
    assert with_valid(1.0, 0.9, 0.95).overfit_since is None
    assert with_valid(1.0, 0.9, 0.95, 0.97).overfit_since == 3
    assert with_valid(1.0, 0.9, 0.901, 0.903, 0.9, 0.904).overfit_since is None, "a plateau"
    assert with_valid(1.0, 0.9, 0.95, 0.901, 0.95, 0.901).overfit_since is None, "single epochs"
    assert with_valid(None, None, None, None).overfit_since is None


def test_overfitting_is_counted_from_the_best_epoch_whatever_falls_later():
    rising = [0.9, 0.81, 0.84, 0.86, 0.85, 0.87, 0.86, 0.9, 0.917]
    assert [with_valid(*rising[:n]).overfit_since for n in range(3, 10)] == [None, 3, 3, 3, 3, 3, 3]
    assert with_valid(*rising, 0.811).overfit_since == 3, "back near the best is not better"
    assert with_valid(*rising, 0.80).overfit_since is None, "a better epoch takes it back"
    slow = [1.0, *np.linspace(0.81, 0.917, 67)]
    assert with_valid(*slow).overfit_since == 3


def test_clearing_begins_the_next_run():
    history = with_valid(1.0)
    history.clear()
    assert (history.run, len(history), history.best) == (1, 0, None)
    assert list(history.to_frame().columns) == ["epoch", "train_loss", "valid_loss", "rmse", "seconds", "lr"]

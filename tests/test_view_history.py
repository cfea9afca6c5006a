"""One history of what is looked at: back and forth, by gestures, never a training."""

import gc

import pytest
from traitlets import HasTraits, Int

from collabwidgets.view_history import STEPS, ViewHistory


class Owner(HasTraits):
    x = Int(0)
    y = Int(0)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def history(clock):
    return ViewHistory(lambda: None, clock)


def watched(history):
    owner = Owner()
    owner.observe(lambda change: history.record(owner, change.name, change.old, change.new), ["x", "y"])
    return owner


def test_a_step_goes_back_and_forth(history, clock):
    owner = watched(history)
    for value in (1, 2):
        clock.now += 1
        owner.x = value
    assert (history.undo(), owner.x) == (True, 1)
    assert (history.undo(), owner.x) == (True, 0)
    assert (history.undo(), owner.x) == (False, 0)
    assert (history.redo(), history.redo(), owner.x) == (True, True, 2)
    assert (history.redo(), history.can_redo, history.can_undo) == (False, False, True)


def test_changes_within_a_gesture_are_one_step_however_long_it_lasts(history, clock):
    owner = watched(history)
    for value in range(1, 11):
        clock.now += 0.29
        owner.x = value
    owner.y = 5
    clock.now += 0.31
    owner.y = 6
    history.undo()
    assert (owner.x, owner.y) == (10, 5)
    history.undo()
    assert (owner.x, owner.y) == (0, 0)
    assert not history.can_undo


def test_a_gesture_that_ends_where_it_began_is_no_step(history):
    owner = watched(history)
    owner.x = 1
    owner.x = 0
    assert not history.can_undo


def test_a_new_change_forgets_what_was_taken_back(history, clock):
    owner = watched(history)
    owner.x = 1
    history.undo()
    owner.y = 7  # at once: still no part of the step before
    assert not history.can_redo
    history.undo()
    assert (owner.x, owner.y) == (0, 0)


def test_it_remembers_a_hundred_steps(history, clock):
    owner = watched(history)
    for value in range(1, STEPS + 51):
        clock.now += 1
        owner.x = value
    while history.undo():
        pass
    assert owner.x == 50


def test_what_an_observer_does_in_answer_to_an_undo_is_no_step(history, clock):
    owner = watched(history)
    owner.observe(lambda change: setattr(owner, "y", -change.new), "x")
    owner.x = 3
    clock.now += 1
    history.undo()
    assert (owner.x, owner.y, history.can_undo) == (0, 0, False)
    history.redo()
    assert (owner.x, owner.y) == (3, -3)


def test_an_owner_that_is_gone_is_passed_over(history, clock):
    stays, goes = watched(history), Owner()
    stays.x = 1
    clock.now += 1
    history.record(goes, "x", 0, 5)
    del goes
    gc.collect()
    assert (history.undo(), stays.x) == (True, 0)


def test_an_observer_that_raises_keeps_no_part_of_the_step_back(history, clock):
    owner = watched(history)
    owner.x, owner.y = 1, 2

    def careless(change):
        raise KeyError("no such column")

    owner.observe(careless, "y")
    with pytest.raises(KeyError, match="no such column"):
        history.undo()
    assert (owner.x, owner.y) == (0, 0)
    assert history.can_redo

"""What goes over the wire while a model trains."""

import itertools
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collabwidgets import collab_learner
from collabwidgets.training.history import thinned
from collabwidgets.widgets import LearnerStore, NeighborSearch, PCAScatter, learner_facts, pages, publisher
from tests.load import slowness
from tests.widgets.unpacked import bytes_pairs


def curve_on_the_page(messages):
    """What a page has that follows the protocol: a reset replaces, the rest is appended."""
    x, loss = np.empty(0, np.float32), np.empty(0, np.float32)
    for message in messages:
        more_x, more_loss = bytes_pairs(message.buffers[0])
        x = more_x if message.content["reset"] else np.concatenate([x, more_x])
        loss = more_loss if message.content["reset"] else np.concatenate([loss, more_loss])
    return x, loss


class AttentivePage(threading.Thread):
    """Acknowledges every message of points, as a page does that draws at once."""

    def __init__(self, line, store, client="page"):
        super().__init__(daemon=True)
        self.line, self.store, self.client = line, store, client
        self.left = threading.Event()
        self.drawn = 0

    def run(self):
        self.line.say(self.store, kind="beat", client=self.client, visible=True, anew=True)
        while not self.left.wait(0.02):
            for message in self.line.points(self.store)[self.drawn :]:
                seq = message.content["seq"]
                self.line.say(self.store, kind="beat", client=self.client, visible=True, drawn=seq)
                self.drawn += 1
            self.line.say(self.store, kind="beat", client=self.client, visible=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.left.set()
        self.join()


def test_a_page_that_says_hello_gets_the_whole_history_once(learn, line, until):
    learn.start(epochs=2)
    learn.wait()
    store = LearnerStore.of(learn)
    line.say(store, kind="beat", client="late", visible=True)
    until(lambda: len(line.points(store)) == 1)
    (message,) = line.points(store)
    x, loss = learn.history.batches(2000)
    assert message.content == {"kind": "points", "seq": 1, "run": learn.history.run, "reset": True}
    np.testing.assert_array_equal(bytes_pairs(message.buffers[0]), (x, loss))


def test_the_streamed_points_are_the_history_without_gap_or_repeat(learn, line, until):
    store = LearnerStore.of(learn)
    with AttentivePage(line, store):
        until(lambda: len(line.points(store)) == 1)
        for _ in range(4):  # each few enough for one message, which would be thinned otherwise
            learn.start(epochs=3)
            learn.wait()
            until(lambda: len(curve_on_the_page(line.points(store))[0]) == len(learn.history.batches(10**9)[0]))
    x, loss = curve_on_the_page(line.points(store))
    np.testing.assert_array_equal((x, loss), learn.history.batches(10**9))
    assert [m.content["seq"] for m in line.points(store)] == list(range(1, len(line.points(store)) + 1))


def test_a_reset_is_streamed_as_one(learn, line, until):
    store = LearnerStore.of(learn)
    with AttentivePage(line, store):
        learn.start(epochs=1)
        learn.wait()
        until(lambda: len(curve_on_the_page(line.points(store))[0]) > 0)
        learn.reset()
        until(lambda: line.points(store)[-1].content["run"] == learn.history.run)
    assert line.points(store)[-1].content["reset"]
    assert line.points(store)[-1].buffers == [b""]


def test_points_wait_for_a_page_that_has_not_drawn_but_not_for_ever(learn, line, until, monkeypatch):
    monkeypatch.setattr(publisher, "ACK_SECONDS", 1e6)
    store = LearnerStore.of(learn)

    def statuses_since_the_last_points():
        last = line.points(store)[-1]
        return sum("status" in message.names for message in line.of(store) if message.at > last.at)

    def hears():
        line.say(store, kind="beat", client="slow", visible=True)  # it is there, but has painted nothing yet

    line.say(store, kind="beat", client="slow", visible=True)
    until(lambda: len(line.points(store)) == 1)
    learn.start(epochs=1000, bs=8)
    until(lambda: hears() or statuses_since_the_last_points() >= 5)
    told = len(line.points(store))
    monkeypatch.setattr(publisher, "ACK_SECONDS", 1.0)
    until(lambda: hears() or len(line.points(store)) >= told + 2)
    learn.stop()


@pytest.mark.alone
def test_nothing_floods_the_line_while_everything_is_watched(learn, line, until, monkeypatch):
    monkeypatch.setattr(publisher, "COST_SHARE", 5)  # how dear a picture is on this machine is not what is counted
    store = LearnerStore.of(learn)
    scatter, search = PCAScatter(learn), NeighborSearch(learn, item=3)
    line.set(scatter, _visible=True)
    line.set(search, _visible=True)
    with AttentivePage(line, store):
        busy = slowness()
        began = time.monotonic()
        learn.start(epochs=1000, bs=8)
        until(lambda: time.monotonic() - began > 3.0)
        learn.pause()
        seconds = time.monotonic() - began
        learn.wait()
        busy = max(busy, slowness())
    training = [m for m in line.of(store) if began < m.at < began + seconds]
    points = [m for m in training if m.content.get("kind") == "points"]
    pictures = [m for m in training if "_scores" in m.names]
    statuses = [m for m in training if "step" in m.names]
    assert 3 * seconds / busy < len(points) <= 7 * seconds
    assert 0.5 * seconds / busy < len(pictures) <= 2 * seconds
    assert len(statuses) <= 6 * seconds
    assert len(training) <= 20 * seconds
    assert {m.thread for m in points + pictures + statuses} == {"collabwidgets-publisher"}


def test_pictures_between_epochs_are_made_only_while_somebody_sees_a_view(dls, line, until, monkeypatch):
    monkeypatch.setattr(publisher, "PICTURE_SECONDS", 0.1)  # several in an epoch of torch's, one rating a step
    learn = collab_learner(dls, n_factors=8, engine="autograd")
    store = LearnerStore.of(learn)
    scatter = PCAScatter(learn)
    with AttentivePage(line, store):
        learn.start(epochs=500, bs=1)
        until(lambda: len(line.points(store)) > 4)
        assert not any(m.state["picture"]["epoch"] % 1 > 0 for m in line.of(store)[1:] if "_scores" in m.names)
        line.set(scatter, _visible=True)
        until(lambda: store.picture["epoch"] % 1 > 0)
        learn.stop()
        learn.wait()


@pytest.mark.alone
def test_the_bytes_of_a_views_own_map_count_towards_how_often_pictures_come(dls, line, until, monkeypatch):
    monkeypatch.setattr(publisher, "PICTURE_SECONDS", 0.01)
    monkeypatch.setattr(publisher, "BYTES_PER_SECOND", 20_000)
    learn = collab_learner(dls, n_factors=8, engine="autograd")
    store, scatter = LearnerStore.of(learn), PCAScatter(learn, fit_on="all")
    line.set(scatter, _visible=True)

    def pictures(widget, name):
        return [m for m in line.of(widget) if m.kind == "comm_msg" and name in m.names]

    with AttentivePage(line, store):
        learn.start(epochs=500)
        until(lambda: len(pictures(store, "_scores")) >= 4 and len(pictures(scatter, "_map")) >= 3)
        learn.stop()
    told, own = pictures(store, "_scores")[:-1], pictures(scatter, "_map")
    assert own
    for one, later in itertools.pairwise(told[1:]):
        sent = [one, *(m for m in own if one.at < m.at < later.at)]
        began = max(m.at for m in line.points(store) if m.at < one.at)  # of its turn: points come first
        assert later.at - began >= sum(len(buffer) for m in sent for buffer in m.buffers) / 20_000


def test_a_brief_retraining_is_told_at_its_end_and_at_once(dls, line, until, monkeypatch):
    monkeypatch.setattr(publisher, "GUESS_SECONDS", 1e6)  # brief it is, however long the machine takes
    learn = collab_learner(dls, n_factors=8, y_range=(0, 5.5), seed=3, engine="fused")
    store = LearnerStore.of(learn)
    scatter = PCAScatter(learn)
    line.set(scatter, _visible=True)
    with AttentivePage(line, store):
        learn.start(epochs=1)
        learn.wait()
        until(lambda: store.status["status"] == "ready" and store.picture["revision"] == learn.snapshot.revision)
        before = len(line.of(store))
        monkeypatch.setattr(publisher, "TURN_SECONDS", 1e6)  # so that no turn comes which nobody has asked for
        learn.retrain(epochs=2)
        until(lambda: store.picture["revision"] == learn.snapshot.revision and len(store.picture["history"]) == 2)
    told = [message for message in line.of(store)[before:] if message.state]
    assert {message.state["status"]["status"] for message in told if "status" in message.names} <= {"ready"}
    (picture,) = [message for message in told if "_scores" in message.names]
    assert picture.state["picture"]["run"] == learn.history.run


def test_a_long_retraining_never_shows_its_random_weights(learn, line, until):
    store = LearnerStore.of(learn)
    scatter = PCAScatter(learn)
    line.set(scatter, _visible=True)
    with AttentivePage(line, store):
        learn.start(epochs=1)
        learn.wait()
        until(lambda: store.status["status"] == "ready")
        before = len(line.of(store))
        learn.retrain(epochs=1000, bs=8)
        until(lambda: len(store.picture["history"]) > 2)
        learn.stop()
        learn.wait()
        until(lambda: store.status["status"] == "stopped")
    told = [message.state for message in line.of(store)[before:]]
    statuses = {state["status"]["status"] for state in told if "status" in state}
    assert "training" in statuses
    assert "untrained" not in statuses
    assert all(state["picture"]["epoch"] > 0 for state in told if "picture" in state)


def test_without_a_page_the_traits_are_set_at_epoch_ends_and_no_points_are_sent(learn, line, until):
    store = LearnerStore.of(learn)
    learn.start(epochs=2)
    learn.wait()
    until(
        lambda: (
            store.status["status"] == "ready"
            and len(store.picture["history"]) == 2
            and store.picture["revision"] == learn.snapshot.revision
        )
    )
    assert line.points(store) == []


def test_after_a_silence_nothing_is_sent_until_the_end_or_until_the_page_is_back(learn, line, until, monkeypatch):
    monkeypatch.setattr(pages, "SILENCE", 0.3)
    store = LearnerStore.of(learn)
    line.say(store, kind="beat", client="page", visible=True)
    learn.start(epochs=1000, bs=8)
    until(lambda: not store.publisher.pages.listening)
    until(lambda: line.of(store)[-1].at < time.monotonic() - 0.5)
    quiet = len(line.of(store))
    seen = len(learn.history)
    until(lambda: len(learn.history) > seen + 3)
    assert len(line.of(store)) == quiet
    told = len(line.points(store))
    until(
        lambda: (
            line.say(store, kind="beat", client="page", visible=True)
            or any(message.content["reset"] for message in line.points(store)[told:])
        )
    )
    until(lambda: not store.publisher.pages.listening)
    learn.stop()
    learn.wait()
    until(lambda: store.status["status"] == "stopped" and store.picture["revision"] == learn.snapshot.revision)
    assert len(store.picture["history"]) == len(learn.history)


def test_what_nobody_sees_is_told_its_status_alone_and_all_when_it_comes_into_sight(learn, line, until):
    store, scatter = LearnerStore.of(learn), PCAScatter(learn)
    line.say(store, kind="beat", client="page", visible=False)
    until(lambda: line.points(store))
    learn.start(epochs=1000, bs=8)
    until(lambda: store.status["status"] == "training")

    def unseen_beat():
        line.say(store, kind="beat", client="page", visible=False)

    # The turn in which it says that it trains is over when the next status comes, without a history.
    first = len(line.of(store))
    until(
        lambda: unseen_beat() or any("status" in m.names and "picture" not in m.names for m in line.of(store)[first:])
    )
    began, before = len(learn.history), len(line.of(store))
    until(lambda: unseen_beat() or len(learn.history) > began + 4)
    unseen = line.of(store)[before:]
    assert not [m for m in unseen if {"picture", "_scores"} & m.names or m.content.get("kind") == "points"]
    line.set(scatter, _visible=True)
    until(lambda: line.points(store)[-1].content["reset"] and len(store.picture["history"]) > began + 4)
    until(lambda: any("_scores" in message.names for message in line.of(store)[before + len(unseen) :]))
    line.set(scatter, _visible=False)
    learn.stop()
    until(lambda: store.status["status"] == "stopped" and store.picture["revision"] == learn.snapshot.revision)
    assert len(store.picture["history"]) == len(learn.history)


@pytest.mark.alone
def test_an_idle_learner_costs_nothing(learn, line, monkeypatch):
    store = LearnerStore.of(learn)
    turns = []
    monkeypatch.setattr(store.publisher, "_safe_turn", lambda learn: turns.append(1))
    sent = len(line.sent)
    threading.Event().wait(0.5)
    assert turns == []
    assert len(line.sent) == sent


def test_a_fault_of_the_publisher_is_logged_and_shown_and_passes(learn, until, monkeypatch, caplog):
    store = LearnerStore.of(learn)
    whole = learner_facts.status_of

    def broken(_learn):
        raise OSError("the disk is on fire")

    monkeypatch.setattr(learner_facts, "status_of", broken)
    store.publisher.wake()
    until(lambda: "the disk is on fire" in store.status["message"])
    assert "the disk is on fire" in caplog.text
    monkeypatch.setattr(learner_facts, "status_of", whole)
    store.publisher.wake()
    until(lambda: store.status["message"] == learn.message)


def test_one_follower_that_fails_keeps_the_others_going(learn, until, caplog):
    store = LearnerStore.of(learn)
    followed = []

    class Follower:
        shown = False

        def __init__(self, follow):
            self.follow = follow

    def fail(learn, **_):
        raise LookupError("lost")

    both = [Follower(fail), Follower(lambda learn, **how: followed.append(how) or 0)]
    store.followers.update(zip("ab", both, strict=True))
    store.publisher.wake()
    until(lambda: followed and "LookupError: lost" in store.status["message"])


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "hello"},
        {"kind": "beat", "client": "a"},
        {"kind": "beat", "client": "a", "visible": True, "drawn": "x"},
        {"kind": 3},
    ],
)
def test_messages_without_sense_are_logged_and_change_nothing(learn, line, caplog, message):
    store = LearnerStore.of(learn)
    line.say(store, **message)
    assert "not understood" in caplog.text
    assert store.publisher.pages.waiting is False


@given(st.lists(st.floats(0, 10, width=32), max_size=400), st.integers(2, 50))
def test_thinning_keeps_order_extremes_and_the_limit(losses, most):
    loss = np.array(losses, np.float32)
    x = np.arange(len(loss), dtype=np.float32)
    thin_x, thin_loss = thinned(x, loss, most)
    assert len(thin_x) <= most
    assert (np.diff(thin_x) > 0).all()
    np.testing.assert_array_equal(loss[thin_x.astype(int)], thin_loss)
    if len(loss):
        assert thin_loss.min() == loss.min()
        assert thin_loss.max() == loss.max()


def test_when_a_fit_returns_the_widgets_traits_are_those_of_its_end(learn, line):
    scatter = PCAScatter(learn)
    for fit in (lambda: learn.fit_one_cycle(3), lambda: learn.start(epochs=2) or learn.wait()):
        fit()
        own = learn.pca_frame(min_count=scatter.min_count).explained_variance_ratio
        assert scatter.explained_variance == [float(share) for share in own]
        assert scatter.n_frames == len(learn.session.weights.past.epochs) == learn.epoch
        assert LearnerStore.of(learn).status["status"] == "ready"


IN_THE_MIDDLE = """
import threading
import torch
import collabwidgets as cw
from collabwidgets.widgets import learner_facts

ratings, _ = cw.synthetic_ratings(30, 20, 200, seed=1)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=1), 2)
store, began, whole = cw.LearnerStore.of(learn), threading.Event(), learner_facts.status_of

def slow(learn):
    began.set()
    for _ in range(300):
        torch.linalg.svd(torch.rand(60, 60))
    return whole(learn)

learner_facts.status_of = slow
store.publisher.wake()
began.wait()
"""


def test_a_process_that_ends_while_pages_are_told_ends_well():
    done = subprocess.run([sys.executable, "-c", IN_THE_MIDDLE], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")

"""Publisher: the one thread that tells the pages what a learner does, no more often than they can look."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol

from ..training.background import in_background
from ..training.history import thinned
from . import learner_facts, protocol
from .pages import Pages
from .wire import pair_bytes

if TYPE_CHECKING:
    from ..learner import CollabLearner
    from .store import LearnerStore

TURN_SECONDS = 0.25  # between two looks at the learner; each message costs the page's host more than it costs us
STATUS_SECONDS = 0.5
UNSEEN_SECONDS = 2.0  # the status where nobody looks, for Python's observers; nothing else is sent there
PICTURE_SECONDS = 1.0
BRIEF_SECONDS = 0.6  # a retraining that will be over by then is shown when it is: what flashes tells nobody anything
GUESS_SECONDS = 0.2  # before that its progress does not yet say when it will be over
BEHIND_SECONDS = 0.9  # pages say every half a second what they have painted; one that is later cannot keep up
CATCH_UP_SECONDS = 2.0  # that a caller waits for at most
ACK_SECONDS = 1.0  # and is sent the next message after so long all the same
COST_SHARE = 50  # what took 1 ms to make comes again after 50 ms at the earliest: 2 % of one core
BYTES_PER_SECOND = 2_000_000
POINTS_PER_MESSAGE = 500

logger = logging.getLogger(__name__)


class Follower(Protocol):
    """A view or a figure that the publisher's thread keeps up to date."""

    @property
    def shown(self) -> bool:
        """Whether it is visible to somebody, as far as it knows."""

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        """Update from the learner, which may have changed; return the bytes of the arrays that were sent.

        ``settled``: nothing trains, so this may be the last call for long. ``watched``: somebody may be
        looking, so it is worth showing states between two epochs.
        """


class Publisher:
    """Watches one learner from a daemon thread, which sleeps while nothing moves and ends with the learner
    or store.

    Parameters
    ----------
    store : LearnerStore
        Whose traits it sets and through which it sends.
    learn : CollabLearner
        Held weakly.
    """

    def __init__(self, store: LearnerStore, learn: CollabLearner):
        self.pages = Pages()
        self._store = store
        self._learn, self._dls = weakref.ref(learn), weakref.ref(learn.dls)
        # An event that may also be set from a finalizer, which can run in the middle of anything.
        self._rings: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._over = self._keeps_store = False
        self._seq = 0
        self._sent_at = -ACK_SECONDS
        self._painted_at = 0.0  # when a page had painted all that was sent
        self._run, self._position = learn.history.run, 0
        self._missed = False  # points, while nobody looked
        self._status_at = 0.0
        self._results_at = 0.0  # while training no results before this moment
        self._told_history: tuple[int, int, bool] | None = None
        self._told_picture: tuple[int, int, int] | None = None
        self._ping: threading.Event | None = None
        self._fault = ""
        self._urgent = threading.Event()  # ends the rest between two turns
        self._awaited: list[threading.Event] = []
        self._followed = learn.session.on_change(self._moved), learn.session.on_settled(self.catch_up)
        self._at_end = weakref.finalize(learn, self.end)
        self._at_end.atexit = False
        self._thread = in_background("collabwidgets-publisher", self._loop, self._leave)

    @property
    def alive(self) -> bool:
        """Whether the thread runs: not after `end`, nor in a process that was forked from the one that started it."""
        return self._thread.is_alive() and not self._over

    def wake(self) -> None:
        """Look at the learner soon."""
        if self._rings.empty():
            self._rings.put(None)

    def end(self) -> None:
        """Let the thread end; it closes the store if it has not been closed."""
        self._over = True
        self._at_end.detach()
        for undo in self._followed:
            undo()
        self._urgent.set()
        self.wake()

    def _leave(self) -> None:
        """End the thread as the process ends; the store stays open, so that pages keep what they show."""
        self._keeps_store = True
        self.end()

    def _moved(self) -> None:
        """Note that the learner has changed; without delay for a new status or the end of a run, as a user waits."""
        learn = self._learn()
        if learn is not None and not _just_begun_anew(learn, self._store):
            ended = learn.status != "training" and learn.history.run != self._store.picture["run"]
            if ended or learn.status != self._store.status["status"]:
                self._urgent.set()
        self.wake()

    def catch_up(self) -> None:
        """Publish all changes now; return when that is done, or after 2 seconds."""
        if self.alive and threading.current_thread() is not self._thread:
            told = threading.Event()
            self._awaited.append(told)
            self._urgent.set()
            self.wake()
            told.wait(CATCH_UP_SECONDS)

    # ------------------------------------------------------------------ the thread

    def _loop(self) -> None:
        while True:
            self._rings.get()
            learn = self._learn()
            if self._over or learn is None:
                break
            awaited, self._awaited = self._awaited, []
            self._safe_turn(learn)
            for each in awaited:
                each.set()
            del learn  # drop the strong reference before waiting
            self._urgent.wait(TURN_SECONDS)
            self._urgent.clear()
        if not self._keeps_store:
            self._store.close()

    def _safe_turn(self, learn: CollabLearner) -> None:
        try:
            self._turn(learn)
            self._fault = ""
        except Exception as error:
            sentence = f"The widgets could not be updated: {type(error).__name__}: {error}"
            if sentence != self._fault:  # the same one at every turn would bury all else
                logger.exception("the widgets could not be updated")
                self._fault = sentence
                with contextlib.suppress(Exception):  # of somebody's observer
                    self._store.publish({"status": self._store.status | {"message": sentence}})

    def _turn(self, learn: CollabLearner) -> None:
        """Send pending updates. What is put off comes with a later turn: a learner that trains moves on."""
        now, began = time.monotonic(), time.thread_time()
        settled = learn.status != "training"
        if _just_begun_anew(learn, self._store) or (not settled and self._nobody_left()):
            return
        news = settled or learn.status != self._store.status["status"]
        unseen = not news and self._nobody_looks()
        every = UNSEEN_SECONDS if unseen else STATUS_SECONDS
        if news or (self.pages.listening and now - self._status_at >= every):
            self._status_at = now
            self._store.publish({"status": protocol.plain(learner_facts.status_of(learn))})
        if unseen:
            self._missed = True
            return
        keeps_up = self._keeps_up(now)
        self._send_points(learn, now, keeps_up or settled)
        watched = keeps_up and self.pages.visible and self._any_shown()
        size = self._publish_results(learn, now, settled=settled, watched=watched)
        own = self._tell_followers(learn, settled)
        if size or own:
            rest = max(COST_SHARE * (time.thread_time() - began), (size + own) / BYTES_PER_SECOND)
            self._results_at = max(now, self._results_at) + max(PICTURE_SECONDS if size else 0, rest)

    def _keeps_up(self, now: float) -> bool:
        """Whether a page has painted all that was sent, or had until a moment ago."""
        if self.pages.acknowledged(self._seq):
            self._painted_at = now
        return now - self._painted_at < BEHIND_SECONDS

    def _send_points(self, learn: CollabLearner, now: float, ready: bool) -> None:
        history = learn.history
        run = history.run
        reset = self.pages.waiting or self._missed or run != self._run
        if reset:
            self.pages.waiting = False
        elif not self.pages.listening or not (ready or now - self._sent_at >= ACK_SECONDS):
            return
        x, loss, self._position = history.batches_since(0 if reset else self._position)
        if not reset and not len(x):
            return
        x, loss = thinned(x, loss, learner_facts.BATCH_POINTS if reset else POINTS_PER_MESSAGE)
        self._run, self._missed = run, False
        self._seq += 1
        self._sent_at = now
        points = protocol.Points(seq=self._seq, run=run, reset=reset)
        self._store.send(protocol.plain(points), [pair_bytes(x, loss)])

    def _publish_results(self, learn: CollabLearner, now: float, *, settled: bool, watched: bool) -> int:
        """History and arrays: at an epoch's end, at the end, and in between if somebody looks. The bytes
        sent."""
        history = (learn.history.run, len(learn.history), settled)
        picture = (learn.snapshot.revision, self._store.min_count, len(learn.reruns))
        new_history, new_picture = history != self._told_history, picture != self._told_picture
        new_picture |= settled and self._store.shown_map.provisional
        new_picture &= settled or learn.snapshot.epoch > 0  # training has left its first weights behind already
        if not settled and now < self._results_at:
            return 0
        if not new_history and not (new_picture and (settled or watched)):
            if not settled and watched:
                learn.session.weights.snapshot_wanted = True  # the one that comes is told in a later turn
            return 0
        values: learner_facts.Facts = {}
        told = self._store.picture
        if new_history:
            facts, arrays = learner_facts.history_of(learn)
            values, told = values | arrays, told | facts
            if not settled:
                values["status"] = protocol.plain(learner_facts.status_of(learn))
        if new_picture:
            data = self._store.data
            if learn.dls is not self._dls():  # ratings have been added
                self._dls = weakref.ref(learn.dls)
                values |= learner_facts.side_arrays(learn)
                data = learner_facts.data_of(learn)
            facts, arrays = learner_facts.snapshot_of(learn, self._store.shown_map, picture[1])
            values, told = values | arrays, told | facts
            values["data"] = protocol.plain(data | learner_facts.model_of(learn))
        self._store.publish(values | {"picture": protocol.plain(told)})
        self._told_history = history
        if new_picture:
            self._told_picture = (told["revision"], *picture[1:])
        return 1 + sum(len(value) for value in values.values() if isinstance(value, bytes))

    def _any_shown(self) -> bool:
        return any(follower.shown for follower in list(self._store.followers.values()))

    def _nobody_looks(self) -> bool:
        """Pages are there, but what they show of the learner is scrolled away or in a hidden tab. Whoever comes to see
        it wakes this thread."""
        pages = self.pages
        return pages.listening and not (pages.visible or pages.waiting or self._any_shown())

    def _tell_followers(self, learn: CollabLearner, settled: bool) -> int:
        watched = settled or self.pages.visible or self.pages.never
        errors, size = [], 0
        for follower in list(self._store.followers.values()):
            try:
                size += follower.follow(learn, settled=settled, watched=watched)
            except Exception as error:  # the others go on
                errors.append(error)
        if errors:
            raise errors[0]
        return size

    def _nobody_left(self) -> bool:
        """All pages are closed: then say nothing, since a kernel that talks is never culled.

        Silence proves nothing while the kernel cannot hear. Where a page's messages wait for the running
        cell, a note to the kernel's own loop waits too; only when the note has come through and the pages
        are still silent are they gone.
        """
        if self.pages.never or self.pages.listening:
            self._ping = None
            return False
        loop = getattr(getattr(self._store.comm, "kernel", None), "io_loop", None)  # only of a Jupyter kernel
        if loop is None or (self._ping is not None and self._ping.is_set()):
            return True
        if self._ping is None:
            self._ping = threading.Event()
            loop.add_callback(self._ping.set)
        self.pages.excuse()
        return False


def _just_begun_anew(learn: CollabLearner, store: LearnerStore) -> bool:
    """Whether the weights are being exchanged, or were a moment ago, by a training that follows upon another."""
    if learn.session.renewing:
        return True
    same_run = learn.history.run == store.picture["run"]
    if learn.status != "training" or same_run or store.status["status"] == "untrained":
        return False
    progress = learn.session.progress
    return progress.elapsed_seconds < max(GUESS_SECONDS, BRIEF_SECONDS * progress.share)

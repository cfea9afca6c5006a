"""A small learner, and a line to the pages that keeps what goes over it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from collabwidgets import CollabLearner, collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.widgets import LearnerStore


@dataclass
class Sent:
    """One message to the pages."""

    model_id: str
    kind: str  # comm_open, comm_msg, comm_close
    data: dict[str, Any]
    buffers: list[bytes]
    at: float
    thread: str

    @property
    def state(self) -> dict[str, Any]:
        return self.data.get("state", {}) if self.data.get("method") != "custom" else {}

    @property
    def content(self) -> dict[str, Any]:
        return self.data.get("content", {}) if self.data.get("method") == "custom" else {}

    @property
    def names(self) -> set[str]:
        """Traits it carries, binary ones too."""
        return set(self.state) | {path[0] for path in self.data.get("buffer_paths", [])}


@dataclass
class Line:
    """All that was sent, and a way to say something as a page would."""

    sent: list[Sent] = field(default_factory=list)

    def of(self, widget: Any) -> list[Sent]:
        return [message for message in list(self.sent) if message.model_id == widget.model_id]

    def points(self, store: Any) -> list[Sent]:
        return [message for message in self.of(store) if message.content.get("kind") == "points"]

    def answers(self, store: Any) -> list[dict[str, Any]]:
        return [message.content for message in self.of(store) if message.content.get("kind") == "answer"]

    def say(self, widget: Any, **content: Any) -> None:
        """A custom message of a page."""
        self._deliver(widget, {"method": "custom", "content": content})

    def set(self, widget: Any, **state: Any) -> None:
        """Traits that a page has changed."""
        self._deliver(widget, {"method": "update", "state": state, "buffer_paths": []})

    @staticmethod
    def _deliver(widget: Any, data: dict[str, Any]) -> None:
        widget.comm.handle_msg({"content": {"data": data, "comm_id": widget.model_id}, "buffers": []})


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """Widgets made in this test send their messages into a list."""
    line = Line()

    class KeepingComm(BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any):
            line.sent.append(
                Sent(
                    self.comm_id,
                    msg_type,
                    data or {},
                    [bytes(part) for part in buffers or []],
                    time.monotonic(),
                    threading.current_thread().name,
                )
            )

    monkeypatch.setattr(comm, "create_comm", KeepingComm)
    return line


@pytest.fixture(scope="session")
def dls() -> CollabDataLoaders:
    ratings, _ = synthetic_ratings(120, 90, 5000, seed=3)
    return CollabDataLoaders.from_df(ratings, item_name="title", seed=3, bs=32)


@pytest.fixture
def learn(dls: CollabDataLoaders) -> Iterator[CollabLearner]:
    learner = collab_learner(dls, n_factors=8, y_range=(0, 5.5), seed=3, engine="autograd")  # slow enough to watch
    yield learner
    learner.stop()
    learner.wait()
    LearnerStore.of(learner).close()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a state, not for a time."""

    def wait(reached: Callable[[], bool], seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not reached():
            if time.monotonic() > deadline:
                raise AssertionError("the awaited state was not reached")
            pause.wait(0.01)

    return wait

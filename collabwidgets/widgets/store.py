"""LearnerStore: the learner, in the browser. One for each learner and front end; every widget looks at it."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Bytes, Dict, Int, List, TraitError, Unicode

from ..view_state import ViewState
from . import learner_facts, protocol
from .bundle import built_code
from .commands import run_command
from .front_end import FrontEnd, front_end
from .publisher import Publisher
from .shown_map import ShownMap
from .synced import SyncedWidget

if TYPE_CHECKING:
    from ..learner import CollabLearner
    from .publisher import Follower

SHARED = ("selection", "primary", "pinned", "min_count")  # of all views, unless `linked` says otherwise
_MIRRORED = (*SHARED, "query", "hovered")
_LONGEST_ID = 100  # of what a page calls itself

logger = logging.getLogger(__name__)


class LearnerStore(SyncedWidget):
    """What a page knows of a learner: arrays, names, history, selection, and the code of all views.

    Get it by `LearnerStore.of`; the widgets do so themselves. Its traits are set by one thread (see
    `Publisher`), except for those of `learn.view`, which both sides write and which are compared before they
    are set.

    The store holds the learner weakly. When the learner is gone, its store closes.

    Attributes
    ----------
    followers : mapping of str to Follower
        The views, by the names that their pages know, and the figures, by any other; held weakly. The publisher's
        thread keeps them up to date.
    """

    _says: ClassVar[str] = "failure"

    # A trait with the text: of a path anywidget makes a watcher that keeps every widget of the class alive
    # for ever.
    _esm = Unicode(built_code("store.js")).tag(sync=True)

    # one writer: each a dictionary of protocol.py
    status = Dict().tag(sync=True)
    data = Dict().tag(sync=True)
    picture = Dict().tag(sync=True)

    # arrays, but for the one that a view has
    vars().update(
        {name: Bytes().tag(sync=True, echo_update=False) for name in protocol.ARRAYS if name != "_map_scores"}
    )

    # what is being looked at: two writers
    selection = List(Int()).tag(sync=True, page=True)
    primary = Int(None, allow_none=True).tag(sync=True, page=True)
    pinned = Int(None, allow_none=True).tag(sync=True, page=True)
    hovered = Int(None, allow_none=True).tag(sync=True, page=True)
    min_count = Int(20, min=0).tag(sync=True, page=True)
    query = Unicode().tag(sync=True, page=True)
    failure = Unicode().tag(sync=True)  # of the last change, or of somebody's observer; the pages may empty it

    @classmethod
    def of(cls, learn: CollabLearner) -> LearnerStore:
        """The store of a learner on the front end of whoever calls this: the same one each time, made at the first.

        It is made anew if it was closed or its thread has ended.
        """
        looked_at: _LookedAt = vars(learn).setdefault("_looked_at", _LookedAt(learn))
        here = front_end()
        known = looked_at.stores.get(here.key, lambda: None)()
        if known is not None and not known.publisher.alive:
            known.close()
        if known is None or known.closed:
            view_state = looked_at.view_of(here)
            known = here.make(lambda: cls(learn, view_state))
            looked_at.stores[here.key] = weakref.ref(known)
        return known

    def __init__(self, learn: CollabLearner, view_state: ViewState) -> None:
        self._closing = threading.RLock()
        self._learn = weakref.ref(learn)
        self._view_state = weakref.ref(view_state)  # both are held by the learner
        self.followers: weakref.WeakValueDictionary[str, Follower] = weakref.WeakValueDictionary()
        self.shown_map = ShownMap()
        history, curves = learner_facts.history_of(learn)
        weights, arrays = learner_facts.snapshot_of(learn, self.shown_map, view_state.min_count)
        super().__init__(
            status=protocol.plain(learner_facts.status_of(learn)),
            data=protocol.plain(learner_facts.data_of(learn)),
            picture=protocol.plain(history | weights),
            **learner_facts.side_arrays(learn),
            **curves,
            **arrays,
            **{name: getattr(view_state, name) for name in _MIRRORED},
        )
        view_state.observe(self._from_view_state, list(_MIRRORED))
        self.publisher = Publisher(self, learn)
        self._at_close += [self.publisher.end, self._leave]
        self.on_msg(self._hear)

    @property
    def view(self) -> ViewState:
        """What is being looked at on these pages; of the learner's first front end it is `learn.view`."""
        view_state = self._view_state()
        assert view_state is not None, "whoever asks holds the learner"
        return view_state

    @property
    def learner(self) -> CollabLearner | None:
        """The learner, as long as somebody else holds it."""
        return self._learn()

    def close(self) -> None:
        """Close the comm and end the thread. The learner stays as it is."""
        with self._closing:  # the caller's thread and the publisher's may both come to close it
            super().close()

    def _leave(self) -> None:
        view_state = self._view_state()
        if view_state is not None:
            view_state.unobserve(self._from_view_state, list(_MIRRORED))

    def __repr__(self) -> str:
        return f"LearnerStore({self.data['model']}, {self.status['status']}, epoch {self.status['epoch']:.3g})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/plain": repr(self)}, {}

    # ------------------------------------------------------------------ selection and filter, both ways

    def set_state(self, sync_data: dict[str, Any]) -> None:
        super().set_state(sync_data)
        view_state = self._view_state()
        # Only now, with the lock released: somebody's observer on learn.view may take its time.
        for name in _MIRRORED:
            if name in sync_data and view_state is not None:
                try:
                    setattr(view_state, name, getattr(self, name))
                except Exception as error:
                    if isinstance(error, TraitError):
                        self.publish({name: getattr(view_state, name)})
                    self._failed(error)

    def _from_view_state(self, change: dict[str, Any]) -> None:
        self.publish({change["name"]: change["new"]})
        if change["name"] == "min_count":
            self.publisher.wake()  # the axes are fitted on the titles that the filter leaves

    # ------------------------------------------------------------------ messages of a page

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """A message of a page, on whichever thread the host chose."""
        try:
            message = protocol.decode_message(content)
        except ValueError as error:
            logger.warning("%s", error)
            if isinstance(content, dict) and content.get("kind") == "command":
                self._reply(protocol.Answer(id=str(content.get("id"))[:_LONGEST_ID], ok=False, error=str(error)))
            return
        if isinstance(message, protocol.Ask):
            self._answer(message)
            return
        pages = self.publisher.pages
        pages.beat(message.client[:_LONGEST_ID], message.visible, message.drawn, message.anew)
        if pages.waiting:
            self.publisher.wake()

    def _answer(self, ask: protocol.Ask) -> None:
        buffers: list[bytes] = []
        try:
            value, buffers = self._done(ask.call)
            answer = protocol.Answer(id=ask.id, ok=True, value=value)
        except Exception as error:
            refused = isinstance(error, ValueError | TypeError | RuntimeError)
            logger.log(logging.INFO if refused else logging.ERROR, "%s failed", type(ask.call).__name__, exc_info=error)
            said = str(error) if refused else f"{type(error).__name__}: {error}"
            answer = protocol.Answer(id=ask.id, ok=False, error=said)
        self._reply(answer, buffers)

    def _done(self, call: protocol.Call) -> tuple[Any, list[bytes]]:
        """Do what a page asked for; what to answer, as JSON and buffers."""
        learn = self.learner
        if learn is None:
            raise RuntimeError("the learner behind this widget is gone; run the cell again")
        if not isinstance(call, protocol.AskCode | protocol.AskFrame):
            return run_command(learn, call), []
        view: Any = self.followers.get(call.view)
        if view is None:
            raise ValueError("that widget is closed; run its cell again")
        value, buffers = view.answer(call)
        return value, buffers

    def _reply(self, answer: protocol.Answer, buffers: list[bytes] | None = None) -> None:
        self.send(protocol.plain(answer), buffers or [])


class _LookedAt:
    """What is looked at of one learner, by front end: stores, and selections. Kept by the learner."""

    def __init__(self, learn: CollabLearner) -> None:
        # An open store is held by ipywidgets; it holds its front end, which would hold its own entry.
        self.stores: weakref.WeakKeyDictionary[Any, weakref.ref[LearnerStore]] = weakref.WeakKeyDictionary()
        self._start = {name: getattr(learn.view, name) for name in (*SHARED, "query")}
        self._views: weakref.WeakKeyDictionary[Any, ViewState] = weakref.WeakKeyDictionary()
        self._view = self._views[front_end().key] = learn.view

    def view_of(self, here: FrontEnd) -> ViewState:
        """The selection of a front end: `learn.view` of the first, and a new one, as that began, of each other."""
        if here.key not in self._views:
            view_state = self._views[here.key] = ViewState(self._view._session)
            for name, value in self._start.items():
                setattr(view_state, name, value)
        return self._views[here.key]

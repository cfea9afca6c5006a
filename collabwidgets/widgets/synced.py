"""SyncedWidget: an anywidget that a page, cells and the publisher's thread write at the same time."""

from __future__ import annotations

import logging
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import anywidget
from traitlets import TraitError, Unicode

from .front_end import front_end

_PATIENCE = 1.0  # seconds to wait for another thread's turn; then go on, since nobody may block the picture
_GESTURE = 0.3  # seconds: a click changes several traits, and one that works must not hide what another has said

TRACEBACK_LETTERS = 8000

logger = logging.getLogger(__name__)


class SyncedWidget(anywidget.AnyWidget):
    """Base of the store and of every view.

    ipywidgets has no lock of its own, and in JupyterLab a page's messages are handled on another thread than
    cells are. Here several traits are sent in one message by `publish`, and a page may write only what is
    its to write: each trait tagged ``page=True``. The trait with the last failure, `_says`, it may only empty.
    """

    _says: ClassVar[str] = "message"
    _details = Unicode().tag(sync=True)  # the traceback of what it says, where there is more to know

    def __init__(self, **traits: Any) -> None:
        self._turn = threading.RLock()
        self._failed_at = 0.0
        self._front_end = front_end()
        super().__init__(**traits)
        # What to do when it is closed. Another layout, put in its place by the caller, may be of other widgets too.
        self._at_close: list[Callable[[], Any]] = [self.layout.close]
        self._from_page = frozenset(self.trait_names(sync=True, page=True))
        if hasattr(self.comm, "_reply_subshell_for"):
            # ipykernel 7.4 sends a page's messages to the shell that last published on this comm: a Stop
            # would wait for the running cell. Without the router they go to the shell which the page chose.
            self.comm._reply_subshell_for = None
        if hasattr(self.comm, "_msg_callback"):
            _without_cell_hooks(self.comm)

        closing = weakref.WeakMethod(self.close)
        self._front_end.at_end(lambda: close() if (close := closing()) else None)

    @property
    def closed(self) -> bool:
        """Whether the comm is closed."""
        return self.comm is None

    def close(self) -> None:
        """Close the comm, and that of the layout, and stop following others."""
        super().close()
        for undo in self.__dict__.pop("_at_close", ()):  # none where the constructor failed
            undo()

    def publish(self, values: dict[str, Any]) -> None:
        """Set several traits and send those that changed in one message."""
        with self._one_at_a_time():
            changed = {name: value for name, value in values.items() if getattr(self, name) != value}
            if changed:
                with self.hold_sync():
                    for name, value in changed.items():
                        self.set_trait(name, value)

    def _send(self, msg: Any, buffers: Any = None) -> None:
        send = super()._send
        self._front_end.send(lambda: send(msg, buffers))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what a page sent. What it may not write is left out; what is wrong or fails is shown."""
        allowed = {
            name: value
            for name, value in sync_data.items()
            if name in self._from_page or (name == self._says and value == "")
        }
        for name in sync_data.keys() - allowed.keys():
            logger.warning("%s: a page tried to set %s, which only Python sets", type(self).__name__, name)
        if not allowed:
            return
        try:
            with self._one_at_a_time():
                super().set_state(allowed)
        except Exception as error:
            self._failed(error)
            if isinstance(error, TraitError):
                self.send_state(list(allowed))  # the page shows a value that was refused: back to the last good one
        else:
            if any(not name.startswith("_") and name != "hovered" for name in allowed):
                self._worked()

    def _failed(self, error: Exception) -> None:
        """Log the error of a change from a page, or of an observer that it called, and show it in the widget."""
        logger.error("%s: a change from the page failed", type(self).__name__, exc_info=error)
        self._failed_at = time.monotonic()
        said, details = str(error), ""
        if not isinstance(error, TraitError):
            said = "".join(traceback.format_exception_only(error)).strip()
            details = "".join(traceback.format_exception(error))[-TRACEBACK_LETTERS:]
        self.publish({self._says: said, "_details": details})

    def _worked(self) -> None:
        """Empty the error message after a successful change."""
        if getattr(self, self._says) and time.monotonic() - self._failed_at >= _GESTURE:
            self.publish({self._says: "", "_details": ""})

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        taken = self._turn.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if taken:
                self._turn.release()


def _without_cell_hooks(comm: Any) -> None:
    """On another thread than the cells', handle a page's messages without the hooks that frame a cell.

    One of them, matplotlib's, shows and closes every open figure: also one that a cell is just drawing.
    """
    handle = comm.handle_msg

    def handle_message(message: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            handle(message)
        elif comm._msg_callback:
            comm._msg_callback(message)

    comm.handle_msg = handle_message

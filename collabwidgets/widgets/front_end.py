"""Front ends: whose pages a widget made here and now belongs to.

All pages of a Jupyter kernel (or of Voila's, or marimo's) are one front end. Panel, Shiny for Python and Solara serve
many visitors from one process, and each of them is a front end. None of these packages is imported here: where one
is in use, it has been imported already.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")

logger = logging.getLogger(__name__)


class FrontEnd:
    """The pages of this process, as a Jupyter kernel has them.

    Attributes
    ----------
    key : object
        The same for all widgets of one front end, and for no others; compared by identity.
    """

    def __init__(self, key: Any = sys.modules[__name__]) -> None:
        self.key = key  # by default an object that lives as long as the process

    def make(self, function: Callable[[], Made]) -> Made:
        """Call a function that makes a widget which is to live as long as the front end."""
        return function()

    def send(self, function: Callable[[], None]) -> None:
        """Call a function that sends a message to the pages, from any thread; it may be called later, in order."""
        function()

    def at_end(self, function: Callable[[], None]) -> None:
        """Call a function when the visitor has gone, where the host does not close its widgets by itself."""


class PanelVisitor(FrontEnd):
    """A Bokeh document, whose loop alone may send to its page."""

    def __init__(self, state: Any) -> None:
        self.key, self._state = state.curdoc, state

    def send(self, function: Callable[[], None]) -> None:
        self.key.add_next_tick_callback(function)

    def at_end(self, function: Callable[[], None]) -> None:
        self._state.on_session_destroyed(lambda _context: function())


class ShinyVisitor(FrontEnd):
    """A session of Shiny: its page hears what is sent within the session and before a flush of its loop."""

    def __init__(self, session: Any, shiny: Any) -> None:
        self.key, self._shiny, self._loop = session, shiny, asyncio.get_running_loop()

    def make(self, function: Callable[[], Made]) -> Made:
        """Apart from the output that is being rendered, which would close the widget when it is rendered again."""

        def within() -> Made:
            with self._shiny.session.session_context(self.key):
                return function()

        return contextvars.Context().run(within)

    def send(self, function: Callable[[], None]) -> None:
        async def flushed() -> None:
            try:
                async with self._shiny.reactive.lock():
                    with self._shiny.session.session_context(self.key):
                        function()
                    await self._shiny.reactive.flush()
            except Exception:
                logger.exception("a message could not be sent to a page of Shiny")

        asyncio.run_coroutine_threadsafe(flushed(), self._loop)


def front_end() -> FrontEnd:
    """The front end of the code that calls this: of the visitor for whom it runs, else of the process."""
    shiny = sys.modules.get("shiny")
    if shiny is not None and "shinywidgets" in sys.modules:
        session = shiny.session.get_current_session()
        if session is not None and not session.is_stub_session():
            return ShinyVisitor(session.root_scope(), shiny)
    panel = sys.modules.get("panel")
    if panel is not None and getattr(panel.state.curdoc, "session_context", None):
        return PanelVisitor(panel.state)
    solara = sys.modules.get("solara.server.kernel_context")
    if solara is not None and solara.has_current_context():
        return FrontEnd(solara.get_current_context().kernel)  # which its threads know by themselves
    return FrontEnd()

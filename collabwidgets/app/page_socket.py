"""The line between a page and its kernel, at both of whose ends somebody may have left."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler


class PageSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]  # Voila has no types
    """Voila's, which fails neither of a page that was closed nor of a kernel that ended with it."""

    async def get(self, kernel_id: str) -> None:
        """Connect; 404 where the page was closed, or its kernel ended, before the line was there."""
        try:
            await super().get(kernel_id)
        except Exception as error:
            is_answer = isinstance(error, HTTPError)
            if is_answer or (self.connection is not None and kernel_id in self.kernel_manager):
                raise
            raise HTTPError(404) from None

    def write_error(self, status_code: int, **_error: Any) -> None:
        """Answer by the status alone: no person reads a page that is sent to a socket."""
        self.finish()

    def write_message(self, message: bytes | dict[str, Any], binary: bool = False) -> asyncio.Future[None] | None:
        """Send what the kernel says, unless the page has been closed."""
        try:
            sent: asyncio.Future[None] | None = super().write_message(message, binary)
        except WebSocketClosedError:
            return None
        if sent is not None:
            # A page may be closed while a message is on its way: nobody need hear of that.
            sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        return sent

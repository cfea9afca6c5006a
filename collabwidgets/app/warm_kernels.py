"""Kernels that have run the served notebook before a visitor asks; each visitor takes one, and the pool refills."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from voila.request_info_handler import RequestInfoSocketHandler
from voila.voila_kernel_manager import voila_kernel_manager_factory

# Without a kernel of its own: `fill` says how many, once the server listens.
_VoilaKernels: Any = voila_kernel_manager_factory(AsyncMappingKernelManager, preheat_kernel=True, default_pool_size=0)

_Started = asyncio.Task[dict[str, Any]]  # of a kernel: its id, and the task that renders the notebook by it


class WarmKernels(_VoilaKernels):  # type: ignore[misc]  # made by Voila, which has no types
    """Voila's preheated kernels, of which a visitor gets one that is running, untouched and not culled under him."""

    _ended = False
    _pools: dict[str, list[_Started]]

    def fill(self, size: int) -> None:
        """Start `size` kernels and keep as many waiting.

        The server must listen by then: a cell that asks for its query string is told the port in its environment.
        """
        self.kernel_pools_config = {"default": {"pool_size": size, "kernel_env_variables": {}}}
        self.fill_if_needed(delay=0, notebook_name=self.notebook_path)

    @property
    def ready(self) -> bool:
        """Whether each waiting kernel has run the notebook, or stands at the cell that asks for the query string."""
        return not self._ended and all(
            item.done() and (item.exception() or _rendered(item.result())) for item in self._pool
        )

    def get_pool_size(self, notebook_name: str) -> int:
        """How many can be taken now, first in the pool: for one that has not been started a visitor does not wait."""
        pool = self._pools.get(notebook_name, [])
        pool[:] = sorted((item for item in pool if not _failed(item)), key=lambda item: not item.done())
        return sum(item.done() for item in pool)

    async def get_rendered_notebook(self, notebook_name: str, **_of_this_visitor: Any) -> Any:
        """Take the first kernel and start another, in whose environment nothing of this visitor is."""
        task, cells, kernel_id = await super().get_rendered_notebook(notebook_name)
        # It may have waited for longer than an idle kernel is kept, and its page has not connected yet.
        self.get_kernel(kernel_id).last_activity = datetime.now(UTC)
        return task, cells, kernel_id

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Cull a kernel, unless its page has ended it while others were culled."""
        if kernel_id in self:
            await super().cull_kernel_if_idle(kernel_id)

    async def shutdown_kernel(self, kernel_id: str, now: bool = True, restart: bool = False) -> None:
        """Kill a kernel and what it has started: its page is gone, and one that is asked to end while it trains
        writes errors."""
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)

    async def shutdown_all(self, now: bool = True) -> None:
        """Kill every kernel, also those that are being started."""
        self._ended = True
        pool, self._pools = self._pool, {}
        for started in await asyncio.gather(*pool, return_exceptions=True):
            if not isinstance(started, BaseException):
                started["task"].cancel()
                killed = self.shutdown_kernel(started["kernel_id"])
                await asyncio.gather(killed, started["task"], return_exceptions=True)
        # A visitor's that is just being started cannot be ended before.
        await asyncio.gather(*self._pending_kernels.values(), return_exceptions=True)
        await super().shutdown_all(now=now)

    async def _initialize(self, notebook_path: str, kernel_id: str | None = None, **kwargs: Any) -> Any:
        if self._ended:
            raise asyncio.CancelledError
        started = await super()._initialize(notebook_path, kernel_id, **kwargs)
        self.add_restart_callback(started["kernel_id"], partial(self._drop, started["kernel_id"]), "restart")
        return started

    def _drop(self, kernel_id: str) -> None:
        """Replace a waiting kernel that died: started anew it has not run the notebook, and is culled as idle."""
        remaining = [item for item in self._pool if not _is(item, kernel_id)]
        if len(remaining) < len(self._pool):
            self._pool[:] = remaining
            self.fill_if_needed(notebook_name=self.notebook_path)

    @property
    def _pool(self) -> list[_Started]:
        return self._pools.setdefault(self.notebook_path, [])


def _failed(item: _Started) -> bool:
    return item.done() and (item.cancelled() or item.exception() is not None)


def _is(item: _Started, kernel_id: str) -> bool:
    return item.done() and not _failed(item) and item.result()["kernel_id"] == kernel_id


def _rendered(started: dict[str, Any]) -> bool:
    return started["task"].done() or started["kernel_id"] in RequestInfoSocketHandler._waiters

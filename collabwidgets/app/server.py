"""Voila for one notebook: this machine only, behind a token, offline, kernels that end with their pages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from .page_socket import PageSocket
from .warm_kernels import WarmKernels

_TEMPLATES = Path(__file__).parent / "jupyter"
# Extensions that other packages bring along and that a page of ours would load for nothing.
_OTHERS = ["bqplot", "bqscales", "jupyterlab_pygments", "@voila-dashboards/jupyterlab-preview"]
_WARM_SECONDS = 30  # after which the address is told even so, such as of a notebook whose cells take minutes


class DashboardServer(Voila):  # type: ignore[misc]  # Voila has no types
    """Voila that calls `announce` with its address, token and all, once it listens and its kernels are warm."""

    announce: Callable[[str], None]
    warm_kernels = 0
    kernel_manager: Any

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings, with our kernel manager in the place of the one that Voila makes."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager = WarmKernels(
            parent=self,
            connection_dir=self.connection_dir,
            kernel_spec_manager=self.kernel_spec_manager,
            allowed_message_types=self.kernel_manager.allowed_message_types,
        )
        return settings | {"kernel_manager": self.kernel_manager}

    def init_handlers(self) -> list[Any]:
        """Voila's handlers, with our websocket to the page."""
        swapped = {VoilaKernelWebsocketHandler: PageSocket}
        return [(path, swapped.get(handler, handler), *rest) for path, handler, *rest in super().init_handlers()]

    def launch_browser(self) -> None:
        """Voila's hook for when the port is open; its own way of opening a browser forgets the token."""
        # Ctrl-C ends the server as SIGTERM does: raised wherever it falls, it would come out of a kernel's start again.
        signal.signal(signal.SIGINT, self._handle_signal_stop)
        IOLoop.current().add_callback(self._warm_and_announce)

    def stop(self) -> None:
        """End the kernels on the loop that starts them, which Voila does on another, and before their files go."""
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second one does not wait for the kernels
        self.ioloop.run_sync(self.kernel_manager.shutdown_all)
        shutil.rmtree(self.connection_dir)

    async def _warm_and_announce(self) -> None:
        self.kernel_manager.fill(self.warm_kernels)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WARM_SECONDS):
                while not self.kernel_manager.ready:
                    await asyncio.sleep(0.05)
        self.announce(f"http://{self.ip}:{self.port}/?token={self.token}")


def serve(
    notebook: Path,
    announce: Callable[[str], None],
    *,
    port: int = 0,
    theme: str = "light",
    warm_kernels: int = 0,
    idle_seconds: int = 120,
    only_ours: bool = False,
) -> None:
    """Serve `notebook` until SIGINT or SIGTERM, then end its kernels and return.

    Parameters
    ----------
    notebook : Path
    announce : callable
        Is given the address, with its token, once the server listens and its kernels are warm.
    port : int
        0 takes a free one.
    theme : {"light", "dark"}
    warm_kernels : int
        How many kernels run the notebook before anybody asks, and wait; each visitor takes one and another is started.
        Their cells know nothing of the request but by `voila.utils.get_query_string`.
    idle_seconds : int
        After which a kernel with neither a page nor anything to do is ended; a waiting one is not.
    only_ours : bool
        The notebook shows this package's widgets alone, so its page loads no other package's extension.
    """
    paths = [str(_TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    server = DashboardServer(config=_config(_port(port), theme, idle_seconds, only_ours))
    server.announce, server.warm_kernels = announce, warm_kernels
    server.initialize([str(notebook.resolve())])
    server.start()


def open_in_browser(address: str) -> None:
    """Open `address` in the user's browser if there is a screen to show it on, without waiting for it."""
    unix_desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform in ("darwin", "win32") or unix_desktop:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _config(port: int, theme: str, idle_seconds: int, only_ours: bool) -> Config:
    config = Config(
        {
            "Voila": {
                "ip": "127.0.0.1",
                "port": port,
                "token": secrets.token_urlsafe(24),
                "open_browser": True,
                "log_level": "ERROR",
                # A `voila.py` that lies in the working directory must not configure this dashboard.
                "config_file_paths": [],
                # The page's last request, which ends its kernel, carries no XSRF cookie (voila#1458). It is
                # the only request of its kind here, needs the token and names the kernel by its secret id.
                "tornado_settings": {
                    "disable_check_xsrf": True,
                    # Jupyter would close each socket after 30 s: its first check is before its first ping.
                    "ws_ping_interval": 0,
                },
            },
            "VoilaConfiguration": {
                "template": "collabwidgets",
                "theme": theme,
                "show_tracebacks": True,
                "preheat_kernel": True,
                "default_pool_size": 0,  # of Voila's own kernel manager; ours is filled when the server listens
                # Needs a newer JupyterLab than Voila brings along: it would only log an error to the console.
                "extension_denylist": ["@jupyter-notebook/lab-extension"],
            },
            # For pages that vanished without a word: a browser that crashed, a laptop that was closed.
            "MappingKernelManager": {"cull_idle_timeout": idle_seconds, "cull_interval": max(1, idle_seconds // 4)},
            # A kernel is replaced after the page that took it has been drawn, not beside it.
            "WarmKernels": {"fill_delay": 2.0},
        }
    )
    if only_ours:
        config.VoilaConfiguration.extension_denylist += _OTHERS
    return config


def _port(wanted: int) -> int:
    """`wanted`, which must be free, or a free one for 0."""
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", wanted))
            return int(trial.getsockname()[1])
    except OSError as error:
        raise OSError(f"port {wanted} is taken; pass another, or none to get a free one") from error

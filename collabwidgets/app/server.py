"""Voila for one notebook: this machine only, behind a token, offline, kernels that end with their pages."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from traitlets.config import Config
from voila.app import Voila

_TEMPLATES = Path(__file__).parent / "jupyter"


class DashboardServer(Voila):  # type: ignore[misc]  # Voila has no types
    """Voila that calls `announce` with its address, token and all, as soon as it listens."""

    announce: Callable[[str], None]

    def launch_browser(self) -> None:
        """Voila's hook for when the port is open; its own way of opening a browser forgets the token."""
        self.announce(f"http://{self.ip}:{self.port}/?token={self.token}")


def serve(notebook: Path, announce: Callable[[str], None], *, port: int = 0, theme: str = "light") -> None:
    """Serve `notebook` until SIGINT or SIGTERM, then end its kernels and return.

    Parameters
    ----------
    notebook : Path
    announce : callable
        Is given the address, with its token, once the server listens.
    port : int
        0 takes a free one; where the port is taken, one near it.
    theme : {"light", "dark"}
    """
    paths = [str(_TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    server = DashboardServer(config=_config(port or _free_port(), theme))
    server.announce = announce
    server.initialize([str(notebook.resolve())])
    server.start()


def open_in_browser(address: str) -> None:
    """Open `address` in the user's browser if there is a screen to show it on, without waiting for it."""
    unix_desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform in ("darwin", "win32") or unix_desktop:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _config(port: int, theme: str) -> Config:
    return Config(
        {
            "Voila": {
                "ip": "127.0.0.1",
                "port": port,
                "token": secrets.token_urlsafe(24),
                "open_browser": True,
                "log_level": "ERROR",
                # A `voila.py` that lies in the working directory is nobody's settings for this dashboard.
                "config_file_paths": [],
                # The page's last request, which ends its kernel, carries no XSRF cookie (voila#1458). It is
                # the only request of its kind here, needs the token and names the kernel by its secret id.
                "tornado_settings": {
                    "disable_check_xsrf": True,
                    "ws_ping_timeout": 30_000,  # the default is longer than tornado allows, and it says so
                },
            },
            "VoilaConfiguration": {
                "template": "collabwidgets",
                "theme": theme,
                "show_tracebacks": True,
                # Needs a newer JupyterLab than Voila brings along: it would only log an error to the console.
                "extension_denylist": ["@jupyter-notebook/lab-extension"],
            },
            # For pages that vanished without a word: a browser that crashed, a laptop that was closed.
            "MappingKernelManager": {"cull_idle_timeout": 120, "cull_interval": 30},
        }
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

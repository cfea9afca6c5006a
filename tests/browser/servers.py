"""Real servers on loopback for the browser tests: JupyterLab, Notebook, Voila, marimo, each with its own home."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from collabwidgets.data.movielens import cache_folder

START_SECONDS = 120  # for a server, a kernel or a page to be there, and to be gone; a busy machine takes its time


class Server:
    """A process that serves `url`; stopped with SIGTERM, so that it can end its kernels."""

    def __init__(self, arguments: Sequence[str], home: Path, cwd: Path, settings: dict[str, dict] | None = None):
        home.mkdir(parents=True, exist_ok=True)
        self.root = cwd
        self.log = home / "server.log"
        self._errors = self.log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=cwd,
            env=_environment(home, settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )

    def kernels(self) -> list[psutil.Process]:
        """The processes it has started and not ended."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        """End it; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._errors.close()

    def _wait_until(self, answers: Callable[[], bool]) -> None:
        end = time.monotonic() + START_SECONDS
        while not answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise self._failed()
            time.sleep(0.05)

    def _failed(self) -> RuntimeError:
        self.stop()
        return RuntimeError(f"the server did not start:\n{self.log.read_text()[-4000:]}")


class JupyterServer(Server):
    """JupyterLab (``app="lab"``) or Notebook 7 (``app="notebook"``)."""

    def __init__(self, app: str, folder: Path, *, subshells: bool = True):
        self.app, self.token = app, secrets.token_hex(16)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        root = folder / "notebooks"
        root.mkdir(parents=True)
        arguments = [
            {"lab": "jupyterlab", "notebook": "notebook"}[app],
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={root}",
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--allow-root")
        settings = {"notification": {"fetchNews": "false", "checkForUpdates": False}}
        if not subshells:
            settings["kernels-settings"] = {"commsOverSubshells": "disabled"}
        super().__init__(arguments, folder / "home", root, settings)
        self._wait_until(self._answers)

    def address(self, notebook: str) -> str:
        """Where a notebook in the server's folder opens."""
        if self.app == "lab":
            return f"{self.url}/lab/tree/{notebook}?token={self.token}&reset"
        return f"{self.url}/notebooks/{notebook}?token={self.token}"

    def end_kernels(self, but: str = "") -> None:
        """End the kernels of all notebooks but one; a kernel with torch in it takes a third of a gigabyte."""
        for session in json.loads(self._request("/api/sessions")):
            if session["path"] != but:
                self._request(f"/api/sessions/{session['id']}", "DELETE")

    def _answers(self) -> bool:
        try:
            self._request("/api/status")
        except OSError:
            return False
        return True

    def _request(self, path: str, method: str = "GET") -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url + path, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            return answer.read()


class DashboardServer(Server):
    """What `collabwidgets demo` or `collabwidgets dashboard …` serves; `address` is the one it prints."""

    def __init__(self, folder: Path, *arguments: str):
        super().__init__(["collabwidgets", *arguments, "--no-browser"], folder / "home", folder)
        for line in self.process.stdout or ():
            _, found, after = line.partition("http://127.0.0.1:")
            if found:
                self.address = found + after.strip()
                self.url = self.address.partition("?")[0]
                return
        raise self._failed()


class MarimoServer(Server):
    """A marimo app of the given cells at `address`, behind a token; its theme is the browser's."""

    def __init__(self, folder: Path, *cells: str):
        token, port = secrets.token_hex(16), _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.address = f"{self.url}/?access_token={token}"
        root = folder / "app"
        root.mkdir(parents=True)
        functions = (f"@app.cell\ndef _():\n{textwrap.indent(cell.strip(), '    ')}\n" for cell in cells)
        (root / "app.py").write_text("\n\n".join(["import marimo\n\napp = marimo.App()", *functions]))
        (root / "pyproject.toml").write_text('[tool.marimo.display]\ntheme = "system"\n')
        arguments = ["marimo", "--quiet", "run", "app.py", "--headless", "--host", "127.0.0.1", "--port", str(port)]
        super().__init__([*arguments, "--token", "--token-password", token], folder / "home", root)
        self._wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return status_of(f"{self.url}/health") == 200
        except OSError:
            return False


def status_of(url: str) -> int:
    """The HTTP status of a GET that follows no redirect."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments: object) -> None:
            return None

    try:
        with urllib.request.build_opener(Stay).open(url, timeout=START_SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _environment(home: Path, settings: dict[str, dict]) -> dict[str, str]:
    folder = home / "settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in settings.items():
        (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
    page = home / "config" / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text('{"buildCheck": false, "buildAvailable": false}')  # each page would have Node.js look for news
    return os.environ | {
        "CI": "1",
        "COLLABWIDGETS_DATA": str(cache_folder()),
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

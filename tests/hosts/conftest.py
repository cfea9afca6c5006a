"""Servers of one process and many visitors, and pages that ask only this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import anywidget
import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.conftest import _HERE, chromium, compiled, open_context
from tests.browser.servers import Server, _free_port, status_of

__all__ = ["chromium", "compiled", "open_context", "visit"]  # the fixtures

_ANYWIDGET = Path(anywidget.__file__).parent / "nbextension" / "index.js"


class Host(Server):
    """A server of an app, at `url`; the arguments start it, with the port in place of ``{port}``."""

    def __init__(self, folder: Path, app: str, arguments: Sequence[str]):
        port = _free_port()
        root = folder / "app"
        root.mkdir(parents=True)
        (root / "app.py").write_text(app)
        super().__init__([each.format(port=port) for each in arguments], folder / "home", root)
        self.url = f"http://127.0.0.1:{port}"
        self._wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return status_of(self.url) < 400
        except OSError:
            return False


@pytest.fixture
def visit(open_context: Callable[..., BrowserContext]) -> Iterator[Callable[[str], Page]]:
    """A function that opens a page in a browser profile of its own.

    Panel and Solara load anywidget's script from a network, in whose place it comes from the installed package; fonts
    and icons from there are refused.
    """

    def guard(route: Route) -> None:
        if route.request.url.startswith(_HERE):
            route.continue_()
        elif "/anywidget@" in route.request.url:
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(path=_ANYWIDGET, content_type="text/javascript", headers=headers)
        else:
            route.abort()

    def visit(url: str) -> Page:
        context = open_context()
        context.route("**/*", guard)
        page = context.new_page()
        page.goto(url)
        return page

    return visit

"""Fixtures of the browser tests: one Chromium, a server of each kind, a page that asks only this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import collabwidgets as cw
from collabwidgets.training.engines.fused import compile_now

from .notebooks import open_notebook
from .servers import START_SECONDS, DashboardServer, JupyterServer

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-device-scale-factor=1",
]
USUAL_SIZE = {"width": 1280, "height": 900}
_HERE = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:///")
_KEPT = "kept"  # the notebook that stays open from test to test
_HARNESS = Path(__file__).parents[2] / "js" / "test" / "harness" / "build.mjs"


def chromium_path() -> str:
    """The Chromium that CHROMIUM names, else the first one on the path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)
    if found is None:
        raise FileNotFoundError("there is no Chromium: run .ci/chromium, or set CHROMIUM to its path")
    return found


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """The training loop's code lies on disk before a kernel asks for it."""
    compile_now()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests, which are patient: a state that is waited for may come late on a busy machine."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def new_context(chromium: Browser, **options: object) -> BrowserContext:
    """A context as all tests have it, unless they say otherwise."""
    usual = {"viewport": USUAL_SIZE, "reduced_motion": "reduce", "locale": "en-US"}
    context = chromium.new_context(**usual | options)
    context.set_default_timeout(START_SECONDS * 1000)
    return context


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a context without guards, which would hold a closing page's last request."""
    contexts: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        contexts.append(new_context(chromium, **options))
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def external() -> list[str]:
    """Addresses outside this machine that the test's pages asked for."""
    return []


@pytest.fixture
def errors() -> list[str]:
    """What the test's pages wrote to the console as errors, and their uncaught exceptions."""
    return []


@pytest.fixture
def context(
    open_context: Callable[..., BrowserContext],
    external: list[str],
    errors: list[str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[BrowserContext]:
    """A context in which requests to other machines are refused and fail the test; ``--traces`` traces failures."""
    context = open_context()

    def guard(route) -> None:
        if route.request.url.startswith(_HERE):
            route.continue_()
        else:
            external.append(route.request.url)
            route.abort()

    def record(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    context.route("**/*", guard)
    context.on("page", record)
    traced = request.config.getoption("traces")
    if traced:
        context.tracing.start(screenshots=True, snapshots=True)
    yield context
    if traced:
        failed = getattr(request.node, "outcome_of_call", "failed") == "failed"
        context.tracing.stop(path=tmp_path / "trace.zip" if failed else None)
    assert external == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the guarded context."""
    return context.new_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.outcome_of_call = report.outcome
    return report


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., JupyterServer]]:
    """A function that returns the Jupyter server of a kind, started when it is first asked for."""
    started: dict[tuple[str, bool], JupyterServer] = {}

    def server(app: str, subshells: bool = True) -> JupyterServer:
        if (app, subshells) not in started:
            started[app, subshells] = JupyterServer(app, tmp_path_factory.mktemp(app), subshells=subshells)
        return started[app, subshells]

    yield server
    for each in started.values():
        each.stop()


def _until_the_test_ends(server: JupyterServer) -> Iterator[JupyterServer]:
    yield server
    server.end_kernels(but=f"{_KEPT}.ipynb")


@pytest.fixture
def lab(servers: Callable[..., JupyterServer]) -> Iterator[JupyterServer]:
    """JupyterLab as it comes: widget messages are answered while a cell runs."""
    yield from _until_the_test_ends(servers("lab"))


@pytest.fixture
def lab_without_subshells(servers: Callable[..., JupyterServer]) -> Iterator[JupyterServer]:
    """JupyterLab as older kernels and other hosts have it: widget messages wait for the running cell."""
    yield from _until_the_test_ends(servers("lab", subshells=False))


@pytest.fixture(scope="module")
def open_tabs(chromium: Browser) -> Iterator[dict[JupyterServer, Page]]:
    """Tabs with an empty notebook and its kernel, by server, kept from test to test of a file."""
    tabs: dict[JupyterServer, Page] = {}
    yield tabs
    for server, tab in tabs.items():
        tab.context.close()
        server.end_kernels()


def _tab(
    server: JupyterServer, tabs: dict[JupyterServer, Page], chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Page]:
    if server not in tabs:
        tabs[server] = new_context(chromium, permissions=["clipboard-read", "clipboard-write"]).new_page()
        open_notebook(tabs[server], server, _KEPT)
    tab = tabs[server]
    tab.set_viewport_size(USUAL_SIZE)
    yield tab
    if getattr(request.node, "outcome_of_call", "failed") == "failed":  # nobody knows what its kernel is doing
        tabs.pop(server).context.close()
        server.end_kernels()


@pytest.fixture
def tab(
    servers: Callable[..., JupyterServer],
    open_tabs: dict[JupyterServer, Page],
    chromium: Browser,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """A notebook in JupyterLab that is kept open from test to test: see `fill_notebook`."""
    yield from _tab(servers("lab"), open_tabs, chromium, request)


@pytest.fixture(params=["lab", "notebook"])
def each_tab(
    servers: Callable[..., JupyterServer],
    open_tabs: dict[JupyterServer, Page],
    chromium: Browser,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """The same in JupyterLab and Notebook 7, one after the other."""
    yield from _tab(servers(request.param), open_tabs, chromium, request)


@pytest.fixture(scope="session")
def harness() -> Callable[..., str]:
    """A function that gives the address of the page that shows views without Jupyter (js/test/harness/build.mjs)."""
    build_harness()
    return harness_address


def build_harness() -> None:
    """Bundle the page; its file is the same for every address."""
    subprocess.run(["node", _HARNESS], check=True, stdout=subprocess.DEVNULL)


def harness_address(view: str, **options: object) -> str:
    """The page with a view in it; a trait of the view is ``t_name=…``, one of the store ``s_name=…``."""
    query = {"view": view}
    for name, value in options.items():
        prefix, found, trait = name.partition("_")
        query |= {f"{prefix}.{trait}": json.dumps(value)} if found and prefix in "ts" else {name: str(value)}
    return f"{(_HARNESS.parent / 'out' / 'index.html').as_uri()}?{urlencode(query)}"


@pytest.fixture(scope="session")
def ratings_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 30,000 ratings of 200 titles, planted factors behind them."""
    ratings, _ = cw.synthetic_ratings(400, 200, 30_000, n_factors=3, seed=5)
    path = tmp_path_factory.mktemp("ratings") / "ratings.csv"
    ratings[["user", "title", "rating"]].to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def dashboard(ratings_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardServer]:
    """`collabwidgets dashboard ratings.csv`, started once."""
    server = DashboardServer(tmp_path_factory.mktemp("dashboard"), "dashboard", str(ratings_csv), "--warm-kernels", "0")
    yield server
    server.stop()

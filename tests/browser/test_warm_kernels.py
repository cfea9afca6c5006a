"""Kernels that wait for visitors: each visitor gets one of their own, they are replaced, and they end in time."""

from __future__ import annotations

import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .notebooks import write_notebook
from .servers import DashboardServer
from .test_dashboard import gone, open_dashboard, train

# What most of these tests serve: its kernels are there sooner than those of the dashboard, which import torch.
SMALL = "import os; print('made by', os.getpid())"
BY_ENVIRONMENT = "import os; print('environment:', os.environ.get('QUERY_STRING'))"
BY_VOILA = "from voila.utils import get_query_string; print('asked for', get_query_string())"


@pytest.fixture(scope="module")
def warm(ratings_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardServer]:
    """`collabwidgets dashboard ratings.csv`, whose kernels wait."""
    server = DashboardServer(tmp_path_factory.mktemp("warm"), "dashboard", str(ratings_csv))
    yield server
    server.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., DashboardServer]]:
    """A function that serves a notebook of one cell, with these options; stopped when the test ends."""
    servers: list[DashboardServer] = []

    def start(cell: str, *options: str) -> DashboardServer:
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        notebook = str(folder / write_notebook(folder, "own", cell))
        servers.append(DashboardServer(folder, "dashboard", notebook, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def becomes_true(condition: Callable[[], object], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def visit_without_a_page(server: DashboardServer) -> str:
    """Load the page's HTML as a browser that vanishes afterwards."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with opener.open(server.address, timeout=60) as answer:
        return answer.read().decode()


def asks(page: Page, server: DashboardServer, query: str) -> None:
    """Visit with this query; the page says what its kernel was asked for."""
    page.goto(f"{server.address}&{query}", wait_until="domcontentloaded")
    expect(page.get_by_text("asked for")).to_contain_text(query, timeout=60_000)


def test_a_visitor_takes_a_waiting_kernel_and_it_is_replaced(warm: DashboardServer, page: Page) -> None:
    waiting = warm.kernels()
    assert len(waiting) == 2
    open_dashboard(page, warm)
    assert set(waiting) <= set(warm.kernels())
    assert becomes_true(lambda: len(warm.kernels()) == 3)


@pytest.mark.alone  # five kernels and pages at once would hold up what runs beside them
def test_five_visitors_at_once_are_all_served_and_none_sees_anothers_training(
    warm: DashboardServer, open_context: Callable[..., BrowserContext]
) -> None:
    pages = [open_context().new_page() for _ in range(5)]
    for page in pages:
        page.evaluate("(address) => { setTimeout(() => { location.href = address; }); }", warm.address)
    for page in pages:
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=120_000)
    train(pages[0].get_by_role("region", name="Dashboard"))
    later = open_context().new_page()
    open_dashboard(later, warm)
    for page in (*pages[1:], later):
        expect(page.get_by_role("region", name="Training")).to_contain_text("Random weights. Press Train.")
    train(pages[-1].get_by_role("region", name="Dashboard"))


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_waiting_kernels_end_with_the_server_and_so_does_one_that_is_being_started(
    ends: signal.Signals, serve: Callable[..., DashboardServer]
) -> None:
    server = serve(SMALL, "--warm-kernels", "2")
    visit_without_a_page(server)
    assert becomes_true(lambda: len(server.kernels()) == 3)  # the new one has just been started
    kernels = server.kernels()
    server.process.send_signal(ends)
    assert server.process.wait(20) == 0
    assert gone(kernels)
    assert "Traceback" not in server.log.read_text()


def test_a_waiting_kernel_is_not_ended_as_idle_but_one_whose_page_vanished_is(
    serve: Callable[..., DashboardServer],
) -> None:
    server = serve(SMALL, "--warm-kernels", "1", "--idle-seconds", "6")
    (waiting,) = server.kernels()
    # It has run the notebook by now, and idle kernels are looked for each second.
    warm_since = time.monotonic()
    assert becomes_true(lambda: time.monotonic() - warm_since > 9 and server.kernels() == [waiting])
    visit_without_a_page(server)
    # Idle for longer than is allowed, it is not ended between the visit and the line to its page either.
    assert becomes_true(lambda: len(server.kernels()) == 2)
    assert waiting in server.kernels()
    assert gone([waiting])


def test_a_waiting_kernel_that_died_is_replaced(serve: Callable[..., DashboardServer], page: Page) -> None:
    server = serve(SMALL, "--warm-kernels", "1")
    (killed,) = server.kernels()
    killed.kill()
    # One that was started anew in its place, without having run the notebook, and one that has.
    assert becomes_true(lambda: len([each for each in server.kernels() if each != killed]) == 2)
    page.goto(server.address, wait_until="domcontentloaded")
    made_by = page.get_by_text("made by")
    expect(made_by).to_be_visible()
    assert int(made_by.inner_text().split()[-1]) in {each.pid for each in server.kernels()} - {killed.pid}


def test_without_warm_kernels_each_visit_starts_its_own(dashboard: DashboardServer, page: Page) -> None:
    assert becomes_true(lambda: dashboard.kernels() == [])  # those of the pages that other tests have closed
    open_dashboard(page, dashboard)
    assert len(dashboard.kernels()) == 1


def test_a_notebook_of_ones_own_reads_the_query_of_each_visit(
    serve: Callable[..., DashboardServer], page: Page
) -> None:
    server = serve(f"{BY_ENVIRONMENT}; {BY_VOILA}")
    assert server.kernels() == []
    for query in ("who=ann", "who=bob"):
        asks(page, server, query)
        expect(page.get_by_text("environment:")).to_contain_text(query)


def test_a_notebook_that_waits_for_its_query_may_be_kept_warm(
    serve: Callable[..., DashboardServer], page: Page
) -> None:
    server = serve(f"{BY_VOILA}; import os; print('warm:', os.environ['VOILA_PREHEAT'])", "--warm-kernels", "1")
    assert len(server.kernels()) == 1
    for query in ("who=ann", "who=bob"):
        earlier = set(server.kernels())
        asks(page, server, query)
        expect(page.get_by_text("warm: True")).to_be_visible()
        assert becomes_true(lambda earlier=earlier: set(server.kernels()) - earlier)


def memory_of(process: psutil.Process) -> float:
    """What ending the process would free, in MB."""
    return process.memory_full_info().uss / 1e6


def test_the_help_says_what_a_waiting_kernel_takes(warm: DashboardServer) -> None:
    assert max(map(memory_of, warm.kernels())) < 1.5 * 215


def test_pages_closed_before_they_are_drawn_leave_no_traceback_in_the_log(
    serve: Callable[..., DashboardServer], page: Page
) -> None:
    server = serve(SMALL, "--warm-kernels", "2")
    for until in ("commit", "domcontentloaded", "load"):
        page.goto(server.address, wait_until=until)
    # Between the page's script and the line to its kernel.
    for _ in range(3):
        with page.expect_request("**/api/kernels/**"):
            page.reload(wait_until="commit")
    page.close(run_before_unload=True)
    ends_without_a_traceback(server)


def test_pages_closed_while_they_train_leave_no_traceback_in_the_log(
    warm: DashboardServer, open_context: Callable[..., BrowserContext]
) -> None:
    for closes in (lambda page: page.close(run_before_unload=True), lambda page: page.context.close()):
        page = open_context().new_page()
        open_dashboard(page, warm)
        page.get_by_role("spinbutton", name="Epochs").fill("1000")
        page.get_by_role("spinbutton", name="Epochs").press("Tab")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        closes(page)
    ends_without_a_traceback(warm)


def ends_without_a_traceback(server: DashboardServer) -> None:
    kernels = server.kernels()
    assert server.stop() == 0
    assert gone(kernels)
    assert "Traceback" not in server.log.read_text(), server.log.read_text()

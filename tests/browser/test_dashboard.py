"""The dashboard that the command line serves through Voila: it moves, asks nobody, leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from collabwidgets.app.served import RatingsSource

from .servers import START_SECONDS, DashboardServer, status_of
from .test_themes import becomes
from .test_training_panel import button, stops_within

# What a host does to an open page whose theme is changed: the mark on the body, and the colours.
SWITCH_TO_LIGHT = """() => {
  document.body.dataset.jpThemeLight = 'true';
  const colours = { '--jp-layout-color1': 'white', '--jp-ui-font-color1': '#212121', '--jp-border-color2': '#e0e0e0' };
  for (const [name, value] of Object.entries(colours)) document.body.style.setProperty(name, value);
}"""


@pytest.fixture(scope="module")
def from_checkpoint(ratings_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardServer]:
    """`collabwidgets dashboard ratings.csv --checkpoint model.safetensors`, in the dark; trained for four epochs."""
    folder = tmp_path_factory.mktemp("from_checkpoint")
    learn = RatingsSource(str(ratings_csv)).learner(n_factors=10)
    learn.fit_one_cycle(4)
    file = learn.save(folder / "model")
    server = DashboardServer(folder, "dashboard", str(ratings_csv), "--checkpoint", str(file), "--theme", "dark")
    yield server
    server.stop()


def open_dashboard(page: Page, server: DashboardServer) -> Locator:
    """Open the page and wait for the whole dashboard."""
    page.goto(server.address, wait_until="domcontentloaded")
    dashboard = page.get_by_role("region", name="Dashboard")
    for part in ("Training", "Bias ranking", "Map of titles", "Neighbours"):
        expect(dashboard.get_by_role("region", name=part)).to_be_visible(timeout=START_SECONDS * 1000)
    return dashboard


def train(dashboard: Locator, epochs: int = 5) -> Locator:
    """Press Train and wait for the end; the rows of the table of epochs."""
    panel = dashboard.get_by_role("region", name="Training")
    panel.get_by_role("button", name="Train", exact=True).click()
    rows = panel.get_by_role("table", name="Epochs").locator("tbody").get_by_role("row")
    expect(rows).to_have_count(epochs, timeout=START_SECONDS * 1000)
    expect(panel.get_by_role("button", name="Train", exact=True)).to_be_visible()
    return rows


def valid_losses(rows: Locator) -> list[float]:
    """Of each epoch: the third cell, after epoch and training loss."""
    return [float(row.get_by_role("cell").nth(1).inner_text()) for row in rows.all()]


def gone(processes: list[psutil.Process]) -> bool:
    return len(psutil.wait_procs(processes, timeout=START_SECONDS)[1]) == 0


def test_train_moves_chart_table_map_and_neighbours(
    dashboard: DashboardServer, page: Page, errors: list[str], external: list[str]
) -> None:
    board = open_dashboard(page, dashboard)
    map_of_titles = board.get_by_role("img", name="Map of titles")
    untrained = map_of_titles.screenshot()
    losses = valid_losses(train(board))
    assert losses[-1] < losses[0]
    chart = board.get_by_role("img", name="Loss")
    assert first_and_last_height(chart)
    ticks = [tick.locator("text").all_text_contents() for tick in chart.locator(".cw-loss-tick").all()]
    assert len(ticks) > 2
    assert [root for _, root in ticks] == [f"{float(loss) ** 0.5:.2f}" for loss, _ in ticks]
    biases = board.get_by_role("table", name="Biases").locator("tbody").get_by_role("row")
    expect(biases.filter(has_text="Title")).to_have_count(20)
    assert map_of_titles.screenshot() != untrained
    search = board.get_by_role("combobox", name="Title")
    search.fill("title 00")
    search.press("ArrowDown")
    search.press("Enter")
    nearest = board.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")
    expect(nearest).to_have_count(10)
    board.get_by_role("button", name="Rerun 8×").click()
    expect(nearest.first).to_contain_text(re.compile(r"\d of 8"))
    assert errors == []
    assert external == []


def test_a_page_of_voilas_classic_template_is_filled_and_its_keys_are_beside_their_words(
    dashboard: DashboardServer, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context()
    context.route("https://**", lambda route: route.abort())  # that template asks for scripts which nothing here needs
    page = context.new_page()
    page.goto(f"{dashboard.address}&template=classic", wait_until="domcontentloaded")
    board = page.get_by_role("region", name="Dashboard")
    expect(board).to_be_visible(timeout=START_SECONDS * 1000)
    assert board.bounding_box()["width"] > 0.9 * page.viewport_size["width"]
    board.get_by_role("button", name="Settings").first.click()
    for key, words in zip(board.get_by_role("term").all(), board.get_by_role("definition").all(), strict=True):
        left, right = key.bounding_box(), words.bounding_box()
        assert (left["y"], left["x"] + left["width"] < right["x"]) == (right["y"], True)


def test_a_page_too_busy_to_look_for_its_widgets_in_time_shows_them(dashboard: DashboardServer, page: Page) -> None:
    # The timers by which a page looks for a widget that the kernel has not told of yet come late where it is busy.
    page.add_init_script(
        "const timer = setTimeout;"
        "window.setTimeout = (act, wait, ...more) => timer(act, wait === 100 ? 3000 : wait, ...more);"
    )
    open_dashboard(page, dashboard)


@pytest.mark.alone
def test_pause_resume_and_stop_in_voila(dashboard: DashboardServer, page: Page) -> None:
    panel = open_dashboard(page, dashboard).get_by_role("region", name="Training")
    epochs = panel.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1000")
    epochs.press("Tab")
    button(page, "Train").click()
    button(page, "Pause").click()
    expect(panel).to_contain_text("Paused at epoch")
    button(page, "Resume").click()
    expect(button(page, "Pause")).to_be_visible()
    button(page, "Stop").click()
    expect(panel).to_contain_text("Stopped at epoch")
    stops_within(page, 200)


def first_and_last_height(chart: Locator) -> bool:
    """Whether the chart's longest line ends lower on the page than it begins."""
    return chart.evaluate(
        """(chart) => {
          const lines = [...chart.querySelectorAll('path')].filter((path) => path.getTotalLength() > 100);
          const length = (path) => path.getTotalLength();
          const line = lines.sort((a, b) => length(b) - length(a))[0];
          return line.getPointAtLength(length(line)).y > line.getPointAtLength(0).y;
        }"""
    )


def test_a_request_without_the_token_is_sent_to_the_door(dashboard: DashboardServer) -> None:
    assert status_of(dashboard.url) == 302
    assert status_of(f"{dashboard.url}?token=guessed") == 302


def test_a_closed_page_ends_its_kernel(dashboard: DashboardServer, open_context: Callable[..., BrowserContext]) -> None:
    context = open_context()
    page = context.new_page()
    with page.expect_websocket(lambda socket: "/api/kernels/" in socket.url, timeout=60_000) as opened:
        open_dashboard(page, dashboard).get_by_role("button", name="Train", exact=True).click()
    name = opened.value.url.partition("/api/kernels/")[2].partition("/")[0]
    kernels = [kernel for kernel in dashboard.kernels() if any(name in part for part in kernel.cmdline())]
    assert len(kernels) == 1
    page.close(run_before_unload=True)
    assert gone(kernels)


def test_a_page_from_a_checkpoint_is_trained_when_it_is_first_seen(
    from_checkpoint: DashboardServer, page: Page, errors: list[str]
) -> None:
    board = open_dashboard(page, from_checkpoint)
    panel = board.get_by_role("region", name="Training")
    rows = panel.get_by_role("table", name="Epochs").locator("tbody").get_by_role("row")
    # At once: that these are there is no matter of waiting.
    assert rows.count() == 4
    assert "ready · 4 epochs" in board.inner_text()
    assert re.search(r"epoch 4 of 4 done in \d\d:\d\d · best valid", board.inner_text())
    assert board.get_by_role("table", name="Biases").locator("tbody").get_by_role("row").count() >= 20
    assert panel.get_by_role("progressbar").get_attribute("aria-valuenow") == "100"

    panel.get_by_role("button", name="Reset").click()
    expect(rows).to_have_count(0)
    expect(panel).to_contain_text("Random weights. Press Train.")
    losses = valid_losses(train(board, epochs=4))
    assert losses[-1] < losses[0]
    assert errors == []


def test_a_theme_switched_in_an_open_voila_page_repaints_map_and_chart(
    from_checkpoint: DashboardServer, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1800})
    board = open_dashboard(page, from_checkpoint)
    canvas = board.get_by_role("region", name="Map of titles").locator("canvas").first
    chart = board.get_by_role("img", name="Loss")
    for picture in (canvas, chart):
        becomes(picture, lambda value: value < 0.1)
    page.evaluate(SWITCH_TO_LIGHT)
    expect(page.locator(".cw-Dashboard")).to_have_attribute("data-theme", "light")
    for picture in (canvas, chart):
        becomes(picture, lambda value: value > 0.9)
    # The reader's own choice, against the page's.
    board.get_by_role("button", name="Settings").first.click()
    board.get_by_role("combobox", name="Theme").select_option("dark")
    for picture in (canvas, chart):
        becomes(picture, lambda value: value < 0.1)


def test_a_stopped_server_takes_its_kernels_along(from_checkpoint: DashboardServer, page: Page) -> None:
    open_dashboard(page, from_checkpoint)
    expect(page.locator("[data-theme=dark]").first).to_be_visible()
    kernels = from_checkpoint.kernels()
    assert kernels
    assert from_checkpoint.stop() == 0
    assert gone(kernels)


def test_the_demo_trains_movielens_to_the_chapters_loss(page: Page, tmp_path: Path, errors: list[str]) -> None:
    server = DashboardServer(tmp_path, "demo")
    try:
        board = open_dashboard(page, server)
        expect(board).to_contain_text(re.compile(r"943 users.*1,664"))
        losses = valid_losses(train(board))
        assert losses[-1] == pytest.approx(0.82, abs=0.015)  # .811 and .823 in two published runs
        search = board.get_by_role("combobox", name="Title")
        search.fill("silence of the l")
        search.press("ArrowDown")
        search.press("Enter")
        expect(search).to_have_value("Silence of the Lambs, The (1991)")
        nearest = board.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")
        expect(nearest).to_have_count(10)
        assert errors == []
    finally:
        server.stop()

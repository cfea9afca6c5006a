"""In marimo, wrapped in ``mo.ui.anywidget`` or as they are: the widgets train, follow each other, follow the theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .servers import START_SECONDS, MarimoServer, status_of
from .test_dashboard import first_and_last_height

LEARNER = """
import collabwidgets as cw
import marimo as mo
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)
learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), wd=0.05)
learn.view.min_count = 0
"""
CELLS = (
    "mo.ui.anywidget(cw.TrainingPanel(learn, epochs=3))",
    "cw.BiasTable(learn, show='all')",
    "mo.ui.anywidget(cw.NeighborSearch(learn))",
    "mo.ui.anywidget(cw.PCAScatter(learn))",
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarimoServer]:
    """Four widgets of one learner, in cells of their own; each page has a kernel of its own."""
    server = MarimoServer(tmp_path_factory.mktemp("marimo"), LEARNER, *CELLS)
    yield server
    server.stop()


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def body_rows(table: Locator) -> Locator:
    return table.locator("tbody").get_by_role("row")


def train(page: Page, epochs: int) -> None:
    panel = region(page, "Training")
    button = panel.get_by_role("button", name="Train", exact=True)
    button.click()
    expect(body_rows(panel.get_by_role("table", name="Epochs"))).to_have_count(epochs, timeout=START_SECONDS * 1000)
    expect(button).to_be_visible()


def test_widgets_in_marimo_train_and_follow_each_other(app: MarimoServer, page: Page, errors: list[str]) -> None:
    page.goto(app.address)
    train(page, epochs=3)
    assert first_and_last_height(region(page, "Training").get_by_role("img", name="Loss"))
    biases = region(page, "Bias ranking").get_by_role("table", name="Biases")
    expect(body_rows(biases)).to_have_count(60)

    search = region(page, "Neighbours").get_by_role("combobox", name="Title")
    search.fill("title 07")
    search.press("ArrowDown")
    search.press("Enter")
    nearest = body_rows(region(page, "Neighbours").get_by_role("table", name="Nearest titles"))
    expect(nearest).to_have_count(10)
    first = nearest.first.get_by_role("rowheader").inner_text().splitlines()[0]  # evidence stands under it
    nearest.first.get_by_role("rowheader").click()
    expect(body_rows(biases).filter(has_text=first)).to_contain_text("selected")
    assert errors == []


def test_an_open_page_follows_marimos_theme(app: MarimoServer, page: Page) -> None:
    page.goto(app.address)
    train(page, epochs=3)
    map_of_titles = region(page, "Map of titles").get_by_role("img", name="Map of titles")
    map_of_titles.scroll_into_view_if_needed()
    background = "(canvas) => [...canvas.getContext('2d').getImageData(3, 3, 1, 1).data]"
    canvas = region(page, "Map of titles").locator("canvas").first
    light = canvas.evaluate(background)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".cw-PCAScatter")).to_have_attribute("data-theme", "dark")
    page.wait_for_function(
        "([canvas, before]) => String([...canvas.getContext('2d').getImageData(3, 3, 1, 1).data]) !== String(before)",
        arg=[canvas.element_handle(), light],
    )


def test_a_dashboard_in_marimo_holds_all_four_views(tmp_path: Path, page: Page, errors: list[str]) -> None:
    server = MarimoServer(tmp_path, LEARNER, "cw.Dashboard(learn)")
    try:
        page.goto(server.address)
        board = region(page, "Dashboard")
        for part in ("Training", "Bias ranking", "Map of titles", "Neighbours"):
            expect(board.get_by_role("region", name=part)).to_be_visible(timeout=START_SECONDS * 1000)
        train(page, epochs=5)
        assert errors == []
        assert status_of(server.url) in {303, 401}  # without its token
    finally:
        server.stop()

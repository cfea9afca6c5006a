"""Two visitors of Panel, Shiny for Python and Solara: training is shared, what each looks at is his own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.servers import START_SECONDS

from .conftest import Host

LEARNER = """
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)
learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), wd=0.05)
learn.view.min_count = 0
"""
PANEL = """
import panel as pn
pn.extension("ipywidgets")
if "learn" not in pn.state.cache:
    pn.state.cache["learn"] = make_learner()
learn = pn.state.cache["learn"]
pn.Column(
    pn.pane.IPyWidget(cw.TrainingPanel(learn, epochs=3), sizing_mode="stretch_width"),
    pn.pane.IPyWidget(cw.BiasTable(learn, show="all"), sizing_mode="stretch_width"),
).servable()
"""
SHINY = """
from shiny import App, ui
from shinywidgets import output_widget, render_widget

def server(input, output, session):
    @render_widget
    def training():
        return cw.TrainingPanel(learn, epochs=3)

    @render_widget
    def biases():
        return cw.BiasTable(learn, show="all")

outputs = [output_widget(name, height="auto", fill=False) for name in ("training", "biases")]
app = App(ui.page_fluid(*outputs), server)
"""
SOLARA = """
import solara

@solara.component
def Page():
    views = solara.use_memo(lambda: [cw.TrainingPanel(learn, epochs=3), cw.BiasTable(learn, show="all")], [])
    for view in views:
        solara.display(view)
"""
IN_A_FUNCTION = "import collabwidgets as cw\n\ndef make_learner():" + LEARNER.replace("\n", "\n    ") + "return learn\n"
HOSTS = {
    "panel": (IN_A_FUNCTION + PANEL, ["panel", "serve", "app.py", "--port", "{port}", "--address", "127.0.0.1"]),
    "shiny": (LEARNER + SHINY, ["shiny", "run", "app.py", "--port", "{port}", "--host", "127.0.0.1"]),
    "solara": (
        LEARNER + SOLARA,
        ["solara", "run", "app.py", "--port", "{port}", "--host", "127.0.0.1", "--no-open", "--production"],
    ),
}


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Each server in turn."""
    app, arguments = HOSTS[request.param]
    server = Host(tmp_path_factory.mktemp(request.param), app, arguments)
    yield server
    server.stop()


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def epochs(page: Page) -> Locator:
    return region(page, "Training").get_by_role("table", name="Epochs").locator("tbody").get_by_role("row")


def row(page: Page, title: str) -> Locator:
    return region(page, "Bias ranking").get_by_role("row").filter(has_text=title)


def select(page: Page, title: str) -> None:
    row(page, title).get_by_role("rowheader").click()
    expect(row(page, title)).to_contain_text("selected")


def test_two_visitors_share_the_training_and_nothing_else(
    host: Host, visit: Callable[[str], Page], request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, second = visit(host.url), visit(host.url)
    for page in (first, second):
        expect(region(page, "Training")).to_contain_text("untrained", timeout=START_SECONDS * 1000)
    region(second, "Training").get_by_role("button", name="Train", exact=True).click()
    for page in (first, second):
        expect(epochs(page)).to_have_count(3)
        expect(region(page, "Bias ranking")).to_contain_text("ready · 3 epochs")

    select(first, "Title 05")
    select(second, "Title 07")
    expect(row(second, "Title 05")).not_to_contain_text("selected")
    expect(row(first, "Title 07")).not_to_contain_text("selected")
    filters = [region(page, "Bias ranking").get_by_role("spinbutton", name="Min ratings") for page in (first, second)]
    filters[1].fill("100")
    filters[1].press("Enter")
    expect(region(second, "Bias ranking")).not_to_contain_text("60 of 60 titles")
    expect(filters[0]).to_have_value("0")
    expect(region(first, "Bias ranking")).to_contain_text("60 of 60 titles")
    for name, page in (("first", first), ("second", second)):
        page.screenshot(path=tmp_path_factory.getbasetemp() / f"{request.node.callspec.id}-{name}.png")

    first.context.close()
    region(second, "Training").get_by_role("button", name="+1 epoch").click()
    expect(epochs(second)).to_have_count(4)
    expect(region(second, "Bias ranking")).to_contain_text("ready · 4 epochs")
    third = visit(host.url)
    expect(epochs(third)).to_have_count(4, timeout=START_SECONDS * 1000)
    expect(region(third, "Bias ranking")).to_contain_text("60 of 60 titles")
    assert "Traceback" not in host.log.read_text()

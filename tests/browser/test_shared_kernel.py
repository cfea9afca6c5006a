"""What all widgets have in common, with a kernel behind them: jslink, two tabs, failures, no learner yet."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .notebooks import fill_notebook, run_cell, second_tab, start_cell
from .servers import JupyterServer

SETUP = """
import collabwidgets as cw
import ipywidgets
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)
learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), wd=0.05)
learn.view.min_count = 0
learn.fit_one_cycle(1)
table = cw.BiasTable(learn, show="all")
"""
STATE = "print(learn.view.selected_titles, learn.view.min_count, table.message)"


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("table", name="Biases").get_by_role("row").filter(has_text=title)


def test_what_a_click_selects_is_selected_in_both_tabs(lab: JupyterServer, tab: Page) -> None:
    fill_notebook(tab, SETUP, "table", STATE)
    with second_tab(tab, lab) as other:
        row(tab, "Title 05").get_by_role("rowheader").click()
        expect(row(other, "Title 05")).to_contain_text("selected")
        assert run_cell(tab, 2).startswith("['Title 05']")
        row(other, "Title 07").get_by_role("rowheader").click()
        expect(row(tab, "Title 07")).to_contain_text("selected")
        assert "'Title 07'" in run_cell(tab, 2)


def test_jslink_binds_a_slider_to_the_filter_both_ways(tab: Page) -> None:
    slider = "slider = ipywidgets.IntSlider(min=0, max=90)"
    link = f"{slider}\nipywidgets.jslink((slider, 'value'), (table, 'min_count'))\nslider"
    fill_notebook(tab, SETUP, "table", link, STATE, "learn.view.min_count = 44", run=3)
    filter_field = tab.get_by_role("region", name="Bias ranking").get_by_role("spinbutton", name="Min ratings")
    readout = tab.locator(".widget-readout")
    readout.fill("33")
    readout.press("Enter")
    expect(filter_field).to_have_value("33")
    filter_field.fill("21")
    expect(readout).to_have_text("21")
    while run_cell(tab, 3) != "[] 21 \n":
        pass  # the tab writes once the number rests; of two writers at once either may be the last
    run_cell(tab, 4)
    expect(filter_field).to_have_value("44")
    expect(readout).to_have_text("44")
    assert run_cell(tab, 3) == "[] 44 \n"


def test_a_failure_of_an_observer_outlives_a_training_until_it_is_dismissed(tab: Page) -> None:
    careless = "def careless(change):\n    raise KeyError('no such column')\nlearn.view.observe(careless, 'primary')"
    fill_notebook(tab, SETUP, "table", careless, "learn.fit_one_cycle(1)", run=3)
    row(tab, "Title 03").focus()
    tab.keyboard.press("Enter")
    ranking = tab.get_by_role("region", name="Bias ranking")
    expect(ranking).to_contain_text("KeyError: 'no such column'")
    run_cell(tab, 3)
    expect(ranking).to_contain_text("ready · 2 epochs")
    expect(ranking).to_contain_text("KeyError: 'no such column'")
    ranking.get_by_role("button", name="Dismiss").click()
    expect(ranking).not_to_contain_text("KeyError")


def test_without_a_learner_the_line_that_makes_one_can_be_copied(tab: Page) -> None:
    fill_notebook(tab, "import collabwidgets as cw\ncw.PCAScatter()")
    empty = tab.get_by_role("region", name="PCAScatter")
    expect(empty).to_contain_text("No learner yet. learn = cw.collab_learner(dls)")
    empty.get_by_role("button", name="Copy").click()
    expect(empty.get_by_role("status")).to_have_text("Copied.")
    assert tab.evaluate("() => navigator.clipboard.readText()") == "learn = cw.collab_learner(dls)"


def test_the_kernel_tells_the_map_of_true_neighbours_and_of_earlier_epochs(tab: Page) -> None:
    shown = "scatter = cw.PCAScatter(learn, show_neighbors=True, k=5, primary=7)\nscatter"
    far = "found = scatter.true_neighbors(); print(int(found['far'].sum()), list(found['title'])[:3], scatter.frame)"
    fill_notebook(tab, SETUP, shown, "learn.fit_one_cycle(3)", far)
    region = tab.get_by_role("region", name="Map of titles")
    n_far, rest = run_cell(tab, 3).split(maxsplit=1)
    expect(region.get_by_text(f"Title 07: {n_far} of 5 true neighbours")).to_be_visible()
    region.get_by_role("slider", name="Epoch").press("Home")
    expect(region.get_by_text("Showing epoch 1 of 4")).to_be_visible()
    assert run_cell(tab, 3).strip().endswith(" 0")
    n_far = run_cell(tab, 3).split()[0]
    expect(region.get_by_text(f"Title 07: {n_far} of 5 true neighbours")).to_be_visible()
    region.get_by_role("button", name="Newest").click()
    region.get_by_label("Map of titles", exact=True).and_(tab.locator("[aria-describedby]")).press("n")
    first = rest.split("'")[1]
    expect(region.get_by_role("status").filter(has_text=f"{first}, ")).to_be_attached()


DRAWING = """
import time
from matplotlib import pyplot as plt
plt.figure()
while learn.view.min_count != 33:
    time.sleep(0.01)
still_open = plt.get_fignums()
"""


def test_a_figure_that_a_cell_is_drawing_is_not_shown_and_closed_by_a_click(tab: Page) -> None:
    fill_notebook(tab, SETUP, "table", "%matplotlib inline", DRAWING, "print(still_open)", run=3)
    start_cell(tab, 3)
    tab.get_by_role("region", name="Bias ranking").get_by_role("spinbutton", name="Min ratings").fill("33")
    assert run_cell(tab, 4) == "[1]\n"


def test_a_title_that_ratings_were_added_of_is_found_by_search(tab: Page) -> None:
    more = "more = ratings.assign(title=ratings['title'].astype(str))[ratings['title'] == 'Title 05']"
    add = f"{more}\nprint(learn.add_ratings(more.assign(title='Quite a new one')))"
    fill_notebook(tab, SETUP, "cw.Dashboard(learn, tab='data')", add, run=2)
    expect(tab.get_by_role("tabpanel", name="Data")).to_contain_text("of 60 titles")
    assert "1 new title, folded in" in run_cell(tab, 2)
    title = tab.get_by_role("combobox", name="Title")
    title.fill("quite")
    tab.get_by_role("option").filter(has_text="Quite a new one").click()
    expect(tab.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")).to_have_count(10)
    expect(tab.get_by_role("tabpanel", name="Data")).to_contain_text("of 61 titles")

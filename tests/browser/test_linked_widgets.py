"""Widgets in different cells of one notebook show the same selection, hover and filter, as does Python."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .notebooks import fill_notebook, run_cell

SETUP = """
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)
learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), wd=0.05)
learn.view.min_count = 0
learn.fit_one_cycle(3)
"""
TABLE, SEARCH = "cw.BiasTable(learn, show='all')", "cw.NeighborSearch(learn)"


@pytest.fixture
def notebook(each_tab: Page) -> Page:
    """A trained learner, its bias table and its neighbour search in cells of their own, and two of Python."""
    fill_notebook(
        each_tab,
        SETUP,
        TABLE,
        TABLE,
        SEARCH,
        "view = learn.view; print(view.selected_titles, view.primary, view.min_count)",
        "learn.view.selection = [7, 9]",
        run=5,
    )
    return each_tab


def bias_row(page: Page, title: str, table: int = 0) -> Locator:
    return page.get_by_role("table", name="Biases").nth(table).get_by_role("row").filter(has_text=title)


def test_what_is_done_in_one_cell_is_seen_in_the_others_and_in_python(notebook: Page) -> None:
    # A click selects.
    bias_row(notebook, "Title 05").get_by_role("rowheader").click()
    expect(bias_row(notebook, "Title 05", table=1)).to_contain_text("selected")
    assert run_cell(notebook, 4).startswith("['Title 05']")
    # Python selects.
    run_cell(notebook, 5)
    for table in (0, 1):
        for title in ("Title 07", "Title 09"):
            expect(bias_row(notebook, title, table)).to_contain_text("selected")
    # Enter opens a title in the search.
    row = bias_row(notebook, "Title 03")
    row.focus()
    row.press("Enter")
    expect(notebook.get_by_role("combobox", name="Title")).to_have_value("Title 03")
    expect(notebook.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")).to_have_count(10)
    # A hover lights the title up.
    bias_row(notebook, "Title 04").get_by_role("rowheader").hover()
    expect(bias_row(notebook, "Title 04", table=1)).to_have_attribute("data-lit", "true")

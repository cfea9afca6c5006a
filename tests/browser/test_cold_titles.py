"""A title without a rating, of which side columns tell: found by search, looked around, and marked in lists."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .notebooks import fill_notebook, run_cell

SETUP = """
import pandas as pd, collabwidgets as cw
ratings, _ = cw.synthetic_ratings(60, 30, 900, n_factors=3, seed=4)
items = pd.DataFrame({"title": [*sorted(ratings["title"].unique()), "Unseen"]})
items["year"] = range(1970, 2001)
items["genres"] = ["Comedy", "Drama", "War"] * 10 + ["Drama"]
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=4, items=items)
learn = cw.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
learn.fit_one_cycle(2)
"""
BOTH = "import ipywidgets\nipywidgets.VBox([cw.NeighborSearch(learn, k=30), cw.PCAScatter(learn)])"
KNOWN_FROM = "0 ratings, from its year and genres"


def test_a_title_without_ratings_is_found_and_marked(tab: Page) -> None:
    fill_notebook(tab, SETUP, BOTH, "learn.view.min_count = 0", run=2)
    view = tab.get_by_role("region", name="Neighbours")
    box = view.get_by_role("combobox", name="Title")
    box.fill("unse")
    view.get_by_role("button", name="show").click()
    option = view.get_by_role("option")
    expect(option).to_have_text("Unseen · 0 ratings")
    option.click()
    expect(box).to_have_value("Unseen")
    expect(view.get_by_text(KNOWN_FROM)).to_be_visible()
    rows = view.get_by_role("table", name="Nearest titles").locator("tbody [data-row]")
    expect(rows.first).to_be_visible()
    # The map draws it, hollow, as long as it is explored, or all such titles are asked for.
    scatter = tab.get_by_role("region", name="Map of titles")
    expect(scatter).to_contain_text("1 without ratings")
    expect(scatter).to_contain_text("no ratings: placed by year and genres")
    # Among the neighbours of another title it is marked, where the filter lets it in.
    rows.first.get_by_role("rowheader").click()
    expect(view.get_by_text(KNOWN_FROM)).to_have_count(0)
    expect(rows.filter(has_text="Unseen")).to_have_count(0)
    run_cell(tab, 2)
    expect(rows).to_have_count(30)
    mark = rows.filter(has_text="Unseen").get_by_text("0 ratings")
    expect(mark).to_have_attribute("title", KNOWN_FROM)

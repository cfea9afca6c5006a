"""In the layouts of ipywidgets, each of a given height, every widget can be scrolled to its end."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Locator, Page, expect

from .notebooks import fill_notebook

SETUP = """
import collabwidgets as cw
import ipywidgets
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2), n_factors=2)
learn.view.min_count = 0
learn.fit_one_cycle(1)
def table():
    return cw.BiasTable(learn, show="all")
size = {"height": "200px"}
"""
LAYOUTS = (
    "grid = ipywidgets.GridspecLayout(2, 1, height='400px'); grid[0, 0] = table(); grid[1, 0] = table(); grid",
    "ipywidgets.AppLayout(left_sidebar=table(), center=table(), height='200px')",
    "ipywidgets.Tab([table()], layout=size)",
    "ipywidgets.Accordion([table()], selected_index=0, layout=size)",
    "ipywidgets.HBox([table(), table()], layout=size)",
)


def test_widgets_in_layouts_of_a_height_are_scrolled_each_by_itself(tab: Page) -> None:
    fill_notebook(tab, SETUP, *LAYOUTS)
    regions = tab.get_by_role("region", name="Bias ranking")
    expect(regions).to_have_count(8)
    for region in regions.all():
        scroll_to_the_end(tab, region)


def scroll_to_the_end(page: Page, region: Locator) -> None:
    """Turn the wheel over it until its last words are seen; a turn soon after another goes to the same widget."""
    last = region.get_by_text("why?", exact=True)
    region.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')]").scroll_into_view_if_needed()
    for _ in range(20):
        region.hover(position={"x": 20, "y": 20})
        page.mouse.wheel(0, 10_000)
        with suppress(AssertionError):
            return expect(last).to_be_in_viewport(timeout=1000)
    return expect(last).to_be_in_viewport()

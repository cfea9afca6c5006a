"""In the layouts of ipywidgets, each of a given height, every widget can be scrolled to its end."""

from __future__ import annotations

from playwright.sync_api import Page, expect

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


# Scrolls what has a bar of its own around the last words; whether they are inside it then, and it within the layout.
_SCROLLED_TO_THE_END = """(last) => {
  const bars = (el) => /auto|scroll/.test(getComputedStyle(el).overflowY) && el.scrollHeight > el.clientHeight;
  let box = last.parentElement;
  while (box && !bars(box) && !box.classList.contains('jp-OutputArea-output')) box = box.parentElement;
  box.scrollTop = box.scrollHeight;
  const [words, room] = [last.getBoundingClientRect(), box.getBoundingClientRect()];
  return room.height <= 400 && words.top >= room.top && words.bottom <= room.bottom;
}"""


def test_widgets_in_layouts_of_a_height_are_scrolled_each_by_itself(tab: Page) -> None:
    fill_notebook(tab, SETUP, *LAYOUTS)
    regions = tab.get_by_role("region", name="Bias ranking")
    expect(regions).to_have_count(8)
    for region in regions.all():
        assert region.get_by_text("why?", exact=True).evaluate(_SCROLLED_TO_THE_END)

"""Keys typed in a widget are the widget's alone, and keys typed elsewhere are never a widget's: Lab and Notebook 7."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .notebooks import CELLS_STATE, fill_notebook
from .test_linked_widgets import SETUP

# In command mode: new cells, cut, delete, change the type, move, restart the kernel, run. No z, which would undo them.
SHORTCUTS = [*"abxddmjk00", "Shift+Enter", "Delete", "ArrowDown", "ArrowUp", "Enter"]


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def cells(page: Page) -> object:
    """Types and texts of the cells, the active one, and whether a dialog asks something."""
    return page.evaluate(CELLS_STATE), page.get_by_role("dialog").count()


def test_keys_stay_where_they_are_typed(each_tab: Page) -> None:
    each_tab.set_viewport_size({"width": 1280, "height": 2600})  # all cells in sight: others are not drawn
    widgets = (
        "cw.BiasTable(learn, show='all', show_settings=True)",
        "cw.NeighborSearch(learn)",
        "cw.PCAScatter(learn)",
    )
    fill_notebook(each_tab, SETUP, *widgets, "answer = 42")
    biases, neighbours, map_of_titles = (
        region(each_tab, name) for name in ("Bias ranking", "Neighbours", "Map of titles")
    )
    in_widgets_the_notebook_stays(
        each_tab,
        {
            "a field": biases.get_by_role("searchbox"),
            "a row": biases.get_by_role("row").filter(has_text="Title 03"),
            "a choice": biases.get_by_role("radio", name="both ends"),
            "the combobox": neighbours.get_by_role("combobox", name="Title"),
            "the map": map_of_titles.get_by_role("img", name="Map of titles"),
            "a list": map_of_titles.get_by_role("combobox", name="Colour"),
        },
    )
    biases.get_by_role("button", name="Reset").click()
    elsewhere_the_widgets_stay(each_tab, [biases, neighbours, map_of_titles])
    expect(biases.get_by_role("searchbox")).not_to_be_focused()


def in_widgets_the_notebook_stays(page: Page, places: dict[str, Locator]) -> None:
    for where, place in places.items():
        place.focus()
        before = cells(page)
        for key in SHORTCUTS:
            page.keyboard.press(key)
        assert cells(page) == before, where
        for _ in range(2):  # closes what the keys have opened, clears what they have written
            page.keyboard.press("Escape")


def elsewhere_the_widgets_stay(page: Page, widgets: list[Locator]) -> None:
    page.get_by_role("textbox").filter(has_text="answer = 42").click()
    before = [widget.aria_snapshot() for widget in widgets]
    for key in (*"/anpl+-0", "Enter", "ArrowDown", "Control+a", "Control+c", "Control+z"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")  # to command mode, where the notebook itself has the focus
    for key in (*"/np+-", "ArrowDown", "ArrowUp", "Home", "End"):
        page.keyboard.press(key)
    assert [widget.aria_snapshot() for widget in widgets] == before

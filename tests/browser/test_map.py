"""The map of titles: what other views ask of it, what it says of itself, and its keys. On the harness page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .test_tables import Show, harness, selection, show, state

__all__ = ["harness", "show"]


def in_sight(page: Page, row: int) -> bool:
    """Whether the row's point lies inside the box in sight, in score units."""
    return page.evaluate(
        """row => {
            const { scores, m } = harness.store.map.value, [x, y] = [scores[row * m], scores[row * m + 1]]
            const [x0, y0, x1, y1] = harness.models[0].get("view_box")
            return x0 <= x && x <= x1 && y0 <= y && y <= y1
        }""",
        row,
    )


def test_open_in_map_brings_a_title_into_sight_and_names_it(show: Show) -> None:
    page = show("PCAScatter,NeighborSearch", view_box=[4.0, 4.0, 4.5, 4.5], s_primary=10)
    region = page.get_by_role("region", name="Map of titles")
    plot = plot_of(page)
    assert not in_sight(page, 10)
    page.get_by_role("button", name="Open in map").click()
    name = page.evaluate("() => harness.store.items.value.names.at(10)")
    expect(region.get_by_text(f"{name} is shown on the map.")).to_be_attached()
    assert in_sight(page, 10)
    left, bottom, right, top = state(page, "view_box")
    assert abs((right - left) / (top - bottom) - 1) < 1.5  # moved, not zoomed
    expect(plot).to_have_accessible_description(re.compile("Labelled: .*" + re.escape(name)))
    assert selection(page) == []


def plot_of(page: Page) -> Locator:
    return page.get_by_label("Map of titles", exact=True).and_(page.locator("[aria-describedby]"))


def test_the_map_is_narrowed_to_the_selected_titles_and_back(show: Show) -> None:
    page = show("PCAScatter", s_selection=[3, 9, 25])
    region = page.get_by_role("region", name="Map of titles")
    all_of_them = "789 titles (≥ 20 ratings)"
    expect(region.get_by_text(all_of_them, exact=True)).to_be_visible()
    page.get_by_role("button", name="Only these").click()
    expect(region.get_by_text("only 3 titles (≥ 20 ratings)")).to_be_visible()
    expect(plot_of(page)).to_have_accessible_description(re.compile("Scatter plot of 3 titles"))
    page.get_by_role("button", name="Clear (3)").click()
    page.get_by_role("button", name="Show all titles").click()
    expect(region.get_by_text(all_of_them, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Only these")).to_have_count(0)


def test_bars_of_the_variance_choose_the_axes(show: Show) -> None:
    page = show("PCAScatter", 340)
    bar = page.get_by_role("group", name="Variance by component").get_by_role("button")
    expect(bar.nth(2)).to_have_accessible_name("PC 3, 6.0 % of the variance")
    bar.nth(2).click()
    assert (state(page, "x"), state(page, "y")) == (3, 2)
    bar.nth(4).click(modifiers=["Shift"])
    assert (state(page, "x"), state(page, "y")) == (3, 5)
    bar.nth(4).press("Enter")  # the axes change places: one component on both would be a line
    assert (state(page, "x"), state(page, "y")) == (5, 3)
    expect(bar.and_(page.locator("[aria-pressed=true]"))).to_have_text(["PC 36.0 %", "PC 53.3 %"])


def test_the_question_mark_lists_the_keys(show: Show) -> None:
    page = show("PCAScatter")
    keys = page.get_by_label("Keys of the map")
    plot_of(page).press("?")
    expect(keys.get_by_text("Space")).to_be_visible()
    plot_of(page).press("?")
    expect(keys).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(keys).to_be_visible()


def test_escape_takes_a_tooltip_away_that_is_only_hovered(show: Show) -> None:
    page = show("PCAScatter", s_selection=[3], n_labels=0)
    page.get_by_role("button", name="Only these").click()
    expect(plot_of(page)).to_have_accessible_description(re.compile("plot of 1 title"))
    plot_of(page).scroll_into_view_if_needed()
    box = plot_of(page).bounding_box()
    # The only point there is lies in the middle of the plot inside its axes.
    page.mouse.move(box["x"] + (46 + box["width"] - 8) / 2, box["y"] + (40 + box["height"] - 38) / 2)
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_have_count(0)
    assert selection(page) == [3]

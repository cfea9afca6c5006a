"""The map of titles: what other views ask of it, what it says of itself, and its keys. On the harness page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

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
    plot = page.get_by_label("Map of titles", exact=True).and_(page.locator("[aria-describedby]"))
    assert not in_sight(page, 10)
    page.get_by_role("button", name="Open in map").click()
    name = page.evaluate("() => harness.store.items.value.names.at(10)")
    expect(region.get_by_text(f"{name} is shown on the map.")).to_be_attached()
    assert in_sight(page, 10)
    left, bottom, right, top = state(page, "view_box")
    assert abs((right - left) / (top - bottom) - 1) < 1.5  # moved, not zoomed
    expect(plot).to_have_accessible_description(re.compile("Labelled: .*" + re.escape(name)))
    assert selection(page) == []

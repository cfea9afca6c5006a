"""From 280 to 1,600 pixels nothing is cut and nothing scrolls sideways; the map's tooltip stays in its widget."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

WIDTHS = (280, 320, 420, 760, 1200, 1600)
_SET_WIDTH = """async (width) => {
  document.getElementById('main').style.width = width + 'px';
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
}"""
# Boxes that scroll sideways, or hide what is wider than they are; texts that a box cuts without saying so with dots.
_CUT = """(root) => {
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
  const unseen = (element) => element.closest('.cw-unseen') || !element.checkVisibility({ visibilityProperty: true });
  const found = [];
  for (const element of [root, ...root.querySelectorAll('*')]) {
    if (unseen(element) || element instanceof SVGElement) continue;
    const { overflowX, textOverflow } = getComputedStyle(element);
    if (overflowX === 'visible' || textOverflow === 'ellipsis' || element.matches('input, select')) continue;
    if (element.scrollWidth > element.clientWidth + 1)
      found.push(`${name(element)} holds ${element.scrollWidth} px in ${element.clientWidth}`);
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim() || unseen(text.parentElement) || text.parentElement.closest('option')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    for (let around = text.parentElement; around && root.contains(around); around = around.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(around);
      if (textOverflow === 'ellipsis') break;
      if (overflowX === 'visible') continue;
      const edge = around.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1) found.push(`'${text.data}' leaves ${name(around)}`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls');
  return found;
}"""
_DOUBLE_THE_TEXT = """() => {
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  const sizes = [...document.querySelectorAll('.cw, .cw *')].map((element) => [element, size(element)]);
  for (const [element, size] of sizes) element.style.setProperty('font-size', `${2 * size}px`, 'important');
}"""
_OVERFULL = """(cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
  .map((cell) => cell.innerText)"""
_LABELS_OUTSIDE = """(root) => [...root.querySelectorAll('.cw-button, .cw-segment')].filter((button) => {
  const range = document.createRange();
  range.selectNodeContents(button);
  const [text, box] = [range.getBoundingClientRect(), button.getBoundingClientRect()];
  const line = 4;  // the space above and below letters may lie outside
  return text.left < box.left - 1 || text.right > box.right + 1
    || text.top < box.top - line || text.bottom > box.bottom + line;
}).map((button) => button.textContent)"""


@pytest.mark.parametrize("view", ["TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch", "Dashboard"])
def test_nothing_is_cut_at_any_width(view: str, harness: Callable[..., str], page: Page) -> None:
    page.set_viewport_size({"width": 1700, "height": 1200})
    page.goto(harness(view, s_primary=3, s_selection=[3, 5], t_show_settings=True, t_show_export=True))
    widget = page.locator(f".cw-{view}")
    cut = {}
    for width in WIDTHS:
        page.evaluate(_SET_WIDTH, width)
        cut[width] = widget.evaluate(_CUT)
    assert cut == {width: [] for width in WIDTHS}


def test_cards_of_a_dashboard_end_with_their_content_and_charts_stand_all_in_a_row_or_none(
    harness: Callable[..., str], page: Page
) -> None:
    page.set_viewport_size({"width": 1700, "height": 1200})
    bars = [[name, [[1, 1, 10], [2, high, 30]]] for name, high in (("Ratings", 2), ("Per title", 583), ("Per user", 9))]
    page.goto(harness("Dashboard", width=1280, status="ready", t__card={"bars": bars, "notes": []}))
    for region, last in (("Neighbours", "Star Wars (1977)"), ("Bias ranking", "Click selects a row")):
        card = page.get_by_role("region", name=region, exact=True)
        box, end = card.locator("..").bounding_box(), card.get_by_text(last).last.bounding_box()
        assert box["y"] + box["height"] - end["y"] - end["height"] < 80, region
    page.get_by_role("tab", name="Data").click()
    charts = [page.get_by_role("table", name=name) for name, _ in bars]
    for width, side_by_side in ((1280, True), (1000, False), (420, False)):
        page.evaluate(_SET_WIDTH, width)
        boxes = [chart.bounding_box() for chart in charts]
        begins = [chart.locator(".cw-bar").first.bounding_box()["x"] for chart in charts]
        assert len({round(box["y"]) for box in boxes}) == (1 if side_by_side else 3)
        assert len({round(begin) for begin in begins}) == (3 if side_by_side else 1)


def test_buttons_hold_text_of_twice_the_size(harness: Callable[..., str], page: Page) -> None:
    page.set_viewport_size({"width": 1300, "height": 1200})
    page.goto(harness("Dashboard", s_primary=3, s_selection=[3, 5], t_show_settings=True, t_show_export=True))
    expect(page.get_by_role("table", name="Nearest titles").locator("tbody tr")).to_have_count(10)
    page.evaluate(_DOUBLE_THE_TEXT)
    assert page.locator(".cw-Dashboard").evaluate(_LABELS_OUTSIDE) == []


@pytest.mark.parametrize(("view", "table"), [("BiasTable", "Biases"), ("NeighborSearch", "Nearest titles")])
def test_tables_hold_text_of_twice_the_size(view: str, table: str, harness: Callable[..., str], page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 1600})
    page.goto(harness(view, width=900, s_primary=3))
    rows = page.get_by_role("table", name=table).locator("tbody [data-row]")
    expect(rows).to_have_count(10)
    assert page.get_by_role("columnheader").count() > 5
    page.evaluate(_DOUBLE_THE_TEXT)
    expect(page.get_by_role("columnheader")).to_have_count(4)  # as at half the width
    for row in rows.all():
        assert row.get_by_role("cell").evaluate_all(_OVERFULL) == []
        assert row.get_by_role("rowheader").bounding_box()["width"] > 300


@pytest.mark.parametrize("width", [280, 420, 1200])
def test_the_tooltip_stays_in_the_widget_at_all_four_corners(
    width: int, harness: Callable[..., str], page: Page
) -> None:
    page.goto(harness("PCAScatter", width=width, s_min_count=250))
    picture = page.get_by_role("img", name="Map of titles")
    expect(picture).to_be_visible()
    picture.focus()
    tooltip = page.get_by_role("tooltip")
    corners = set()
    for way in (
        ("ArrowLeft", "ArrowUp"),
        ("ArrowRight", "ArrowUp"),
        ("ArrowRight", "ArrowDown"),
        ("ArrowLeft", "ArrowDown"),
    ):
        page.keyboard.press("Home")
        for key in way:
            before = None
            while before != (before := tooltip.inner_text()):
                page.keyboard.press(key)
        tip, widget = tooltip.bounding_box(), page.locator(".cw-PCAScatter").bounding_box()
        assert tip["x"] >= widget["x"]
        assert tip["y"] >= widget["y"]
        assert tip["x"] + tip["width"] <= widget["x"] + widget["width"]
        assert tip["y"] + tip["height"] <= widget["y"] + widget["height"]
        corners.add(tooltip.inner_text())
    assert len(corners) > 1

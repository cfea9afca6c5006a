"""What all widgets share, on a page without a kernel: notices, one voice, unseen views, themes, sizes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

_BUILD = Path(__file__).parents[2] / "js" / "test" / "harness" / "build.mjs"
_UPDATE = "(values) => window.harness.storeModel.update(values)"
_NEW_BIASES = """(seed) => {
  const biases = Float32Array.from({ length: 1665 }, (_, row) => Math.sin(row * seed));
  window.harness.storeModel.update({ _item_bias: new DataView(biases.buffer), epoch: seed });
}"""
_COUNT_CHANGES = """(region) => {
  window.changes = 0;
  new MutationObserver(() => window.changes++).observe(
    region, { childList: true, subtree: true, characterData: true, attributes: true });
}"""
_SMALL = """(root) => [...root.querySelectorAll('button, summary, [role=tab], select')]
  .filter((el) => el.checkVisibility() && el.getBoundingClientRect().height < 31.5)
  .map((el) => el.textContent + ' ' + el.getBoundingClientRect().height)"""
_CLIPPED = """(root) => [...root.querySelectorAll('.cw-button, .cw-tab, .cw-segments, .cw-label-row')]
  .filter((el) => el.checkVisibility() && el.scrollHeight > el.clientHeight + 1)
  .map((el) => el.textContent)"""
_COLOURS = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) found.add(data.slice(at, at + 3).join());
  return { corner: [...data.slice(0, 3)], distinct: found.size };
}"""


@pytest.fixture(scope="module")
def built() -> Path:
    """The page of all views over models in memory."""
    subprocess.run(["node", _BUILD], check=True, stdout=subprocess.DEVNULL)
    return _BUILD.parent / "out" / "index.html"


@pytest.fixture
def show(built: Path, open_context: Callable[..., Any]) -> Iterator[Callable[..., Page]]:
    """A function that opens the page with some views; the page's errors fail the test."""
    errors: list[str] = []

    def show(views: str, context: dict[str, Any] | None = None, **query: Any) -> Page:
        page = open_context(**(context or {})).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        traits = {
            name.replace("_", ".", 1) if name[:2] in ("t_", "s_") else name: value for name, value in query.items()
        }
        text = {name: json.dumps(value) if "." in name else value for name, value in traits.items()}
        page.goto(f"{built.as_uri()}?{urlencode({'view': views} | text)}")
        return page

    yield show
    assert errors == []


def region(page: Page, name: str, index: int = 0) -> Locator:
    return page.get_by_role("region", name=name).nth(index)


@pytest.mark.parametrize(("linked", "filters"), [(True, 1), (False, 4)])
def test_a_filter_of_its_own_can_be_seen_in_a_part_of_the_dashboard(linked, filters, show) -> None:
    page = show("Dashboard", t_linked=linked, s_primary=3, t_item=3, t_show_settings=True)
    expect(page.get_by_role("table", name="Nearest titles").locator("tbody tr")).to_have_count(10)
    expect(page.get_by_role("slider", name="Min ratings")).to_have_count(filters)


def test_a_failure_is_under_every_widget_spoken_once_and_dismissed_in_all(show) -> None:
    page = show("BiasTable,PCAScatter", s_failure="KeyError: 'no such column'", s__details="Traceback, line 7")
    for name in ("Bias ranking", "Map of titles"):
        expect(region(page, name)).to_contain_text("KeyError: 'no such column'")
    expect(page.get_by_role("alert")).to_have_count(1)
    details = region(page, "Bias ranking").get_by_role("group").filter(has_text="Details")
    details.get_by_text("Details").click()
    expect(details.get_by_text("Traceback, line 7")).to_be_visible()
    region(page, "Map of titles").get_by_role("button", name="Dismiss").click()
    for name in ("Bias ranking", "Map of titles"):
        expect(region(page, name)).not_to_contain_text("KeyError")
    assert page.evaluate("() => window.harness.storeModel.get('failure')") == ""


def test_an_error_can_be_copied_and_dismissed(show) -> None:
    page = show("BiasTable", {"permissions": ["clipboard-read", "clipboard-write"]}, t_message="n must be above 0.")
    page.get_by_role("alert").get_by_role("button", name="Copy the error").click()
    expect(page.get_by_role("button", name="Copy the error")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "n must be above 0."
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_epoch_is_told_once_however_many_widgets_there_are(show) -> None:
    page = show("BiasTable,BiasTable,TrainingPanel,TrainingPanel,PCAScatter", status="training")
    told = page.get_by_role("status").filter(has_text=re.compile(r"Epoch \d of \d"))
    expect(told).to_have_count(1)
    page.evaluate(_UPDATE, {"status": "paused", "epoch": 3.4})
    expect(page.get_by_role("status").filter(has_text="Paused at epoch 3.4; weights kept.")).to_have_count(1)
    expect(told).to_have_count(0)


def test_a_view_out_of_sight_is_not_drawn_by_a_training_until_it_is_seen(show) -> None:
    page = show("BiasTable,TrainingPanel,PCAScatter", status="training")
    biases = region(page, "Bias ranking")
    biases.evaluate(_COUNT_CHANGES)
    page.evaluate(_NEW_BIASES, 1.5)
    page.wait_for_function("() => window.changes > 0")
    region(page, "Map of titles").scroll_into_view_if_needed()
    page.mouse.wheel(0, 10_000)
    expect(biases).not_to_be_in_viewport()
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("() => { window.changes = 0; }")
    for seed in range(20, 30):
        page.evaluate(_NEW_BIASES, seed)
    expect(region(page, "Map of titles")).to_be_in_viewport()
    assert page.evaluate("() => window.changes") == 0
    biases.scroll_into_view_if_needed()
    page.wait_for_function("() => window.changes > 0")
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("() => window.changes") <= 5


def test_a_widget_unlinked_on_the_page_goes_its_own_way(show) -> None:
    page = show("BiasTable,BiasTable")
    tables = [page.get_by_role("table", name="Biases").nth(index) for index in (0, 1)]
    tables[0].get_by_role("rowheader").first.click()
    expect(tables[1].get_by_role("row").nth(1)).to_contain_text("selected")
    page.evaluate("() => window.harness.models[1].update({ linked: false })")
    tables[0].get_by_role("rowheader").nth(2).click()
    expect(tables[0].get_by_role("row").nth(3)).to_contain_text("selected")
    expect(tables[1].get_by_role("row").nth(3)).not_to_contain_text("selected")


def test_another_theme_of_the_same_brightness_paints_the_map_anew(show) -> None:
    page = show("PCAScatter", jupyter=1)
    canvas = region(page, "Map of titles").locator("canvas").first
    page.wait_for_function(f"(canvas) => ({_COLOURS})(canvas).distinct > 20", arg=canvas.element_handle())
    assert canvas.evaluate(_COLOURS)["corner"] == [255, 255, 255]
    page.evaluate("""() => {
      document.body.style.setProperty('--jp-layout-color1', '#fdf6e3');
      document.body.setAttribute('data-jp-theme-name', 'Solarized Light');
    }""")
    page.wait_for_function(
        f"(canvas) => ({_COLOURS})(canvas).corner.join() === '253,246,227'", arg=canvas.element_handle()
    )


def test_with_forced_colours_bars_and_map_stay_readable(show) -> None:
    page = show("PCAScatter,BiasTable", {"forced_colors": "active", "color_scheme": "dark"})
    canvas = region(page, "Map of titles").locator("canvas").first
    page.wait_for_function(f"(canvas) => ({_COLOURS})(canvas).distinct > 20", arg=canvas.element_handle())
    assert canvas.evaluate(_COLOURS)["corner"] == [0, 0, 0]
    bar = page.locator(".cw-bar[data-signed] > span").first
    assert bar.evaluate("(bar) => getComputedStyle(bar).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [320, 1200])
def test_what_is_pressed_is_large_enough_and_text_of_double_size_is_not_clipped(show, width) -> None:
    opened = {"t_show_settings": True, "t_show_export": True}
    page = show("Dashboard", {"viewport": {"width": width + 60, "height": 900}}, width=width, **opened)
    board = region(page, "Dashboard")
    expect(board.get_by_role("button", name="Copy code")).to_have_count(5)
    assert board.evaluate(_SMALL) == []
    page.add_style_tag(content=".cw, .cw .cw-label { font-size: 26px !important; line-height: 1.45 !important }")
    assert board.evaluate(_CLIPPED) == []


def test_a_widget_lower_than_its_content_scrolls(show) -> None:
    page = show("TrainingPanel", t_height=240)
    last = region(page, "Training").get_by_role("table", name="Epochs").get_by_role("row").last
    expect(last).not_to_be_in_viewport()
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    assert region(page, "Training").evaluate("(frame) => frame.clientHeight") == 240


def test_the_data_tab_is_reached_by_arrow_and_hides_the_ranking(show) -> None:
    card = {
        "bars": [["Ratings by value", [[1, 1, 10], [2, 3, 20]]]],
        "notes": [["Missing is not disliked.", "why?", "…"]],
    }
    page = show("Dashboard", t__card=card)
    page.get_by_role("tab", name="Bias ranking").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Data")).to_be_focused()
    bars = page.get_by_role("tabpanel", name="Data").get_by_role("table", name="Ratings by value")
    expect(bars.get_by_role("row").nth(1)).to_have_text("2–320")
    expect(region(page, "Bias ranking")).to_be_hidden()
    assert page.evaluate("() => window.harness.models[0].get('tab')") == "data"
    page.keyboard.press("ArrowRight")
    expect(region(page, "Bias ranking")).to_be_visible()

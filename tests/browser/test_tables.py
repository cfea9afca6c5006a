"""The bias ranking and the neighbour search by keyboard alone, at every width, and while training goes on.

On the harness page: every view over a made-up state, without a kernel.
"""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .test_accessibility import AXE, RULES

HARNESS = Path(__file__).parents[2] / "js" / "test" / "harness"
SILENCE = "Silence of the Lambs, The (1991)"

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def harness() -> Iterator[str]:
    """Where the harness page is served."""
    subprocess.run(["node", HARNESS / "build.mjs"], check=True, capture_output=True)
    handler = functools.partial(QuietHandler, directory=HARNESS / "out")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def show(harness: str, context: BrowserContext, errors: list[str]) -> Iterator[Show]:
    """Open a view; keywords set traits of it, those that begin with ``s_`` traits of the store."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    def show(view: str, width: int = 900, status: str = "ready", **traits: object) -> Page:
        values = {f"s.{name[2:]}" if name.startswith("s_") else f"t.{name}": value for name, value in traits.items()}
        query = {"view": view, "width": width, "status": status} | {
            name: json.dumps(value) for name, value in values.items()
        }
        page = context.new_page()
        page.goto(f"{harness}?{urlencode(query)}")
        return page

    yield show
    assert errors == []


def state(page: Page, name: str, of: str = "harness.models[0]") -> object:
    return page.evaluate(f"() => {of}.get({json.dumps(name)})")


def rows(page: Page, table: str) -> Locator:
    return page.get_by_role("table", name=table).locator("tbody [data-row]")


def focused_row(page: Page) -> int:
    return int(page.evaluate("() => document.activeElement.dataset.row ?? -1"))


def selection(page: Page) -> list[int]:
    return page.evaluate("() => harness.store.shared.selection.value")


# ---------------------------------------------------------------------- the combobox


def test_a_search_that_is_not_linked_begins_with_suggestions(show: Show) -> None:
    page = show("NeighborSearch", linked=False)
    region = page.get_by_role("region", name="Neighbours")
    region.get_by_text("Type a title above").locator("..").get_by_role("button").first.click()
    expect(page.get_by_role("combobox", name="Title")).not_to_have_value("")
    assert page.evaluate("() => harness.store.shared.primary.value") is None


def test_the_combobox_by_keyboard(show: Show) -> None:
    page = show("NeighborSearch")
    box = page.get_by_role("combobox", name="Title")
    options = page.get_by_role("listbox", name="Titles").get_by_role("option")
    active = page.locator("[role=option][aria-selected=true]")

    def place() -> int:
        return int(box.get_attribute("aria-activedescendant").rpartition("-")[2])

    box.focus()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("Alt+ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("Most rated")).to_be_visible()
    expect(options).to_have_count(50)
    expect(active).to_have_count(0)
    box.press("ArrowDown")
    assert place() == 0
    box.press("PageDown")
    assert place() == 8
    box.press("PageUp")
    box.press("ArrowUp")
    assert place() == 49, "up from the first goes round to the last"
    box.press("ArrowDown")
    assert place() == 0

    box.fill("silence of the l")
    expect(options.first).to_have_text(re.compile(f"{re.escape(SILENCE)} · 390"))
    expect(active).to_have_count(0)
    box.press("Home")
    assert box.evaluate("(input) => input.selectionStart") == 0
    box.press("End")
    assert box.evaluate("(input) => input.selectionStart") == len("silence of the l")
    box.press("ArrowDown")
    compose = (
        "(input) => input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, isComposing: true}))"
    )
    box.evaluate(compose)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Enter")
    expect(box).to_have_value(SILENCE)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    expect(rows(page, "Nearest titles")).to_have_count(10)


def test_three_escapes_close_clear_and_leave(show: Show) -> None:
    page = show("NeighborSearch")
    page.evaluate("() => document.addEventListener('keydown', (event) => (window.left = (window.left ?? 0) + 1))")
    box = page.get_by_role("combobox", name="Title")
    box.press_sequentially("star")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("star")
    box.press("Escape")
    expect(box).to_have_value("")
    assert page.evaluate("() => window.left ?? 0") == 0
    box.press("Escape")
    assert page.evaluate("() => window.left") == 1, "the third belongs to the notebook"


def test_what_was_typed_before_a_reload_is_still_there_and_what_is_cleared_stays_away(show: Show) -> None:
    page = show("NeighborSearch", query="star", s_primary=10)
    box = page.get_by_role("combobox", name="Title")
    expect(box).to_have_value("star")
    box.fill("matrix")
    page.wait_for_function("() => harness.models[0].get('query') === 'matrix'")
    page.evaluate("() => harness.models[0].update({query: 'silence'})")
    expect(box).to_have_value("silence")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_function("() => harness.models[0].get('query') === ''")
    expect(box).to_have_value(SILENCE)


def test_tab_accepts_nothing_and_the_mouse_keeps_the_focus(show: Show) -> None:
    page = show("NeighborSearch")
    box = page.get_by_role("combobox", name="Title")
    box.press_sequentially("star")
    box.press("ArrowDown")
    page.get_by_role("option").first.hover()
    page.mouse.down()
    expect(box).to_be_focused()
    page.mouse.move(0, 0)
    page.mouse.up()
    expect(box).to_be_focused()
    box.press("Tab")
    assert state(page, "primary", "harness.storeModel") is None


def test_a_misspelt_title_leads_to_the_nearest_spelling_in_both_searches(show: Show) -> None:
    page = show("NeighborSearch,BiasTable")
    box = page.get_by_role("combobox", name="Title")
    box.fill("lamds")
    sentence = "No title contains \u2018lamds\u2019. Nearest spelling:"
    expect(page.get_by_role("status").filter(has_text=sentence)).to_contain_text(SILENCE)
    box.press("Escape")
    page.get_by_role("searchbox", name="Search titles").fill("lamds")
    table = page.get_by_role("region", name="Bias ranking")
    expect(table.get_by_text(sentence)).to_be_visible()
    table.get_by_role("button", name=SILENCE).click()
    expect(rows(page, "Biases")).to_have_count(1)

    untrained, name = page.evaluate(
        "() => { const { names, trained } = harness.store.items.value, row = trained.lastIndexOf(0);"
        " return [row, names.at(row)]; }"
    )
    page.get_by_role("searchbox", name="Search titles").fill(name)
    expect(table.get_by_text(f"{name} has no training rating, so it has no bias.")).to_be_visible()
    box.fill(name)
    reason = f"{name} has no training rating, so there is nothing to compare."
    expect(page.get_by_role("status").filter(has_text=reason)).to_be_attached()
    box.press("Escape")
    page.evaluate("(item) => harness.storeModel.update({primary: item})", untrained)
    said = page.get_by_role("region", name="Neighbours").get_by_role("paragraph")
    expect(said.filter(has_text=reason)).to_be_visible()


# ---------------------------------------------------------------------- the ranking


def test_the_table_by_keyboard(show: Show) -> None:
    page = show("BiasTable", show="all", min_count=20)
    table = page.get_by_role("grid", name="Biases")
    table.locator("tbody tr[tabindex='0']").focus()
    order = page.evaluate("() => harness.store.itemBias.value.length")
    first = focused_row(page)
    keyboard = page.keyboard

    keyboard.press("ArrowDown")
    second = focused_row(page)
    keyboard.press("ArrowUp")
    assert focused_row(page) == first != second
    keyboard.press("PageDown")
    expect(page.locator(":focus")).not_to_have_attribute("data-row", str(first))
    keyboard.press("PageUp")
    assert focused_row(page) == first
    keyboard.press("End")
    n = int(table.get_attribute("aria-rowcount")) - 1
    expect(page.locator(":focus")).to_have_attribute("aria-rowindex", str(n + 1))
    assert n < order
    keyboard.press("Home")
    assert focused_row(page) == first

    keyboard.press("Space")
    assert selection(page) == [first]
    keyboard.press("Shift+ArrowDown")
    assert selection(page) == [first, second]
    keyboard.press("Control+c")
    expect(page.get_by_text("Copied 2 rows.")).to_be_visible()
    header, *lines = [line.split("\t") for line in page.evaluate("() => navigator.clipboard.readText()").split("\n")]
    assert header == ["title", "bias", "effect", "count", "mean", "rank", "rank_by_mean", "rank_change", "few"]
    assert [line[5] for line in lines] == ["1", "2"]
    keyboard.press("Control+a")
    assert len(selection(page)) == n
    keyboard.press("Escape")
    assert selection(page) == []
    keyboard.press("Enter")
    assert state(page, "primary", "harness.storeModel") == second
    keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search titles")).to_be_focused()
    assert page.get_by_role("searchbox").input_value() == ""


@pytest.mark.parametrize("width", [280, 360, 420, 620, 760, 1200])
def test_bias_and_mean_can_be_compared_at_every_width(show: Show, width: int) -> None:
    page = show("BiasTable", width)
    row = rows(page, "Biases").first
    number = int(row.get_attribute("data-row"))
    count, mean = page.evaluate(
        "(row) => { const side = harness.store.items.value; return [side.counts[row], side.means[row]]; }", number
    )
    for text in (f"{mean:.2f}", str(count)):
        shown = row.get_by_text(text, exact=True).or_(row.get_by_text(f"mean {text}", exact=True))
        expect(shown.first).to_be_in_viewport()
    title, words = row.get_by_role("rowheader"), re.compile(r"by mean \d+")
    if width < 660:
        expect(title.get_by_text(words)).to_be_in_viewport()
    else:
        expect(page.get_by_role("columnheader", name="Rank by mean")).to_be_visible()
    sideways = "(root) => root.scrollWidth - root.clientWidth"
    assert page.locator(".cw-table-box").evaluate(sideways) == 0


@pytest.mark.parametrize(("view", "table"), [("BiasTable", "Biases"), ("NeighborSearch", "Nearest titles")])
def test_on_a_narrow_page_half_of_a_row_is_its_title(show: Show, view: str, table: str) -> None:
    page = show(view, 320, s_primary=10)
    row = rows(page, table).first
    title, number = row.get_by_role("rowheader"), row.get_by_role("cell").last
    expect(number).to_have_text(re.compile(r"^\d+$"))
    assert title.bounding_box()["width"] >= 0.5 * row.bounding_box()["width"]
    assert number.evaluate("(cell) => cell.scrollWidth <= cell.clientWidth")


def test_every_view_offers_the_same_filter_where_the_one_set_hides_all(show: Show) -> None:
    # With k=0 no neighbour is left.
    page = show("BiasTable,NeighborSearch,PCAScatter", s_primary=10, s_min_count=5_000, k=0, show_export=True)
    offers = page.get_by_role("button", name=re.compile("^Set to "))
    expect(offers).to_have_count(3)
    assert len(set(offers.all_inner_texts())) == 1
    table = page.get_by_role("region", name="Bias ranking")
    for name in ("Copy", "CSV"):
        button = table.get_by_role("button", name=name, exact=True)
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description("No title is shown")
    table.get_by_role("button", name=re.compile("^Set to ")).click()
    expect(table.get_by_role("button", name="Copy", exact=True)).to_be_enabled()
    assert rows(page, "Biases").count() >= 10


def test_reset_goes_back_to_the_default_filter_of_the_data(show: Show) -> None:
    page = show("BiasTable", s_min_count=5)
    page.evaluate("() => harness.storeModel.update({ data: { default_min_count: 5 } })")
    reset = page.get_by_role("region", name="Bias ranking").get_by_role("button", name="Reset filters")
    expect(reset).to_be_hidden()
    page.evaluate("() => { harness.store.shared.minCount.value = 12 }")
    reset.click()
    assert page.evaluate("() => harness.store.shared.minCount.value") == 5


def test_columns_sorting_and_the_rows_shown(show: Show) -> None:
    page = show("BiasTable", columns=["mean", "rank_change"], n=4)
    headers = page.get_by_role("columnheader")
    expect(headers).to_have_text(["Title", "Mean", "Places gained"])
    page.get_by_role("button", name="Places gained").click()
    assert state(page, "sort_by") == "rank_change"
    expect(page.get_by_role("columnheader", name="Places gained")).to_have_attribute("aria-sort", "descending")
    expect(rows(page, "Biases").first).to_contain_text("higher by bias than by mean")
    page.wait_for_function("() => harness.models[0].get('rows_shown') === 8")


def test_what_is_typed_before_the_page_has_drawn_another_search_is_not_lost(show: Show) -> None:
    page = show("BiasTable", linked=False)
    box = page.get_by_role("searchbox", name="Search titles")
    # A search from elsewhere, then keys, before the next frame, as on a busy machine.
    box.evaluate("""(box) => {
      harness.models[0].update({ query: 'star' });
      box.value = 'silence';
      box.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }""")
    page.wait_for_function("() => harness.models[0].get('query') === 'silence'")
    expect(box).to_have_value("silence")
    expect(rows(page, "Biases")).to_have_count(1)


def test_python_hears_of_a_search_once_it_rests(show: Show) -> None:
    page = show("BiasTable", linked=False)
    page.evaluate("() => { window.heard = []; const model = harness.models[0];"
                  " model.on('change:query', () => heard.push(model.get('query'))); }")  # fmt: skip
    box = page.get_by_role("searchbox", name="Search titles")
    # Letter by letter without a rest, which a busy machine would take between two keys.
    box.evaluate("""(box) => {
      for (const end of 'silence'.split('').keys()) {
        box.value = 'silence'.slice(0, end + 1);
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
    }""")
    expect(rows(page, "Biases")).to_have_count(1)
    page.wait_for_function("() => window.heard.length > 0")
    assert page.evaluate("() => window.heard") == ["silence"]
    page.evaluate("() => harness.models[0].update({query: 'star wars'})")
    expect(box).to_have_value("star wars")


def test_raw_biases_have_no_average_title(show: Show) -> None:
    page = show("BiasTable", center=False)
    expect(page.get_by_text("0 is the average title")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Bias")).to_contain_text("raw")
    page.get_by_role("button", name="count from the average title").click()
    expect(page.get_by_text("0 is the average title")).to_be_visible()
    assert state(page, "center") is True


def retrain(page: Page, epoch: int) -> None:
    """Publish biases the other way round, as an epoch's end does."""
    page.evaluate(
        """(epoch) => {
          const bias = Float32Array.from(harness.store.itemBias.value, (value) => -value);
          harness.storeModel.update({_item_bias: new DataView(bias.buffer), snapshot_epoch: epoch, epoch, turn: epoch});
        }""",
        epoch,
    )


def test_rows_stay_under_the_pointer_and_say_how_far_they_have_moved(show: Show) -> None:
    page = show("BiasTable")
    ranked = rows(page, "Biases")
    first = ranked.first.get_attribute("data-row")
    ranked.first.hover()
    retrain(page, 6)
    chip = page.get_by_role("button", name="order updated, refresh")
    expect(chip).to_be_visible()
    assert ranked.first.get_attribute("data-row") == first
    expect(ranked.first).to_contain_text(re.compile(r"down \d+ places since epoch 4"))
    expect(page.get_by_text("moved since epoch 4")).to_be_visible()
    chip.click()
    expect(ranked.last).to_have_attribute("data-row", first)
    expect(chip).to_have_count(0)


def test_neighbours_stay_under_the_pointer_and_the_focus(show: Show) -> None:
    page = show("NeighborSearch", s_primary=10)
    nearest = rows(page, "Nearest titles")
    expect(nearest).to_have_count(10)
    chip = page.get_by_role("button", name="order updated, refresh")

    def order() -> list[str]:
        return nearest.evaluate_all("(rows) => rows.map((row) => row.dataset.row)")

    before = order()
    nearest.first.hover()
    retrain(page, 6)
    expect(chip).to_be_visible()
    assert order() == before
    page.mouse.move(0, 0)
    expect(chip).to_have_count(0)
    after = order()
    assert after != before
    nearest.first.focus()
    retrain(page, 7)
    expect(chip).to_be_visible()
    assert order() == after
    page.keyboard.press("Enter")
    expect(chip).to_have_count(0)
    expect(page.get_by_role("combobox", name="Title")).not_to_have_value("")
    expect(nearest.first).to_be_focused()


def test_titles_are_added_taken_away_pinned_and_shown_on_the_map(show: Show) -> None:
    page = show("NeighborSearch,PCAScatter", s_primary=10)
    search = page.get_by_role("region", name="Neighbours")
    search.get_by_role("button", name="Add title").click()
    adding = page.get_by_role("combobox", name="Title to add")
    expect(adding).to_be_focused()
    adding.fill("silence of the l")
    adding.press("ArrowDown")
    adding.press("Enter")
    added = search.get_by_role("list", name="Titles averaged")
    expect(added.get_by_role("listitem")).to_have_count(2)
    expect(search.get_by_role("button", name="Add title")).to_be_focused()
    expect(search.get_by_text(re.compile("mean of these titles. directions"))).to_be_visible()
    assert len(state(page, "items")) == 1
    added.get_by_role("button", name=f"Remove {SILENCE}").click()
    expect(added).to_have_count(0)
    assert state(page, "items") == []

    search.get_by_role("button", name="Pin", exact=True).click()
    rows(page, "Nearest titles").first.get_by_role("rowheader").click()
    expect(page.get_by_role("columnheader", name="To pinned")).to_be_visible()
    search.get_by_role("button", name="Unpin").click()
    expect(page.get_by_role("columnheader", name="To pinned")).to_have_count(0)

    search.get_by_role("button", name="Open in map").click()
    primary = state(page, "primary", "harness.storeModel")
    assert page.evaluate("() => harness.store.lookAt.value") == {"item": primary, "n": 1}


def test_weights_that_are_still_random_after_a_fit_diverged_are_shown_as_such(show: Show) -> None:
    page = show("BiasTable,NeighborSearch", status="diverged", s_primary=10)
    expect(page.get_by_role("combobox", name="Title")).to_be_disabled()
    expect(page.get_by_role("table", name="Nearest titles")).to_have_count(0)
    ranking = page.get_by_role("region", name="Bias ranking")
    expect(ranking.get_by_text("Random weights. Press Train.")).to_be_visible()
    page.evaluate("() => harness.storeModel.update({epoch: 1})")
    expect(page.get_by_role("combobox", name="Title")).to_be_enabled()
    expect(page.get_by_text("Random weights. Press Train.")).to_have_count(0)


@pytest.mark.parametrize("width", [420, 760])
def test_five_rows_stay_in_a_low_frame_which_then_scrolls(show: Show, width: int) -> None:
    page = show("BiasTable,NeighborSearch", width, height=300, show="all", s_primary=10)
    for region, name in (("Bias ranking", "Biases"), ("Neighbours", "Nearest titles")):
        frame = page.get_by_role("region", name=region)
        assert frame.bounding_box()["height"] == 300
        row = frame.locator("tbody [data-row]").nth(4)
        row.scroll_into_view_if_needed()
        seen, box = (
            row.bounding_box(),
            frame.get_by_text(name, exact=True).locator("xpath=ancestor::div[1]").bounding_box(),
        )
        assert box["y"] <= seen["y"] <= seen["y"] + seen["height"] <= box["y"] + box["height"] + 1
    tall = page.get_by_role("region", name="Bias ranking")
    page.evaluate("() => harness.models[0].update({height: 900})")
    expect(tall.get_by_text("why?")).to_be_in_viewport()
    assert tall.evaluate("(frame) => frame.scrollHeight - frame.clientHeight") == 0


def test_the_focus_stays_in_the_widget_when_what_had_it_goes(show: Show) -> None:
    page = show("BiasTable,NeighborSearch", s_primary=10, s_selection=[1, 2])
    ranking, search = (page.get_by_role("region", name=name) for name in ("Bias ranking", "Neighbours"))
    ranked = rows(page, "Biases")

    def press(button: Locator) -> None:
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_count(0)

    press(ranking.get_by_role("button", name="Clear (2)"))
    expect(ranked.first).to_be_focused()
    retrain(page, 6)
    press(ranking.get_by_role("button", name="order updated, refresh"))
    expect(ranked.last).to_be_focused()  # the same row, which is the last now
    press(ranking.get_by_role("button", name="more (show)"))
    grid = page.get_by_role("grid", name="Biases")
    expect(grid.locator(":focus")).to_have_attribute("aria-rowindex", "7")
    page.keyboard.press("ArrowDown")
    expect(grid.locator(":focus")).to_have_attribute("aria-rowindex", "8")

    page.evaluate("() => { harness.store.shared.pinned.value = 20; harness.models[1].update({items: [14]}) }")
    press(search.get_by_role("button", name="Unpin"))
    expect(search.get_by_role("button", name="Pin", exact=True)).to_be_focused()
    press(search.get_by_role("button", name=re.compile("^Remove")).last)
    expect(search.get_by_role("button", name="Pin", exact=True)).to_be_focused()


def test_a_click_takes_the_focus_nowhere(show: Show) -> None:
    page = show("BiasTable", s_selection=[1, 2])
    page.get_by_role("button", name="Clear (2)").click()
    expect(page.get_by_role("button", name="Clear")).to_have_count(0)
    expect(page.locator(":focus")).to_have_count(0)


def test_a_number_is_sent_when_it_is_whole(show: Show) -> None:
    page = show("BiasTable")
    field = page.get_by_role("spinbutton", name="Min ratings")
    page.evaluate("() => { window.sent = []; harness.store.shared.minCount.subscribe((n) => sent.push(n)) }")
    field.select_text()
    field.press_sequentially("150")
    assert page.evaluate("() => sent") == [20]
    field.press("Enter")
    assert page.evaluate("() => sent") == [20, 150]
    field.press("ArrowUp")
    assert page.evaluate("() => sent") == [20, 150, 151]
    field.fill("40")
    field.blur()
    assert page.evaluate("() => sent") == [20, 150, 151, 40]
    field.fill("41")
    page.wait_for_function("() => sent.at(-1) === 41")  # typed on no more


def test_a_teacher_hides_what_is_not_named(show: Show) -> None:
    page = show("NeighborSearch,BiasTable,PCAScatter", controls=["metric"], s_primary=10, s_pinned=11)
    search = page.get_by_role("region", name="Neighbours")
    expect(rows(page, "Nearest titles")).to_have_count(10)
    expect(search.get_by_role("combobox", name="Metric")).to_be_visible()
    for name in ("Pin", "Unpin", "Add title", "Open in map", "Select all"):
        expect(search.get_by_role("button", name=name)).to_have_count(0)
    expect(search.get_by_role("combobox", name="Title")).to_have_count(0)


def test_a_thousand_neighbours_are_windowed_as_the_ranking_is(show: Show) -> None:
    page = show("NeighborSearch", s_primary=10)
    expect(rows(page, "Nearest titles")).to_have_count(10)
    page.evaluate(
        """() => {
          const [first] = harness.models[0].get('neighbors');
          const one = (_, i) => ({...first, item: 100 + i, title: `Neighbour ${i + 1}`, score: 1 - i / 1000});
          harness.models[0].update({neighbors: Array.from({length: 1000}, one)});
        }"""
    )
    grid = page.get_by_role("grid", name="Nearest titles")
    expect(grid).to_have_attribute("aria-rowcount", "1001")
    assert grid.get_by_role("row").count() < 60
    grid.locator("tbody tr[tabindex='0']").focus()
    page.keyboard.press("End")
    expect(grid.locator(":focus")).to_have_attribute("aria-rowindex", "1001")
    expect(grid.locator(":focus")).to_contain_text("Neighbour 1000")
    page.keyboard.press("Home")
    expect(grid.locator(":focus")).to_have_attribute("aria-rowindex", "2")


def test_titles_are_titles_whatever_their_column_is_called_and_long_ones_take_two_lines(show: Show) -> None:
    page = show("BiasTable,NeighborSearch", 420, s_primary=10)
    anchor = page.get_by_role("region", name="Neighbours").get_by_title("Independence Day (ID4) (1996)", exact=True)
    expect(anchor.first).to_have_css("-webkit-line-clamp", "2")
    page.evaluate(
        """() => {
          const data = {item_name: 'film', has_factors: false};
          harness.storeModel.update({data, _item_bias: null});
        }"""
    )
    expect(page.get_by_text("has no bias for each title, so there is nothing to rank")).to_be_visible()
    expect(page.get_by_text("has no vector for each title, so no title is nearer than another")).to_be_visible()


def test_weak_evidence_is_marked_in_a_narrow_list_too(show: Show) -> None:
    page = show("NeighborSearch", 320, s_primary=10)
    weak = rows(page, "Nearest titles").filter(has_text="weak:").first.get_by_role("rowheader")
    expect(weak.get_by_text(re.compile("weak: (few ratings|short vector)"))).to_be_in_viewport()
    expect(weak.get_by_text(re.compile(r"both rated \d+"))).to_be_in_viewport()


@pytest.mark.parametrize(("width", "said"), [(900, "5 of 8"), (320, "in runs 5 of 8")])
def test_a_list_of_a_single_run_says_so_and_reruns_tell_which_titles_come_again(
    show: Show, width: int, said: str
) -> None:
    page = show("NeighborSearch", width, s_primary=10)
    single = page.get_by_text("from a single run")
    expect(single).to_be_visible()
    page.get_by_role("button", name="Rerun 8×").click()
    page.wait_for_function("() => harness.sent.some(({ content }) => content.call?.name === 'rerun')")
    page.evaluate("() => harness.storeModel.update({rerun_progress: 0.37})")
    expect(page.get_by_text("training again, 37 %")).to_be_visible()
    page.get_by_role("button", name="cancel").click()
    page.wait_for_function("() => harness.sent.some(({ content }) => content.call?.name === 'cancel_rerun')")
    page.evaluate("() => harness.storeModel.update({rerun_progress: null, rerun_error: 'Seed 43 diverged.'})")
    expect(page.get_by_text("from a single run Seed 43 diverged.")).to_be_visible()
    page.evaluate(
        """() => {
          const neighbors = harness.models[0].get('neighbors').map((each) => ({...each, in_runs: 5}));
          harness.models[0].update({n_runs: 8, neighbors});
        }"""
    )
    expect(rows(page, "Nearest titles").first.get_by_text(said, exact=True)).to_be_visible()
    expect(single).to_have_count(0)
    page.get_by_role("checkbox", name="Rank by the mean of 8 runs").check()
    expect(page.get_by_role("columnheader", name="Mean cosine")).to_be_visible()
    assert state(page, "average") == "runs"


def test_biases_have_whiskers_and_axes_their_agreement_once_there_are_reruns(show: Show) -> None:
    page = show("BiasTable,PCAScatter")
    bar = rows(page, "Biases").first.locator(".cw-bar").first
    expect(bar.locator("span")).to_have_count(1)
    expect(page.get_by_text("In reruns")).to_have_count(0)
    page.evaluate(
        """() => {
          const spread = new Float32Array(3 * harness.store.items.value.n).map((_, i) => [0.25, 3, 11][i % 3]);
          const agreement = [0.99, 0.9, 0.8, 0.7, 0.6, 0.5];
          harness.storeModel.update({_item_spread: new DataView(spread.buffer), agreement});
        }"""
    )
    expect(bar.locator("span")).to_have_count(2)
    end, whisker = (part.bounding_box() for part in bar.locator("span").all())
    assert end["x"] + end["width"] == pytest.approx(whisker["x"] + whisker["width"] / 2, abs=1)
    expect(rows(page, "Biases").first.get_by_title("± 0.25 from run to run")).to_be_visible()
    rank = rows(page, "Biases").first.get_by_role("cell").first
    expect(rank).to_have_text("1 (3–11)")
    # Ranks among the titles of another filter are not shown.
    page.evaluate("() => harness.storeModel.update({picture_min_count: 50})")
    expect(rank).to_have_text("1")
    expect(page.get_by_text("In reruns the axes come back with r = 0.99 / 0.90.")).to_be_visible()


@pytest.mark.parametrize(
    ("view", "width", "traits"),
    [
        ("BiasTable", 320, {}),
        ("BiasTable", 760, {"show": "all"}),
        ("BiasTable", 900, {"s_selection": [1], "kind": "items"}),
        ("BiasTable", 760, {"query": "lamds"}),
        ("NeighborSearch", 760, {"s_primary": 10, "items": [14, 20], "s_pinned": 12}),
        ("NeighborSearch", 320, {"s_primary": 10, "s_pinned": 12}),
    ],
)
def test_axe_finds_nothing_in_the_tables(show: Show, view: str, width: int, traits: dict[str, object]) -> None:
    page = show(view, width, **traits)
    expect(page.get_by_role("region").first).to_be_visible()
    if view == "NeighborSearch":
        expect(rows(page, "Nearest titles")).to_have_count(10)
    page.add_script_tag(path=AXE)
    found = page.evaluate("(tags) => axe.run('.cw', { runOnly: tags })", RULES)["violations"]
    told = [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found]
    assert told == [], json.dumps(told, indent=1)

"""The map of titles: what other views ask of it, what it says of itself, and its keys. On the harness page."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from matplotlib.path import Path as MatplotlibPath
from playwright.sync_api import Locator, Page, expect

from collabwidgets.widgets.wire import number_bytes, text_bytes

from .test_tables import Show, harness, selection, show, state

__all__ = ["harness", "show"]

NEEDS_KERNEL = "Needs the kernel, which is not connected"
DESCRIPTION = "() => document.querySelector('.cw-scatter-canvas').nextElementSibling.textContent"


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
    assert state(page, "only") == [3, 9, 25]  # for the kernel, and so for code and other pages
    page.get_by_role("button", name="Clear (3)").click()
    page.evaluate("() => harness.models[0].update({ only: [3, 9] })")
    expect(region.get_by_text("only 2 titles (≥ 20 ratings)")).to_be_visible()
    page.get_by_role("button", name="Show all titles").click()
    assert state(page, "only") is None
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


def test_the_question_mark_opens_the_settings_with_the_keys(show: Show) -> None:
    page = show("PCAScatter")
    keys = page.get_by_label("Keys of the map")
    plot_of(page).press("?")
    expect(keys.get_by_text("Space")).to_be_visible()
    assert state(page, "show_settings") is True
    plot_of(page).press("?")
    expect(keys).to_have_count(0)
    page.get_by_role("button", name="Settings").click()
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


def test_labels_keep_their_set_in_training_while_the_pointer_moves(show: Show) -> None:
    page = show("PCAScatter", s_status="training", s_selection=[3])
    plot = plot_of(page)
    expect(plot).to_have_accessible_description(re.compile("Labelled: "))
    before = page.evaluate(DESCRIPTION)
    # Other titles lie at the ends of the axes now.
    page.evaluate(
        """() => {
            const { scores, m, n } = harness.store.map.value, next = scores.slice()
            for (let row = 0; row < n; row++) for (const j of [0, 1]) next[row * m + j] = scores[row * m + j + 2]
            harness.storeModel.update({ _scores: new DataView(next.buffer), revision: 6 })
        }"""
    )
    plot.press("ArrowRight")
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.evaluate("async () => { for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame) }")
    assert page.evaluate(DESCRIPTION) == before


def test_the_widget_is_as_high_as_asked_and_the_picture_takes_what_is_left(show: Show) -> None:
    page = show("PCAScatter", 760)
    region = page.get_by_role("region", name="Map of titles")
    plot = plot_of(page)
    heights = {}
    for height in (100, 300, 500, 1100):
        page.evaluate("height => harness.models[0].update({ height })", height)
        expect(region).to_have_css("height", f"{height}px")
        assert region.bounding_box()["height"] == height
        heights[height] = plot.bounding_box()["height"]
    assert heights[100] == heights[300] == 240 < heights[500] + 1 < heights[1100]
    page.evaluate("() => harness.models[0].update({ height: 500 })")
    edge = region.bounding_box()
    assert plot.bounding_box()["y"] + plot.bounding_box()["height"] < edge["y"] + edge["height"]
    last = page.get_by_text("PC 2 goes with:")
    last.scroll_into_view_if_needed()  # the rest scrolls within
    assert last.bounding_box()["y"] < edge["y"] + edge["height"]


@pytest.mark.parametrize("width", [760, 1000, 1200, 1600])
def test_the_picture_is_about_4_to_3_at_every_width_with_the_rest_beside_it_where_there_is_room(
    width: int, show: Show
) -> None:
    page = show("PCAScatter", width)
    box, bars = plot_of(page).bounding_box(), page.get_by_role("group", name="Variance by component").bounding_box()
    assert abs(box["width"] / box["height"] - 4 / 3) < 0.05
    beside = bars["x"] > box["x"] + box["width"] and bars["y"] < box["y"] + box["height"]
    assert beside == (width >= 1000)


def base64_of(data: bytes) -> str:
    """As a host hands bytes over where buffers do not survive."""
    return base64.b64encode(data).decode()


def column(values: np.ndarray, names: list[str] | None = None) -> dict[str, str]:
    sent = {"kind": "text" if names else "number", "values": base64_of(number_bytes(values, np.float32))}
    return sent | ({"names": base64_of(text_bytes(names))} if names else {})


N = 1665  # rows of the harness' items


def test_axes_colours_and_sizes_show_what_is_chosen_and_say_so(show: Show) -> None:
    genre, budget = np.arange(N) % 9.0, np.arange(N, dtype=float)
    genre[2], budget[3] = np.nan, np.nan
    names = [f"genre {i}" for i in range(9)]
    columns = {"genre": column(genre, names), "budget": column(budget)}
    page = show("PCAScatter", view_box=[0, 0, 1, 1], _columns=columns, show_settings=True)
    region = page.get_by_role("region", name="Map of titles")
    horizontal = region.get_by_label("Horizontal axis", exact=True)
    expect(horizontal.get_by_role("option")).to_contain_text(
        ["PC 1", "PC 6", "bias", "ratings", "mean", "year", "budget"]
    )
    horizontal.select_option("year")
    assert (state(page, "x"), state(page, "view_box")) == ("year", None)
    expect(plot_of(page)).to_have_accessible_description(re.compile("horizontally year, vertically PC 2 · 8.1 %"))
    expect(region.get_by_text("PC 2 keeps 8.1 % of the variance.")).to_be_visible()
    horizontal.select_option("budget")
    expect(region.get_by_text("1 title without budget is not shown.")).to_be_visible()
    region.get_by_label("Vertical axis", exact=True).select_option("ratings")
    assert state(page, "y") == "count"
    expect(plot_of(page)).to_have_accessible_description(re.compile(r"horizontally budget, vertically ratings \(log\)"))
    expect(region.get_by_text("No axis is a component")).to_be_visible()
    region.get_by_role("button", name="Flip vertical axis").click()
    assert state(page, "flip_y") is True
    region.get_by_label("Colour", exact=True).select_option("genre")
    legend = region.locator("p", has_text="genre:").or_(region.locator("p", has_text="size:"))
    for name in (*names[:7], "other", "no value"):
        expect(legend.get_by_text(name, exact=True)).to_be_visible()
    region.get_by_label("Size", exact=True).select_option("budget")
    expect(legend).to_contain_text(["genre:", "size: budget"])
    assert (state(page, "color_by"), state(page, "size_by")) == ("genre", "budget")
    # The tooltip names the category, one without a colour of its own too.
    page.evaluate("() => { harness.store.shared.selection.value = [8] }")
    page.get_by_role("button", name="Only these").click()
    plot_of(page).press("Home")
    expect(page.get_by_role("tooltip")).to_contain_text("budget 8, genre: genre 8")
    # A component again, by its bar.
    page.get_by_role("group", name="Variance by component").get_by_role("button").first.click()
    assert state(page, "x") == 1


def test_the_footer_says_units_sizes_how_axes_held_and_what_they_were_fitted_on(show: Show) -> None:
    same = base64_of(number_bytes(np.full(N, 7.0), np.float32))
    page = show("PCAScatter", 380, _columns={"same": {"kind": "number", "values": same}})
    region = page.get_by_role("region", name="Map of titles")
    expect(region.locator("p", has_text="bias (logit), relative to the average title:")).to_be_visible()
    expect(region.locator("p", has_text="size: ratings")).to_have_text("size: ratings 20 583")
    sizes = region.locator("p", has_text="size: ratings").locator("i")
    small, large = (sizes.nth(i).bounding_box() for i in (0, 1))
    assert small["width"] == small["height"] < large["width"] == large["height"]
    expect(region.get_by_text("Fitted on 789 titles.")).to_be_visible()  # which the axes have no room to say
    expect(region.get_by_text("Axes held 0.98 / 0.97 since the last picture.")).to_be_visible()
    expect(
        region.get_by_text("PC 1 goes with: log ratings r = 0.62, mean r = 0.48, year r = −0.21 (n = 789)")
    ).to_be_visible()
    for bar in page.get_by_role("group", name="Variance by component").get_by_role("button").all():
        ends = bar.evaluate(
            """el => [el.lastChild.getBoundingClientRect().left - el.getBoundingClientRect().left,
                       parseFloat(getComputedStyle(el, "::before").right)]"""
        )
        tick = bar.bounding_box()["width"] - ends[1]
        assert tick < ends[0]  # the mark of random vectors runs through no number
    page.evaluate("() => harness.models[0].update({ color_by: 'same' })")
    expect(region.locator("p", has_text="same:")).to_have_text("same: 7")
    page.evaluate("() => harness.models[0].update({ size_by: 'same' })")
    expect(region.locator("p", has_text="size: same")).to_have_text("size: same 7")
    page.evaluate("() => harness.storeModel.update({ axis_match: null, revision: 6 })")
    expect(region.get_by_text("since the last picture")).to_have_count(0)
    page.evaluate("() => { document.getElementById('main').style.width = '900px' }")
    expect(region.get_by_text("Fitted on")).to_have_count(0)


def test_a_double_click_zooms_and_leaves_what_is_selected(show: Show) -> None:
    page = show("PCAScatter", s_selection=[3, 9, 25], s_primary=9)
    page.evaluate("() => harness.models[0].update({ only: [40] })")
    expect(plot_of(page)).to_have_accessible_description(re.compile("plot of 1 title"))
    plot_of(page).scroll_into_view_if_needed()
    box = plot_of(page).bounding_box()
    middle = box["x"] + (46 + box["width"] - 8) / 2, box["y"] + (40 + box["height"] - 38) / 2  # the point
    page.mouse.dblclick(*middle)
    page.wait_for_function("() => harness.models[0].get('view_box') !== null")
    assert (selection(page), page.evaluate("() => harness.storeModel.get('primary')")) == ([3, 9, 25], 9)
    page.mouse.click(*middle, delay=10)
    page.wait_for_function("() => harness.storeModel.get('primary') === 40")
    assert selection(page) == [40]


def own_map(n: int, fit_on: str) -> tuple[dict[str, object], str]:
    """A map of a view's own, of n rows, and its scores."""
    facts = {
        "m": 6,
        "explained_variance": [0.2, 0.1, 0.05, 0.04, 0.03, 0.02],
        "noise_level": 0.02,
        "axis_match": [0.5] * 6,
        "axis_correlations": {"1": {"count": 0.9}},
        "correlation_counts": {"count": 1000},
        "fit_count": 1000,
    }
    scores = np.random.default_rng(0).normal(size=(n, 6))
    return {"map": facts, "revision": 5, "fit_on": fit_on}, base64_of(number_bytes(scores, np.float32))


def test_a_map_of_its_own_is_drawn(show: Show) -> None:
    own, scores = own_map(N, "top_n")
    page = show("PCAScatter", show_settings=True)
    region = page.get_by_role("region", name="Map of titles")
    for label, option, trait, value in (
        ("Fitted on", "most rated", "fit_on", "top_n"),
        ("Named", "ends of the axes", "label_by", "extremes"),
    ):
        region.get_by_label(label, exact=True).select_option(option)
        assert state(page, trait) == value
    region.get_by_label("Most rated", exact=True).fill("500")
    page.keyboard.press("Enter")
    assert state(page, "top_n") == 500
    send = "([map, scores]) => harness.models[0].update({ _map: map, _map_scores: scores })"
    page.evaluate(send, [own, scores])
    expect(region.get_by_text("Together the axes keep 30.0 % of the variance.")).to_be_visible()
    expect(region.get_by_text("Axes changed a lot")).to_be_visible()
    expect(region.get_by_text("PC 1 goes with: log ratings r = 0.90 (n = 1,000)")).to_be_visible()
    page.evaluate(send, [{}, ""])
    expect(region.get_by_text("Together the axes keep 20.5 % of the variance.")).to_be_visible()


# What a screen reader is told, all of it: a later sentence may follow at once.
LISTEN = """(region) => new MutationObserver(() => {
  window.heard.push(...[...region.querySelectorAll('[role=status]')].map((status) => status.textContent));
}).observe(region, { subtree: true, childList: true, characterData: true })"""


def test_lines_and_words_tell_of_the_true_neighbours(show: Show) -> None:
    page = show("PCAScatter", 1000, s_primary=9, show_settings=True)
    region = page.get_by_role("region", name="Map of titles")
    page.get_by_role("checkbox", name="True neighbours").check()
    expect(region.get_by_text(re.compile(r"\d+ of 10 true neighbours are far on the map"))).to_be_visible()
    near = page.evaluate("() => harness.asked('neighbors', { row: 9, k: 10, min_count: 20 }).rows")
    far = page.evaluate(
        """([anchor, near]) => {
            const { scores, m } = harness.store.map.value, { counts, trained } = harness.store.items.value
            const at = (row) => Math.hypot(scores[row * m] - scores[anchor * m],
                                           scores[row * m + 1] - scores[anchor * m + 1])
            const others = [...counts.keys()].filter((row) => row !== anchor && trained[row] && counts[row] >= 20)
            const tenth = others.map(at).sort((a, b) => a - b)[Math.ceil(others.length / 10) - 1]
            return near.filter((row) => at(row) > tenth).length
        }""",
        [9, near],
    )
    expect(region.get_by_text(f"{far} of 10 true neighbours")).to_be_visible()
    page.get_by_role("spinbutton", name="Neighbours", exact=True).fill("4")
    page.keyboard.press("Enter")
    expect(region.get_by_text("of 4 true neighbours")).to_be_visible()
    assert state(page, "k") == 4

    # N walks through them, P back; a screen reader hears of them, and the tooltip names them.
    names = page.evaluate("near => near.map((row) => harness.store.items.value.names.at(row))", near)
    plot = plot_of(page)
    plot.focus()
    plot.press("Home")
    plot.press("Escape")
    page.evaluate("() => { harness.store.lookAt.value = { item: 9, n: 1 } }")
    region.evaluate(LISTEN)
    for key, name in (("n", names[0]), ("n", names[1]), ("p", names[0])):
        page.evaluate("() => { window.heard = []; }")
        plot.press(key)
        page.wait_for_function("(name) => window.heard.some((said) => said.startsWith(`${name}, `))", arg=name)
        expect(page.get_by_role("tooltip").get_by_text("nearest: ")).to_be_visible()


def test_without_a_kernel_the_nearest_on_the_map_is_named(show: Show) -> None:
    page = show("PCAScatter", 1000, s_primary=9, show_neighbors=True, show_settings=True)
    region = page.get_by_role("region", name="Map of titles")
    expect(region.get_by_text("far on the map").first).to_be_visible()
    page.evaluate("() => { harness.storeModel.onSend = () => { throw new Error('gone') }; }")
    page.evaluate("() => harness.store.command('pause').catch(() => {})")
    expect(region.get_by_text("Maps of earlier epochs need the kernel.")).to_be_visible()
    # What only a kernel can do is not to be chosen, and says why; what is on can be taken away.
    expect(region.get_by_label("Fitted on", exact=True)).to_be_disabled()
    expect(region.get_by_label("Fitted on", exact=True)).to_have_attribute("title", NEEDS_KERNEL)
    expect(region.get_by_label("Neighbours", exact=True)).not_to_be_editable()
    expect(region.get_by_label("Neighbours", exact=True)).to_have_attribute("title", NEEDS_KERNEL)
    for name in ("Named", "Colour", "True neighbours"):
        expect(region.get_by_label(name, exact=True)).to_be_enabled()
    plot_of(page).press("ArrowRight")
    expect(region.get_by_role("status").filter(has_text="nearest on the map: ")).to_be_attached()


def test_a_lasso_selects_what_it_goes_around_and_escape_gives_it_up(show: Show) -> None:
    page = show("PCAScatter", 1000, tool="lasso", view_box=[-3, -2, 3, 2], equal_aspect=False)
    plot = plot_of(page)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    corners = [(420, 130), (640, 150), (600, 330), (520, 240), (400, 300)]

    def draw(*, release: bool = True) -> None:
        first, *others = [(box["x"] + x, box["y"] + y) for x, y in corners]
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place, steps=3)
        if release:
            page.mouse.up()

    saves = page.evaluate("() => harness.storeModel.saves")
    draw()
    points, shown = page.evaluate(
        """() => {
            const { scores, m, n } = harness.store.map.value, { counts, trained } = harness.store.items.value
            const rows = Array.from({ length: n }, (_, row) => row)
            return [rows.map((row) => [scores[row * m] || 0, scores[row * m + 1] || 0]),
                    rows.filter((row) => trained[row] && counts[row] >= 20)]
        }"""
    )
    # The plot inside its axes, and what of the map it shows.
    left, top, right, bottom = 46, 40, box["width"] - 8, box["height"] - 38
    at = [[left + (x + 3) / 6 * (right - left), bottom - (y + 2) / 4 * (bottom - top)] for x, y in points]
    encircled = MatplotlibPath(corners).contains_points(at)
    inside = [row for row in shown if encircled[row]]
    assert len(inside) > 20
    assert sorted(selection(page)) == inside
    assert page.evaluate("() => harness.storeModel.saves") == saves + 1
    draw(release=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert sorted(selection(page)) == inside


def test_the_map_goes_back_to_earlier_epochs_by_keys_and_says_so(show: Show) -> None:
    page = show("PCAScatter", 360, s_selection=[3])
    region = page.get_by_role("region", name="Map of titles")
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_have_attribute("aria-valuetext", "newest")
    newest = plot_of(page).screenshot()
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(region.get_by_text("Showing epoch 4 of 5, in the colours of the newest.")).to_be_visible()
    assert state(page, "frame") == 3  # the newest picture is not that of epoch 5, but has the weights of the best one
    assert plot_of(page).screenshot() != newest
    page.get_by_role("button", name="Newest").click()
    expect(region.get_by_text("Showing epoch")).to_have_count(0)
    assert state(page, "frame") == -1


def test_a_filter_that_leaves_too_few_titles_says_so_and_offers_one_that_does_not(show: Show) -> None:
    counts = "() => Math.max(...harness.store.items.value.counts)"
    most = show("PCAScatter").evaluate(counts)
    for limit, words in ((5000, "0 titles: min ratings 5,000 hides all."), (most, f"1 title: min ratings {most}")):
        page = show("PCAScatter", s_min_count=limit, s_picture_min_count=limit, s_map_m=0)
        region = page.get_by_role("region", name="Map of titles")
        expect(region.get_by_text(words)).to_be_visible()
        region.get_by_role("button", name=re.compile("^Set to ")).click()
        assert 0 < state(page, "min_count", "harness.storeModel") < limit
        expect(region.get_by_text("The map appears with the next picture of the model.")).to_be_visible()


def test_the_old_axes_stay_faint_under_a_bar_until_those_of_a_new_filter_are_there(show: Show) -> None:
    page = show("PCAScatter", 1000, show_settings=True)
    page.evaluate("() => { harness.storeModel.off('change:min_count', harness.refit) }")
    page.get_by_role("region", name="Map of titles").get_by_label("Min ratings").last.fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="Loading")).to_be_visible()
    expect(plot_of(page).locator("canvas").first).to_have_css("opacity", "0.6")
    page.evaluate("() => harness.storeModel.update({ picture_min_count: 50 })")
    expect(page.get_by_role("progressbar", name="Loading")).to_have_count(0)
    expect(plot_of(page).locator("canvas").first).to_have_css("opacity", "1")


def test_a_search_names_what_it_finds_on_the_map(show: Show) -> None:
    page = show("BiasTable,PCAScatter", 900, label_by="selection")
    assert "Fargo" not in page.evaluate(DESCRIPTION)
    page.get_by_role("searchbox", name="Search titles").fill("fargo")
    expect(plot_of(page)).to_have_accessible_description(re.compile(r"Fargo \(1996\)"))


def test_a_map_of_users_has_a_search_a_selection_and_a_filter_of_its_own(show: Show) -> None:
    own, scores = own_map(944, "min_count")
    titles = {"s_selection": [3, 9], "s_primary": 9, "s_min_count": 50}
    page = show("PCAScatter", 900, kind="users", linked=False, label_by="selection", show_settings=True, **titles)
    region = page.get_by_role("region", name="Map of users")
    expect(region.get_by_text("The map appears with the next picture of the model.")).to_be_visible()
    send = "([map, scores]) => harness.models[0].update({ _map: map, _map_scores: scores })"
    page.evaluate(send, [own, scores])
    expect(region.get_by_text("943 users (≥ 20 ratings)", exact=True)).to_be_visible()
    expect(region.get_by_role("slider", name="Epoch")).to_have_count(0)
    options = region.get_by_label("Colour", exact=True).get_by_role("option")
    expect(options).to_have_text(["bias", "ratings", "mean", "none"])
    plot = page.get_by_label("Map of users", exact=True).and_(page.locator("[aria-describedby]"))
    region.get_by_role("searchbox", name="Search users").fill("196")
    expect(plot).to_have_accessible_description(re.compile(r"^Scatter plot of 943 users .* Labelled: 196\.$"))
    page.wait_for_function("() => harness.models[0].get('query') === '196'")
    plot.focus()
    plot.press("Home")
    plot.press("Enter")
    [user] = state(page, "selection")
    expect(region.get_by_text("1 selected")).to_be_visible()
    assert state(page, "primary") == user
    region.get_by_label("Min ratings").last.fill("100")
    page.keyboard.press("Enter")
    expect(region.get_by_text("users (≥ 100 ratings)")).to_be_visible()
    of_titles = [state(page, name, "harness.storeModel") for name in ("selection", "primary", "min_count", "query")]
    assert of_titles[:3] == [[3, 9], 9, 50]
    assert not of_titles[3]
    assert (state(page, "min_count"), page.evaluate("() => harness.store.shared.hovered.value")) == (100, None)

"""The map of titles: what other views ask of it, what it says of itself, and its keys. On the harness page."""

from __future__ import annotations

import re

from matplotlib.path import Path as MatplotlibPath
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


def test_lines_and_words_tell_of_the_true_neighbours(show: Show) -> None:
    page = show("PCAScatter", 1000, s_primary=9)
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
    page.get_by_role("spinbutton", name="k", exact=True).or_(page.get_by_label("k", exact=True)).fill("4")
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
    plot.press("n")
    expect(region.get_by_role("status").filter(has_text=names[0])).to_be_attached()
    plot.press("n")
    expect(region.get_by_role("status").filter(has_text=re.compile("^" + re.escape(names[1])))).to_be_attached()
    expect(page.get_by_role("tooltip").get_by_text("nearest: ")).to_be_visible()
    plot.press("p")
    expect(region.get_by_role("status").filter(has_text=f"{names[0]}, ")).to_be_attached()


def test_without_a_kernel_the_nearest_on_the_map_is_named(show: Show) -> None:
    page = show("PCAScatter", 1000, s_primary=9, show_neighbors=True)
    region = page.get_by_role("region", name="Map of titles")
    expect(region.get_by_text("far on the map").first).to_be_visible()
    page.evaluate("() => { harness.storeModel.onSend = () => { throw new Error('gone') }; }")
    page.evaluate("() => harness.store.command('pause').catch(() => {})")
    expect(region.get_by_text("Maps of earlier epochs need the kernel.")).to_be_visible()
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
    page = show("PCAScatter", 360, s_selection=[3], trail=True)
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


def test_the_old_axes_stay_faint_under_a_bar_until_those_of_a_new_filter_are_there(show: Show) -> None:
    page = show("PCAScatter", 1000)
    page.evaluate("() => { harness.storeModel.off('change:min_count', harness.refit) }")
    page.get_by_role("region", name="Map of titles").get_by_label("Min ratings").last.fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="Loading")).to_be_visible()
    expect(plot_of(page).locator("canvas").first).to_have_css("opacity", "0.6")
    page.evaluate("() => harness.storeModel.update({ picture_min_count: 50 })")
    expect(page.get_by_role("progressbar", name="Loading")).to_have_count(0)
    expect(plot_of(page).locator("canvas").first).to_have_css("opacity", "1")

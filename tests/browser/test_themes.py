"""A theme switched while widgets are open repaints them, canvas and chart too; motion and contrast as asked."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .notebooks import fill_notebook
from .test_linked_widgets import SETUP

# Of a picture: the relative luminance, 0 black to 1 white, of what most of it is, how many colours are in it, and which
# share of it is pure white.
_PICTURE = """async (png) => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const paper = canvas.getContext('2d');
  paper.drawImage(picture, 0, 0);
  const found = new Map();
  const pixels = paper.getImageData(0, 0, picture.width, picture.height).data;
  for (let at = 0; at < pixels.length; at += 4) {
    const key = pixels.slice(at, at + 3).join();
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  const [most] = [...found].sort((a, b) => b[1] - a[1])[0];
  const [r, g, b] = most.split(',').map((value) => (value / 255) ** 2.2);
  const white = (found.get('255,255,255') ?? 0) / (pixels.length / 4);
  return { luminance: 0.2126 * r + 0.7152 * g + 0.0722 * b, colours: found.size, white };
}"""
# As VS Code has it: the theme named on the outer page, its colours on the inner one, widgets on white.
_VSCODE = "http://127.0.0.1:1/vscode"
_OUTER = f"""<!doctype html><body data-vscode-theme-kind="vscode-dark" style="margin:0">
<iframe src="{_VSCODE}/output?{{query}}" style="border:0;width:520px;height:1400px"></iframe>"""
_OUTPUT = """<style>
.cell-output-ipywidget-background { background: white !important; padding: 8px; }
html { background: var(--vscode-editor-background); }
</style><div class="cell-output-ipywidget-background"><main id="main"></main></div>"""
_COLOURS_OF_KIND = {
    "vscode-dark": ("#1e1e1e", "#d4d4d4"),
    "vscode-light": ("#fffffe", "#3b3b3b"),
    "vscode-high-contrast": ("#000000", "#ffffff"),
    "vscode-high-contrast-light": ("#fffffe", "#292929"),
}
_SWITCH_VSCODE = """([kind, background, text]) => {
  const inner = document.querySelector('iframe').contentDocument.documentElement;
  inner.style.setProperty('--vscode-editor-background', background);
  inner.style.setProperty('--vscode-editor-foreground', text);
  document.body.dataset.vscodeThemeKind = kind;
}"""
_SORT_AND_COUNT_MOTIONS = """(header) => new Promise((done) => {
  header.click();
  requestAnimationFrame(() => requestAnimationFrame(() => done(document.getAnimations().length)));
})"""
_PLACEHOLDER = "(input) => getComputedStyle(input, '::placeholder').color"
_COLOURS = """(chart) => [...chart.querySelectorAll('text, path')].map((mark) => {
  const { fill, stroke } = getComputedStyle(mark);
  return fill + stroke;
})"""


def looked_at(picture: Locator) -> dict[str, float]:
    return picture.page.evaluate(_PICTURE, base64.b64encode(picture.screenshot()).decode())


def luminance(picture: Locator) -> float:
    return looked_at(picture)["luminance"]


def becomes(picture: Locator, fits: Callable[[float], bool]) -> None:
    """Look at the picture until its luminance fits: it is painted with the next frame, not at once."""
    deadline = time.monotonic() + 30
    while not fits(found := luminance(picture)):
        assert time.monotonic() < deadline, found


@contextmanager
def dark(page: Page) -> Iterator[None]:
    """JupyterLab's dark theme, and the light one again: the server keeps it, and other tests share the server."""
    switch_theme(page, "JupyterLab Dark")
    try:
        yield
    finally:
        switch_theme(page, "JupyterLab Light")


def switch_theme(page: Page, theme: str) -> None:
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)


def test_an_open_notebook_switched_to_dark_and_back_repaints_map_and_chart(each_tab: Page) -> None:
    each_tab.set_viewport_size({"width": 1000, "height": 2200})
    dark_table = "cw.BiasTable(learn, theme='dark')"
    fill_notebook(each_tab, SETUP, "cw.TrainingPanel(learn)", "cw.PCAScatter(learn)", dark_table)
    chart = each_tab.get_by_role("region", name="Training").get_by_role("img", name="Loss")
    canvas = each_tab.get_by_role("region", name="Map of titles").locator("canvas").first
    expect(chart.locator("text").first).to_be_visible()
    becomes(canvas, lambda value: value > 0.9)
    becomes(chart, lambda value: value > 0.9)
    hint = each_tab.get_by_role("searchbox", name="Search").evaluate(_PLACEHOLDER)
    assert all(float(share) > 0.6 for share in re.findall(r"[\d.]+", hint)), hint
    light = chart.evaluate(_COLOURS)
    with dark(each_tab):
        expect(each_tab.locator(".cw-PCAScatter")).to_have_attribute("data-theme", "dark")
        expect(each_tab.locator(".cw-TrainingPanel")).to_have_attribute("data-theme", "dark")
        each_tab.wait_for_function(
            f"([chart, light]) => String(({_COLOURS})(chart)) !== String(light)", arg=[chart.element_handle(), light]
        )
        becomes(canvas, lambda value: value < 0.1)
        becomes(chart, lambda value: value < 0.1)
    expect(each_tab.locator(".cw-PCAScatter")).to_have_attribute("data-theme", "light")
    becomes(canvas, lambda value: value > 0.9)


def test_in_vs_code_the_outer_pages_theme_is_found_and_no_white_is_left_behind(
    harness: Callable[..., str], page: Page
) -> None:
    # Without check boxes: those are white inside, and the browser's.
    address, _, query = harness("PCAScatter", t_controls=["x", "y", "zoom", "scree"]).partition("?")
    widgets = Path(urlparse(address).path).read_text().replace('<main id="main"></main>', _OUTPUT)

    def serve(route: Route) -> None:
        body = widgets if "/output?" in route.request.url else _OUTER.format(query=query)
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    page.route(re.compile(re.escape(_VSCODE)), serve)
    page.set_viewport_size({"width": 520, "height": 1400})
    page.goto(_VSCODE)
    frame = page.frame_locator("iframe")
    widget = frame.locator(".cw-PCAScatter")
    expect(widget).to_have_attribute("data-theme", "dark")  # as it is when the page opens
    wrapper, canvas = frame.locator(".cell-output-ipywidget-background"), frame.locator("canvas").first
    for kind, colours in _COLOURS_OF_KIND.items():
        page.evaluate(_SWITCH_VSCODE, [kind, *colours])
        dark = colours[0] < "#888888"
        expect(widget).to_have_attribute("data-theme", "dark" if dark else "light")
        becomes(canvas, (lambda value: value < 0.1) if dark else (lambda value: value > 0.9))
        assert looked_at(wrapper)["white"] < (0.05 if kind == "vscode-high-contrast" else 0.002), kind


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_the_map_and_the_bars_theirs(scheme: str, harness: Callable[..., str], page: Page) -> None:
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    card = {"bars": [["Ratings", [[1, 1, 10], [2, 2, 30]]]], "notes": []}
    page.goto(harness("Dashboard", theme=scheme, status="training", s_primary=3, t__card=card))
    canvas = page.locator(".cw-scatter-canvas")
    expect(canvas).to_be_visible()
    assert looked_at(canvas)["colours"] > 200
    for bars in (".cw-progress-bar", ".cw-bar[data-signed] > span", ".cw-col-score .cw-bar > span"):
        bar, track = page.locator(bars).first, page.locator(bars).first.locator("..")
        painted = "(element) => getComputedStyle(element).backgroundColor"
        assert bar.evaluate(painted) != track.evaluate(painted), bars
    page.get_by_role("tab", name="Data").click()
    bar, cell = page.locator(".cw-card .cw-bar > span").first, page.locator(".cw-card .cw-bar").first
    assert bar.evaluate(painted) != cell.evaluate(painted)
    lines = page.get_by_role("tab").evaluate_all("(tabs) => tabs.map((tab) => getComputedStyle(tab).borderBottomWidth)")
    assert lines == ["0px", "2px"]
    # The bars of the variance, chosen and not, against the page.
    page_color = page.locator(".cw-frame").first.evaluate(painted)
    for bar in page.locator(".cw-scatter-scree i").all():
        assert bar.evaluate(painted) != page_color


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_where_less_motion_is_asked_for(
    motion: str, moves: bool, harness: Callable[..., str], page: Page
) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(harness("BiasTable"))
    header = page.get_by_role("columnheader", name="Bias").get_by_role("button")
    assert (header.evaluate(_SORT_AND_COUNT_MOTIONS) > 0) == moves

"""The bqplot figures in JupyterLab."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .notebooks import fill_notebook, run_cell
from .test_themes import dark
from .test_training_panel import SETUP

_LABEL_COLOURS = """() => [...document.querySelectorAll('.bqplot text.axislabel')]
  .map((label) => getComputedStyle(label).fill)"""


def test_a_figure_is_read_in_the_dark(tab: Page) -> None:
    tab.set_viewport_size({"width": 1000, "height": 1200})
    fitted = f"{SETUP}\nlearn.fit_one_cycle(3)"
    fill_notebook(tab, fitted, "cw.loss_figure(learn)")
    for cell in range(2):
        run_cell(tab, cell)
    labels = tab.locator(".bqplot text.axislabel")
    expect(labels).to_have_count(2)
    expect(labels.get_by_text(re.compile(r"MSE; best RMSE 0\.\d{3}"))).to_be_visible()
    legend = tab.locator(".bqplot .g_legend text.legendtext")
    with dark(tab):
        expect(tab.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        colours = tab.evaluate(_LABEL_COLOURS)
        colours += legend.evaluate_all("(texts) => texts.map((text) => getComputedStyle(text).fill)")
    for colour in colours:
        red, green, blue = (float(number) for number in re.findall(r"[\d.]+", colour)[:3])
        assert red == green == blue > (0.6 if "srgb" in colour else 153), colours

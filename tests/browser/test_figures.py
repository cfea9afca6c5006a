"""The bqplot figures in JupyterLab: in the dark, and in words."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .notebooks import open_notebook, run_cell
from .servers import JupyterServer
from .test_themes import dark
from .test_training_panel import SETUP, training

_LABEL_COLOURS = """() => [...document.querySelectorAll('.bqplot text.axislabel')]
  .map((label) => getComputedStyle(label).fill)"""


def test_figures_are_read_in_the_dark_and_described_in_words(lab: JupyterServer, page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 2200})
    fitted = f"{SETUP}\nlearn.fit_one_cycle(3)"
    open_notebook(page, lab, "figures", fitted, "cw.TrainingPanel(learn)", "cw.loss_figure(learn)")
    for cell in range(3):
        run_cell(page, cell)
    chart = training(page).get_by_role("img", name="Loss")
    expect(chart.locator("text.axislabel")).to_have_count(3)
    left, right = (chart.locator(".axis").nth(axis).locator(".tick text") for axis in (1, 2))
    roots = [f"{float(loss) ** 0.5:.2f}" for loss in left.all_text_contents()]
    assert right.all_text_contents() == roots
    assert len(roots) > 2
    expect(chart).to_have_accessible_description(
        re.compile(r"^Two curves over 3 epochs; validation lowest 0\.\d{3} at epoch \d\.$")
    )
    expect(chart.get_by_text(re.compile(r"MSE; best RMSE 0\.\d{3}"))).to_be_visible()
    expect(page.locator(".bqplot text.axislabel")).to_have_count(6)
    legend = page.locator(".bqplot .g_legend text.legendtext")
    with dark(page):
        expect(page.locator(".cw-TrainingPanel")).to_have_attribute("data-theme", "dark")
        colours = page.evaluate(_LABEL_COLOURS)
        colours += legend.evaluate_all("(texts) => texts.map((text) => getComputedStyle(text).fill)")
    for colour in colours:
        red, green, blue = (float(number) for number in re.findall(r"[\d.]+", colour)[:3])
        assert red == green == blue > (0.6 if "srgb" in colour else 153), colours

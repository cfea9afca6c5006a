"""What a reader takes away from each view in JupyterLab: the table, what is drawn, the Python that makes it again."""

from __future__ import annotations

import csv
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from .notebooks import fill_notebook, run_cell

SETUP = """
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(300, 60, 6_000, n_factors=3, seed=2)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)
learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), wd=0.05)
learn.view.min_count = 0
learn.view.selected_titles = ["Title 05"]
learn.view.primary = learn.item_row("Title 07")
learn.fit_one_cycle(3)
"""
# Of each view: its cell, the name of its files, the rows of its table, and the pictures it gives away.
VIEWS = {
    "Training": ("cw.TrainingPanel(learn)", "epochs", 3, ["PNG", "SVG"]),
    "Bias ranking": ("cw.BiasTable(learn, n=4)", "title-biases", 60, []),
    "Map of titles": ('cw.PCAScatter(learn, fit_on="all", x=2, y=1)', "map-of-titles-pc2-pc1", 60, ["PNG"]),
    "Neighbours": ("cw.NeighborSearch(learn, k=5)", "nearest-to-title-07", 5, []),
}


SVG = "{http://www.w3.org/2000/svg}"
# Of each element how it is painted, colours as the numbers of a pixel.
_PAINT = """(drawing) => {
  const paper = new OffscreenCanvas(1, 1).getContext('2d');
  const pixel = (colour) => {
    paper.clearRect(0, 0, 1, 1);
    paper.fillStyle = colour === 'none' ? 'transparent' : colour;
    paper.fillRect(0, 0, 1, 1);
    return paper.getImageData(0, 0, 1, 1).data.join();
  };
  return [...drawing.querySelectorAll('*')].map((part) => {
    const style = getComputedStyle(part);
    const rest = [style.strokeWidth, style.strokeDasharray, style.strokeOpacity, style.fontSize, style.fontWeight];
    return [part.tagName, pixel(style.fill), pixel(style.stroke), ...rest].join(' ');
  });
}"""


def download(page: Page, view: Locator, kind: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        view.get_by_role("button", name=kind, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.fixture
def notebook(tab: Page) -> Page:
    """All views with their exports open; what one test takes away is there for the next one too."""
    if not tab.get_by_role("region", name="Neighbours", exact=True).count():
        fill_notebook(tab, SETUP, *(cell for cell, *_ in VIEWS.values()), "", run=5)
        for view in VIEWS:
            tab.get_by_role("region", name=view, exact=True).get_by_role("button", name="Export").click()
    return tab


def test_every_view_gives_its_table_its_code_and_what_is_drawn(notebook: Page, tmp_path: Path) -> None:
    for name, (cell, stem, n_rows, pictures) in VIEWS.items():
        view = notebook.get_by_role("region", name=name, exact=True)
        table = download(notebook, view, "CSV", tmp_path)
        assert table.name == f"{stem}.csv"
        with table.open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == n_rows
        for kind in ("PNG", "SVG"):
            expect(view.get_by_role("button", name=kind, exact=True)).to_have_count(int(kind in pictures))
        view.get_by_role("button", name="Copy code", exact=True).click()
        expect(view).to_contain_text("Copied the Python")
        assert notebook.evaluate("navigator.clipboard.readText()").endswith(f"\n\n{cell}\n")
    notebook.locator(".jp-CodeCell .cm-content").last.click()
    notebook.keyboard.press("Control+V")
    run_cell(notebook, 5)
    made = notebook.get_by_role("region", name="Neighbours", exact=True)
    expect(made).to_have_count(2)
    expect(made.last.get_by_role("combobox", name="Title")).to_have_value("Title 07")


def size_of(png: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


def test_the_chart_leaves_as_it_is_on_the_page(notebook: Page, tmp_path: Path) -> None:
    view = notebook.get_by_role("region", name="Training", exact=True)
    chart = view.get_by_role("img", name="Loss")
    seen = chart.locator("text").all_text_contents()
    assert {"predict the mean", "validation"} <= set(seen)
    file = download(notebook, view, "SVG", tmp_path)
    drawn = ElementTree.parse(file).getroot()
    assert ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")] == seen
    assert not any("class" in part.attrib or "style" in part.attrib for part in drawn.iter())
    width, height = int(drawn.get("width", 0)), int(drawn.get("height", 0))
    assert size_of(download(notebook, view, "PNG", tmp_path)) == (2 * width, 2 * height)
    # Alone in a page it is painted as the style sheet paints it here.
    painted = chart.evaluate(_PAINT)
    alone = notebook.context.new_page()
    alone.goto(file.as_uri())
    assert alone.locator("svg").evaluate(_PAINT) == painted
    alone.close()
    assert len(set(painted)) > 8


def test_the_map_leaves_with_its_axes_and_its_ground(notebook: Page, tmp_path: Path) -> None:
    view = notebook.get_by_role("region", name="Map of titles", exact=True)
    box = view.locator("canvas").first.bounding_box()
    assert box is not None
    file = download(notebook, view, "PNG", tmp_path)
    assert file.name == "map-of-titles-pc2-pc1.png"
    assert size_of(file) == (2 * box["width"], 2 * box["height"])
    pixels = matplotlib.image.imread(file)
    assert pixels.shape[2] == 3 or pixels[..., 3].min() == 1  # nothing of it is see-through
    # Points in the middle, and letters of the axes below it, on the widget's own ground.
    ground = pixels[0, 0]
    for part in (pixels[200:-100, 100:-100], pixels[-60:]):
        assert (np.abs(part - ground).max(axis=-1) > 0.3).any()

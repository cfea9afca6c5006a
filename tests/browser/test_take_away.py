"""What a reader takes away from each view in JupyterLab: the table, the picture, the Python that makes it again."""

from __future__ import annotations

import csv
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .notebooks import open_notebook, run_cell
from .servers import JupyterServer

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
VIEWS = {
    "Training": ("cw.TrainingPanel(learn)", "epochs", 3, "predict the mean"),
    "Bias ranking": ("cw.BiasTable(learn, n=4)", "title-biases", 60, "0 is the average title"),
    "Map of titles": (
        'cw.PCAScatter(learn, fit_on="all", x=2, y=1)',
        "map-of-titles-pc2-pc1",
        60,
        "Fitted on all 60 titles.",
    ),
    "Neighbours": ("cw.NeighborSearch(learn, k=5)", "nearest-to-title-07", 5, "Nearest to Title 07"),
}


def download(page: Page, view: Locator, kind: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        view.get_by_role("button", name=kind, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.fixture
def notebook(lab: JupyterServer, page: Page) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_notebook(page, lab, "take_away", SETUP, *(cell for cell, *_ in VIEWS.values()), "", run=5)
    return page


def test_every_view_gives_its_table_its_picture_and_its_code(notebook: Page, tmp_path: Path) -> None:
    for name, (cell, stem, n_rows, words) in VIEWS.items():
        view = notebook.get_by_role("region", name=name, exact=True)
        table = download(notebook, view, "CSV", tmp_path)
        assert table.name == f"{stem}.csv"
        with table.open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == n_rows
        drawn = ElementTree.parse(download(notebook, view, "SVG", tmp_path)).getroot()
        width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
        assert words in " ".join(drawn.itertext())
        data = download(notebook, view, "PNG", tmp_path).read_bytes()
        assert struct.unpack(">II", data[16:24]) == (2 * width, 2 * height)
        view.get_by_role("button", name="Copy code", exact=True).click()
        expect(view).to_contain_text("Copied the Python")
        assert notebook.evaluate("navigator.clipboard.readText()").endswith(f"\n\n{cell}\n")
    notebook.locator(".jp-CodeCell .cm-content").last.click()
    notebook.keyboard.press("Control+V")
    run_cell(notebook, 5)
    made = notebook.get_by_role("region", name="Neighbours", exact=True)
    expect(made).to_have_count(2)
    expect(made.last.get_by_role("combobox", name="Title")).to_have_value("Title 07")

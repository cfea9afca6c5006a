"""A notebook that was run and saved, opened where its kernel is gone: JupyterLab, trusted or not, and as HTML."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbclient
import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .notebooks import command_started, wait_until_idle, write_notebook
from .servers import JupyterServer
from .test_linked_widgets import SETUP

TEMPLATES = Path(__file__).parents[2] / "collabwidgets" / "app" / "jupyter"
CELLS = (
    f"{SETUP}\nlearn.view.primary = 5",
    "cw.TrainingPanel(learn)",
    "cw.BiasTable(learn, show='all')",
    "cw.NeighborSearch(learn)",
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook, run to its end and saved with the state of its widgets."""
    folder = tmp_path_factory.mktemp("saved")
    path = folder / write_notebook(folder, "saved", *CELLS)
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=600).execute()
    nbformat.write(notebook, path)
    return path


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def body_rows(table: Locator) -> Locator:
    return table.locator("tbody").get_by_role("row")


def test_without_its_kernel_a_table_until_it_is_trusted_then_live_widgets(
    saved: Path, lab: JupyterServer, page: Page
) -> None:
    shutil.copy(saved, lab.root)
    page.set_viewport_size({"width": 1000, "height": 3000})  # JupyterLab draws only cells that are in sight
    page.goto(lab.address(saved.name))
    wait_until_idle(page)
    fallback = page.get_by_role("table", name=re.compile(r"^BiasTable\(60 titles, epoch 3"))
    expect(body_rows(fallback)).to_have_count(10 + 1 + 10)  # both ends, and dots between
    expect(region(page, "Bias ranking")).to_have_count(0)

    command_started(page, "notebook:trust")
    page.get_by_role("dialog").get_by_role("button", name="Trust").click()
    expect(fallback).to_have_count(0)
    for name in ("Training", "Bias ranking", "Neighbours"):
        expect(region(page, name)).to_contain_text("Not connected. Showing the last state")
    expect(region(page, "Training").get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(body_rows(region(page, "Training").get_by_role("table", name="Epochs"))).to_have_count(3)
    expect(body_rows(region(page, "Neighbours").get_by_role("table", name="Nearest titles"))).to_have_count(10)

    biases = region(page, "Bias ranking")
    expect(body_rows(biases.get_by_role("table", name="Biases"))).to_have_count(60)
    biases.get_by_role("columnheader", name="Title").get_by_role("button").click()
    first = body_rows(biases.get_by_role("table", name="Biases")).first
    expect(first).to_contain_text(re.compile("Title (01|60)"))
    biases.get_by_role("searchbox").fill("title 3")
    expect(body_rows(biases.get_by_role("table", name="Biases"))).to_have_count(10)


def test_as_html_a_table_stands_where_scripts_cannot_be_fetched(
    saved: Path, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    convert = ["nbconvert", "--to", "html", "--template", "collabwidgets", "--output-dir", str(tmp_path), str(saved)]
    paths = os.pathsep.join(filter(None, [str(TEMPLATES), os.environ.get("JUPYTER_PATH")]))
    subprocess.run([sys.executable, "-m", *convert], env=os.environ | {"JUPYTER_PATH": paths}, check=True)
    page = open_context(offline=True).new_page()
    page.goto((tmp_path / "saved.html").as_uri())
    for name in ("TrainingPanel(ready, epoch 3", "BiasTable(60 titles, epoch 3", "NeighborSearch(Title 05"):
        expect(page.get_by_role("table", name=re.compile("^" + re.escape(name)))).to_be_visible()

"""The example notebooks and the one that the command line serves run from top to bottom in a real kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
SERVED = ["examples/dashboard.ipynb", "collabwidgets/app/dashboard.ipynb"]


def run(path: str) -> nbformat.NotebookNode:
    notebook = nbformat.read(ROOT / path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT / "examples")}}).execute()
    return notebook


def widgets_shown(notebook: nbformat.NotebookNode) -> list[str]:
    """The kinds of the widgets in the outputs, in order."""
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    views = [output["data"].get("application/vnd.jupyter.widget-view+json") for output in outputs if "data" in output]
    return [states[view["model_id"]]["state"]["_kind"] for view in views if view]


def test_the_tour_shows_each_widget() -> None:
    kinds = widgets_shown(run("examples/tour.ipynb"))
    assert kinds == ["TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch", "Dashboard"]


def test_the_tour_has_its_first_picture_after_three_lines() -> None:
    notebook = nbformat.read(ROOT / "examples/tour.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    imported, *lines = [line for line in first.source.splitlines() if line]
    assert imported == "import collabwidgets as cw"
    assert len(lines) == 3


@pytest.mark.parametrize("path", SERVED)
def test_a_served_notebook_shows_the_dashboard_and_trains_nothing(path: str) -> None:
    notebook = run(path)
    assert len(notebook.cells) == 3
    assert widgets_shown(notebook) == ["Dashboard"]
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert {state["state"]["status"] for state in states if "status" in state["state"]} == {"untrained"}


@pytest.mark.parametrize("path", [*SERVED, "examples/tour.ipynb"])
def test_a_committed_notebook_has_no_outputs(path: str) -> None:
    cells = nbformat.read(ROOT / path, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)

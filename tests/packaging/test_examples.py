"""The example notebooks and the one that the command line serves run from top to bottom in a real kernel."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
CHAPTER = "examples/chapter.ipynb"
SERVED = ["examples/dashboard.ipynb", "collabwidgets/app/dashboard.ipynb"]


def run(path: str) -> nbformat.NotebookNode:
    notebook = nbformat.read(ROOT / path, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(ROOT / "examples")}}).execute()
    return notebook


def widgets_shown(notebook: nbformat.NotebookNode) -> list[str]:
    """The kinds of the widgets in the outputs, in order."""
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    views = [output["data"].get("application/vnd.jupyter.widget-view+json") for output in outputs if "data" in output]
    shown = [states[view["model_id"]] for view in views if view]
    return [widget["state"].get("_kind", widget["model_name"]) for widget in shown]


def output(notebook: nbformat.NotebookNode, cell_id: str) -> dict[str, str]:
    """The last output of the cell of that name, by media type."""
    cell = next(cell for cell in notebook.cells if cell["id"] == cell_id)
    return cell.outputs[-1]["data"]


def test_the_tour_shows_each_widget() -> None:
    kinds = widgets_shown(run("examples/tour.ipynb"))
    assert kinds == ["TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch", "Dashboard"]


def test_your_own_ratings_end_in_a_model_that_beats_the_mean() -> None:
    notebook = run("examples/own_data.ipynb")
    assert "in row 18000" in output(notebook, "error")["text/plain"]
    assert "6,000 rows with a rating of 0, which stands for none, left out" in output(notebook, "loaders")["text/plain"]
    assert "'better': True" in output(notebook, "loss")["text/plain"]
    assert widgets_shown(notebook) == ["Dashboard"]


def test_the_tour_has_its_first_picture_after_three_lines() -> None:
    notebook = nbformat.read(ROOT / "examples/tour.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    imported, *lines = [line for line in first.source.splitlines() if line]
    assert imported == "import collabwidgets as cw"
    assert len(lines) == 3


def test_the_first_two_programs_of_the_readme_run_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    space: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for program in programs[:2]:
            exec(compile(program, "README.md", "exec"), space)
    out, err = capsys.readouterr()
    assert "Fargo (1996)" in out
    assert err == ""
    space["other_table"].min_count = 7
    assert space["table"].min_count == 7


@pytest.fixture(scope="module")
def chapter() -> nbformat.NotebookNode:
    """The chapter, every cell run: about a minute."""
    return run(CHAPTER)


def test_the_chapter_shows_its_widgets_in_the_order_of_its_sections(chapter: nbformat.NotebookNode) -> None:
    from_scratch = ["TrainingPanel", "TrainingPanel"]
    weight_decay = ["VBoxModel", "HBoxModel"]
    interpreted = ["BiasTable", "BiasTable", "PCAScatter", "PCAScatter", "PCAScatter", "NeighborSearch"]
    assert widgets_shown(chapter) == [*from_scratch, *weight_decay, *interpreted, "Dashboard"]


def test_the_chapter_prints_the_books_matching_scores(chapter: nbformat.NotebookNode) -> None:
    scores = [output(chapter, f"{film}-score")["text/plain"] for film in ("skywalker", "casablanca")]
    assert scores == ["2.142", "-1.635"]


def test_the_chapters_one_hot_product_is_the_row(chapter: nbformat.NotebookNode) -> None:
    assert output(chapter, "one-hot")["text/plain"] == "True"


def test_the_chapters_neighbours_by_hand_are_the_learners(chapter: nbformat.NotebookNode) -> None:
    assert output(chapter, "cosine-of-the-learner")["text/plain"] == "True"


def test_the_chapters_losses_are_as_low_as_the_published_ones(chapter: nbformat.NotebookNode) -> None:
    rows = re.findall(r"<tr>(.*?)</tr>", output(chapter, "losses-table")["text/html"], re.DOTALL)
    losses = [[float(loss) for loss in re.findall(r"<td>(.+?)</td>", row)] for row in rows]
    *valid, side_columns = [row[1::2] for row in losses if row]  # here, in the notebook, in the book
    assert len(valid) == 8
    assert all(here < max(published) + 0.01 for here, *published in valid)
    assert side_columns[0] < 0.83


def test_the_chapter_has_twelve_sections_in_order() -> None:
    cells = nbformat.read(ROOT / CHAPTER, as_version=4).cells
    headings = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    numbered = [line.removeprefix("## ").partition(".")[0] for line in headings if line.startswith("## ")]
    assert [number for number in numbered if number.isdecimal()] == [str(number) for number in range(1, 13)]


def test_the_evaluation_says_who_wins_as_its_numbers_do() -> None:
    notebook = run("examples/evaluate.ipynb")
    table = output(notebook, "table")["text/html"]
    names = ["chapter", "svdpp", "popular", "knn"]
    rows = {
        name: dict(zip(names, map(float, re.findall(r"<td>(.*?)</td>", cells)), strict=True))
        for name, cells in re.findall(r"<th>(\w+)</th>(.*?)</tr>", table, re.DOTALL)
        if "<td>" in cells
    }
    assert output(notebook, "knn-evaluate")["text/plain"] == "np.True_"
    assert rows["rmse"]["svdpp"] + 0.01 < rows["rmse"]["chapter"] < rows["rmse"]["knn"] - 0.01
    assert rows["ndcg"]["knn"] > 1.7 * rows["ndcg"]["svdpp"]
    assert rows["ndcg"]["chapter"] + 0.01 < rows["ndcg"]["popular"]
    assert rows["ndcg"]["popular"] == pytest.approx(rows["ndcg"]["svdpp"], abs=0.03)
    assert rows["coverage"]["popular"] < 0.05


@pytest.mark.parametrize("path", SERVED)
def test_a_served_notebook_shows_the_dashboard_and_trains_nothing(path: str) -> None:
    notebook = run(path)
    assert len(notebook.cells) == 3
    assert widgets_shown(notebook) == ["Dashboard"]
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert [state["state"]["status"]["status"] for state in states if "status" in state["state"]] == ["untrained"]


@pytest.mark.parametrize("path", [*SERVED, "examples/tour.ipynb", "examples/evaluate.ipynb", CHAPTER])
def test_a_committed_notebook_has_no_outputs(path: str) -> None:
    cells = nbformat.read(ROOT / path, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)

"""The epoch table where people fit: in a cell, in an Output widget, in interact and in a button's callback."""

import nbformat
import pytest
from nbclient import NotebookClient

MAKE = """
import ipywidgets as ipw
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(30, 25, 500, seed=1)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), 3, engine="autograd")
out, button, clicked = ipw.Output(), ipw.Button(), ipw.Output()
"""
CELLS = (
    "learn.fit_one_cycle(2)",
    "with out:\n    learn.fit_one_cycle(2)\nout",
    "shown = ipw.interactive(lambda wd: learn.fit_one_cycle(1, wd=wd), wd=0.1)\nshown",
    "button.on_click(clicked.capture()(lambda button: learn.fit_one_cycle(1)))\nbutton.click()\nclicked",
)


@pytest.fixture(scope="module")
def notebook():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (MAKE, *CELLS)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def test_in_a_cell_it_is_a_table_that_grows(notebook):
    (output,) = notebook.cells[1].outputs
    assert output.data["text/html"].count("<tr") == 3
    assert [line.split()[0] for line in output.data["text/plain"].splitlines()] == ["epoch", "1", "2"]


def test_in_widgets_that_capture_output_each_epoch_is_a_line(notebook):
    widgets = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    said = [
        "".join(output.get("text", "") for output in widget["state"]["outputs"])
        for widget in widgets
        if widget["model_name"] == "OutputModel"
    ]
    epochs = sorted([line.split()[0] for line in text.splitlines()] for text in said)
    assert epochs == [["epoch", "3", "4"], ["epoch", "5"], ["epoch", "6"]]

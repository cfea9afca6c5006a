"""Driving a notebook in JupyterLab or Notebook 7: write it, open it, run its cells, read what they print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page

from .servers import JupyterServer

_PANEL = "window.jupyterapp.shell.currentWidget"
_CELLS = f"{_PANEL}.content"
_KERNEL = f"{_PANEL}.sessionContext.session.kernel"
_IDLE = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return panel?.content?.widgets && kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
_ERROR = f"""() => {{
  const outputs = {_CELLS}.widgets.flatMap((cell) => cell.outputArea?.model.toJSON() ?? []);
  const error = outputs.find((output) => output.output_type === 'error');
  return error && [error.ename + ': ' + error.evalue, ...error.traceback].join('\\n');
}}"""
_PRINTED = f"""(index) => {_CELLS}.widgets[index].outputArea.model.toJSON()
  .filter((output) => output.output_type === 'stream' && output.name === 'stdout')
  .map((output) => [output.text].flat().join('')).join('')"""
CELLS_STATE = f"""() => {{
  const notebook = {_CELLS};
  return [notebook.activeCellIndex, notebook.widgets.map((cell) => [cell.model.type, cell.model.sharedModel.source])];
}}"""
# The promise that the command returns is kept when the cell has ended; kernel states tell less, as a message that a
# subshell answers makes the kernel "idle" while a cell runs.
_RUN_CELL = f"""async ([index, wait]) => {{
  const notebook = {_CELLS};
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  window.cellEnded = false;
  const end = window.jupyterapp.commands.execute('notebook:run-cell').then(() => {{ window.cellEnded = true; }});
  if (wait) await end;
}}"""


_EMPTY_KERNEL = """
import gc, sys, ipywidgets
if cw := sys.modules.get("collabwidgets"):
    for each in gc.get_objects():
        if isinstance(each, cw.CollabLearner) and each.status in ("training", "paused"):
            each.stop()
ipywidgets.Widget.close_all()
get_ipython().reset(new_session=False)
"""
_FILL = f"""async ([emptyKernel, sources]) => {{
  const notebook = {_CELLS}.model.sharedModel;
  notebook.transact(() => {{
    notebook.deleteCellRange(0, notebook.cells.length);
    notebook.insertCells(0, sources.map((source) => ({{ cell_type: 'code', source }})));
  }});
  await {_KERNEL}.requestExecute({{ code: emptyKernel, silent: true }}).done;
}}"""


def write_notebook(folder: Path, name: str, *cells: str) -> str:
    """Write code cells into ``folder/name.ipynb``; the file's name."""
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata={"kernelspec": python}
    )
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return f"{name}.ipynb"


def open_notebook(page: Page, server: JupyterServer, name: str, *cells: str, run: int | None = None) -> None:
    """Write a notebook, open it and run its first `run` cells, by default all."""
    page.goto(server.address(write_notebook(server.root, name, *cells)))
    wait_until_idle(page)
    for index in range(len(cells) if run is None else run):
        run_cell(page, index)


def fill_notebook(page: Page, *cells: str, run: int | None = None) -> None:
    """Empty the open notebook and its kernel, put cells in and run the first `run` of them, by default all.

    Much sooner there than a notebook of its own, whose page and kernel take ten seconds.
    """
    page.evaluate(_FILL, [_EMPTY_KERNEL, cells])
    for index in range(len(cells) if run is None else run):
        run_cell(page, index)


@contextmanager
def second_tab(page: Page, server: JupyterServer) -> Iterator[Page]:
    """The page's notebook, once saved, in another tab, closed at the end."""
    command(page, "docmanager:save")
    other = page.context.new_page()
    other.goto(server.address(page.evaluate(f"() => {_PANEL}.context.path")))
    wait_until_idle(other)
    yield other
    other.close()


def wait_until_idle(page: Page) -> None:
    """Wait for a page with a notebook in it and a kernel that has nothing to do."""
    page.wait_for_function(_IDLE)


def start_cell(page: Page, index: int) -> None:
    """Run a cell and return once the kernel is at it."""
    page.evaluate(_RUN_CELL, [index, False])
    page.wait_for_function(f"() => {_KERNEL}.status === 'busy'")


def cell_runs(page: Page) -> bool:
    """Whether the cell started last is still running."""
    return not page.evaluate("() => window.cellEnded")


def run_cell(page: Page, index: int) -> str:
    """Run a cell to its end; what it printed. A cell's error fails the test with its traceback."""
    page.evaluate(_RUN_CELL, [index, True])
    error = page.evaluate(_ERROR)
    if error:
        pytest.fail(f"cell {index} failed:\n{error}")
    return page.evaluate(_PRINTED, index)


def command(page: Page, name: str) -> None:
    """Run one of the application's commands to its end."""
    page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)


def command_started(page: Page, name: str) -> None:
    """Run one of the application's commands without waiting for its end, as it asks something first."""
    page.evaluate("(name) => { window.jupyterapp.commands.execute(name); }", name)


def restart_kernel(page: Page) -> None:
    """Restart the kernel without the question whether one is sure."""
    page.evaluate(f"() => {_KERNEL}.restart()")

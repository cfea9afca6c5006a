"""A JupyterLab with a browser page, and the clock of a dashboard's first picture; shared by the benchmarks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path
from tests.browser.servers import JupyterServer

# From the command to run cell 1 until the map's points, the table's rows and the chart's lines have been painted.
_FIRST_PICTURE = """async () => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const painted = (canvas) => canvas.getContext('2d')
    .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0);
  const complete = () => {
    const board = document.querySelector('.cw-Dashboard');
    const map = board?.querySelector('.cw-PCAScatter canvas');
    return map?.width && painted(map)
      && board.querySelectorAll('.cw-BiasTable tbody tr').length > 10
      && [...board.querySelectorAll('svg path')].some((path) => path.getTotalLength() > 100)
      && board.querySelector('input[role=combobox]');
  };
  notebook.activeCellIndex = 1;
  notebook.deselectAll();
  const began = performance.now();
  window.jupyterapp.commands.execute('notebook:run-cell');
  while (!complete()) await new Promise(requestAnimationFrame);
  return (performance.now() - began) / 1000;
}"""


@contextmanager
def lab_page(width: int, height: int) -> Iterator[tuple[Page, JupyterServer]]:
    """A page of a browser, and the server whose notebooks it is to open."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        server = JupyterServer("lab", Path(folder))
        try:
            yield browser.new_page(viewport={"width": width, "height": height}), server
        finally:
            server.stop()
            browser.close()


def first_picture(page: Page) -> float:
    """Seconds from running the cell that shows a dashboard, the second, to its whole picture; cleared afterwards."""
    seconds = float(page.evaluate(_FIRST_PICTURE))
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function("() => !document.querySelector('.cw-Dashboard')")
    return seconds

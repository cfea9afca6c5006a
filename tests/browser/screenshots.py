"""Takes the README's pictures: the demo, trained, a title looked up, light and dark, into a folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from .conftest import CHROMIUM_ARGUMENTS, chromium_path
from .servers import DashboardServer
from .test_dashboard import open_dashboard, train


def take(browser: Browser, theme: str, path: Path) -> None:
    """Serve the demo in a theme, train, look a title up, and save what is seen."""
    with tempfile.TemporaryDirectory() as folder:
        server = DashboardServer(Path(folder), "demo", "--theme", theme)
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 1080}, reduced_motion="reduce")
            board = open_dashboard(page, server)
            train(board)
            search = board.get_by_role("combobox", name="Title")
            search.fill("silence of the l")
            search.press("ArrowDown")
            search.press("Enter")
            nearest = board.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")
            expect(nearest).to_have_count(10)
            page.mouse.move(0, 0)
            # High enough for all of it: what is out of sight is not drawn, and Voila scrolls a box, not the page.
            height = board.evaluate("(board) => Math.ceil(board.getBoundingClientRect().height)")
            page.set_viewport_size({"width": 1440, "height": height + 100})
            board.locator("xpath=..").screenshot(path=path)
            page.close()
        finally:
            server.stop()


def main(folder: Path) -> None:
    """Both themes, into `folder`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        for theme in ("light", "dark"):
            take(browser, theme, folder / f"dashboard-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Pictures of every widget in every state, light and dark, at three widths, to be looked at.

python -m tests.browser.gallery OUT            all; some minutes
python -m tests.browser.gallery OUT BiasTable  of one widget

Beside each picture lies a sheet a widget and theme: its states from top to bottom, its widths from left to right.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from .conftest import CHROMIUM_ARGUMENTS, build_harness, chromium_path, harness_address

VIEWS = ("TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch", "Dashboard")
WIDTHS = (320, 760, 1200)
STATES = {
    "untrained": {"status": "untrained"},
    "training": {"status": "training"},
    "trained": {"status": "ready", "s_primary": 15, "s_selection": [15, 3]},
    "diverged": {"status": "diverged"},
    "empty": {"status": "ready", "s_min_count": 5_000},
    "disconnected": {"status": "training", "gone": 1},
}


def take(page: Page, folder: Path, view: str, state: str, theme: str) -> list[Path]:
    """The widget in a state, at each width; the pictures' files."""
    page.goto(harness_address(view, theme=theme, jupyter=1, **STATES[state]))
    widget = page.locator(f".cw-{view}[data-theme={theme}]")
    expect(widget).to_be_visible()
    if state == "disconnected":
        expect(widget).to_contain_text("Not connected")
    taken = []
    for width in WIDTHS:
        page.evaluate("(width) => { document.getElementById('main').style.width = `${width}px`; }", width)
        # Sizes are told in one frame, drawn in the next, and labels placed in the one after.
        page.evaluate("async () => { for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame); }")
        taken.append(folder / f"{view}-{state}-{theme}-{width}.png")
        widget.screenshot(path=taken[-1])
    return taken


def sheet(page: Page, rows: dict[str, list[Path]], path: Path) -> None:
    """One picture of many, so that they can be compared."""
    cells = "".join(
        f"<h2>{html.escape(state)}</h2><div>{''.join(f'<img src={picture.name}>' for picture in pictures)}</div>"
        for state, pictures in rows.items()
    )
    style = "body{margin:16px;background:#888;font:20px sans-serif}div{display:flex;gap:16px;align-items:flex-start}"
    page_of_pictures = path.with_suffix(".html")
    page_of_pictures.write_text(f"<!doctype html><style>{style}</style>{cells}")
    page.goto(page_of_pictures.resolve().as_uri())
    page.screenshot(path=path, full_page=True)


def main(folder: Path, views: tuple[str, ...]) -> None:
    """All pictures and sheets of `views`, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    build_harness()
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        # High enough for a whole dashboard: what is out of sight is not drawn.
        page = browser.new_page(viewport={"width": 2400, "height": 4200}, reduced_motion="reduce", locale="en-US")
        for view in views:
            for theme in ("light", "dark"):
                rows = {state: take(page, folder, view, state, theme) for state in STATES}
                sheet(page, rows, folder / f"{view}-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or VIEWS)

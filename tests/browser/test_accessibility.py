"""axe-core finds nothing wrong in any widget, trained, in both themes."""

from __future__ import annotations

import json
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from .servers import DashboardServer
from .test_dashboard import train

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme: str, dashboard: DashboardServer, page: Page) -> None:
    page.goto(f"{dashboard.address}&theme={theme}", wait_until="domcontentloaded")
    board = page.get_by_role("region", name="Dashboard")
    expect(board.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=60_000)
    expect(page.locator(f"[data-theme={theme}]").first).to_be_visible()
    train(board)
    page.add_script_tag(path=AXE)
    found = page.evaluate("(tags) => axe.run('.cw', { runOnly: tags })", RULES)["violations"]
    told = [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found]
    assert told == [], json.dumps(told, indent=1)

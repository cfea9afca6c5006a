"""axe-core finds nothing wrong: the trained dashboard in Voila, each widget alone in each of its states."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from .servers import START_SECONDS, DashboardServer
from .test_dashboard import train

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Describing and sending what has passed as well takes longer than the rules themselves.
AXE_RUN = """async (tags) => {
  const results = await axe.run('.cw', { runOnly: tags, resultTypes: ['violations'] });
  return results.violations;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme: str, dashboard: DashboardServer, page: Page) -> None:
    page.goto(f"{dashboard.address}&theme={theme}", wait_until="domcontentloaded")
    board = page.get_by_role("region", name="Dashboard")
    expect(board.get_by_role("button", name="Train", exact=True)).to_be_visible(timeout=START_SECONDS * 1000)
    expect(page.locator(f"[data-theme={theme}]").first).to_be_visible()
    train(board)
    assert_axe_finds_nothing(page)


def assert_axe_finds_nothing(page: Page, where: str = "") -> None:
    page.add_script_tag(path=AXE)
    found = page.evaluate(AXE_RUN, RULES)
    told = [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found]
    assert told == [], where + json.dumps(told, indent=1)


# What a widget can be in, as the harness page takes it; the lists and the table that is drawn in parts are opened.
STATES = {
    "untrained": {"status": "untrained"},
    "training": {"status": "training"},
    "trained": {"status": "ready", "s_primary": 3, "s_selection": [3, 5]},
    "nothing left by the filter": {"status": "ready", "s_min_count": 5_000},
    "an error": {"status": "error", "s_error_detail": "Traceback", "t_message": "A callback raised ValueError: no."},
    "no kernel": {"status": "training", "gone": 1},
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(theme: str, harness: Callable[..., str], page: Page) -> None:
    views = ("TrainingPanel", "BiasTable", "PCAScatter", "NeighborSearch")
    for name, state in STATES.items():
        page.goto(harness(",".join(views), theme=theme, jupyter=1, t_show_settings=True, t_show_export=True, **state))
        for view in views:
            widget = page.locator(f".cw-{view}[data-theme={theme}]")
            expect(widget).to_be_visible()
            if name == "no kernel":
                expect(widget).to_contain_text("Not connected")
        assert_axe_finds_nothing(page, f"{name}: ")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_list_and_a_table_drawn_in_parts(
    theme: str, harness: Callable[..., str], page: Page
) -> None:
    page.goto(harness("NeighborSearch", theme=theme, jupyter=1))
    page.get_by_role("combobox", name="Title").fill("sil")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_axe_finds_nothing(page, "the open list: ")
    page.goto(harness("BiasTable", theme=theme, jupyter=1, t_show="all"))
    expect(page.get_by_role("grid", name="Biases")).to_be_visible()
    assert_axe_finds_nothing(page, "the grid: ")

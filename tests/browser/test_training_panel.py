"""The training panel in JupyterLab and Notebook 7: buttons, speed of Stop, reload, two tabs, lost kernel."""

from __future__ import annotations

import re
import statistics

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.load import slowness

from .notebooks import (
    cell_runs,
    command,
    fill_notebook,
    open_notebook,
    restart_kernel,
    run_cell,
    second_tab,
    start_cell,
    wait_until_idle,
)
from .servers import JupyterServer

SETUP = """
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(800, 400, 100_000, n_factors=4, seed=1)
dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=1)
learn = cw.collab_learner(dls, n_factors=16, y_range=(0, 5.5), wd=0.1)
"""
LONG = "panel = cw.TrainingPanel(learn, epochs=1000, lr=1e-3, schedule='constant')\npanel"
SHORT = "cw.TrainingPanel(learn, epochs=3)"

# From the click until the panel shows that training has ended, as a user would see it, in milliseconds.
_MILLISECONDS_TO_STOP = """(panel) => new Promise((done) => {
  const named = (name) => [...panel.querySelectorAll('button')].find(
    (button) => (button.getAttribute('aria-label') ?? button.textContent).trim() === name);
  const start = performance.now();
  named('Stop').click();
  const look = () => named('Train') ? done(performance.now() - start) : requestAnimationFrame(look);
  look();
})"""


def training(page: Page) -> Locator:
    return page.get_by_role("region", name="Training")


def button(page: Page, name: str) -> Locator:
    return training(page).get_by_role("button", name=name, exact=True)


def stops_within(page: Page, milliseconds: float) -> None:
    """Stop takes no longer, in the median of five times."""
    taken = [milliseconds_to_stop(page) / slowness() for _ in range(5)]
    assert statistics.median(taken) <= milliseconds, taken


def milliseconds_to_stop(page: Page) -> float:
    """Train, and press Stop once batches have been done; how long until the panel shows that it has stopped."""
    button(page, "Train").click()
    expect(progress(page)).not_to_have_attribute("aria-valuetext", re.compile("not trained|^0 "))
    expect(button(page, "Stop")).to_be_visible()
    return training(page).evaluate(_MILLISECONDS_TO_STOP)


def progress(page: Page) -> Locator:
    return training(page).get_by_role("progressbar", name="Training progress")


def epoch_rows(page: Page) -> Locator:
    return training(page).get_by_role("table", name="Epochs").locator("tbody").get_by_role("row")


def test_train_pause_resume_and_stop_do_what_they_say(each_tab: Page) -> None:
    fill_notebook(each_tab, SETUP, LONG, "print(learn.status, learn.epoch > 0)")
    button(each_tab, "Train").click()
    button(each_tab, "Pause").click()
    expect(button(each_tab, "Resume")).to_be_visible()
    assert run_cell(each_tab, 2) == "paused True\n"
    button(each_tab, "Resume").click()
    expect(button(each_tab, "Pause")).to_be_visible()
    button(each_tab, "Stop").click()
    expect(button(each_tab, "Train")).to_be_visible()
    assert run_cell(each_tab, 2) == "stopped True\n"


def test_a_fit_fills_table_and_chart(each_tab: Page) -> None:
    fill_notebook(each_tab, SETUP, SHORT, "print(*(f'{e.valid_loss:.4f}' for e in learn.history.epochs))")
    button(each_tab, "Train").click()
    expect(epoch_rows(each_tab)).to_have_count(3)
    expect(button(each_tab, "Train")).to_be_visible()
    losses = run_cell(each_tab, 2).split()
    for row, loss in zip(epoch_rows(each_tab).all(), losses, strict=True):
        expect(row).to_contain_text(loss)
    chart = training(each_tab).get_by_role("img", name="Loss")
    expect(chart.locator("circle")).to_have_count(4)  # one an epoch, and the key's
    expect(chart.get_by_text(re.compile(r"best: 0\.\d{4}, RMSE 0\.\d{3} stars, epoch \d"))).to_be_visible()
    expect(chart).to_have_accessible_description(
        re.compile(r"^Two curves over 3 epochs; validation lowest 0\.\d{3} at epoch \d\.$")
    )


@pytest.mark.alone
def test_stop_takes_at_most_200_ms(each_tab: Page) -> None:
    fill_notebook(each_tab, SETUP, LONG)
    stops_within(each_tab, 200)


@pytest.mark.alone
def test_stop_takes_at_most_200_ms_without_subshells(lab_without_subshells: JupyterServer, page: Page) -> None:
    open_notebook(page, lab_without_subshells, "stop", SETUP, LONG)
    stops_within(page, 200)


@pytest.mark.alone
def test_stop_takes_at_most_200_ms_while_a_cell_runs(tab: Page) -> None:
    wait = "import time\nwhile True: time.sleep(0)"  # gives no widget message a chance on the main thread
    fill_notebook(tab, SETUP, LONG, wait, run=2)
    start_cell(tab, 2)
    stops_within(tab, 200)
    assert cell_runs(tab)
    command(tab, "notebook:interrupt-kernel")


def test_a_kernel_that_is_busy_in_a_cell_is_said_so(lab_without_subshells: JupyterServer, page: Page) -> None:
    end = lab_without_subshells.root / "the-cell-may-end"
    wait = f"import time, pathlib\nwhile not pathlib.Path({end.name!r}).exists(): time.sleep(0.05)"
    open_notebook(page, lab_without_subshells, "waits", SETUP, LONG, wait, run=2)
    start_cell(page, 2)
    button(page, "Train").click()
    expect(training(page)).to_contain_text("No answer from Python")
    end.touch()
    expect(button(page, "Stop")).to_be_visible()  # the command waits for the cell, it is not lost
    expect(training(page)).not_to_contain_text("No answer from Python")


def test_a_reloaded_page_shows_the_whole_history(tab: Page) -> None:
    fill_notebook(tab, SETUP, SHORT)
    button(tab, "Train").click()
    expect(epoch_rows(tab)).to_have_count(3)
    expect(button(tab, "Train")).to_be_visible()
    before = epoch_rows(tab).all_inner_texts()
    command(tab, "docmanager:save")
    tab.reload()
    wait_until_idle(tab)
    expect(epoch_rows(tab)).to_have_count(3)
    assert epoch_rows(tab).all_inner_texts() == before


def test_two_tabs_stay_in_step(lab: JupyterServer, tab: Page) -> None:
    fill_notebook(tab, SETUP, LONG)
    with second_tab(tab, lab) as other:
        button(tab, "Train").click()
        expect(button(other, "Pause")).to_be_visible()
        button(other, "Pause").click()
        expect(button(tab, "Resume")).to_be_visible()
        assert epoch_rows(tab).all_inner_texts() == epoch_rows(other).all_inner_texts()
        button(tab, "Stop").click()
        expect(button(other, "Train")).to_be_visible()


def test_a_restarted_kernel_is_seen_as_not_connected(tab: Page) -> None:
    fill_notebook(tab, SETUP, LONG)
    button(tab, "Train").click()
    expect(epoch_rows(tab)).not_to_have_count(0)
    restart_kernel(tab)
    expect(training(tab)).to_contain_text("Not connected")
    expect(button(tab, "Stop")).to_be_disabled()

"""The switch "Retrain on change" in JupyterLab: what it costs, what it shows, how soon."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.load import slowness

from .notebooks import fill_notebook, open_notebook, run_cell
from .servers import JupyterServer
from .test_training_panel import SETUP, button, epoch_rows, training

MOVIELENS = """
import collabwidgets as cw
dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
learn = cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1)
learn.fit_one_cycle(5, 5e-3)
"""
BOARD = """
board = cw.Dashboard(learn)
board.training.show_settings = True
learn.view.primary = 5
board
"""
SLOW = SETUP.replace("wd=0.1", "wd=0.1, engine='autograd'")
PANEL = "cw.TrainingPanel(learn, epochs=200, show_settings=True)"
OWN = """
import torch
class Taste(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.user_factors, self.movie_factors = (torch.nn.Embedding(n, 4) for n in (len(dls.users), len(dls.items)))
    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)
learn = cw.CollabLearner(dls, Taste())
"""

# From the moment in which a field is left, with another number in it, until the frame after the last change in each
# view, in milliseconds. The map is looked at where its points are densest.
_LAST_CHANGES = """(board, field) => new Promise((done, fail) => {
  const part = (name, inner) => board.querySelector(`section[aria-label="${name}"] ${inner}`);
  const views = {
    chart: part('Training', '[role=img]'),
    epochs: part('Training', 'table'),
    biases: part('Bias ranking', 'table'),
    neighbours: part('Neighbours', 'table'),
  };
  const canvas = part('Map of titles', 'canvas');
  const pixels = () => new Uint32Array(
    canvas.getContext('2d').getImageData(canvas.width / 2 - 60, canvas.height / 2 - 60, 120, 120).data.buffer
  ).reduce((sum, pixel) => (Math.imul(sum, 31) + pixel) | 0, 0);
  const changed = {};
  const due = new Set();
  const observers = Object.entries(views).map(([name, view]) => {
    const observer = new MutationObserver(() => due.add(name));
    observer.observe(view, { subtree: true, childList: true, characterData: true, attributeFilter: ['d'] });
    return observer;
  });
  let seen = pixels();
  const start = performance.now();
  field.blur();
  const look = () => {
    const now = performance.now() - start;
    for (const name of due) changed[name] = now;
    due.clear();
    const next = pixels();
    if (next !== seen) [seen, changed.map] = [next, now];
    const all = Object.keys(changed).length > observers.length;
    if (now > 60000) fail(new Error(`after 60 s only these had changed: ${Object.keys(changed)}`));
    else if (!all || now < Math.max(...Object.values(changed)) + 1000) return requestAnimationFrame(look);
    for (const observer of observers) observer.disconnect();
    done(changed);
  };
  requestAnimationFrame(look);
})"""


def switch(page: Page) -> Locator:
    return training(page).get_by_role("switch", name="Retrain on change")


def setting(page: Page, name: str) -> Locator:
    return training(page).get_by_label(name, exact=True)


def change(page: Page, name: str, value: str) -> None:
    """Type another number and settle on it."""
    setting(page, name).fill(value)
    setting(page, name).press("Enter")


def badge(page: Page, text: str) -> None:
    expect(training(page)).to_contain_text(text)


@pytest.mark.alone
def test_a_changed_setting_is_seen_in_every_view_within_half_a_second(
    lab: JupyterServer, open_context: Callable[..., BrowserContext]
) -> None:
    # Movement and all; every view in sight, as what is not is not painted; and no trace, which takes pictures too.
    viewport = {"width": 1600, "height": 1400}
    page = open_context(viewport=viewport, reduced_motion="no-preference").new_page()
    printed = "print(learn.recipe.wd, *(f'{e.valid_loss:.4f}' for e in learn.history.epochs))"
    open_notebook(page, lab, "retrain", MOVIELENS, BOARD, printed)
    board = page.get_by_role("region", name="Dashboard")
    expect(board.get_by_role("table", name="Nearest titles").locator("tbody").get_by_role("row")).to_have_count(10)
    expect(epoch_rows(page)).to_have_count(5)
    switch(page).check()
    milliseconds = []
    for wd in ("0.2", "0.15", "0.05", "0.3", "0.12"):
        setting(page, "Weight decay").fill(wd)
        last = board.evaluate(_LAST_CHANGES, setting(page, "Weight decay").element_handle())
        milliseconds.append(max(last.values()) / slowness())
        badge(page, "ready · 5 epochs")
        trained_with, *losses = run_cell(page, 2).split()
        assert trained_with == wd
        for row, loss in zip(epoch_rows(page).all(), losses, strict=True):
            expect(row).to_contain_text(loss)
    assert statistics.median(milliseconds) <= 500, milliseconds


def test_the_switch_itself_loses_nothing_and_says_what_will(tab: Page) -> None:
    state = "print(learn.history.run, learn.epoch, learn.n_factors)"
    fill_notebook(tab, SETUP, "learn.fit_one_cycle(1)", PANEL, state)
    expect(setting(tab, "Factors")).to_have_attribute("aria-disabled", "true")
    expect(training(tab)).to_contain_text("Reset first")
    expect(switch(tab)).not_to_be_checked()
    change(tab, "Weight decay", "0.3")
    switch(tab).check()
    expect(switch(tab)).to_have_accessible_description(re.compile("forgets these weights.*until then nothing is lost"))
    expect(setting(tab, "Factors")).not_to_have_attribute("aria-disabled", "true")
    assert run_cell(tab, 3) == "0 1.0 16\n"
    change(tab, "Epochs", "2")
    badge(tab, "ready · 2 epochs")
    change(tab, "Factors", "7")
    change(tab, "Epochs", "3")
    badge(tab, "ready · 3 epochs")
    switch(tab).uncheck()
    change(tab, "Epochs", "9")
    assert run_cell(tab, 3) == "3 3.0 7\n"


def test_the_last_of_several_changes_wins(tab: Page) -> None:
    state = "print(learn.recipe.wd, learn.recipe.schedule, learn.recipe.epochs, learn.n_factors, len(learn.history))"
    fill_notebook(tab, SLOW, PANEL, state)
    switch(tab).check()
    change(tab, "Weight decay", "0.2")
    expect(button(tab, "Stop")).to_be_visible()
    change(tab, "Weight decay", "0.3")
    training(tab).get_by_role("radio", name="constant").check()
    setting(tab, "Factors").press("ArrowUp")
    change(tab, "Epochs", "2")
    badge(tab, "ready · 2 epochs")
    assert run_cell(tab, 2) == "0.3 constant 2 21 2\n"


def test_a_number_being_typed_retrains_only_once_it_is_settled_on(tab: Page) -> None:
    fill_notebook(tab, SETUP, PANEL, "print(learn.history.run)")
    change(tab, "Epochs", "1")
    switch(tab).check()
    setting(tab, "Learning rate").fill("")
    setting(tab, "Learning rate").press_sequentially("0.01")
    setting(tab, "Learning rate").press("Tab")
    badge(tab, "ready · 1 epoch")
    setting(tab, "Batch size").press("Tab")  # left as it was
    setting(tab, "Seed").press("ArrowUp")
    change(tab, "Epochs", "2")
    badge(tab, "ready · 2 epochs")
    assert run_cell(tab, 2) == "3\n"  # one for each of the three, none for what was typed on the way


@pytest.mark.parametrize("name", ["Factors", "Seed"])
def test_what_a_finished_module_fixes_says_so_and_the_rest_retrains(tab: Page, name: str) -> None:
    fill_notebook(tab, SETUP, OWN, PANEL, "print(learn.recipe.wd, learn.history.run)")
    switch(tab).check()
    expect(setting(tab, name)).to_have_attribute("aria-disabled", "true")
    expect(setting(tab, name)).to_have_attribute("title", re.compile("pass remake= to CollabLearner"))
    change(tab, "Epochs", "1")
    badge(tab, "ready · 1 epoch")
    change(tab, "Weight decay", "0.3")
    change(tab, "Epochs", "2")
    badge(tab, "ready · 2 epochs")
    assert run_cell(tab, 3) == "0.3 3\n"

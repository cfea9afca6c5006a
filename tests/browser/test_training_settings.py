"""The training panel's settings and words, in the page that needs no kernel."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect


def training(page: Page) -> Locator:
    return page.get_by_role("region", name="Training")


def meta(page: Page, **facts: object) -> None:
    page.evaluate("(facts) => harness.storeModel.update({ data: facts })", facts)


def recipe(page: Page, **settings: object) -> None:
    page.evaluate(
        "(changed) => harness.storeModel.update({ recipe: { ...harness.store.recipe.peek(), ...changed } })",
        settings,
    )


def test_badge_and_bar_count_the_epochs_of_the_running_fit(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="training", s_progress=0.5, s_epoch=5.5))
    expect(training(page)).to_contain_text("epoch 3 of 5 of this fit, 6 in all · live")
    recipe(page, fit_epochs=1)
    expect(training(page)).to_contain_text("epoch 1 of 1 of this fit, 6 in all · live")
    expect(training(page).get_by_role("progressbar")).to_have_attribute(
        "aria-valuetext", "epoch 1 of 1 of this fit, 6 in all · 50 %, about 15 s left"
    )
    expect(training(page).get_by_role("spinbutton", name="Epochs")).to_have_value("5")


def test_metrics_are_columns_of_the_table_of_epochs_and_of_its_csv(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", width=300))
    page.evaluate(
        """() => {
            const metrics = [{}, {}, { mae: 0.7 }, { mae: 0.7 }, { "a<b": 1 }]
            const history = harness.store.history.peek()
            harness.storeModel.update({ history: history.map((row, i) => ({ ...row, metrics: metrics[i] })) })
        }"""
    )
    table = training(page).get_by_role("table", name="Epochs")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["epoch", "train", "valid", "RMSE, stars", "mae", "a<b", "note"]
    )
    rows = table.locator("tbody").get_by_role("row")
    for row, cells in ((1, ("–", "–")), (3, ("0.7000", "–")), (4, ("–", "1.0000"))):
        for at, cell in enumerate(cells, 3):
            expect(rows.nth(row).get_by_role("cell").nth(at)).to_have_text(cell)
    assert training(page).evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")


def test_stop_hands_the_focus_to_train(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="training"))
    stop = training(page).get_by_role("button", name="Stop")
    stop.focus()
    page.keyboard.press("Enter")
    expect(stop).to_have_count(0)
    expect(training(page).get_by_role("button", name="Train", exact=True)).to_be_focused()


def test_one_epoch_more_says_what_it_does(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="stopped", s_epoch=1))
    more = training(page).get_by_role("button", name="+1 epoch")
    expect(more).to_have_attribute("title", "Train one epoch more")
    expect(training(page).get_by_text("1 epoch trained")).to_be_visible()
    page.evaluate("() => harness.storeModel.update({epoch: 2.4})")
    expect(more).to_have_attribute("title", "Train all ratings once, as epoch 3")
    page.evaluate("() => harness.storeModel.update({status: 'paused'})")
    expect(more).to_have_attribute("title", "Finish epoch 3, then pause")


def test_a_field_takes_what_python_takes(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel"))
    field = training(page).get_by_label("Weight decay")
    field.fill("20")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    field.fill("101")
    expect(training(page).get_by_role("alert")).to_have_text("Weight decay must be between 0 and 100.")


def test_factors_that_cannot_be_changed_are_locked_with_the_reason(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="untrained", t_show_settings=True))
    field = training(page).get_by_role("spinbutton", name="Factors")
    expect(field).to_be_editable()
    meta(page, can_resize=False)
    expect(field).not_to_be_editable()
    expect(field).to_have_attribute(
        "title", "The neural model\u2019s tables are sized one by one: pass emb_szs= to collab_learner for other sizes"
    )
    expect(training(page).get_by_role("spinbutton", name="Seed")).to_be_editable()


def test_the_smoothing_is_drawn_under_the_finger_and_sent_on_release(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", t_smoothing=0.5, t_show_settings=True))
    slider = training(page).get_by_role("slider", name="Smoothing")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    before = training(page).locator(".cw-chart svg").inner_html()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(training(page).locator("output")).not_to_have_text("0.50")
    page.wait_for_function("(before) => document.querySelector('.cw-chart svg').innerHTML !== before", arg=before)
    assert page.evaluate("() => harness.models[0].get('smoothing')") == 0.5
    page.mouse.up()
    shown = training(page).locator("output").text_content()
    sent = page.evaluate("() => harness.models[0].get('smoothing')")
    assert f"{sent:.2f}" == shown != "0.50"


def test_at_rest_a_student_sees_the_buttons_and_four_settings(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel"))
    panel = training(page)
    for name in ("Train", "+1 epoch", "Reset"):
        expect(panel.get_by_role("button", name=name, exact=True)).to_be_visible()
    for name in ("Epochs", "Learning rate", "Weight decay", "Retrain on change"):
        expect(panel.get_by_label(name, exact=True).first).to_be_visible()
    for name in ("Batch size", "Loss over"):
        expect(panel.get_by_label(name)).to_have_count(0)
    for name in ("Copy", "CSV", "PNG", "SVG", "Copy code"):
        expect(panel.get_by_role("button", name=name, exact=True)).to_have_count(0)


@pytest.mark.parametrize(
    ("button", "trait", "within"),
    [("Settings", "show_settings", "Batch size"), ("Export", "show_export", "Download as CSV")],
)
def test_a_disclosure_opens_by_keyboard_and_its_state_is_a_trait(
    button: str, trait: str, within: str, harness: Callable[..., str], page: Page
) -> None:
    page.goto(harness("TrainingPanel"))
    opens = training(page).get_by_role("button", name=button)
    expect(opens).to_have_attribute("aria-expanded", "false")
    opens.focus()
    page.keyboard.press("Enter")
    expect(opens).to_have_attribute("aria-expanded", "true")
    region = training(page).get_by_role("group", name=button)
    expect(region.get_by_label(within).or_(region.get_by_title(within)).first).to_be_visible()
    assert page.evaluate("(trait) => harness.models[0].get(trait)", trait) is True
    page.keyboard.press("Tab")
    assert region.evaluate("(region) => region.contains(document.activeElement)")
    page.evaluate("(trait) => harness.models[0].update({ [trait]: false })", trait)
    expect(region).to_have_count(0)


def test_controls_that_are_listed_are_in_sight_and_the_others_nowhere(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", t_controls=["train", "weight_decay", "batch_size", "csv"]))
    panel = training(page)
    for name in ("Weight decay", "Batch size"):
        expect(panel.get_by_label(name)).to_be_visible()
    expect(panel.get_by_role("button", name="CSV")).to_be_visible()
    expect(panel.get_by_label("Learning rate")).to_have_count(0)
    for name in ("Settings", "Export", "Copy code"):
        expect(panel.get_by_role("button", name=name)).to_have_count(0)


def test_what_cannot_be_used_goes_with_the_region_it_was_typed_in(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", t_show_settings=True))
    training(page).get_by_role("spinbutton", name="Seed").fill("-3")
    expect(training(page).get_by_role("alert")).to_be_visible()
    training(page).get_by_role("button", name="Settings").click()
    expect(training(page).get_by_role("alert")).to_have_count(0)
    expect(training(page).get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_what_the_curves_mean_is_said_beside_them(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", s_overfit_since=4, s_best_epoch=3))
    expect(training(page).get_by_text("Validation loss has been above its best since epoch 4")).to_be_visible()
    expect(training(page).get_by_text("A gap is normal; rising validation is the sign.")).to_be_visible()
    caution = training(page).get_by_text("The loss is not the quality of a ranking, and one run is not the truth")
    expect(caution).not_to_be_visible()
    training(page).locator(".cw-chart-block summary").click()
    expect(caution).to_be_visible()
    rows = training(page).get_by_role("table", name="Epochs").locator("tbody tr")
    expect(rows.filter(has_text="rises")).to_have_count(1)
    expect(rows.nth(2)).to_contain_text("best")
    expect(rows.nth(3)).to_contain_text("↗ validation loss rises")


def test_a_new_seed_is_one_click(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="untrained", t_seed=123_456, t_show_settings=True))
    training(page).get_by_role("button", name="new seed").click()
    field = training(page).get_by_role("spinbutton", name="Seed")
    expect(field).not_to_have_value("123456")
    assert page.evaluate("() => harness.models[0].get('seed')") == int(field.input_value()) < 10_000


def test_usual_values_can_be_chosen(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel"))
    chosen = "(field) => [...field.list.options].map((option) => option.value)"
    assert "5e-3" in training(page).get_by_label("Learning rate").evaluate(chosen)
    assert "0.1" in training(page).get_by_label("Weight decay").evaluate(chosen)


def test_rescaled_settings_and_members_are_said(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel,BiasTable", t_batch_size=1024))
    said = training(page).get_by_text("settings as for batches of 64")
    expect(said).to_have_count(0)
    recipe(page, rescale=True)
    expect(said).to_be_visible()
    meta(page, n_members=8)
    expect(training(page).locator("header")).to_contain_text("8 members, averaged")
    expect(page.get_by_role("region", name="Bias ranking").locator("header")).to_contain_text("· member 1 of 8")


def test_the_learning_rate_to_try_is_offered_once_and_used(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="diverged", s_suggested_lr=0.0015))
    expect(training(page).get_by_text("Try learning rate")).to_have_count(1)
    training(page).get_by_role("button", name="Try learning rate 1.5e-3").click()
    expect(training(page).get_by_label("Learning rate", exact=True)).to_have_value("1.5e-3")
    page.wait_for_function("() => harness.sent.some(({ content }) => content.call?.name === 'train')")
    sent = page.evaluate("() => harness.sent.map(({ content }) => content).filter(({ kind }) => kind === 'command')")
    assert [(command["call"]["name"], command["call"].get("lr")) for command in sent] == [
        ("reset", None),
        ("train", 0.0015),
    ]


def test_without_a_kernel_nothing_is_promised_and_it_is_said_once(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("Dashboard", status="training", gone=1))
    said = page.get_by_text(re.compile("^Not connected", re.IGNORECASE)).locator("visible=true")
    expect(said).to_have_count(3)  # in the head, under it, and to a screen reader
    expect(training(page).locator("header").get_by_text("not connected")).to_be_hidden()
    expect(training(page).get_by_role("progressbar")).to_have_attribute("aria-valuetext", "epoch 3 of 5 · 52 %")
    expect(training(page)).not_to_contain_text("left")
    page.goto(harness("TrainingPanel,BiasTable", status="training", gone=1))
    expect(training(page).get_by_role("paragraph").filter(has_text="Showing the last state.")).to_have_text(
        "Not connected. Showing the last state."
    )
    table = page.get_by_role("region", name="Bias ranking")
    expect(table.get_by_text("Showing the last state; sorting and search still work.")).to_be_visible()


def test_earlier_runs_are_shown_by_a_checkbox_and_read_by_the_crosshair(
    harness: Callable[..., str], page: Page
) -> None:
    page.goto(harness("TrainingPanel", runs=1, t_visible_runs=[2], t_hit_rate=0.3124))
    expect(training(page).get_by_text("Hit rate@10 0.312")).to_be_visible()
    runs = training(page).get_by_role("table", name="Runs")
    expect(runs.get_by_role("checkbox")).to_have_count(2)
    expect(runs.get_by_role("checkbox", name="run 2: wd 0.05")).to_be_checked()
    crosshair = training(page).get_by_role("slider", name="Crosshair of the loss chart")
    crosshair.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    read = re.compile(
        r"^epoch 4; run 3: wd 0\.1: train 0\.\d{4} · valid 0\.8231 \(RMSE 0\.907 stars\) at epoch 4; run 2:"
    )
    expect(crosshair).to_have_attribute("aria-valuetext", read)
    expect(crosshair).not_to_have_attribute("aria-valuetext", re.compile("run 1"))
    runs.get_by_role("checkbox", name="run 1: wd 0.01").check()
    assert page.evaluate("() => harness.models[0].get('visible_runs')") == [1, 2]
    box = crosshair.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for run in ("run 1: wd 0.01", "run 2: wd 0.05", "run 3: wd 0.1"):
        expect(crosshair.get_by_text(run)).to_be_visible()
    crosshair.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(crosshair).to_have_attribute("aria-valuetext", "off: arrow keys go from epoch to epoch")


def test_a_setting_that_python_names_is_shown_and_sent(harness: Callable[..., str], page: Page) -> None:
    page.goto(harness("TrainingPanel", status="untrained"))
    page.evaluate(
        """() => {
          const warmth = { ...harness.store.data.value.settings[1], name: 'warmth', trait: 'warmth', label: 'Warmth' };
          harness.models[0].update({ warmth: 0.5 });
          harness.storeModel.update({ data: { settings: [...harness.store.data.value.settings, warmth] } });
        }"""
    )
    training(page).get_by_label("Warmth", exact=True).fill("0.75")
    training(page).get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function("() => harness.sent.some(({ content }) => content.call?.warmth === 0.75)")

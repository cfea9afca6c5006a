"""The axes of the bqplot figures."""

import bqplot
import numpy as np
import pytest
from traitlets import TraitError

import collabwidgets as cw
from collabwidgets.loss_curves import smoothed
from collabwidgets.widgets.figures import even_ticks, log_ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.5, 1.4, [0.5, 1.0]),
        (0.04, 3.0, [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
        (1.0, 10.0, [1.0, 2.0, 5.0, 10.0]),
        (0.6, 0.95, None),  # none of them: bqplot's own are better
        (0.6, 1.5, None),  # one of them tells no scale
    ],
)
def test_a_log_axis_has_one_two_and_five_times_the_powers_of_ten(low, high, ticks):
    found = log_ticks(low, high)
    assert found is None if ticks is None else found == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.45, 1.3, [0.6, 0.8, 1.0, 1.2]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.80, 0.86, [0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86]),
    ],
)
def test_even_ticks_are_round_numbers_within(low, high, ticks):
    assert even_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize(("end", "step"), [(1, 1), (5, 1), (12, 2), (80, 10), (300, 50), (1000, 200)])
def test_epochs_are_counted_in_round_steps(end, step):
    assert even_ticks(0, end, least=1) == pytest.approx(np.arange(0, end + 1, step))


@pytest.mark.parametrize("epochs", [1, 5, 80, 300])
def test_a_smoothed_curve_is_a_line_at_any_length(epochs):
    noise = np.random.default_rng(0).normal(size=2000).astype(np.float32)
    means = smoothed(np.linspace(epochs / 2000, epochs, 2000, dtype=np.float32), noise, 0.6)
    assert means[200:].std() < 0.3 * noise.std()


@pytest.mark.parametrize("y_scale", ["linear", "log"])
def test_the_right_axis_has_the_root_of_the_left_one(learn, y_scale):
    learn.start(epochs=2)
    learn.wait()
    left, right = cw.loss_figure(learn, y_scale=y_scale).axes[1:]
    assert (left.side, right.side, right.label) == ("left", "right", "RMSE, stars")
    assert list(left.tick_values) == list(right.tick_values)
    assert len(left.tick_values) >= 2
    for key, text in right.tick_labels.items():
        assert float(text) == pytest.approx(float(key) ** 0.5, abs=0.005)
        assert float(left.tick_labels[key]) == pytest.approx(float(key), abs=0.05)
        assert key == str(int(float(key))) or "." in key.rstrip("0")  # as a page's script writes the number


def test_a_figure_of_the_loss_is_live(learn):
    figure = cw.loss_figure(learn)
    learn.start(epochs=3)
    learn.wait()
    figure._curves.follow(learn, settled=True, watched=True)
    valid = next(mark for mark in figure.marks if mark.labels == ["valid"])
    np.testing.assert_allclose(valid.y, [row.valid_loss for row in learn.history.epochs])
    best = min(learn.history.epochs, key=lambda row: row.valid_loss)
    mark = next(mark for mark in figure.marks if isinstance(mark, bqplot.Scatter))
    assert (mark.x[0], mark.y[0]) == (best.epoch, best.valid_loss)
    assert figure.axes[1].label == f"MSE; best RMSE {best.valid_loss**0.5:.3f}"


def test_a_tick_comes_to_a_page_after_its_label(line, learn):
    figure = cw.loss_figure(learn)
    learn.start(epochs=2)
    learn.wait()
    figure._curves.follow(learn, settled=True, watched=True)
    for axis in figure.axes[1:]:
        labels, n_moves = {}, 0
        for message in line.of(axis):
            if "tick_values" in message.names and message.kind == "comm_msg":
                ticks = np.frombuffer(message.buffers[0])
                assert set(ticks) <= set(map(float, labels))
                n_moves += 1
            labels = message.state.get("tick_labels") or labels
        assert n_moves > 0
        assert set(map(float, labels)) == set(axis.tick_values)


def test_stars_are_said_only_where_ratings_are_stars(learn):
    plain = cw.collab_learner(learn.dls, n_factors=3)
    assert [axis.label for axis in cw.loss_figure(plain).axes][2] == "RMSE"


def test_without_validation_the_legend_does_not_name_it():
    ratings, _ = cw.synthetic_ratings(40, 20, 600, seed=3)
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, valid_pct=0, seed=3), n_factors=1)
    marks = cw.loss_figure(learn).marks
    assert [mark.labels for mark in marks if getattr(mark, "display_legend", False)] == [["train"]]


def test_earlier_runs_lie_behind_with_their_numbers(learn, tmp_path):
    for wd in (0.1, 0.2, 0.3):
        learn.retrain(2, wd=wd)
        assert learn.wait()
    train, valid, *_, numbers = cw.loss_figure(learn, runs=[1, 2]).marks
    for row, run in enumerate(learn.session.earlier):
        known = np.isfinite(train.x[row])
        assert train.x[row][known] == pytest.approx(run.x)
        assert valid.y[row] == pytest.approx([record.valid_loss for record in run.epochs])
    assert [text.strip("\u2007") for text in numbers.text] == ["1", "2"]
    _, valid, *_ = cw.loss_figure(learn, runs=[2], x_axis="step").marks
    assert valid.x == pytest.approx(np.array([1, 2]) * learn.dls.n_batches(learn.recipe.bs))


def test_the_panel_draws_the_runs_that_are_visible(learn, tmp_path):
    for wd in (0.1, 0.2, 0.3):
        learn.retrain(2, wd=wd)
        assert learn.wait()
    panel = cw.TrainingPanel(learn)
    assert panel.visible_runs == [1, 2]
    saved = panel.save_svg(tmp_path / "loss.svg").read_text()
    assert [f">run {number}<" in saved for number in (1, 2, 3)] == [True, True, False]
    with pytest.raises(TraitError, match="names 7, which is no earlier run; there are 1, 2"):
        panel.visible_runs = [7]
    panel.close()


def test_the_hit_rate_is_measured_when_a_training_is_over(learn):
    panel = cw.TrainingPanel(learn, second_metric="hit_rate")
    learn.start(epochs=2)
    assert learn.wait()
    panel.follow(learn, settled=False, watched=True)
    panel.follow(learn, settled=True, watched=True)
    assert panel.hit_rate == learn.hit_rate()
    panel.second_metric = "none"
    panel.follow(learn, settled=True, watched=True)
    assert panel.hit_rate is None
    panel.close()


def test_a_new_run_joins_those_in_the_chart(learn):
    panel = cw.TrainingPanel(learn)
    for seed in range(5):
        learn.retrain(1, seed=seed)
        assert learn.wait()
        panel.follow(learn, settled=True, watched=True)
    assert panel.visible_runs == [2, 3, 4]
    panel.visible_runs = []
    learn.reset()
    panel.follow(learn, settled=True, watched=True)
    assert panel.visible_runs == [5]
    assert "visible_runs" not in panel.to_code()
    panel.close()


def test_the_words_on_the_axes_have_the_hosts_colour(learn):
    learn.start(epochs=1)
    learn.wait()
    for figure in (cw.loss_figure(learn), cw.pca_figure(learn), cw.parabola_figure()):
        assert {axis.label_color for axis in figure.axes} == {"var(--jp-content-font-color1, #767676)"}

"""The bqplot figures, and what the training panel draws."""

import bqplot
import numpy as np
import pytest
from traitlets import TraitError

import collabwidgets as cw
from collabwidgets.loss_curves import smoothed


@pytest.mark.parametrize("epochs", [1, 5, 80, 300])
def test_a_smoothed_curve_is_a_line_at_any_length(epochs):
    noise = np.random.default_rng(0).normal(size=2000).astype(np.float32)
    means = smoothed(np.linspace(epochs / 2000, epochs, 2000, dtype=np.float32), noise, 0.6)
    assert means[200:].std() < 0.3 * noise.std()


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
    scale = figure.axes[1].scale
    assert scale.min < best.valid_loss < max(valid.y) < scale.max
    assert figure.axes[1].label == f"MSE; best RMSE {best.valid_loss**0.5:.3f}"


def test_without_validation_the_legend_does_not_name_it():
    ratings, _ = cw.synthetic_ratings(40, 20, 600, seed=3)
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, valid_pct=0, seed=3), n_factors=1)
    marks = cw.loss_figure(learn).marks
    assert [mark.labels for mark in marks if getattr(mark, "display_legend", False)] == [["train"]]


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

"""The learner as its user meets it: train, pause, stop, reset, ask."""

import _thread
import itertools
import re
import threading

import numpy as np
import pytest
import torch
from torch import nn

import collabwidgets as cw


@pytest.fixture
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5)


@pytest.fixture
def learn(dls):
    """Trained by the slower engine, so that there is something to pause."""
    return cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine="autograd")


def until(learn, reached):
    """Wait for a state that training itself brings about."""
    happened = threading.Event()
    undo = learn.on_change(lambda: happened.set() if reached() else None)
    assert reached() or happened.wait(20), f"never came: {learn}"
    undo()


class ChaptersDotProduct(nn.Module):
    """As the chapter types it."""

    def __init__(self, n_users, n_movies, n_factors):
        super().__init__()
        self.user_factors = cw.Embedding(n_users, n_factors)
        self.movie_factors = cw.Embedding(n_movies, n_factors)

    def forward(self, x):
        users = self.user_factors(x[:, 0])
        movies = self.movie_factors(x[:, 1])
        return (users * movies).sum(dim=1)


def test_fit_one_cycle_prints_fastais_table(learn, capsys):
    learn.fit_one_cycle(2, 5e-3, wd=0.1)
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["epoch", "train_loss", "valid_loss", "time"]
    assert [row.split()[0] for row in rows] == ["0", "1"]
    assert re.fullmatch(r"\s+1\s+\d\.\d{6}\s+\d\.\d{6}\s+\d\d:\d\d", rows[1])
    assert learn.status == "ready"
    assert learn.epoch == 2.0


def test_training_lowers_the_loss_below_the_mean(learn):
    learn.fit_one_cycle(5, 2e-2, wd=0.05)
    y = learn.dls.valid_y
    assert learn.history.best.valid_loss < ((y - learn.dls.rating_mean) ** 2).mean().item()


def test_one_seed_fixes_everything_and_touches_no_global_generator(dls):
    runs = []
    for _ in range(2):
        torch.manual_seed(0)
        before = torch.get_rng_state()
        learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))
        learn.fit_one_cycle(1)
        assert torch.equal(torch.get_rng_state(), before)
        runs.append(learn.snapshot.item_factors)
    assert np.array_equal(*runs)


def test_a_second_fit_adds_epochs(learn):
    learn.fit_one_cycle(1)
    learn.fit_one_cycle(2)
    assert [r.epoch for r in learn.history.epochs] == [1, 2, 3]


def test_start_returns_at_once_and_trains_in_a_thread(learn):
    learn.start(epochs=3, lr=1e-2)
    assert learn.status == "training"
    with pytest.raises(RuntimeError, match="already training"):
        learn.start()
    assert learn.wait(30)
    assert (learn.status, learn.epoch, learn.progress) == ("ready", 3.0, 1.0)


@pytest.mark.parametrize(("engine", "epochs"), [("autograd", 20), ("fused", 1000)])
def test_pause_keeps_the_fit_and_resume_ends_it_as_if_nothing_had_been(dls, engine, epochs):
    straight, halted = (cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine=engine) for _ in range(2))
    straight.start(epochs=epochs)
    straight.wait(30)
    halted.start(epochs=epochs)
    until(halted, lambda: halted.step > 5)
    halted.pause()
    assert halted.wait(5)
    assert halted.status == "paused"
    assert "weights kept" in halted.message
    assert 0 < halted.progress < 1
    halted.resume()
    assert halted.wait(30)
    assert halted.status == "ready"
    assert np.array_equal(straight.snapshot.item_factors, halted.snapshot.item_factors)


def test_stop_keeps_the_weights_running_or_paused(learn):
    learn.start(epochs=1000)
    until(learn, lambda: learn.step > 5)
    learn.stop()
    assert learn.wait(5)
    assert learn.status == "stopped"
    trained = learn.model.i_weight.weight.detach().numpy()
    assert np.array_equal(learn.snapshot.item_factors, trained)
    learn.start(epochs=1000)
    learn.pause()
    assert learn.wait(5)
    learn.stop()
    assert learn.status == "stopped"
    with pytest.raises(RuntimeError, match="no paused fit"):
        learn.resume()


def test_ctrl_c_pauses_a_foreground_fit_and_keeps_the_model(learn, capsys):
    undo = learn.on_change(lambda: _thread.interrupt_main() if learn.status == "training" and learn.step > 5 else None)
    learn.fit_one_cycle(1000)
    undo()
    assert learn.status == "paused"
    assert "Paused at epoch" in capsys.readouterr().out
    assert np.isfinite(learn.predict(learn.dls.classes["user"][1], learn.dls.classes["item"][1])).all()
    learn.resume()
    until(learn, lambda: learn.step > 10)
    learn.stop()
    assert learn.wait(5)


def test_step_epoch_ends_the_paused_epoch_or_adds_one(learn):
    learn.start(epochs=3)
    until(learn, lambda: learn.step > 1)
    learn.pause()
    learn.wait(5)
    at = len(learn.history)
    learn.step_epoch()
    assert learn.wait(20)
    assert learn.epoch == at + 1
    assert learn.status == ("paused" if at < 2 else "ready")
    while learn.status == "paused":
        learn.step_epoch()
        assert learn.wait(20)
    assert (learn.status, learn.epoch) == ("ready", 3.0)
    learn.step_epoch()
    assert learn.wait(20)
    assert (learn.epoch, learn.recipe.epochs) == (4.0, 3)


def test_reset_gives_back_the_first_weights(learn):
    first = learn.snapshot.item_factors
    learn.start(epochs=1000)
    until(learn, lambda: learn.step > 5)
    learn.reset()
    assert (learn.status, learn.epoch, len(learn.history)) == ("untrained", 0.0, 0)
    assert np.array_equal(learn.snapshot.item_factors, first)
    learn.reset(seed=99, n_factors=3)
    assert learn.n_factors == 3
    assert learn.recipe.seed == 99


def test_factors_of_a_trained_model_need_a_reset_first(learn):
    learn.fit_one_cycle(1)
    with pytest.raises(RuntimeError, match="reset"):
        learn.start(n_factors=4)
    learn.reset()
    learn.start(n_factors=4, epochs=1)
    assert learn.wait(20)
    assert learn.n_factors == 4


def test_an_exploding_fit_says_what_to_do(dls):
    learn = cw.collab_learner(dls, n_factors=8)
    learn.dls.train_y[7] = float("inf")
    learn.start(epochs=1, lr=0.3)
    assert learn.wait(20)
    assert learn.status == "diverged"
    assert learn.suggested_lr == pytest.approx(0.1)
    assert "NaN at epoch 1" in learn.message
    assert "0.1" in learn.message
    assert np.isfinite(learn.snapshot.item_factors).all()


def test_a_module_of_the_users_own_trains_and_shows_its_tables(dls):
    learn = cw.CollabLearner(dls, ChaptersDotProduct(dls.n_users, dls.n_items, 6))
    assert "item_factors=movie_factors" in repr(learn)
    assert "item_bias=none" in repr(learn)
    before = learn.model.movie_factors.weight.detach().clone()
    learn.fit_one_cycle(1)
    assert list(learn.pca(2, min_count=1).columns).count("PC1") == 1
    learn.reset()
    assert torch.equal(learn.model.movie_factors.weight, before)
    with pytest.raises(ValueError, match="remake"):
        learn.reset(n_factors=9)


def test_an_error_in_the_users_module_is_told_where_it_was_asked_for(dls):
    class Broken(ChaptersDotProduct):
        def forward(self, x):
            raise ArithmeticError("no such taste")

    learn = cw.CollabLearner(dls, Broken(dls.n_users, dls.n_items, 6))
    learn.start()
    assert learn.wait(20)
    assert (learn.status, learn.message) == ("error", "ArithmeticError: no such taste")
    with pytest.raises(ArithmeticError, match="no such taste"):
        learn.fit_one_cycle(1)


def test_predictions_are_the_models_and_unknown_ids_raise(learn):
    learn.fit_one_cycle(1)
    users, items = learn.dls.classes["user"], learn.dls.classes["item"]
    expected = learn.model(torch.tensor([[3, 4]])).item()
    assert learn.predict([users[3]], [items[4]])[0] == pytest.approx(expected)
    with pytest.raises(ValueError, match="no user 999"):
        learn.predict([999], [items[4]])
    assert np.isnan(learn.predict([999], [items[4]], unknown="nan")[0])


def test_an_unknown_user_can_be_the_average_one(learn):
    learn.fit_one_cycle(1)
    item = learn.dls.classes["item"][4]
    trained, model = torch.tensor(learn.dls.users.trained), learn.model
    factors = model.u_weight.weight[trained].mean(0) @ model.i_weight.weight[4]
    logit = (factors + model.u_bias.weight[trained].mean() + model.i_bias.weight[4, 0]).item()
    assert learn.predict([999], [item], unknown="average")[0] == pytest.approx(5.5 / (1 + np.exp(-logit)), rel=1e-5)


def test_misspelt_keywords_name_the_nearest(dls):
    with pytest.raises(TypeError, match="Did you mean 'n_factors'"):
        cw.collab_learner(dls, n_factor=3)
    with pytest.raises(TypeError, match="Did you mean 'pct_start'"):
        cw.collab_learner(dls).fit_one_cycle(1, pct_strat=0.3)
    with pytest.raises(ValueError, match=r"\(0, 5\.5\)"):
        cw.collab_learner(dls, y_range=(5.5, 0))


def test_components_keep_sign_and_order_while_training(learn):
    frames = []
    undo = learn.on_change(lambda: frames.append(learn.pca_frame(min_count=1)))
    learn.fit_one_cycle(6, 2e-2)
    undo()
    frames = list({frame.revision: frame for frame in frames}.values())
    for earlier, later in itertools.pairwise(frames):
        assert np.all((earlier.components * later.components).sum(axis=1) >= 0)


def test_selection_is_shared_by_name_and_by_row(learn):
    title = learn.dls.items.names[7]
    learn.view.selected_titles = [title]
    assert learn.view.selection == [7]
    assert learn.view.selected_titles == [title]
    with pytest.raises(ValueError, match="no such title"):
        learn.view.selected_titles = ["no such title"]
    with pytest.warns(UserWarning, match="hides everything"):
        learn.view.min_count = 10**6

"""The learner as its user meets it: train, pause, stop, reset, ask."""

import _thread
import inspect
import re
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from torch import nn

import collabwidgets as cw
from collabwidgets.training import EpochEnd
from collabwidgets.widgets import protocol
from collabwidgets.widgets.commands import run_command


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
    undo = learn.session.on_change(lambda: happened.set() if reached() else None)
    assert reached() or happened.wait(120), f"never came: {learn}"
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
    assert [row.split()[0] for row in rows] == ["1", "2"]
    assert re.fullmatch(r"\s+2\s+\d\.\d{6}\s+\d\.\d{6}\s+\d\d:\d\d", rows[1])
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
    assert learn.wait()
    assert (learn.status, learn.epoch, learn.session.progress.share) == ("ready", 3.0, 1.0)


@pytest.mark.parametrize(("engine", "epochs"), [("autograd", 20), ("fused", 1000)])
def test_pause_keeps_the_fit_and_resume_ends_it_as_if_nothing_had_been(dls, engine, epochs):
    straight, halted = (cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine=engine) for _ in range(2))
    straight.start(epochs=epochs)
    straight.wait()
    halted.start(epochs=epochs)
    undo = halted.session.on_change(lambda: halted.pause() if halted.session.progress.step > 5 else None)
    assert halted.wait()
    undo()
    assert halted.status == "paused"
    assert "weights kept" in halted.message
    assert 0 < halted.session.progress.share < 1
    halted.resume()
    assert halted.wait()
    assert halted.status == "ready"
    assert np.array_equal(straight.snapshot.item_factors, halted.snapshot.item_factors)


def test_stop_keeps_the_weights_running_or_paused(learn):
    learn.start(epochs=1000)
    until(learn, lambda: learn.session.progress.step > 5)
    learn.stop()
    assert learn.wait()
    assert learn.status == "stopped"
    trained = learn.model.i_weight.weight.detach().numpy()
    assert np.array_equal(learn.snapshot.item_factors, trained)
    learn.start(epochs=1000)
    learn.pause()
    assert learn.wait()
    learn.stop()
    assert learn.status == "stopped"
    with pytest.raises(RuntimeError, match="no paused fit"):
        learn.resume()


@pytest.mark.parametrize("engine", ["autograd", "fused"])
def test_stop_with_keep_best_goes_back_to_the_best_epoch_and_says_so(dls, engine):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine=engine)
    learn.fit(1, 1e-6)

    def worse_than_before(event):
        if isinstance(event, EpochEnd) and event.record.epoch > learn.history.best_epoch + 1:
            learn.stop()

    learn.start(epochs=200, lr=0.02, wd=0.0, keep_best=True, callbacks=worse_than_before)
    assert learn.wait()
    best, epoch = learn.history.best, int(learn.epoch)
    assert learn.message == (
        f"Stopped at epoch {epoch - 1} of 200 of this fit, {epoch} in all; loaded weights of best epoch ({best.epoch})."
    )
    assert learn.snapshot.epoch == best.epoch < epoch
    assert learn.validate()[0] == pytest.approx(best.valid_loss, rel=1e-5)
    learn.start(epochs=2, keep_best=False, callbacks=lambda event: learn.stop())
    assert learn.wait()
    assert f"of 2 of this fit, {epoch + 1} in all; weights kept" in learn.message


def test_ctrl_c_pauses_a_foreground_fit_and_keeps_the_model(learn, capsys):
    session = learn.session

    def interrupt():
        if session.status == "training" and session.progress.step > 5:
            _thread.interrupt_main()

    undo = session.on_change(interrupt)
    learn.fit_one_cycle(1000)
    undo()
    assert learn.status == "paused"
    assert "Paused at epoch" in capsys.readouterr().out
    assert np.isfinite(learn.predict(learn.dls.classes["user"][1], learn.dls.classes["item"][1])).all()
    learn.resume()
    until(learn, lambda: learn.session.progress.step > 10)
    learn.stop()
    assert learn.wait()


def test_step_epoch_ends_the_paused_epoch_or_adds_one(learn):
    undo = learn.session.on_change(lambda: learn.pause() if learn.session.progress.step > 1 else None)
    learn.start(epochs=3)
    learn.wait()
    undo()
    at = len(learn.history)
    learn.step_epoch()
    assert learn.wait()
    assert learn.epoch == at + 1
    assert learn.status == ("paused" if at < 2 else "ready")
    while learn.status == "paused":
        learn.step_epoch()
        assert learn.wait()
    assert (learn.status, learn.epoch) == ("ready", 3.0)
    learn.step_epoch()
    assert learn.wait()
    assert (learn.epoch, learn.recipe.epochs) == (4.0, 3)


def test_reset_gives_back_the_first_weights(learn):
    first = learn.snapshot.item_factors
    learn.start(epochs=1000)
    until(learn, lambda: learn.session.progress.step > 5)
    learn.reset()
    assert (learn.status, learn.epoch, len(learn.history)) == ("untrained", 0.0, 0)
    assert np.array_equal(learn.snapshot.item_factors, first)
    learn.reset(seed=99, n_factors=3)
    assert learn.n_factors == 3
    assert learn.recipe.seed == 99


def test_retrain_is_a_reset_and_a_start_with_other_settings(learn, dls):
    learn.fit_one_cycle(1)
    learn.retrain(2, wd=0.2, seed=9, n_factors=3)
    assert learn.status == "training"
    assert learn.wait()
    assert (learn.status, learn.epoch, [r.epoch for r in learn.history.epochs]) == ("ready", 2.0, [1, 2])
    assert (learn.recipe.wd, learn.recipe.seed, learn.n_factors) == (0.2, 9, 3)
    alone = cw.collab_learner(dls, n_factors=3, y_range=(0, 5.5), engine="autograd", seed=9)
    alone.start(2, wd=0.2)
    assert alone.wait()
    assert np.array_equal(alone.snapshot.item_factors, learn.snapshot.item_factors)


def test_the_last_of_several_retrainings_wins(learn, dls):
    learn.start(epochs=1000)
    until(learn, lambda: learn.session.progress.step > 5)
    for wd in (0.2, 0.3, 0.4):
        learn.retrain(1000, wd=wd)
    learn.retrain(1, wd=0.5)
    assert learn.wait()
    assert (learn.status, learn.epoch, learn.recipe.wd, learn.recipe.epochs) == ("ready", 1.0, 0.5, 1)
    alone = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine="autograd")
    alone.start(1, wd=0.5)
    assert alone.wait()
    assert np.array_equal(alone.snapshot.item_factors, learn.snapshot.item_factors)


def test_retrainings_from_many_threads_leave_one_whole_fit(learn):
    start = threading.Barrier(8)

    def retrain(epochs):
        start.wait()
        learn.retrain(epochs, n_factors=epochs)

    threads = [threading.Thread(target=retrain, args=[n]) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert learn.wait()
    assert learn.status == "ready"
    assert learn.epoch == len(learn.history) == learn.recipe.epochs == learn.n_factors


def test_nobody_sees_random_weights_while_retrain_exchanges_them(learn):
    learn.fit_one_cycle(1)
    seen = []
    session = learn.session
    undo = session.on_change(lambda: None if session.renewing else seen.append((learn.status, learn.message)))
    learn.retrain(1000)
    learn.retrain(1)
    assert learn.wait()
    undo()
    assert {status for status, _ in seen} == {"training", "ready"}
    assert not any("Stopped" in message or "Random" in message for _, message in seen)


def test_retrain_drops_a_paused_fit(learn):
    learn.start(epochs=1000)
    learn.pause()
    assert learn.wait()
    learn.retrain(1)
    assert learn.wait()
    assert (learn.status, learn.epoch) == ("ready", 1.0)


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"lr": -1.0}, ValueError, "lr must be a number"),
        ({"epochs": "5"}, TypeError, "epochs must be a whole number"),
        ({"n_factors": 5000}, ValueError, "from 1 to 1024"),
        ({"weight_decay": 0.1}, TypeError, "no setting 'weight_decay'"),
    ],
)
def test_a_retraining_that_cannot_be_stops_and_forgets_nothing(learn, settings, error, sentence):
    learn.start(epochs=1000, wd=0.07)
    until(learn, lambda: learn.session.progress.step > 5)
    run, recipe = learn.history.run, learn.recipe
    with pytest.raises(error, match=sentence):
        learn.retrain(**settings)
    step = learn.session.progress.step
    until(learn, lambda: learn.session.progress.step > step)
    assert (learn.history.run, learn.recipe) == (run, recipe)
    learn.stop()
    assert learn.wait()


def test_a_model_that_cannot_be_remade_so_is_kept(dls):
    learn = cw.collab_learner(dls, use_nn=True)
    learn.fit_one_cycle(1)
    weights = learn.snapshot
    with pytest.raises(ValueError, match="by emb_szs"):
        learn.retrain(n_factors=learn.n_factors + 1)
    assert (learn.status, learn.epoch, learn.snapshot) == ("ready", 1.0, weights)


def test_a_finished_module_is_retrained_from_its_first_weights(dls):
    learn = cw.CollabLearner(dls, ChaptersDotProduct(len(dls.users), len(dls.items), 6))
    assert not learn.session.weights.can_remake
    learn.start(1, wd=0.2)
    assert learn.wait()
    once = learn.snapshot.item_factors
    for other in ({"seed": 99}, {"n_factors": 9}):
        with pytest.raises(ValueError, match="remake"):
            learn.retrain(**other)
    assert learn.epoch == 1.0
    learn.retrain(wd=0.4, seed=learn.recipe.seed, n_factors=6)
    assert learn.wait()
    assert not np.array_equal(learn.snapshot.item_factors, once)
    learn.retrain(wd=0.2)
    assert learn.wait()
    np.testing.assert_allclose(learn.snapshot.item_factors, once, rtol=1e-5, atol=1e-7)


def test_factors_of_a_trained_model_need_a_reset_first(learn):
    learn.fit_one_cycle(1)
    with pytest.raises(RuntimeError, match="reset"):
        learn.start(n_factors=4)
    learn.reset()
    learn.start(n_factors=4, epochs=1)
    assert learn.wait()
    assert learn.n_factors == 4


@pytest.mark.parametrize(
    ("engine", "y_range", "absurd"),
    [
        ("fused", (0, 5.5), {"lr": 1, "wd": 3}),
        ("fused", None, {"lr": 10, "wd": 0.5}),
        ("fused", None, {"lr": 10, "wd": 100, "schedule": "constant"}),
        ("fused", (0, 5.5), {"lr": 5, "wd": 50, "bs": 128, "rescale": True}),
        ("autograd", None, {"lr": 10, "wd": 3}),
        ("autograd", (0, 5.5), {"lr": 10, "wd": 0.5, "schedule": "constant"}),
    ],
)
def test_after_an_exploding_fit_the_learning_rate_to_try_works(dls, absurd, engine, y_range):
    learn = cw.collab_learner(dls, n_factors=8, y_range=y_range, engine=engine)
    with torch.no_grad():
        untrained = float(((learn.model(dls.train_x) - dls.train_y) ** 2).mean())
    learn.start(epochs=3, **absurd)
    assert learn.wait()
    assert learn.status == "diverged"
    assert "NaN at epoch" in learn.message
    assert f"learning rate {learn.session.suggested_lr:g} " in learn.message
    assert np.isfinite(learn.snapshot.item_factors).all()
    lr = learn.session.suggested_lr
    learn.reset(seed=learn.recipe.seed)  # as the panel's button does
    learn.start(epochs=3, **absurd | {"lr": lr})
    assert learn.wait()
    assert learn.status == "ready"
    losses = learn.history.batches()[1]
    assert np.isfinite(losses).all()
    assert learn.history.epochs[-1].train_loss < untrained


def test_a_trial_of_learning_rates_leaves_the_training_as_it_would_be(dls):
    learn, other = (cw.collab_learner(dls, n_factors=8, engine="autograd") for _ in range(2))
    learn.start(epochs=3, lr=10, wd=10)
    learn.wait()
    for each in (learn, other):
        each.reset()
        each.start(epochs=2, lr=1e-2, wd=0.1)
        assert each.wait()
    assert np.array_equal(learn.snapshot.item_factors, other.snapshot.item_factors)


def test_where_no_learning_rate_helps_it_is_said_that_it_is_another_fault(dls):
    learn = cw.collab_learner(dls, n_factors=8)
    learn.dls.train_y[7] = float("inf")
    learn.start(epochs=1, lr=0.3)
    assert learn.wait()
    assert learn.status == "diverged"
    assert learn.session.suggested_lr is None
    assert "the model or the ratings" in learn.message
    assert np.isfinite(learn.snapshot.item_factors).all()


def test_a_module_of_the_users_own_trains_and_shows_its_tables(dls):
    learn = cw.CollabLearner(dls, ChaptersDotProduct(len(dls.users), len(dls.items), 6))
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

    learn = cw.CollabLearner(dls, Broken(len(dls.users), len(dls.items), 6))
    learn.start()
    assert learn.wait()
    assert (learn.status, learn.message) == ("error", "ArithmeticError: no such taste (in your forward)")
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


def test_what_a_fit_cannot_use_is_refused(dls):
    with pytest.raises(TypeError, match="The nearest spelling is 'pct_start'"):
        cw.collab_learner(dls).fit_one_cycle(1, pct_strat=0.3)
    with pytest.raises(ValueError, match=r"\(0, 5\.5\)"):
        cw.collab_learner(dls, y_range=(5.5, 0))


def test_selection_is_shared_by_name_and_by_row(learn):
    title = learn.dls.items.names[7]
    learn.view.selected_titles = [title]
    assert learn.view.selection == [7]
    assert learn.view.selected_titles == [title]
    with pytest.warns(UserWarning, match="hides everything"):
        learn.view.min_count = 10**6


def test_the_curve_goes_on_to_the_next_whole_epoch_where_a_fit_was_left(dls):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), engine="autograd")
    undo = learn.session.on_change(lambda: learn.pause() if learn.epoch > 1 and learn.epoch % 1 > 0.3 else None)
    learn.start(epochs=50)
    learn.wait()
    undo()
    learn.stop()
    left = learn.epoch
    learn.fit(2)
    x = learn.history.batches(10**6)[0]
    assert (np.diff(x) > 0).all()
    assert left % 1 == 0 or (int(left) + 1 in x and int(left) + 2 in x)
    assert x[-1] == learn.epoch == learn.history.epochs[-1].epoch == int(left) + 2


def test_weights_of_an_earlier_epoch_are_said_to_be_of_it(dls, tmp_path):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))
    assert learn.recipe.keep_best  # as the button and start() have it; fit_one_cycle is fastai's and has not
    learn.start(epochs=30, lr=0.05, wd=0.0)
    learn.wait()
    best = learn.history.best.epoch
    assert best < learn.epoch == 30
    assert learn.snapshot.epoch == best
    again = cw.load_learner(learn.save(tmp_path / "model"), dls)
    assert (again.epoch, again.snapshot.epoch) == (30, best)
    learn.step_epoch()
    learn.wait()
    assert learn.epoch == 31


def test_a_script_that_ends_while_something_trains_ends_quietly():
    program = """
import time, collabwidgets as cw
ratings, _ = cw.synthetic_ratings(500, 300, 50_000, seed=1)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), engine="autograd")
learn.start(1000)
while learn.session.progress.step < 10:
    time.sleep(0.01)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_numbers_of_other_libraries_are_taken_and_said_as_pythons(dls):
    seed = 2**63 - 1
    plain = cw.collab_learner(dls, 4, y_range=(0, 5.5), members=2, seed=seed, engine="autograd")
    plain.fit_one_cycle(1, 5e-3, wd=0.25, moms=(0.95, 0.85, 0.95))
    for y_range in (np.array([0, 5.5]), torch.tensor([0, 5.5]), (np.float32(0), torch.tensor(5.5))):
        members, n_factors = np.int32(2), torch.tensor(4)
        learn = cw.collab_learner(
            dls, n_factors, y_range=y_range, members=members, seed=np.int64(seed), engine="autograd"
        )
        learn.fit_one_cycle(np.int64(1), np.float64(5e-3), wd=torch.tensor(0.25), moms=np.array([0.95, 0.85, 0.95]))
        assert learn.recipe == plain.recipe
        assert learn.validate() == plain.validate()
        code = cw.TrainingPanel(learn).to_code()
        assert "y_range=[0.0, 5.5]" in code or "y_range=(0.0, 5.5)" in code
        assert f"seed={seed}" in code
    panel = cw.TrainingPanel(learn)
    panel.epochs, panel.weight_decay, panel.seed = torch.tensor(2), np.float32(0.5), seed
    assert (panel.epochs, panel.weight_decay, panel.seed) == (2, 0.5, seed)
    for wrong in ({"n_factors": 2.5}, {"n_factors": True}, {"members": np.float32(2)}, {"y_range": np.array([5])}):
        with pytest.raises(ValueError, match="must be"):
            cw.collab_learner(dls, **wrong)


def test_a_page_that_keeps_53_bits_of_a_seed_does_not_ask_for_another(dls):
    learn = cw.collab_learner(dls, n_factors=4, seed=2**63 - 1, engine="autograd")
    run_command(learn, protocol.Train(seed=int(float(2**63 - 1)), epochs=1))
    assert learn.wait()
    assert learn.recipe.seed == 2**63 - 1


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta"])
def test_a_device_that_is_not_there_is_told_in_a_sentence(dls, device, tmp_path):
    file = cw.collab_learner(dls, n_factors=4).save(tmp_path / "model")
    for make in (lambda: cw.collab_learner(dls, device=device), lambda: cw.load_learner(file, dls, device=device)):
        with pytest.raises(ValueError, match=f"device='{device}' is not on this machine; choose one of cpu"):
            make()


def test_tab_completion_shows_public_names_only(dls):
    for each in (cw, cw.collab_learner(dls, n_factors=4)):
        assert [name for name in dir(each) if name.startswith("_")] in ([], ["__version__"])
        assert all(hasattr(each, name) for name in dir(each))
    assert {"fit_one_cycle", "recommend", "view", "status"} <= set(dir(each))


def test_methods_document_the_parameters_that_they_take():
    documented = 0
    for method in filter(inspect.isfunction, vars(cw.CollabLearner).values()):
        part = re.search(r"Parameters\n-+\n(.*?)(?:\n\n\w+\n-+\n|\Z)", inspect.getdoc(method) or "", re.DOTALL)
        lines = [re.match(r"(\S.*?)(?: : |$)", line) for line in part[1].splitlines()] if part else []
        named = {name.strip("* ") for line in lines if line for name in line[1].split(",")}
        assert named <= set(inspect.signature(method).parameters), method.__name__
        documented += len(named)
    assert documented > 20

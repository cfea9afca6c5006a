"""What a learner remembers of its trainings after a reset."""

import numpy as np
import pytest

import collabwidgets as cw
from collabwidgets.training import History
from collabwidgets.training.history import MOST_POINTS, MOST_RUNS


@pytest.fixture
def learn():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    dls = cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5)
    return cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))


def train(learn, epochs=2, **settings):
    learn.retrain(epochs, **settings)
    assert learn.wait()


def test_runs_are_named_by_what_differs_and_keep_their_losses(learn):
    train(learn, wd=0.1)
    first = learn.history.to_frame()
    train(learn, wd=0.01, lr=1e-3)
    train(learn, 3, wd=0.01, n_factors=4)
    assert learn.runs.names == [
        "run 1: wd 0.1, lr 5e-3, 8 factors, 2 epochs",
        "run 2: wd 0.01, lr 1e-3, 8 factors, 2 epochs",
        "run 3: wd 0.01, lr 1e-3, 4 factors, 3 epochs",
    ]
    frame = learn.runs.to_frame()
    assert list(frame["run"]) == [1, 2, 3]
    assert list(frame["epochs_trained"]) == [2.0, 2.0, 3.0]
    assert frame["valid_loss"][0] == first["valid_loss"].min()
    assert frame["train_loss"][2] == learn.history.epochs[-1].train_loss
    assert [run.number for run in learn.session.earlier] == [1, 2]


def test_a_run_is_named_by_the_epochs_that_it_was_trained(learn):
    learn.retrain(40, wd=0.0, lr=0.1, patience=1)
    assert learn.wait()
    trained = learn.runs[0].epochs_trained
    assert trained < 40, "it overfits, so that its patience ends it"
    train(learn, 2, wd=0.0, lr=0.1)
    train(learn, 1, wd=0.0, lr=0.1, n_factors=1)
    assert learn.runs.names == [
        f"run 1: 8 factors, {trained:.0f} epochs",
        "run 2: 8 factors, 2 epochs",
        "run 3: 1 factor, 1 epoch",
    ]
    assert "1 factor, engine" in repr(learn)


def test_equal_runs_have_only_numbers(learn):
    train(learn)
    learn.reset()
    train(learn)
    assert learn.runs.names == ["run 1", "run 2"]


def test_what_never_trained_a_batch_is_no_run(learn):
    assert len(learn.runs) == 0
    learn.reset()
    learn.reset(seed=7)
    assert len(learn.runs) == 0
    assert list(learn.runs.to_frame().columns[:2]) == ["run", "name"]
    learn.retrain(1000)
    train(learn)  # replaces it in its first epochs: only a finished epoch makes a run
    numbers = [run.number for run in learn.runs]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(run.epochs for run in learn.runs)


def test_a_run_that_was_reset_in_its_first_epoch_is_kept(learn):
    learn.start(epochs=1000, lr=1e-3)
    while learn.session.progress.step == 0:
        assert learn.status == "training"
    learn.stop()
    assert learn.wait()
    learn.reset()
    (run,) = learn.runs
    assert len(run.x)


def test_ten_runs_are_remembered_by_few_points_each(learn):
    for seed in range(MOST_RUNS + 3):
        train(learn, 5, bs=8, seed=seed)
    assert [run.number for run in learn.session.earlier] == list(range(3, MOST_RUNS + 3))
    x, loss = learn.history.batches(10_000)
    per_point, rest = divmod(len(x), MOST_POINTS)
    assert per_point > 1
    assert rest == 0
    present = learn.runs[-1]
    assert present.loss == pytest.approx(loss.reshape(MOST_POINTS, per_point).mean(axis=1))
    assert list(present.x) == list(x[per_point - 1 :: per_point])


def test_many_epochs_are_thinned_too():
    from collabwidgets.training import EpochRecord, Recipe, Run

    history = History()
    history.add_batches(np.arange(3, dtype=np.float32), np.ones(3, np.float32))
    for epoch in range(1, 1001):
        history.add_epoch(EpochRecord(epoch, 1.0, 1.0 / epoch, None, 0.1, 1e-3))
    run = Run.of(1, history, [Recipe()], 5)
    at, loss = run.valid()
    assert len(at) <= MOST_POINTS
    assert loss.min() == np.float32(1 / 1000)
    assert run.best.epoch == 1000

"""Metrics and callbacks of a fit: functions of one's own, in the thread that trains."""

import functools
import json
import threading

import pytest
import torch
from sklearn.metrics import mean_absolute_error

import collabwidgets as cw
from collabwidgets.training import BatchEnd, EpochEnd, Finished


@pytest.fixture
def dls():
    ratings, _ = cw.synthetic_ratings(40, 30, 800, n_factors=3, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, seed=1)


def mae(predictions, ratings):
    return (predictions - ratings).abs().mean()


def rmse_of(predictions, ratings, digits):
    return round(float((predictions - ratings).square().mean().sqrt()), digits)


@pytest.mark.parametrize("engine", ["fused", "autograd"])
def test_metrics_are_columns_of_the_table_and_of_the_history(dls, capsys, engine):
    learn = cw.collab_learner(dls, 5, y_range=(0, 5.5), engine=engine, metrics=mae)
    learn.fit_one_cycle(2)
    learn.fit(1, metrics=[mae, functools.partial(rmse_of, digits=9)])
    header, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert header == ["epoch", "train_loss", "valid_loss", "mae", "time"]
    assert [row[0] for row in (*rows[:2], rows[3])] == ["1", "2", "3"]
    frame = learn.history.to_frame()
    with torch.no_grad():
        expected = mean_absolute_error(dls.valid_y, learn.model(dls.valid_x))
    assert frame["mae"].iloc[-1] == pytest.approx(expected, rel=1e-5)
    assert rows[3][3:5] == [f"{frame['mae'].iloc[-1]:.6f}", f"{frame['rmse_of'].iloc[-1]:.6f}"]
    assert frame["rmse_of"].isna().tolist() == [True, True, False]
    assert frame["rmse_of"].iloc[-1] == pytest.approx(frame["rmse"].iloc[-1], rel=1e-5)


def test_metrics_are_saved_with_the_history_but_the_functions_are_not(dls, tmp_path):
    learn = cw.collab_learner(dls, 5, metrics=[mae], callbacks=[lambda event: None])
    learn.start(epochs=1)
    assert learn.wait()
    again = cw.load_learner(learn.save(tmp_path / "model"), dls)
    assert again.history.to_frame().equals(learn.history.to_frame())
    assert again.session.metrics == {}


def test_callbacks_hear_each_event_and_can_stop_the_fit(dls):
    heard = []
    learn = cw.collab_learner(dls, 5, callbacks=heard.append)
    learn.start(epochs=3, callbacks=lambda event: learn.stop() if isinstance(event, EpochEnd) else None)
    assert learn.wait()
    assert (learn.status, learn.epoch) == ("stopped", 1.0)
    assert [event.record for event in heard if isinstance(event, EpochEnd)] == list(learn.history.epochs)
    learn.start(epochs=1)
    assert learn.wait()
    assert isinstance(heard[-1], Finished)


def test_what_a_metric_or_a_callback_raises_ends_the_fit(dls):
    def all_of_them(predictions, ratings):
        return predictions

    learn = cw.collab_learner(dls, 5)
    with pytest.raises(
        ValueError, match=r"metric all_of_them gave a Tensor of shape \[160\]; it must return one number"
    ):
        learn.fit(1, metrics=all_of_them)

    def too_much(event):
        if isinstance(event, BatchEnd):
            raise ArithmeticError("enough")

    learn.start(epochs=2, callbacks=[too_much])
    assert learn.wait()
    assert (learn.status, learn.message) == ("error", "ArithmeticError: enough (in your too_much)")
    json.dumps(learn.history.to_frame().to_dict())


@pytest.mark.parametrize("engine", ["fused", "autograd"])
def test_a_metric_that_computes_in_place_changes_nothing(dls, engine):
    def careless(predictions, ratings):
        predictions.sub_(ratings)
        return ratings.zero_().sum()

    ratings = dls.valid_y.clone()
    learn = cw.collab_learner(dls, 5, engine=engine)
    learn.fit(1, metrics=[careless, mae])
    assert torch.equal(dls.valid_y, ratings)
    expected = mean_absolute_error(ratings, learn.predict(dls.to_frame(dls.valid_x, dls.valid_y), unknown="average"))
    assert learn.history.epochs[-1].metrics["mae"] == pytest.approx(expected, rel=1e-5)

    def loss(predictions, ratings):
        return ratings.sub_(predictions).square().mean()

    cw.collab_learner(dls, 5, loss_func=loss).fit(1)
    assert torch.equal(dls.valid_y, ratings)


def test_what_is_no_metric_is_refused_before_anything_is_trained(dls):
    learn = cw.collab_learner(dls, 5)
    for wrong, error, sentence in (
        (["mae"], TypeError, "metrics must be functions"),
        ([torch.nn.L1Loss], TypeError, "metrics must be functions"),
        (object(), TypeError, "metrics must be functions"),
        ([mae, mae], ValueError, "another column 'mae'"),
    ):
        with pytest.raises(error, match=sentence):
            learn.fit(1, metrics=wrong)
        with pytest.raises(error, match=sentence):
            cw.collab_learner(dls, 5, metrics=wrong)
    assert learn.status == "untrained"


@pytest.mark.parametrize("command", ["wait", "reset", "retrain", "start", "resume", "step_epoch", "lr_find"])
def test_a_callback_that_would_wait_for_its_own_fit_is_refused(dls, command):
    learn = cw.collab_learner(dls, 5, engine="autograd")
    learn.start(epochs=5, callbacks=lambda event: getattr(learn, command)())
    assert learn.wait(60)
    assert learn.status == "error"
    assert "a callback may pause() or stop() the fit" in learn.message


def test_a_callback_that_stops_does_not_wait_for_a_command_that_waits_for_it(dls):
    learn = cw.collab_learner(dls, 5, engine="autograd")
    held, go_on = threading.Event(), threading.Event()

    def stop(event):
        held.set()
        assert go_on.wait(60)
        learn.stop()

    learn.start(epochs=1000, callbacks=stop)
    assert held.wait(60)
    thread = threading.Thread(target=learn.retrain, args=[1])
    thread.start()
    while not learn.session.renewing:
        thread.join(0.01)
    go_on.set()
    thread.join(60)
    assert learn.wait(60)
    assert (learn.status, learn.epoch) == ("ready", 1.0)

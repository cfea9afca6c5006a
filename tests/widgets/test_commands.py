"""What a page may ask for."""

import numpy as np
import pytest

from collabwidgets.widgets import LearnerStore, NeighborSearch


def ask(line, store, name, args=None):
    before = len(line.answers(store))
    line.say(store, kind="command", id="page-1", call={"name": name} | (args or {}))
    (answer,) = line.answers(store)[before:]
    return answer


def test_train_starts_with_the_settings_and_is_answered(learn, line, until):
    store = LearnerStore.of(learn)
    args = {"epochs": 2, "lr": 0.01, "wd": 0.2, "schedule": "constant", "bs": 16, "seed": 7, "patience": 0}
    answer = ask(line, store, "train", args | {"keep_best": True, "n_factors": 4})
    assert answer == {"kind": "answer", "id": "page-1", "ok": True, "value": None, "error": ""}
    learn.wait()
    until(lambda: store.status["status"] == "ready" and store.status["recipe"]["n_factors"] == 4)
    assert store.status["recipe"] == args | {"keep_best": True, "n_factors": 4, "fit_epochs": 2, "rescale": False}
    assert learn.epoch == 2


def test_pause_resume_and_stop(learn, line, until):
    store = LearnerStore.of(learn)
    ask(line, store, "train", {"epochs": 1000})
    assert ask(line, store, "pause")["ok"]
    until(lambda: store.status["status"] == "paused")
    paused_at = learn.epoch
    assert ask(line, store, "resume")["ok"]
    until(lambda: learn.epoch > paused_at)
    assert ask(line, store, "stop")["ok"]
    until(lambda: store.status["status"] == "stopped")


def test_a_page_that_asks_whether_python_is_there_is_answered(learn, line):
    assert ask(line, LearnerStore.of(learn), "ping")["ok"]


def test_one_epoch_more(learn, line, until):
    store = LearnerStore.of(learn)
    assert ask(line, store, "step_epoch", {"lr": 0.01})["ok"]
    learn.wait()
    until(lambda: store.status["epoch"] == 1.0 and store.status["status"] == "ready")


def test_reruns_are_begun_and_cancelled_and_the_open_list_follows(learn, line, until):
    store, search = LearnerStore.of(learn), NeighborSearch(learn, item=5, min_count=0)
    answer = ask(line, store, "rerun")
    assert not answer["ok"]
    assert "nothing is trained yet" in answer["error"]
    learn.fit_one_cycle(1)
    assert ask(line, store, "rerun")["ok"]
    until(lambda: search.n_runs == 8)
    assert [row["in_runs"] for row in search.neighbors] == list(learn.neighbors(row=5, min_count=0)["in_runs"])
    until(lambda: store.status["rerun_progress"] is None and store._item_spread)
    moves = learn.biases()[["spread", "rank_low", "rank_high"]]
    told = np.frombuffer(store._item_spread, np.float32).reshape(-1, 3)
    np.testing.assert_allclose(told[moves.index], moves, rtol=1e-6)
    agreement = learn.pca_frame(min_count=store.min_count).agreement
    np.testing.assert_allclose(store.picture["map"]["agreement"], agreement, atol=1e-6)
    learn.fit_one_cycle(1)
    until(lambda: search.n_runs == 0 and "in_runs" not in search.neighbors[0])
    until(lambda: store._item_spread == b"" and store.picture["map"]["agreement"] is None)
    learn.stability(256)
    assert ask(line, store, "cancel_rerun")["ok"]
    assert learn.session.reruns.wait(30)
    until(lambda: store.status["rerun_progress"] is None)
    assert learn.reruns == ()


def test_reset_takes_seed_and_factors(learn, line):
    store = LearnerStore.of(learn)
    assert ask(line, store, "reset", {"seed": 9, "n_factors": 3})["ok"]
    assert learn.n_factors == 3
    assert learn.recipe.seed == 9


def test_retrain_replaces_a_running_fit_in_one_message(learn, line, until):
    store = LearnerStore.of(learn)
    ask(line, store, "train", {"epochs": 1000})
    assert ask(line, store, "retrain", {"epochs": 1, "wd": 0.3, "n_factors": 4})["ok"]
    learn.wait()
    until(lambda: store.status["status"] == "ready" and len(store.picture["history"]) == 1)
    assert (learn.epoch, learn.recipe.wd, learn.n_factors) == (1, 0.3, 4)


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        ("__class__", {}, "Invalid value '__class__' - at `$.call.name`"),
        (None, {}, "at `$.call.name`"),
        ("train", {"epoch": 3}, "unknown field `epoch` - at `$.call`"),
        ("train", {"epochs": 0}, "from 1 to 1000, not 0"),
        ("train", {"epochs": 2.5}, "Expected `int | null`, got `float` - at `$.call.epochs`"),
        ("train", {"epochs": "5"}, "got `str` - at `$.call.epochs`"),
        ("train", {"lr": 1e9}, "lr must be a number"),
        ("train", {"lr": float("nan")}, "lr must be a number"),
        ("train", {"bs": 0}, "bs must be"),
        ("train", {"schedule": "cosine"}, "Invalid enum value 'cosine' - at `$.call.schedule`"),
        ("train", {"schedule": ["one_cycle"]}, "at `$.call.schedule`"),
        ("train", {"keep_best": 1}, "Expected `bool | null`, got `int`"),
        ("train", {"n_factors": 5000}, "from 1 to 1024"),
        ("retrain", {"n_factor": 5}, "unknown field `n_factor`"),
        ("retrain", {"wd": -0.1}, "wd must be a number"),
        ("step_epoch", {"epochs": 3}, "unknown field `epochs`"),
        ("pause", {"now": True}, "unknown field `now`"),
        ("resume", {}, "no paused fit"),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_sentence(learn, line, name, args, sentence):
    store = LearnerStore.of(learn)
    answer = ask(line, store, name, args)
    assert (answer["ok"], answer["id"]) == (False, "page-1")
    assert sentence in answer["error"]
    assert learn.status == "untrained"


def test_a_second_train_while_one_runs_is_refused(learn, line):
    store = LearnerStore.of(learn)
    ask(line, store, "train", {"epochs": 1000})
    answer = ask(line, store, "train", {"epochs": 1})
    assert not answer["ok"]
    assert "already training" in answer["error"]


def test_an_error_nobody_foresaw_is_answered_too(learn, line, monkeypatch, caplog):
    def broken(**_):
        raise MemoryError("no room")

    monkeypatch.setattr(learn, "start", broken)
    answer = ask(line, LearnerStore.of(learn), "train", {"epochs": 1})
    assert "MemoryError: no room" in answer["error"]
    assert "no room" in caplog.text

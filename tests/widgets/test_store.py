"""The learner as the browser sees it."""

import gc
import threading
import weakref

import numpy as np
import pytest
import torch
from torch import nn

from collabwidgets import CollabLearner, collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.widgets import BiasTable, LearnerStore, NeighborSearch, PCAScatter
from collabwidgets.widgets.bundle import built_code
from tests.widgets.unpacked import bytes_numbers, bytes_pairs, bytes_texts


class Taste(nn.Module):
    """A student's own class: factors only, no bias, names of its own."""

    def __init__(self, n_users, n_movies, n_factors):
        super().__init__()
        self.user_factors = nn.Embedding(n_users, n_factors)
        self.movie_factors = nn.Embedding(n_movies, n_factors)

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)


class Constant(nn.Module):
    """No tables at all."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.tensor([3.0]))

    def forward(self, x):
        return self.mean.expand(len(x))


def test_everything_a_page_needs_travels_in_one_message(learn, line):
    store = LearnerStore.of(learn)
    (opening,) = line.of(store)
    assert opening.kind == "comm_open"
    assert {
        "_item_names",
        "_user_names",
        "_item_counts",
        "_scores",
        "_item_bias",
        "data",
        "status",
        "picture",
    } <= opening.names


def test_names_and_counts_are_the_loaders(learn):
    store = LearnerStore.of(learn)
    items = learn.dls.items
    assert bytes_texts(store._item_names) == [str(name) for name in items.names]
    np.testing.assert_array_equal(bytes_numbers(store._item_counts, np.int32), items.counts)
    np.testing.assert_array_equal(bytes_numbers(store._item_means, np.float32), items.means)
    np.testing.assert_array_equal(bytes_numbers(store._item_known, np.uint8), items.trained)
    assert store.data["n_items"] == len(items) - 1
    assert store.data["n_train"] + store.data["n_valid"] == store.data["n_ratings"]


def test_a_name_without_letters_can_be_seen():
    ratings, _ = synthetic_ratings(30, 12, 300, seed=3)
    ratings["title"] = ratings["title"].astype(str).replace("Title 01", " ")
    learner = collab_learner(CollabDataLoaders.from_df(ratings, item_name="title", seed=3), n_factors=2)
    row = learner.item_row(" ")
    store = LearnerStore.of(learner)
    assert b"(no name)" in store._item_names
    search = NeighborSearch(learner, item=1 if row != 1 else 2, min_count=0, k=20)
    assert next(found["title"] for found in search.neighbors if found["item"] == row) == "(no name)"
    assert search.to_frame()["title"][row] == " "


def test_a_page_is_told_what_the_ratings_are_called():
    ratings, _ = synthetic_ratings(30, 20, 300, seed=4)
    learn = collab_learner(CollabDataLoaders.from_df(ratings, item_name="title", seed=4, name="Films"), n_factors=2)
    store = LearnerStore.of(learn)
    assert store.data["dataset"] == "Films"
    store.close()


def test_the_baseline_is_the_error_of_predicting_the_training_mean(learn):
    train, valid = learn.dls.train_y.double().numpy(), learn.dls.valid_y.double().numpy()
    expected = np.mean((valid - train.mean()) ** 2)
    assert LearnerStore.of(learn).data["baseline"] == pytest.approx(expected, rel=1e-6)


def test_a_learner_has_one_store(learn):
    assert LearnerStore.of(learn) is LearnerStore.of(learn)
    assert BiasTable(learn)._store is PCAScatter(learn)._store is LearnerStore.of(learn)


def test_a_closed_store_is_made_anew(learn):
    first = LearnerStore.of(learn)
    first.close()
    assert LearnerStore.of(learn) is not first


def test_after_a_training_the_traits_are_the_last_snapshot(learn, until):
    store = LearnerStore.of(learn)
    learn.start(epochs=3)
    learn.wait()
    until(
        lambda: (
            store.status["status"] == "ready"
            and store.picture["revision"] == learn.snapshot.revision
            and len(store.picture["history"]) == 3
        )
    )
    np.testing.assert_array_equal(bytes_numbers(store._item_bias, np.float32), learn.snapshot.item_bias)
    np.testing.assert_array_equal(bytes_numbers(store._user_bias, np.float32), learn.snapshot.user_bias)
    table = learn.biases(min_count=0)
    raw = bytes_numbers(store._item_bias, np.float32)
    trained = learn.dls.items.trained
    np.testing.assert_allclose(raw[table.index] - raw[trained].mean(), table["bias"], atol=1e-6)
    frame = learn.pca(2)
    scores = bytes_numbers(store._scores, np.float32).reshape(-1, store.picture["map"]["m"])
    np.testing.assert_allclose(scores[frame.index, :2], frame[["PC1", "PC2"]].to_numpy(), atol=1e-5)
    assert np.isnan(scores[0]).all()
    assert [row["valid_loss"] for row in store.picture["history"]] == [row.valid_loss for row in learn.history.epochs]
    assert store.picture["best_epoch"] == learn.history.best.epoch
    x, _ = bytes_pairs(store._batch_loss)
    assert x[-1] == 3.0
    assert len(x) <= 2000
    assert store.status["epoch"] == 3.0
    assert store.status["progress"] == 1.0


def test_a_training_in_the_foreground_ends_the_same(learn, until, capsys):
    store = LearnerStore.of(learn)
    learn.fit_one_cycle(2)
    until(
        lambda: (
            store.status["status"] == "ready"
            and store.picture["revision"] == learn.snapshot.revision
            and len(store.picture["history"]) == 2
        )
    )
    assert store.status["recipe"]["epochs"] == 2
    assert store.status["recipe"]["wd"] == 0.01


def test_a_reset_empties_history_and_gives_a_new_run(learn, until):
    store = LearnerStore.of(learn)
    learn.start(epochs=1)
    learn.wait()
    until(lambda: len(store.picture["history"]) == 1)
    before = store.picture["run"]
    learn.reset(n_factors=5)
    until(lambda: store.picture["run"] != before and store.picture["revision"] == learn.snapshot.revision)
    assert store.picture["history"] == []
    assert store._batch_loss == b""
    assert store.status["status"] == "untrained"
    assert store.data["n_factors"] == 5


def test_a_model_without_biases_says_so(dls, until):
    learn = CollabLearner(dls, Taste(len(dls.users), len(dls.items), 6), item_factors="movie_factors")
    store = LearnerStore.of(learn)
    learn.start(epochs=1)
    learn.wait()
    until(lambda: store.status["status"] == "ready" and store.picture["revision"] == learn.snapshot.revision)
    assert store._item_bias == b""
    assert store._user_bias == b""
    assert store.picture["map"]["m"] == 6
    assert store.data["model"] == "Taste"
    store.close()


def test_a_model_without_tables_trains_and_shows_what_there_is(dls, until):
    learn = CollabLearner(dls, Constant())
    store = LearnerStore.of(learn)
    learn.start(epochs=1)
    learn.wait()
    until(lambda: store.status["status"] == "ready" and len(store.picture["history"]) == 1)
    assert store._scores == b""
    assert store._item_bias == b""
    assert not store.data["has_factors"]
    store.close()


def test_an_error_in_the_module_is_shown_with_its_class_and_place(dls, until):
    class Broken(Taste):
        def forward(self, x):
            raise ZeroDivisionError("a student's slip")

    learn = CollabLearner(dls, Broken(len(dls.users), len(dls.items), 4))
    store = LearnerStore.of(learn)
    learn.start(epochs=1)
    learn.wait()
    until(lambda: store.status["status"] == "error")
    assert store.status["message"] == "ZeroDivisionError: a student's slip (in your forward)"
    assert "in forward" in store.status["error_detail"]
    store.close()


def test_a_filter_that_hides_all_empties_the_map_and_its_undoing_fills_it(learn, until):
    store = LearnerStore.of(learn)
    assert store.picture["map"]["m"]
    with pytest.warns(UserWarning, match="hides everything"):
        learn.view.min_count = 10_000
    until(lambda: store._scores == b"" and store.picture["map"] is None)
    learn.view.min_count = 1
    until(lambda: store.picture["map"] and store.picture["map"]["fit_count"] == int(learn.dls.items.trained.sum()))


def test_a_selection_goes_both_ways_and_once(learn, line):
    store = LearnerStore.of(learn)
    heard = []
    learn.view.observe(lambda change: heard.append(change["new"]), "selection")
    line.set(store, selection=[4, 2])
    assert learn.view.selection == [4, 2]
    assert heard == [[4, 2]]
    learn.view.selection = [9]
    assert store.selection == [9]
    assert heard == [[4, 2], [9]]
    updates = [message for message in line.of(store) if message.data.get("method") == "update"]
    assert [message.state["selection"] for message in updates if "selection" in message.state] == [[9]]


def test_a_page_cannot_write_what_is_not_its_own(learn, line, caplog):
    store = LearnerStore.of(learn)
    code = store._esm
    line.set(store, status="ready", _esm="alert(1)", min_count=3)
    assert store.status["status"] == "untrained"
    assert store._esm == code
    assert learn.view.min_count == 3
    assert "only Python sets" in caplog.text


@pytest.mark.parametrize("rows", [[0], [10_000], [-1], ["x"], "x", None])
def test_a_row_that_does_not_exist_is_refused_and_taken_back(learn, line, rows):
    store = LearnerStore.of(learn)
    learn.view.selection = [5]
    line.set(store, selection=rows)
    assert store.selection == learn.view.selection == [5]
    assert store.failure


def test_an_observer_that_raises_is_shown_and_keeps_nobody_from_the_selection(learn, line, caplog):
    store = LearnerStore.of(learn)

    def careless(_change):
        raise KeyError("no such column")

    learn.view.observe(careless, "primary")
    line.set(store, primary=7)
    assert learn.view.primary == store.primary == 7
    assert store.failure == "KeyError: 'no such column'"
    assert store._details.startswith("Traceback")
    assert 'raise KeyError("no such column")' in store._details
    line.set(store, selection=[0])
    assert store.failure.startswith("row 0 is no title")
    assert store._details == "", "what a value was refused for needs no traceback"


def test_a_failure_stays_through_a_training_until_it_is_dismissed(learn, line, until):
    store = LearnerStore.of(learn)
    line.set(store, selection=[0])
    said = store.failure
    learn.start(epochs=1)
    learn.wait()
    until(lambda: store.status["status"] == "ready")
    assert store.failure == said != ""
    line.set(store, failure="the pages write nothing of their own")
    assert store.failure == said
    line.set(store, failure="")
    assert store.failure == ""


def test_a_failure_is_over_once_a_later_change_succeeds(learn, line, monkeypatch):
    store = LearnerStore.of(learn)
    line.set(store, selection=[0], primary=3)  # one gesture: its good part does not hide the bad one
    line.set(store, hovered=4)
    assert store.failure
    monkeypatch.setattr("collabwidgets.widgets.synced._GESTURE", 0.0)
    line.set(store, hovered=5)
    assert store.failure
    line.set(store, min_count=3)
    assert store.failure == ""


def test_store_and_thread_end_with_the_learner(dls, until):
    learn = collab_learner(dls, n_factors=4)
    store = LearnerStore.of(learn)
    view = BiasTable(learn)
    view.close()
    learn.start(epochs=1)
    learn.wait()
    gone = weakref.ref(learn)
    del learn, view
    until(lambda: gc.collect() >= 0 and gone() is None)
    store.publisher._thread.join(10)
    assert store.closed


def test_a_view_keeps_its_learner_until_it_is_closed(dls, until):
    view = BiasTable(collab_learner(dls, n_factors=4))
    gc.collect()
    assert view.learner.n_factors == 4
    view.learner.start(epochs=1)
    view.learner.wait()
    until(lambda: view._store.status["status"] == "ready")
    view._store.close()


def test_a_closed_store_ends_its_thread_and_lets_go_of_the_view_state(learn):
    store = LearnerStore.of(learn)
    store.close()
    store.publisher._thread.join(10)
    learn.view.selection = [3]
    assert store.selection == []
    assert store.publisher._thread not in threading.enumerate()


def test_a_missing_bundle_says_how_to_build_it():
    with pytest.raises(ImportError, match=r"npm run build"):
        built_code("never_built.js")


def test_the_store_shows_as_text(learn):
    store = LearnerStore.of(learn)
    assert store._repr_mimebundle_() == (
        {"text/plain": "LearnerStore(EmbeddingDotBias, untrained, epoch 0)"},
        {},
    )

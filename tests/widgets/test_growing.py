"""Ratings added to a learner are on its open pages at once."""

import numpy as np
import pandas as pd

from collabwidgets import CollabDataLoaders, collab_learner, synthetic_ratings
from collabwidgets.widgets import Dashboard, LearnerStore, NeighborSearch, PCAScatter
from tests.widgets.unpacked import bytes_numbers, bytes_texts

RATINGS, _ = synthetic_ratings(60, 40, 1500, seed=3)
RATINGS = RATINGS.astype({"title": str})
IS_NEW = RATINGS["title"] < "Title 03"


def learner():
    dls = CollabDataLoaders.from_df(RATINGS[~IS_NEW], item_name="title", seed=3)
    learn = collab_learner(dls, n_factors=8, engine="autograd")
    learn.fit(1, 1e-2)
    return learn


def test_names_counts_biases_and_map_come_in_one_message(line, until):
    learn = learner()
    store = LearnerStore.of(learn)
    learn.view.selection = [4]
    until(lambda: store.picture["epoch"] == 1)
    sent = len(line.of(store))
    learn.add_ratings(RATINGS[IS_NEW])
    until(lambda: store.data["n_items"] == learn.n_items == 40)
    (message,) = [each for each in line.of(store)[sent:] if "_item_names" in each.names]
    assert {
        "_item_counts",
        "_item_known",
        "_user_counts",
        "_item_bias",
        "_scores",
        "data",
        "picture",
    } <= message.names
    items = learn.dls.items
    assert bytes_texts(store._item_names) == [str(name) for name in items.names]
    np.testing.assert_array_equal(bytes_numbers(store._item_counts, np.int32), items.counts)
    np.testing.assert_array_equal(bytes_numbers(store._item_bias, np.float32), learn.snapshot.item_bias)
    scores = bytes_numbers(store._scores, np.float32).reshape(len(items), -1)
    assert np.isfinite(scores[items.index("Title 01")]).all()
    assert store.data["n_ratings"] == len(RATINGS)
    assert store.selection == [4]
    assert store.status["message"] == learn.message


def test_views_take_the_new_titles(until):
    learn = learner()
    search, dashboard = NeighborSearch(learn, min_count=0), Dashboard(learn, tab="data")
    years = pd.Series(range(1950, 1988), index=learn.dls.items.names[1:])
    scatter = PCAScatter(learn, data={"made": years}, color_by="made")
    learn.add_ratings(RATINGS[IS_NEW])
    row = learn.item_row("Title 02")
    until(lambda: LearnerStore.of(learn).data["n_items"] == 40)
    until(lambda: f"{len(RATINGS):,} ratings of 40 titles" in str(dashboard._card))
    until(lambda: len(scatter._own_columns["made"].values) == 41)
    search.primary = row
    assert search.to_frame()["title"].isin(learn.dls.items.names).all()
    made = scatter.to_frame()["made"]
    assert made[1] == 1950
    assert row not in made.dropna().index


def test_a_map_of_users_takes_the_new_users(until):
    learn = learner()
    scatter = PCAScatter(learn, kind="users", min_count=0)
    assert len(scatter.to_frame()) == 60
    learn.add_ratings(RATINGS[~IS_NEW].head(99).assign(user=lambda table: table["user"] + 100))
    until(lambda: len(scatter._items) == len(learn.dls.users))
    assert len(scatter.to_frame()) == learn.dls.users.trained.sum() > 60
    scatter.selection = [learn.n_users]
    assert scatter.selected_titles == [str(learn.dls.users.names[-1])]


def test_the_map_goes_on_from_the_one_before(until):
    learn = learner()
    scatter = PCAScatter(learn, min_count=0)
    before = scatter.to_frame()
    learn.add_ratings(RATINGS[IS_NEW])
    after = scatter.to_frame().loc[before.index]
    for axis in ("PC1", "PC2"):
        assert np.corrcoef(before[axis], after[axis])[0, 1] > 0.5
    learn.reset()  # another run, matched to the map of the one before
    learn.fit(1, 1e-2)
    assert len(scatter.to_frame()) == 40

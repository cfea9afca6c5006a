"""Titles without a rating, of which side columns tell: what a page knows of them, and their neighbours there."""

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw
from collabwidgets.widgets.store import LearnerStore
from tests.widgets.unpacked import bytes_numbers

RATINGS, _ = cw.synthetic_ratings(60, 30, 900, n_factors=3, seed=4)
TITLES = sorted(RATINGS["title"].unique())
ITEMS = pd.DataFrame({"title": [*TITLES, "Unseen"], "genres": ["Comedy", "Drama", "War"] * 10 + ["Drama"]})


def learner(items):
    dls = cw.CollabDataLoaders.from_df(RATINGS, item_name="title", seed=4, items=items)
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5))
    learn.fit_one_cycle(1, 1e-2)
    return learn


@pytest.fixture(scope="module")
def learn():
    learn = learner(ITEMS)
    yield learn
    LearnerStore.of(learn).close()


def test_a_page_knows_which_titles_side_columns_alone_tell_of(learn):
    store = LearnerStore.of(learn)
    known = bytes_numbers(store._item_known, np.uint8)
    assert known[learn.item_row("Unseen")] == 2
    assert (known[1:] == 2).sum() == 1
    assert known[0] == 0
    assert store.data["item_features"] == "genres"


def test_the_search_lists_what_is_near_to_one_and_one_among_the_near(learn):
    row = learn.item_row("Unseen")
    search = cw.NeighborSearch(learn, item=row, min_count=0, k=30)
    expected = learn.neighbors("Unseen", k=30, min_count=0)
    assert [each["item"] for each in search.neighbors] == expected.index.tolist()
    np.testing.assert_allclose([each["score"] for each in search.neighbors], expected["score"])
    search.item = 1
    assert row in [each["item"] for each in search.neighbors]
    search.min_count = 1
    assert row not in [each["item"] for each in search.neighbors]


def test_a_map_places_one_beside_axes_that_stay_as_they_are(learn, until):
    row, store, scatter = learn.item_row("Unseen"), LearnerStore.of(learn), cw.PCAScatter(learn, min_count=5)
    until(lambda: store.picture["min_count"] == 5)
    scores = bytes_numbers(store._scores, np.float32).reshape(len(learn.dls.items), -1)
    found = learn.pca(3, min_count=5, cold=True)
    np.testing.assert_allclose(scores[found.index, :3], found[["PC1", "PC2", "PC3"]], atol=1e-5)
    assert row not in scatter.to_frame().index
    shares = scatter.explained_variance
    scatter.show_cold = True
    assert scatter.to_frame().loc[row, "known_from"] == "0 ratings, from its genres"
    assert scatter.explained_variance == shares
    ax = scatter._plot()
    (hollow,) = (drawn for drawn in ax.collections if drawn.get_gid() == "cold")
    np.testing.assert_allclose(hollow.get_offsets(), found.loc[[row], ["PC1", "PC2"]], atol=1e-5)


def test_without_side_columns_nothing_is_said_of_them():
    learn = learner(None)
    store = LearnerStore.of(learn)
    assert set(bytes_numbers(store._item_known, np.uint8)) <= {0, 1}
    assert store.data["item_features"] == ""
    store.close()

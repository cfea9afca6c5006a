"""Ids come back from a learner as they were in the ratings, so that its tables join with one's own."""

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw

LARGE = 2**60


def trained(items, name="movieId", n=400):
    """A learner on ratings of 20 users and some items, and the ratings."""
    random = np.random.default_rng(0)
    pairs = random.permutation(20 * len(items))[:n]
    ratings = pd.DataFrame({"userId": pairs // len(items) + LARGE, name: np.array(items)[pairs % len(items)]})
    ratings["rating"] = random.integers(1, 6, len(ratings))
    dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
    learn = cw.collab_learner(dls, n_factors=3)
    learn.fit_one_cycle(1, 1e-3)
    return learn, ratings


def tables(learn, item):
    """Every table that the learner gives of items."""
    return {
        "biases": learn.biases(min_count=0),
        "pca": learn.pca(2, min_count=0),
        "neighbors": learn.neighbors(item, min_count=0),
        "recommend": learn.recommend({item: 5}, min_count=0),
        "ranking": cw.BiasTable(learn, sort_by="title", min_count=0).to_frame(),
        "map": cw.PCAScatter(learn, min_count=0).to_frame(),
    }


@pytest.fixture(scope="module")
def numbered():
    return trained([*range(1, 30), LARGE, LARGE + 1])


def test_whole_numbers_join_with_the_table_they_came_from(numbered):
    learn, ratings = numbered
    movies = pd.DataFrame({"movieId": [*range(1, 30), LARGE, LARGE + 1]}).assign(year=lambda frame: frame.index + 1990)
    for name, table in tables(learn, LARGE).items():
        assert table["movieId"].dtype == np.int64, name
        merged = table.merge(movies)
        assert len(merged) == len(table) > 5, name
    assert learn.biases("users", min_count=0)["userId"].isin(ratings["userId"]).all()
    assert learn.dls.show_batch()["movieId"].isin(ratings["movieId"]).all()
    assert learn.predict([LARGE], [LARGE + 1]) == pytest.approx(learn.predict([LARGE], [LARGE]), abs=3)


def test_whole_numbers_survive_a_checkpoint_without_the_ratings(numbered, tmp_path):
    learn, _ = numbered
    loaded = cw.load_learner(learn.save(tmp_path / "m"))
    pd.testing.assert_frame_equal(loaded.biases(min_count=0), learn.biases(min_count=0))


def test_text_keeps_its_leading_zeros():
    ids = [f"{n:05}" for n in range(30)]
    learn, _ = trained(ids)
    for name, table in tables(learn, "00007").items():
        assert set(table["movieId"]) <= set(ids), name


@pytest.mark.parametrize("name", ["count", "rank", "score", "bias", "row", "item", "PC1"])
def test_an_item_column_may_be_called_as_ours_are(name):
    learn, ratings = trained(list(range(100, 130)), name)
    for kind, table in tables(learn, 107).items():
        ids = table[f"{name}_id" if f"{name}_id" in table else name]
        assert ids.isin(ratings[name]).all(), kind
        assert table.columns.is_unique
        assert table.index.name not in table.columns


def test_a_filter_that_hides_everything_is_said(numbered):
    learn, _ = numbered
    most = int(learn.dls.items.counts.max())
    for finding in (
        learn.biases,
        lambda **how: learn.neighbors(LARGE, **how),
        lambda **how: learn.recommend({7: 5}, **how),
    ):
        with pytest.warns(UserWarning, match=f"min_count=99 hides every movieId: none has more than {most} ratings"):
            assert finding(min_count=99).empty


def test_a_tiny_table_is_shown_whole_enough():
    ratings = pd.DataFrame({"user": [1, 1, 2, 2, 3], "item": ["a", "b", "a", "c", "b"], "rating": [5, 3, 4, 1, 2]})
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, 0, seed=1), 2)
    learn.fit_one_cycle(1)
    assert len(learn.biases()) >= 2

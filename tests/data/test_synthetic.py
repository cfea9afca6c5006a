"""Planted truth comes back out of the ratings made from it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collabwidgets import CollabDataLoaders, synthetic_ratings


@settings(max_examples=50)
@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_each_pair_is_rated_at_most_once_and_as_many_as_asked(n_users, n_items, data):
    n = data.draw(st.integers(1, n_users * n_items))
    ratings, truth = synthetic_ratings(n_users, n_items, n, n_factors=data.draw(st.integers(0, 4)))
    assert len(ratings) == n
    assert not ratings.duplicated(["user", "item"]).any()
    assert ratings["user"].between(1, n_users).all()
    assert ratings["item"].between(1, n_items).all()
    assert (truth.user_bias.shape, truth.item_bias.shape) == ((n_users,), (n_items,))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.97])
def test_pairs_too_many_for_a_key_each_are_drawn_without_repeats_too(monkeypatch, share):
    monkeypatch.setattr("collabwidgets.data.synthetic._EXACT_CELLS", 0)
    ratings, _ = synthetic_ratings(200, 300, int(share * 60_000), exponent=1.2)
    assert len(ratings) == int(share * 60_000)
    assert not ratings.duplicated(["user", "item"]).any()


def test_the_same_seed_gives_the_same_ratings_and_another_others():
    first, second, other = (synthetic_ratings(50, 40, 500, seed=seed)[0] for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)


def test_without_rounding_ratings_are_the_truth_and_noise_alone():
    ratings, truth = synthetic_ratings(300, 200, 20_000, seed=1, noise=0.3, rating_range=None, step=None)
    rest = ratings["rating"] - truth.expected(ratings["user"], ratings["item"])
    assert rest.mean() == pytest.approx(0, abs=0.01)
    assert rest.std() == pytest.approx(truth.noise, rel=0.02)


def test_expected_is_the_formula_pair_by_pair():
    _, truth = synthetic_ratings(5, 4, 10, n_factors=3)
    taste = float(truth.user_factors[4] @ truth.item_factors[1])
    assert truth.expected([5], [2])[0] == pytest.approx(3.5 + truth.user_bias[4] + truth.item_bias[1] + taste)


def test_deviations_are_those_asked_for():
    _, truth = synthetic_ratings(4000, 3000, 10, n_factors=6, bias_std=0.4, taste_std=0.6)
    assert truth.item_bias.std() == pytest.approx(0.4, rel=0.05)
    taste = (truth.user_factors[:3000] * truth.item_factors).sum(axis=1)
    assert taste.std() == pytest.approx(0.6, rel=0.1)


@pytest.mark.parametrize("exact_cells", [0, 20_000_000])
def test_popularity_follows_the_power_law(monkeypatch, exact_cells):
    monkeypatch.setattr("collabwidgets.data.synthetic._EXACT_CELLS", exact_cells)
    ratings, truth = synthetic_ratings(20_000, 200, 40_000, exponent=1.0)
    counts = np.bincount(ratings["item"], minlength=201)[1:]
    order = np.argsort(-truth.item_popularity)
    np.testing.assert_allclose(truth.item_popularity[order] * np.arange(1, 201), truth.item_popularity.max())
    slope = np.polyfit(np.log(np.arange(1, 101)), np.log(counts[order[:100]]), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1)


def test_planted_biases_come_back_as_item_means():
    ratings, truth = synthetic_ratings(
        2000, 50, 60_000, n_factors=0, noise=0.2, exponent=0.0, step=None, rating_range=None
    )
    means = ratings.groupby("item")["rating"].mean().to_numpy()
    assert np.corrcoef(means, truth.item_bias)[0, 1] > 0.99


def test_ratings_are_half_stars_in_range_by_default():
    ratings, _ = synthetic_ratings(100, 100, 3000)
    assert set(ratings["rating"]) <= {stars / 2 for stars in range(1, 11)}
    assert ratings["rating"].nunique() == 10


def test_titles_name_items_and_load():
    ratings, _ = synthetic_ratings(100, 120, 3000)
    assert (ratings["title"].astype(str) == "Title " + ratings["item"].astype(str).str.zfill(3)).all()
    by_title = CollabDataLoaders.from_df(ratings, item_name="title", seed=1)
    by_item = CollabDataLoaders.from_df(ratings, item_name="item", seed=1)
    assert by_title.train_x.tolist() == by_item.train_x.tolist()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"n_users": 0}, "n_users must be a whole number from 1, not 0"),
        ({"n_factors": -1}, "n_factors must be a whole number from 0, not -1"),
        ({"n_ratings": 2.5}, r"n_ratings must be a whole number from 1, not 2\.5"),
        ({"n_ratings": 26}, "n_ratings=26 is more than the 25 pairs of 5 users and 5 items"),
        ({"noise": -0.1}, r"noise=-0\.1 is no standard deviation"),
        ({"rating_range": (5, 1)}, r"rating_range=\(5, 1\) is empty"),
        ({"step": 0}, "step=0 is no distance"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        synthetic_ratings(**{"n_users": 5, "n_items": 5, "n_ratings": 5} | wrong)

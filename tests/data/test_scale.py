"""Values that are no ratings are recognised, and a range of predictions is proposed and checked."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw
from collabwidgets import CollabDataLoaders
from collabwidgets.data.scale import odd_values, out_of_reach, proposed_range

RANDOM = np.random.default_rng(3)
STARS = RANDOM.choice([1, 2, 3, 4, 5], 2000, p=[0.06, 0.11, 0.27, 0.34, 0.22])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.where(RANDOM.random(2000) < 0.6, 0, 2 * STARS - RANDOM.integers(0, 2, 2000)), "missing_rating=0 leaves"),
        (np.where(RANDOM.random(2000) < 0.4, 0, STARS), r"the others go from 1 to 5: 0 looks like 'not rated'"),
        (np.where(RANDOM.random(2000) < 0.2, -1, 2 * STARS - RANDOM.integers(0, 2, 2000)), "missing_rating=-1 leaves"),
        (np.where(RANDOM.random(2000) < 0.4, 99, RANDOM.uniform(-10, 10, 2000)), "missing_rating=99 leaves these out"),
        (RANDOM.lognormal(1, 2.5, 2000), r"with a median of \S+, as counts or hours do; scale=\"log\""),
        (RANDOM.zipf(1.5, 2000), 'scale="log"'),
        (np.ones(50), "all ratings are 1: that says who chose what.*rating_name="),
        (RANDOM.integers(874724710, 893286638, 500), "as times in seconds do"),
    ],
)
def test_values_that_are_no_ratings_are_recognised(values, sentence):
    with pytest.warns(UserWarning, match=sentence):
        dls = loaders(values)
    assert len(dls.notes) == 1


@pytest.mark.parametrize(
    "values",
    [
        STARS,
        STARS / 2,
        STARS * 20,
        RANDOM.uniform(-10, 10, 500),
        RANDOM.normal(0, 1, 500),
        RANDOM.choice([0, 1], 500),
        RANDOM.choice([-1, 1], 500),
        RANDOM.integers(0, 11, 500),
        RANDOM.integers(0, 101, 500),
        RANDOM.integers(0, 100, 500),
    ],
)
def test_scales_are_left_alone(values):
    assert odd_values(values.astype(np.float32)) == ""


def loaders(values, **kw):
    n = len(values)
    return CollabDataLoaders.from_df(
        pd.DataFrame({"user": np.arange(n) % 7, "item": np.arange(n) % 9, "y": values}), **kw
    )


def test_the_number_for_no_rating_is_left_out_and_counted():
    values = np.r_[np.zeros(30), STARS[:70]]
    dls = loaders(values, missing_rating=0, valid_pct=0)
    assert sorted(dls.train_y.tolist()) == sorted(STARS[:70].tolist())
    assert dls.notes == ("30 rows with a rating of 0, which stands for none, left out",)


def test_the_proposed_range_is_a_tenth_of_the_span_wider():
    assert loaders(STARS).y_range == pytest.approx((0.6, 5.4))


@pytest.mark.parametrize(
    ("y_range", "low", "high", "said"),
    [
        ((0, 5.5), 1, 5, None),
        (None, 1, 5, None),
        (None, 0, 100, r"begin near 0, but .* 0 to 100 \(.*squared error of 2,500\); pass y_range=\(-10, 110\)"),
        ((0, 5.5), 1, 10, r"y_range=\(0, 5\.5\) cannot reach all of them .*pass y_range=\(0\.1, 10\.9\)"),
    ],
)
def test_a_range_that_cannot_hold_the_ratings_is_said_when_a_learner_is_made(y_range, low, high, said):
    dls = loaders(np.array([low, high] * 30), valid_pct=0, seed=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        learn = cw.collab_learner(dls, 2, y_range=y_range)
    assert len(caught) == bool(said)
    for warning in caught:
        assert re.search(said, str(warning.message))
        assert learn.message == f"{warning.message}."
    assert out_of_reach(dls.y_range, dls.train_y.numpy()) == ""


@pytest.mark.parametrize("rating", [0, 6, 9.5])
def test_a_rating_of_somebody_new_outside_the_scale_is_refused(rating):
    learn = cw.collab_learner(loaders(STARS, seed=1), 2, y_range=(0, 5.5))
    with pytest.raises(ValueError, match=f"the rating of 3 is {rating:g}, but the ratings go from 1 to 5"):
        learn.recommend({3: rating})


def test_one_value_throughout_has_a_range_around_it():
    assert proposed_range(3, 3) == (2, 4)

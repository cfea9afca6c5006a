"""Rankings for one user against a loop over all titles."""

import numpy as np
import pandas as pd
import pytest

from collabwidgets.interpret import fold_in, recommend
from collabwidgets.interpret.fold_in import with_folded
from collabwidgets.interpret.recommend import reasons
from collabwidgets.interpret.top_k import Rated, best_rows

NOTHING = Rated(np.zeros(0, np.int64), np.zeros(0, np.int64), 21)


@pytest.fixture(scope="module")
def snapshot(make_snapshot, make_side):
    rng = np.random.default_rng(4)
    return make_snapshot(
        item_factors=rng.normal(size=(60, 3)).astype(np.float32),
        item_bias=rng.normal(size=60).astype(np.float32),
        user_factors=np.vstack([np.full(3, 1000), rng.normal(size=(20, 3))]).astype(np.float32),
        user_bias=rng.normal(size=21).astype(np.float32),
        users=make_side(20, name="user"),
        items=make_side(60, counts=rng.integers(1, 60, 60), untrained=[5, 6]),
        y_range=(0, 5.5),
    )


def brute_force(now, row, taste_only):
    """(row, logit, taste) of every trained title, the best first."""
    trained = [i for i in range(1, 61) if now.items.trained[i]]
    product = {i: float(now.item_factors[i].astype(float) @ now.user_factors[row].astype(float)) for i in trained}
    mean = sum(product.values()) / len(product)
    logit = {i: product[i] + float(now.item_bias[i]) + float(now.user_bias[row]) for i in trained}
    by = product if taste_only else logit
    return [(i, logit[i], product[i] - mean) for i in sorted(trained, key=lambda i: -by[i])]


@pytest.mark.parametrize("taste_only", [False, True])
@pytest.mark.parametrize("min_count", [0, 30])
def test_the_ranking_is_that_of_a_loop(snapshot, taste_only, min_count):
    ranked = brute_force(snapshot, 4, taste_only)
    left = [each for each in ranked if each[0] not in (10, 11)]
    shown = [each for each in left if snapshot.items.counts[each[0]] >= min_count][:8]
    rated = Rated(np.array([4, 4]), np.array([10, 11]), 21)
    found = recommend(snapshot, np.array([4]), 8, leave_out=rated, min_count=min_count, taste_only=taste_only)
    assert list(found.index) == [row for row, _, _ in shown]
    np.testing.assert_allclose(found["prediction"], [5.5 / (1 + np.exp(-logit)) for _, logit, _ in shown], rtol=1e-6)
    np.testing.assert_allclose(found["taste"], [taste for _, _, taste in shown], atol=1e-6)
    mean_bias = snapshot.item_bias[snapshot.items.trained].astype(float).mean()
    np.testing.assert_allclose(found["bias"], snapshot.item_bias[found.index] - mean_bias, atol=1e-6)
    above = left.index(shown[-1])
    assert found.attrs["n_hidden"] == sum(snapshot.items.counts[row] < min_count for row, _, _ in left[:above])


def test_bias_and_taste_are_the_whole_way_from_the_average_title(snapshot):
    found = recommend(snapshot, np.array([2]), 58, leave_out=NOTHING, min_count=0)
    logit = np.log(found["prediction"] / (5.5 - found["prediction"]))
    np.testing.assert_allclose(found["bias"] + found["taste"], logit - logit.mean(), atol=1e-6)


def test_the_reasons_are_the_ratings_that_raised_a_title(snapshot):
    liked = fold_in(snapshot, {3: 5.0, 8: 0.5, 12: 4.5, 20: 3.0}, residual_variance=0.3)
    rows = recommend(with_folded(snapshot, liked), np.array([0]), 5, leave_out=NOTHING, min_count=0).index.to_numpy()
    neutral = fold_in(snapshot, {}, method="average_user")
    center = snapshot.item_factors[snapshot.items.trained].astype(float).mean(axis=0)
    names = {str(snapshot.items.names[row]): i for i, row in enumerate(liked.rows)}
    for row, said in zip(rows, reasons(snapshot, liked, rows), strict=True):
        away = snapshot.item_factors[row].astype(float) - center
        shares = {name: float(away @ liked.pulls[i]) for name, i in names.items()}
        assert sum(shares.values()) == pytest.approx(float(away @ (liked.factors - neutral.factors)), abs=1e-6)
        expected = sorted(((n, s) for n, s in shares.items() if s > 0), key=lambda pair: -pair[1])[:3]
        assert said == "; ".join(f"{name} {share:+.2f}" for name, share in expected)
    assert reasons(snapshot, neutral, rows) == [""] * 5


@pytest.mark.parametrize("taste_only", [False, True])
def test_many_users_get_the_lists_that_each_gets_alone(snapshot, taste_only):
    rng = np.random.default_rng(1)
    users, rated = rng.integers(1, 21, 200), rng.integers(1, 61, 200)
    among = rng.choice(np.flatnonzero(snapshot.items.trained), 40, replace=False)
    asked = {"among": among, "min_count": 10, "taste_only": taste_only}
    found = recommend(snapshot, np.arange(1, 21), 30, leave_out=Rated(users, rated, 21), **asked)
    assert list(found.columns[:4]) == ["user", "rank", "title", "prediction"]
    for row in range(1, 21):
        mine_rated = Rated(users[users == row], rated[users == row], 21)
        alone = recommend(snapshot, np.array([row]), 30, leave_out=mine_rated, **asked)
        mine = found[found["user"] == f"user {row}"]
        assert list(mine["rank"]) == list(range(1, len(alone) + 1))
        assert alone.attrs.pop("n_hidden") >= 0
        pd.testing.assert_frame_equal(mine, alone)


def test_titles_that_are_equal_but_for_rounding_come_in_the_order_of_their_rows(make_snapshot, make_side):
    vectors = np.repeat(np.random.default_rng(0).normal(size=(2, 5)), 50, axis=0).astype(np.float32)
    users = np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32)
    same = make_snapshot(item_factors=vectors, user_factors=users, users=make_side(8, name="user"))
    for row, rows in enumerate(best_rows(same, np.arange(9), np.arange(1, 101), 60, leave_out=NOTHING)):
        first, second = (vectors[[0, -1]] @ users[row]).tolist()
        expected = [*range(1, 101)] if first > second else [*range(51, 101), *range(1, 51)]
        assert rows.tolist() == expected[:60]


def test_titles_to_choose_from_must_be_trained(snapshot):
    with pytest.raises(ValueError, match=r"title 5 has no training rating.*leave it out of items="):
        recommend(snapshot, np.array([1]), leave_out=NOTHING, among=np.array([4, 5]))


def test_fewer_titles_than_asked_for_are_all_there_are(snapshot):
    found = recommend(snapshot, np.array([1]), 1000, leave_out=NOTHING, min_count=30)
    passing = snapshot.items.trained & (snapshot.items.counts >= 30)
    assert len(found) == passing.sum()
    assert found.attrs["n_hidden"] == (snapshot.items.trained & (snapshot.items.counts < 30)).sum()
    with pytest.raises(ValueError, match="k must be a whole number from 1, not 0"):
        recommend(snapshot, np.array([1]), 0, leave_out=NOTHING)

"""Rankings for one user against a loop over all titles."""

import numpy as np
import pytest

from collabwidgets.interpret import fold_in, recommend
from collabwidgets.interpret.product import user_vector


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
    found = recommend(
        snapshot, user_vector(snapshot, 4), 8, leave_out=np.array([10, 11]), min_count=min_count, taste_only=taste_only
    )
    assert list(found.index) == [row for row, _, _ in shown]
    np.testing.assert_allclose(found["prediction"], [5.5 / (1 + np.exp(-logit)) for _, logit, _ in shown], rtol=1e-6)
    np.testing.assert_allclose(found["taste"], [taste for _, _, taste in shown], atol=1e-6)
    mean_bias = snapshot.item_bias[snapshot.items.trained].astype(float).mean()
    np.testing.assert_allclose(found["bias"], snapshot.item_bias[found.index] - mean_bias, atol=1e-6)
    above = left.index(shown[-1])
    assert found.attrs["n_hidden"] == sum(snapshot.items.counts[row] < min_count for row, _, _ in left[:above])


def test_bias_and_taste_are_the_whole_way_from_the_average_title(snapshot):
    found = recommend(snapshot, user_vector(snapshot, 2), 58, min_count=0)
    logit = np.log(found["prediction"] / (5.5 - found["prediction"]))
    np.testing.assert_allclose(found["bias"] + found["taste"], logit - logit.mean(), atol=1e-6)


def test_the_reasons_are_the_ratings_that_raised_a_title(snapshot):
    liked = fold_in(snapshot, {3: 5.0, 8: 0.5, 12: 4.5, 20: 3.0}, residual_variance=0.3)
    found = recommend(snapshot, liked, 5, min_count=0)
    neutral = fold_in(snapshot, {}, method="average_user")
    center = snapshot.item_factors[snapshot.items.trained].astype(float).mean(axis=0)
    names = {str(snapshot.items.names[row]): i for i, row in enumerate(liked.rows)}
    for row, reasons in zip(found.index, found["because"], strict=True):
        away = snapshot.item_factors[row].astype(float) - center
        shares = {name: float(away @ liked.pulls[i, :-1]) for name, i in names.items()}
        assert sum(shares.values()) == pytest.approx(float(away @ (liked.factors - neutral.factors)), abs=1e-6)
        expected = sorted(((n, s) for n, s in shares.items() if s > 0), key=lambda pair: -pair[1])[:3]
        assert [name for name, _ in reasons] == [name for name, _ in expected]
        assert [share for _, share in reasons] == pytest.approx([share for _, share in expected])
    assert recommend(snapshot, user_vector(snapshot, 2), 3)["because"].tolist() == [[], [], []]


def test_fewer_titles_than_asked_for_are_all_there_are(snapshot):
    found = recommend(snapshot, user_vector(snapshot, 1), 1000, min_count=30)
    passing = snapshot.items.trained & (snapshot.items.counts >= 30)
    assert len(found) == passing.sum()
    assert found.attrs["n_hidden"] == (snapshot.items.trained & (snapshot.items.counts < 30)).sum()
    with pytest.raises(ValueError, match="at least 1"):
        recommend(snapshot, user_vector(snapshot, 1), 0)

"""Somebody new, against closed forms and an optimizer that is not ours."""

import numpy as np
import pytest
from scipy.optimize import minimize

from collabwidgets.interpret import fold_in


@pytest.fixture(scope="module")
def snapshot(make_snapshot, make_side):
    def make(y_range=None, biases=True, seed=0):
        rng = np.random.default_rng(seed)
        users, items = rng.normal(size=(40, 4)) @ rng.normal(size=(4, 4)), rng.normal(size=(30, 4))
        with_na = np.vstack([np.zeros(4), users]).astype(np.float32)
        return make_snapshot(
            item_factors=items.astype(np.float32),
            item_bias=rng.normal(size=30).astype(np.float32) if biases else None,
            user_factors=with_na,
            user_bias=rng.normal(0.5, 0.3, 41).astype(np.float32) if biases else None,
            users=make_side(40, name="user", untrained=[7], counts=np.arange(40)),
            items=make_side(30, untrained=[30]),
            y_range=y_range,
        )

    return make


def people(snapshot):
    known = snapshot.users.trained
    parts = [snapshot.user_factors] + ([] if snapshot.user_bias is None else [snapshot.user_bias[:, None]])
    return np.hstack(parts)[known].astype(float)


def objective(snapshot, ratings, strength, noise):
    """As the docstring has it, with NumPy's own mean and covariance."""
    table, rows = people(snapshot), list(ratings)
    (n, d), mean, covariance = table.shape, table.mean(axis=0), np.cov(table.T)
    inverse = np.linalg.inv((n * covariance + d * np.diag(covariance).mean() * np.eye(d)) / (n + d))
    vectors = snapshot.item_factors[rows].astype(float)
    offset = 0.0 if snapshot.item_bias is None else snapshot.item_bias[rows].astype(float)

    def loss(t):
        z = vectors @ t[:4] + (t[4] if len(t) > 4 else 0.0) + offset
        low, high = snapshot.y_range or (0, 0)
        predicted = z if snapshot.y_range is None else low + (high - low) / (1 + np.exp(-z))
        errors = np.array(list(ratings.values())) - predicted
        return errors @ errors / noise + strength * (t - mean) @ inverse @ (t - mean)

    return loss, mean


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
@pytest.mark.parametrize(("strength", "noise"), [(1.0, 0.5), (0.05, 1.0)])
def test_the_fitted_taste_is_the_most_likely_one(snapshot, biases, y_range, strength, noise):
    now = snapshot(y_range, biases)
    ratings = {3: 5.0, 8: 1.0, 11: 4.0, 20: 2.5}
    found = fold_in(now, ratings, prior_strength=strength, residual_variance=noise)
    loss, mean = objective(now, ratings, strength, noise)
    best = minimize(loss, mean, method="BFGS", options={"gtol": 1e-8})
    ours = np.append(found.factors, found.bias) if biases else found.factors
    assert loss(ours) <= best.fun + 1e-7
    np.testing.assert_allclose(ours, best.x, atol=2e-4)
    moved = found.pulls.sum(axis=0)  # what each rating did is all that was done
    np.testing.assert_allclose(moved, (ours - mean)[:4], atol=1e-6)


def test_without_a_rating_everybody_is_the_average_user(snapshot):
    now = snapshot((0, 5.5))
    mean = people(now).mean(axis=0)
    for method in ("fitted", "average_user"):
        found = fold_in(now, {}, method=method)
        np.testing.assert_allclose(np.append(found.factors, found.bias), mean, atol=1e-9)
        assert found.pulls.shape == (0, 4)


def test_more_trust_in_the_average_user_is_nearer_to_it(snapshot):
    now = snapshot((0, 5.5))
    away = []
    for strength in (0.1, 1, 10, 1e6):
        found = fold_in(now, {3: 5, 8: 1}, prior_strength=strength)
        as_far = objective(now, {}, 1.0, 1.0)[0]  # without ratings nothing is left but the way from the average
        away.append(as_far(np.append(found.factors, found.bias)))
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-8


def test_the_nearest_user_is_the_one_whose_predictions_come_nearest(snapshot):
    now, ratings = snapshot((0, 5.5)), {3: 5.0, 8: 1.0, 11: 4.0}
    errors = {}
    for row in np.flatnonzero(now.users.trained):
        z = [now.item_factors[i] @ now.user_factors[row] + now.item_bias[i] + now.user_bias[row] for i in ratings]
        predicted = 5.5 / (1 + np.exp(-np.array(z, dtype=float)))
        errors[int(row)] = float(((predicted - list(ratings.values())) ** 2).sum())
    found = fold_in(now, ratings, method="nearest_user")
    assert found.like == min(errors, key=errors.get)
    assert np.array_equal(found.factors, now.user_factors[found.like].astype(float))


@pytest.mark.parametrize(
    ("ratings", "settings", "words"),
    [
        ({30: 4}, {}, "title 30 has no training rating.*leave it out"),
        ({3: 4}, {"prior_strength": 0}, "prior_strength must be a number above 0"),
        ({3: 4}, {"method": "nearest"}, "choose one of fitted, average_user, nearest_user"),
        ({}, {"method": "nearest_user"}, "rate a title"),
    ],
)
def test_what_makes_no_sense_is_refused(snapshot, ratings, settings, words):
    with pytest.raises(ValueError, match=words):
        fold_in(snapshot((0, 5.5)), ratings, **settings)


def test_a_model_without_a_product_has_no_taste(make_snapshot):
    with pytest.raises(ValueError, match="multiplies no user factors"):
        fold_in(make_snapshot(item_factors=np.ones((3, 2), np.float32)), {1: 4})

"""New rows of the tables, against the ridge regression that numpy solves."""

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw

RANDOM = np.random.default_rng(3)
USERS, ITEMS, K = 30, 20, 3


def ratings(pairs):
    return pd.DataFrame(pairs, columns=["user", "item"]).assign(rating=RANDOM.normal(3, 1, len(pairs)).round(2))


OLD = ratings([(user, item) for user in range(USERS) for item in range(ITEMS) if RANDOM.random() < 0.6])
# 100 rated known items; 200 is rated by known users; 101 rated 200 alone, so comes after; 300 and 301 only each other.
NEW = ratings([(100, 1), (100, 5), (3, 200), (8, 200), (9, 200), (101, 200), (300, 301)])


def learner(**options):
    dls = cw.CollabDataLoaders.from_df(OLD, seed=1, valid_pct=0, bs=64)
    learn = cw.collab_learner(dls, n_factors=K, engine="autograd", **options)
    learn.fit(3, 3e-2, wd=0.01)
    return learn


def prior(factors, bias):
    people = np.column_stack([factors, bias]).astype(float)
    (n, d), mean, covariance = people.shape, people.mean(axis=0), np.cov(people.T)
    return mean, np.linalg.inv((n * covariance + d * np.diag(covariance).mean() * np.eye(d)) / (n + d))


def ridge(vectors, offsets, given, mean, precision, variance):
    """The minimum of ``|given - design t - offsets|² / variance + (t - mean)' precision (t - mean)``."""
    design = np.column_stack([vectors, np.ones(len(given))])
    curvature = design.T @ design / variance + precision
    return np.linalg.solve(curvature, design.T @ (given - offsets) / variance + precision @ mean)


@pytest.mark.parametrize("model", ["dot", "svdpp"])
def test_new_rows_are_the_ridge_given_what_is_known(model):
    learn = learner(model=model)
    learn.add_ratings(NEW)
    now, given = learn.snapshot, NEW["rating"].to_numpy()
    known = slice(1, USERS + 1), slice(1, ITEMS + 1)
    uf, ub, itf, ib = (x.astype(float) for x in (now.user_factors, now.user_bias, now.item_factors, now.item_bias))
    of_users, of_items = prior(uf[known[0]], ub[known[0]]), prior(itf[known[1]], ib[known[1]])
    u, i = (learn.dls.classes[name].index(list(OLD[name])) for name in ("user", "item"))
    variance = np.mean((OLD["rating"] - (uf[u] * itf[i]).sum(axis=1) - ub[u] - ib[i]) ** 2)

    def user(asked):
        row = learn.dls.classes["user"].index(asked)
        return np.append(uf[row], ub[row])

    def item(asked):
        row = learn.dls.classes["item"].index(asked)
        return np.append(itf[row], ib[row])

    rated = np.array([item(1), item(5)])
    raters = np.array([user(3), user(8), user(9)])
    expected = ridge(rated[:, :K], rated[:, K], given[:2], *of_users, variance)
    np.testing.assert_allclose(user(100), expected, rtol=1e-4, atol=1e-5)
    expected = ridge(raters[:, :K], raters[:, K], given[2:5], *of_items, variance)
    np.testing.assert_allclose(item(200), expected, rtol=1e-4, atol=1e-5)
    expected = ridge(item(200)[None, :K], item(200)[None, K], given[5:6], *of_users, variance)
    np.testing.assert_allclose(user(101), expected, rtol=1e-4, atol=1e-5)


def test_rows_of_which_nothing_is_known_are_the_mean():
    learn = learner()
    before = learn.snapshot
    learn.add_ratings(NEW)
    for asked, column, values, former in (
        (300, "user", learn.snapshot.user_factors, before.user_factors),
        (301, "item", learn.snapshot.item_factors, before.item_factors),
    ):
        np.testing.assert_allclose(
            values[learn.dls.classes[column].index(asked)], former[1:].mean(axis=0), rtol=1e-5, atol=1e-6
        )


def test_within_a_range_a_new_user_is_as_fold_in_finds_them():
    learn = learner(y_range=(-1, 7))
    found = learn.fold_in({1: NEW["rating"][0], 5: NEW["rating"][1]})
    learn.add_ratings(NEW[:2])
    row = learn.dls.classes["user"].index(100)
    np.testing.assert_allclose(learn.snapshot.user_factors[row], found.factors, rtol=1e-4, atol=1e-5)
    assert learn.snapshot.user_bias[row] == pytest.approx(found.bias, rel=1e-4)


def test_a_rating_of_weight_three_counts_as_three():
    def folded(new):
        dls = cw.CollabDataLoaders.from_df(OLD.assign(w=1), seed=1, valid_pct=0, bs=64, weight_name="w")
        learn = cw.collab_learner(dls, n_factors=K, engine="autograd", y_range=(-1, 7))
        learn.fit(1, 3e-2)
        learn.add_ratings(new)
        return learn.snapshot.user_factors[-1]

    new = NEW[:2].assign(w=[3, 1])
    np.testing.assert_allclose(folded(new), folded(pd.concat([NEW[:1]] * 3 + [NEW[1:2]]).assign(w=1)), rtol=1e-4)

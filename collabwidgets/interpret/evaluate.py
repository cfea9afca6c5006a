"""Evaluate: how near a model's predictions are to the validation ratings, and how well it ranks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..plain import plain, whole_number
from ..training.snapshot import Snapshot
from .metrics import get_preds
from .ranking_metrics import Doubles, ranking_metrics
from .top_k import Rated, Rows, best_rows

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


def evaluate(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    k: int = 10,
    *,
    liked: float | None = None,
    most_users: int | None = None,
) -> pd.DataFrame:
    """Error and ranking metrics on the validation ratings, and those of recommending the most rated titles.

    Rating error is not ranking quality: a model with a lower loss may rank worse. Ranked are all titles with a training
    rating, less those that the user rated in training, for each user with a validation title they liked: the top-N task
    of Cremonesi, Koren and Turrin (2010), "Performance of recommender algorithms on top-N recommendation tasks",
    against all titles instead of a sample. A progress bar appears after two seconds.

    Parameters
    ----------
    k : int
        Titles in a list.
    liked : float, optional
        The rating from which a title counts as liked; by default the mean of the training ratings.
    most_users : int, optional
        Of more users than this, so many are drawn, by the loaders' seed; the errors are always of all.

    Returns
    -------
    DataFrame, index ``metric``
        ``value``, ``standard_error`` and ``n``, the ratings or users it is the mean of; ``popularity``, what the most
        rated titles come to. The metrics: ``rmse`` and ``mae`` over all validation ratings; ``rmse_user_mean`` and
        ``mae_user_mean``, the means over users of their own; all four by the ratings' weights where they have any;
        ``ndcg``, ``mrr``, ``recall``, ``precision`` and ``hit_rate`` of the lists (see `ranking_metrics`);
        ``coverage``, the share of all titles that are in a list. A value is NaN where there is nobody to rank for.

        In ``attrs``: ``k``, ``liked``, ``candidates`` in words, ``n_candidates``, and ``n_cold``, the validation
        ratings of users or titles without a training rating: they count in the errors, as those of ``'#na#'``, and in
        no ranking.

    Raises
    ------
    ValueError
        Without validation ratings, when ``k`` or ``most_users`` < 1, or `liked` is no finite number.
    """
    whole_number("k", k)
    if most_users is not None:
        whole_number("most_users", most_users)
    x, y = (part.numpy() for part in dls.part(1))
    weights = np.ones(len(y)) if dls.valid_w is None else dls.valid_w.double().numpy()
    warm = dls.users.trained[x[:, 0]] & dls.items.trained[x[:, 1]]
    liked = dls.rating_mean if liked is None else plain(liked)
    if not isinstance(liked, int | float) or not math.isfinite(liked):
        raise ValueError(f"liked must be the rating from which a title counts as liked, such as 4, not {liked!r}")
    candidates = np.flatnonzero(dls.items.trained)
    measured = _errors(get_preds(snapshot, dls)[0].double().numpy() - y, x[:, 0], weights)
    ranked = _rankings(snapshot, dls, x[warm & (y >= liked)], candidates, k, most_users)
    found = pd.DataFrame(measured | ranked, index=["value", "standard_error", "n", "popularity"]).T
    found = found.astype({"n": np.int64}).rename_axis("metric")
    found.attrs = {
        "k": k,
        "liked": float(liked),
        "n_cold": int((~warm).sum()),
        "n_candidates": len(candidates),
        "candidates": (
            f"all {len(candidates):,} {dls.item_name}s with a training rating, less those that the {dls.user_name} "
            "rated in training"
        ),
    }
    return found


def _errors(errors: Doubles, users: Rows, weights: Doubles) -> dict[str, list[Any]]:
    """RMSE and MAE over all ratings, and the means over users of their own."""
    squares, sizes = errors**2, np.abs(errors)
    counts = np.bincount(users, weights)
    known = counts > 0

    def by_user(values: Doubles) -> Doubles:
        means: Doubles = np.bincount(users, values * weights)[known] / counts[known]
        return means

    mean, spread, n = _mean(squares, weights)
    rmse = float(np.sqrt(mean))
    nan = float("nan")
    return {
        "rmse": [rmse, spread / (2 * rmse) if rmse else 0.0, n, nan],  # the delta method
        "mae": [*_mean(sizes, weights), nan],
        "rmse_user_mean": [*_mean(np.sqrt(by_user(squares))), nan],
        "mae_user_mean": [*_mean(by_user(sizes)), nan],
    }


def _rankings(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    liked: Rows,
    candidates: Rows,
    k: int,
    most_users: int | None,
) -> dict[str, list[Any]]:
    """Ranking metrics of the model's lists and of the most rated titles."""
    n_items, train = len(dls.items), dls.train_x.numpy()
    key = np.array([n_items, 1])
    keys = np.unique(liked @ key)
    keys = keys[~np.isin(keys, train @ key)]  # rated twice: in training as well
    users, n_liked = np.unique(keys // n_items, return_counts=True)
    if most_users is not None and len(users) > most_users:
        drawn = np.sort(np.random.default_rng(dls.seed).choice(len(users), most_users, replace=False))
        users, n_liked = users[drawn], n_liked[drawn]
    rated = Rated(train[:, 0], train[:, 1], len(dls.users))
    lists = best_rows(snapshot, users, candidates, k, leave_out=rated)
    counts = np.bincount(train[:, 1], minlength=n_items)
    furthest = k + np.bincount(train[:, 0]).max()
    head = candidates[np.argsort(-counts[candidates], kind="stable")[:furthest]]
    popular = best_rows(_by_counts(snapshot, counts), users, np.sort(head), k, leave_out=rated)

    def measured(rows: Rows) -> dict[str, tuple[float, float, int]]:
        hits = np.isin(users[:, None] * n_items + rows, keys) & (rows > 0)
        nan = float("nan")
        coverage = np.count_nonzero(np.unique(rows)) / len(candidates) if len(users) else nan
        means = {name: _mean(values) for name, values in ranking_metrics(hits, n_liked).items()}
        return means | {"coverage": (coverage, nan, len(users))}

    of_popular = measured(popular)
    return {name: [*values, of_popular[name][0]] for name, values in measured(lists).items()}


def _by_counts(snapshot: Snapshot, counts: Rows) -> Snapshot:
    """A model that rates each item by its count, whoever asks."""
    users, items = (np.zeros((len(side), 1), np.float32) for side in (snapshot.users, snapshot.items))
    bias = counts.astype(np.float32)
    return replace(snapshot, user_factors=users, item_factors=items, user_bias=None, item_bias=bias, forward=None)


def _mean(values: Doubles, weights: Doubles | None = None) -> tuple[float, float, int]:
    """Mean, by weight where there are weights, its standard error, and of how many."""
    n, nan = len(values), float("nan")
    shares = np.full(n, 1.0) if weights is None else weights
    shares = shares / shares.sum()
    mean = float(shares @ values) if n else nan
    return mean, float(np.linalg.norm(shares * (values - mean)) * np.sqrt(n / (n - 1))) if n > 1 else nan, n

"""How often a ranking hits: what the rating error, which weighs every rating alike, does not tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
_PAIRS_AT_ONCE = 1 << 20  # predictions held in memory at a time


def hit_rate(
    predict: Callable[[Rows], NDArray[np.float32]],
    train: Rows,
    liked: Rows,
    candidates: Rows,
    *,
    k: int = 10,
    most_users: int = 2000,
    seed: int = 0,
) -> float:
    """Share of users for whom at least one liked title is among the `k` that the model ranks highest.

    Titles that a user rated in training are no candidates. As in the top-N task of Cremonesi, Koren and Turrin (2010),
    "Performance of recommender algorithms on top-N recommendation tasks", but against all titles instead of a sample.

    Parameters
    ----------
    predict : callable
        Ratings float32 ``[n]`` of pairs int64 ``[n, 2]`` (user row, item row).
    train : int64 [n, 2]
        Pairs that were rated in training.
    liked : int64 [m, 2]
        Pairs of the validation ratings that count as liked.
    candidates : int64 [c]
        Rows of the items that are ranked.
    k : int
    most_users : int
        Of more users than this, so many are drawn at random.
    seed : int
        Of that draw.

    Returns
    -------
    float
        0 to 1; NaN where nobody liked a candidate.
    """
    if k < 1:
        raise ValueError(f"k={k}: the length of a list must be at least 1")
    liked = liked[np.isin(liked[:, 1], candidates)]
    users = np.unique(liked[:, 0])
    if len(users) > most_users:
        users = np.sort(np.random.default_rng(seed).choice(users, most_users, replace=False))
    if not len(users):
        return float("nan")
    column = np.full(int(max(candidates.max(), train[:, 1].max(initial=0), liked[:, 1].max())) + 1, -1)
    column[candidates] = np.arange(len(candidates))
    hits = 0
    together = max(1, _PAIRS_AT_ONCE // len(candidates))
    for start in range(0, len(users), together):
        some = users[start : start + together]
        pairs = np.stack([np.repeat(some, len(candidates)), np.tile(candidates, len(some))], axis=1)
        scores = predict(pairs).reshape(len(some), len(candidates)).copy()
        scores[_cells(train, some, column)] = -np.inf
        wanted = np.zeros(scores.shape, bool)
        wanted[_cells(liked, some, column)] = True
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        hits += int(np.take_along_axis(wanted, best, axis=1).any(axis=1).sum())
    return hits / len(users)


def _cells(pairs: Rows, users: Rows, column: Rows) -> tuple[Rows, Rows]:
    """Where in a table of `users` × candidates these pairs are."""
    pairs = pairs[np.isin(pairs[:, 0], users)]
    rows, columns = np.searchsorted(users, pairs[:, 0]), column[pairs[:, 1]]
    return rows[columns >= 0], columns[columns >= 0]

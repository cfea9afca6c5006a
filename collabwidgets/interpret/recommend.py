"""Recommend: the titles that a model rates highest for one user, and which part of the rank is taste."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plain import whole_number
from ..training.snapshot import Snapshot
from .asked import check_known
from .bias import FEW
from .fold_in import Folded
from .product import Doubles, by_formula, item_biases, products, required_user_factors
from .top_k import Rated, best_rows

_BECAUSE = 3  # ratings named as reasons


def recommend(
    snapshot: Snapshot,
    users: NDArray[np.int64],
    k: int = 10,
    *,
    leave_out: Rated,
    among: NDArray[np.int64] | None = None,
    min_count: int = 20,
    taste_only: bool = False,
) -> pd.DataFrame:
    """Rank the titles for each of some users by the predicted rating, the highest first.

    For a new user a high rank often says no more than that everybody likes the title: so the sum is split into what
    is the title's own and what is the user's.

    Parameters
    ----------
    snapshot : Snapshot
        Of a dot-product model.
    users : int64 [m]
        Rows.
    k : int
        Titles wanted; fewer where fewer are left.
    leave_out : Rated
        Titles that are no candidates of their users, such as those rated already.
    among : int64 [n], optional
        Rows of the only titles that are candidates.
    min_count : int
        Show only titles with at least this many ratings.
    taste_only : bool
        Rank by ``taste`` alone.

    Returns
    -------
    DataFrame, index ``row``: the item's row in the model's table
        A row a title of a user's list, the lists below each other:

        * the user's and the title's id, under the names of their sides, and ``rank`` from 1 between them;
        * ``prediction`` float64, in rating units;
        * ``bias`` and ``taste`` float64, logits (rating units in a model without y_range), both against the average
          title; they sum to the prediction's logit less that of the average title for this user;
        * ``count``, ``mean`` and ``few``, whether that is below 20 ratings;
        * ``known_from``, if titles without a training rating have vectors by their side columns: ``"ratings"``, or
          ``"0 ratings, from its year and genres"``.

        ``attrs["n_hidden"]``, of one user: how many titles that would rank among these `min_count` hides.

    Raises
    ------
    ValueError
        When ``k`` < 1, one of `among` was never trained, or the model is no dot product.
    """
    whole_number("k", k)
    items, biases = snapshot.items, item_biases(snapshot)
    among = np.flatnonzero(snapshot.known_items) if among is None else among
    check_known(items, snapshot.known_items, among, "leave it out of items=")
    candidates = np.zeros(len(items), bool)
    candidates[among] = True
    ranked = replace(snapshot, forward=None, item_bias=None if taste_only else snapshot.item_bias)
    passes = items.counts >= min_count
    best = best_rows(ranked, users, np.flatnonzero(candidates & passes), k, leave_out=leave_out)
    place, rank = np.nonzero(best)
    rows, of_user = best[place, rank], users[place]
    pairs = np.stack([of_user, rows], axis=1)
    columns = {
        "rank": rank + 1,
        "prediction": by_formula(snapshot, pairs).astype(np.float64),
        "bias": (biases - biases[items.trained].mean())[rows],
        "taste": products(snapshot, pairs) - (required_user_factors(snapshot)[users] @ snapshot.item_center)[place],
        "count": items.counts[rows],
        "mean": items.means[rows],
        "few": items.counts[rows] < FEW,
        **snapshot.known_from(rows),
    }
    found, names = items.frame(rows, columns), snapshot.users.frame(of_user, columns).iloc[:, 0]
    found.insert(0, str(names.name), names.array)
    found.insert(1, "rank", found.pop("rank"))
    if len(users) == 1:
        candidates[leave_out.cells(users, np.arange(len(items)))[1]] = False
        hidden = _sums(ranked, users[0], np.flatnonzero(candidates & ~passes))
        worst = _sums(ranked, users[0], rows)[-1] if len(rows) == k else -np.inf
        found.attrs["n_hidden"] = int(np.count_nonzero(hidden > worst))
    return found


def reasons(snapshot: Snapshot, user: Folded, rows: NDArray[np.int64]) -> list[str]:
    """Of each title up to three, the ratings of somebody folded in that raised it most, with by how much of a logit.

    As in ``"Alien (1979) +0.53; Brazil (1985) +0.12"``; empty where none was folded in by ``"fitted"``.
    """
    shares = (snapshot.required_item_factors[rows] - snapshot.item_center) @ user.pulls.T
    best = np.argsort(-shares, axis=1, kind="stable")[:, :_BECAUSE]
    names = snapshot.items.names[user.rows]
    return [
        "; ".join(f"{names[at]} {share[at]:+.2f}" for at in places if share[at] > 0)
        for share, places in zip(shares, best, strict=True)
    ]


def _sums(snapshot: Snapshot, user: int, rows: NDArray[np.int64]) -> Doubles:
    """What titles are ranked by for a user."""
    pairs = np.stack([np.full(len(rows), user), rows], axis=1)
    return products(snapshot, pairs) + item_biases(snapshot)[rows]

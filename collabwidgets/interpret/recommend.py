"""Recommend: the titles that a model rates highest for one user, and which part of the rank is taste."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plain import whole_number
from ..training.snapshot import Snapshot
from .bias import FEW
from .fold_in import Folded
from .product import Doubles, UserVector, by_formula, item_biases, logits, products, required_user_factors, squeezed
from .top_k import Rated, best_rows

_BECAUSE = 3  # ratings named as reasons


def recommend(
    snapshot: Snapshot,
    user: UserVector,
    k: int = 10,
    *,
    leave_out: NDArray[np.int64] | None = None,
    among: NDArray[np.int64] | None = None,
    min_count: int = 20,
    taste_only: bool = False,
) -> pd.DataFrame:
    """Rank the titles for one user by the predicted rating, the highest first.

    For a new user a high rank often says no more than that everybody likes the title: so the sum is split into what
    is the title's own and what is the user's.

    Parameters
    ----------
    snapshot : Snapshot
        Of a dot-product model.
    user : UserVector
        One that `fold_in` made has reasons in ``because``.
    k : int
        Titles wanted; fewer where fewer are left.
    leave_out : int64 [m], optional
        Rows of titles that are no candidates, such as those rated already.
    among : int64 [m], optional
        Rows of the only titles that are candidates.
    min_count : int
        Show only titles with at least this many ratings.
    taste_only : bool
        Rank by ``taste`` alone.

    Returns
    -------
    DataFrame, index ``row``
        * the side's name (such as ``title``): the id, as it is in the ratings;
        * ``prediction`` float64, in rating units;
        * ``bias`` and ``taste`` float64, logits (rating units in a model without y_range), both against the average
          title; they sum to the prediction's logit less that of the average title for this user;
        * ``count``, ``mean`` and ``few``, whether that is below 20 ratings;
        * ``known_from``, if titles without a training rating have vectors by their side columns: ``"ratings"``, or
          ``"0 ratings, from its year and genres"``;
        * ``because``, of a user folded in by ``"fitted"``: up to three titles, the ratings that raised this one most,
          with by how much of a logit, as in ``"Alien (1979) +0.53; Brazil (1985) +0.12"``; else empty.

        ``attrs["n_hidden"]``: how many titles that would rank among these `min_count` hides.

    Raises
    ------
    ValueError
        When ``k`` < 1, one of `among` was never trained, or the model is no dot product.
    """
    items = snapshot.items
    sums = logits(snapshot, user)
    own = sums - item_biases(snapshot)
    own = own - own[items.trained].mean()
    candidates = _candidates(snapshot, k, among)
    if leave_out is not None:
        candidates[leave_out] = False
    score = own if taste_only else sums
    order = np.flatnonzero(candidates)
    order = order[np.argsort(-score[order], kind="stable")]
    places = np.flatnonzero(items.counts[order] >= min_count)[:k]
    rows = order[places]
    columns = {"prediction": squeezed(sums[rows], snapshot.y_range), **_facts(snapshot, rows, own[rows])}
    found = items.frame(rows, columns | {"because": _reasons(snapshot, user, rows)})
    end = int(places[-1]) + 1 if len(places) == k else len(order)
    found.attrs["n_hidden"] = end - len(places)
    return found


def recommend_to_many(
    snapshot: Snapshot,
    users: NDArray[np.int64],
    k: int,
    *,
    leave_out: Rated | None = None,
    among: NDArray[np.int64] | None = None,
    min_count: int = 20,
    taste_only: bool = False,
) -> pd.DataFrame:
    """The lists that `recommend` gives to each of these users, int64 ``[m]``, below each other.

    Returns
    -------
    DataFrame, index ``row``: the item's row in the model's table
        A row a title of a user's list: the user's id and the title's under the names of their sides, ``rank`` from 1,
        and ``prediction``, ``bias``, ``taste``, ``count``, ``mean`` and ``few`` as in `recommend`.
    """
    items = snapshot.items
    candidates = np.flatnonzero(_candidates(snapshot, k, among) & (items.counts >= min_count))
    ranked = replace(snapshot, forward=None, item_bias=None if taste_only else snapshot.item_bias)
    best = best_rows(ranked, users, candidates, k, leave_out=leave_out)
    place, rank = np.nonzero(best)
    rows, of_user = best[place, rank], users[place]
    pairs = np.stack([of_user, rows], axis=1)
    own = products(snapshot, pairs) - (required_user_factors(snapshot) @ snapshot.item_center)[of_user]
    columns = {
        "rank": rank + 1,
        "prediction": by_formula(snapshot, pairs).astype(np.float64),
        **_facts(snapshot, rows, own),
    }
    found, of_users = items.frame(rows, columns), snapshot.users.frame(of_user, columns)
    user = of_users.columns[0]
    found.insert(0, user, of_users[user].array)
    found.insert(1, "rank", found.pop("rank"))
    return found


def _candidates(snapshot: Snapshot, k: int, among: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    whole_number("k", k)
    items, known = snapshot.items, snapshot.known_items
    among = np.flatnonzero(known) if among is None else among
    if not known[among].all():
        name = items.names[among[~known[among]][0]]
        raise ValueError(f"{name!r} was never trained, so its prediction is chance; leave it out of items=")
    candidates = np.zeros(len(items), bool)
    candidates[among] = True
    return candidates


def _facts(snapshot: Snapshot, rows: NDArray[np.int64], own: Doubles) -> dict[str, NDArray[Any]]:
    items, biases = snapshot.items, item_biases(snapshot)
    return {
        "bias": (biases - biases[items.trained].mean())[rows],
        "taste": own,
        "count": items.counts[rows],
        "mean": items.means[rows],
        "few": items.counts[rows] < FEW,
        **snapshot.known_from(rows),
    }


def _reasons(snapshot: Snapshot, user: UserVector, rows: NDArray[np.int64]) -> list[str]:
    if not isinstance(user, Folded):
        return [""] * len(rows)
    vectors: Doubles = snapshot.required_item_factors[rows].astype(np.float64)
    vectors = vectors - snapshot.item_center
    shares = vectors @ user.pulls.T
    best = np.argsort(-shares, axis=1, kind="stable")[:, :_BECAUSE]
    names = snapshot.items.names[user.rows]
    return [
        "; ".join(f"{names[at]} {share[at]:+.2f}" for at in places if share[at] > 0)
        for share, places in zip(shares, best, strict=True)
    ]

"""Recommend: the titles that a model rates highest for one user, and which part of the rank is taste."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..training.snapshot import Snapshot
from .bias import FEW
from .fold_in import Folded
from .product import Doubles, UserVector, item_biases, logits, squeezed

_BECAUSE = 3  # ratings named as reasons


def recommend(
    snapshot: Snapshot,
    user: UserVector,
    n: int = 10,
    *,
    leave_out: NDArray[np.int64] | None = None,
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
    n : int
        Rows wanted; fewer where fewer titles are left.
    leave_out : int64 [m], optional
        Rows of titles that are no candidates, such as those rated already.
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
        * ``because``, of a user folded in by ``"fitted"``: up to three (title, share) pairs, the ratings that raised
          this title most and by how much of a logit; else empty.

        ``attrs["n_hidden"]``: how many titles that would rank among these `min_count` hides.

    Raises
    ------
    ValueError
        When ``n`` < 1 or the model is no dot product.
    """
    if n < 1:
        raise ValueError(f"n is {n}; ask for at least 1 title")
    items = snapshot.items
    biases, sums = item_biases(snapshot), logits(snapshot, user)
    bias = biases - biases[items.trained].mean()
    own = sums - biases
    own = own - own[items.trained].mean()
    candidates = items.trained.copy()
    if leave_out is not None:
        candidates[leave_out] = False
    score = own if taste_only else sums
    order = np.flatnonzero(candidates)
    order = order[np.argsort(-score[order], kind="stable")]
    passes = items.counts[order] >= min_count
    rows = order[passes][:n]
    last = int(np.flatnonzero(passes)[len(rows) - 1]) if len(rows) else -1
    found = items.frame(
        rows,
        {
            "prediction": squeezed(sums[rows], snapshot.y_range),
            "bias": bias[rows],
            "taste": own[rows],
            "count": items.counts[rows],
            "mean": items.means[rows],
            "few": items.counts[rows] < FEW,
            "because": _reasons(snapshot, user, rows),
        },
    )
    full = len(rows) == n
    found.attrs["n_hidden"] = int(np.count_nonzero(~passes[: last + 1] if full else ~passes))
    return found


def _reasons(snapshot: Snapshot, user: UserVector, rows: NDArray[np.int64]) -> list[list[tuple[Any, float]]]:
    if not isinstance(user, Folded) or not len(user.pulls):
        return [[] for _ in rows]
    vectors: Doubles = snapshot.required_item_factors[rows].astype(np.float64)
    vectors = vectors - snapshot.item_center
    shares = vectors @ user.pulls[:, :-1].T  # the bias moves all titles alike, so it is no reason for one of them
    best = np.argsort(-shares, axis=1, kind="stable")[:, :_BECAUSE]
    names = snapshot.items.names[user.rows]
    return [
        [(names[at], float(share[at])) for at in places if share[at] > 0]
        for share, places in zip(shares, best, strict=True)
    ]

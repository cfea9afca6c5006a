"""How good ranked lists are: a number a user, from which of its places hold a title that the user liked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def ranking_metrics(hits: NDArray[np.bool_], n_liked: NDArray[np.int64]) -> dict[str, Doubles]:
    """Metrics of lists of `k` titles, float64 ``[m]`` each, 0 to 1.

    Parameters
    ----------
    hits : bool [m, k]
        Whether the user liked the title at each place, the best place first.
    n_liked : int64 [m]
        Titles that each user liked, in the lists or not; at least 1.

    Returns
    -------
    dict
        ``ndcg``: discounted cumulative gain, a liked title at place i counting ``1 / log2(i + 1)``, against the best
        that a list of k could have (Järvelin & Kekäläinen 2002). ``mrr``: one over the place of the first liked title,
        0 where there is none among the k. ``recall``: share of the liked titles that are in the list. ``precision``:
        share of the list that was liked. ``hit_rate``: 1 where the list has a liked title.
    """
    k = hits.shape[1]
    gains = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(gains)[np.minimum(n_liked, k) - 1]
    found = hits.sum(axis=1)
    any_found = hits.any(axis=1)
    return {
        "ndcg": hits @ gains / ideal,
        "mrr": any_found / (1 + hits.argmax(axis=1)),
        "recall": found / n_liked,
        "precision": found / k,
        "hit_rate": any_found.astype(np.float64),
    }

"""Biases: what remains of a row's ratings after taste, as a ranking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..training.snapshot import Snapshot
from .stability import bias_moves, ranks_of

FEW = 20  # ratings below which a finding about a row is called weak


def biases(
    snapshot: Snapshot,
    *,
    kind: str = "items",
    min_count: int = 0,
    center: bool = True,
    runs: Sequence[Snapshot] = (),
) -> pd.DataFrame:
    """Rank items (or users) by their learnt bias, the highest first.

    A bias is not a mean rating: it is what the model adds for every user after taste (the factors) and the
    other side's bias are allowed for, shrunk by weight decay. Its zero is arbitrary too, because a constant
    can move between item and user biases without changing any prediction; so it is centred by default.

    Parameters
    ----------
    snapshot : Snapshot
        With ``item_bias`` or ``user_bias``, whichever `kind` asks for.
    kind : {"items", "users"}
        Whose biases.
    min_count : int
        Show only rows with at least this many ratings. The centre is that of all trained rows, whatever is
        shown.
    center : bool
        Subtract the mean bias of the trained rows from ``bias``.
    runs : sequence of Snapshot
        Of models trained by the same recipe with other seeds.

    Returns
    -------
    DataFrame, index ``row``: the row in the model's table
        One row for each trained row shown; ``'#na#'`` and rows without a training rating are never among
        them. Ties keep the order of the rows. Columns:

        * the side's name (such as ``title``): the id, as it is in the ratings;
        * ``bias`` float64: logits if the model has a `y_range`, rating units otherwise;
        * ``effect`` float64: change in rating units for an average user at the mean rating, relative to the
          average row, ``f(logit(mean) + b) - mean`` with ``f`` the scaled sigmoid and ``b`` the centred bias
          (also with ``center=False``); ``b`` itself without a `y_range`; NaN if the mean rating lies
          outside `y_range`;
        * ``count`` and ``mean`` of its ratings, training and validation;
        * ``rank`` and ``rank_by_mean``: 1 to n among the rows shown;
        * ``rank_change``: places gained by bias against the mean, ``rank_by_mean - rank``; negative where lost;
        * ``few``: fewer than 20 ratings.

        With `runs` also ``spread`` float64: the standard deviation (n - 1) of the centred bias over the model and its
        runs, in the same unit; and ``rank_low`` and ``rank_high`` int64, the lowest and the highest rank among these.

        ``attrs["mean_bias"]`` is the mean bias of the trained rows, which centring moves out of the table;
        ``attrs["n_runs"]``, with `runs`, how many there are.

    Raises
    ------
    ValueError
        When `kind` is unknown, the model has no such biases, none was trained or some are not finite.

    Examples
    --------
    >>> biases(snapshot, min_count=50).head(5)  # doctest: +SKIP
    """
    turned = snapshot.of(kind)
    side, table, one = turned.items, turned.item_bias, kind[:-1]
    if table is None:
        raise ValueError(
            f"the model has no {one} biases; use a model with a bias for each {one}, or name the table by "
            f"{one}_bias= when making the learner"
        )
    if not side.trained.any():
        raise ValueError(f"no {side.name} has a training rating, so no bias was learnt; train on more ratings")
    trained_bias = table[side.trained].astype(np.float64)
    if not np.isfinite(trained_bias).all():
        raise ValueError(f"the {one} biases hold values that are not finite; reset and train at a lower lr")

    mean_bias = float(trained_bias.mean())
    rows = np.flatnonzero(side.trained & (side.counts >= min_count))
    centered = table[rows].astype(np.float64) - mean_bias
    rank, rank_by_mean = ranks_of(table[rows]), ranks_of(side.means[rows])
    columns = {
        "bias": centered if center else table[rows].astype(np.float64),
        "effect": _effect(centered, snapshot.rating_mean, snapshot.y_range),
        "count": side.counts[rows],
        "mean": side.means[rows],
        "rank": rank,
        "rank_by_mean": rank_by_mean,
        "rank_change": rank_by_mean - rank,
        "few": side.counts[rows] < FEW,
    }
    moves = bias_moves(snapshot, runs, kind, min_count)
    if moves is not None:
        spread, low, high = moves[rows].T
        columns |= {"spread": spread, "rank_low": low.astype(np.int64), "rank_high": high.astype(np.int64)}
    frame = side.frame(rows, columns).sort_values("rank")
    frame.attrs = {"mean_bias": mean_bias} | ({"n_runs": len(runs)} if runs else {})
    return frame


def _effect(bias: NDArray[np.float64], mean: float, y_range: tuple[float, float] | None) -> NDArray[np.float64]:
    if y_range is None:
        return bias
    low, high = y_range
    if not low < mean < high:
        return np.full_like(bias, np.nan)
    share = (mean - low) / (high - low)
    # sigmoid(logit(share) + bias), the logit never formed
    with np.errstate(over="ignore"):  # a bias below -700 sends exp to infinity and the share, rightly, to 0
        moved = share / (share + (1 - share) * np.exp(-bias))
    return low + (high - low) * moved - mean

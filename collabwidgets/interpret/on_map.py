"""On the map: how near to each other two titles lie on two axes, against how near they are in all dimensions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

NEAR_SHARE = 0.1  # of the titles on the map: what is beyond the nearest tenth is far


def map_ranks(
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    shown: NDArray[np.bool_],
    anchor: int,
    rows: NDArray[np.integer],
    *,
    equal: bool = True,
) -> NDArray[np.int64]:
    """Place of each of `rows` among the titles shown, by distance on the map from `anchor`.

    Parameters
    ----------
    x, y : float [n_items]
        Places on the two axes; NaN where a title has none.
    shown : bool [n_items]
        The titles on the map.
    anchor : int
        Row to measure from; it need not be shown.
    rows : int [m]
        Rows to place, all of them shown.
    equal : bool
        A unit is as long on either axis. Otherwise each axis is measured by the extent of the titles shown.

    Returns
    -------
    int64 [m]
        1 for the nearest; titles equally far share a place.
    """
    others = np.flatnonzero(shown & np.isfinite(x + y))
    dx, dy = (values.astype(np.float64) - float(values[anchor]) for values in (x, y))
    if not equal:
        dx, dy = (d / (np.ptp(d[others]) or 1.0) for d in (dx, dy))
    squares = dx * dx + dy * dy
    of_others = np.sort(squares[others[others != anchor]])
    ranks: NDArray[np.int64] = 1 + np.searchsorted(of_others, squares[rows], side="left")
    return ranks


def far_beyond(n_shown: int, k: int) -> int:
    """The last place that is near: a tenth of `n_shown` other titles, or `k` where that is more."""
    return max(k, math.ceil(NEAR_SHARE * n_shown))

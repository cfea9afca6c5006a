"""Align: two columns of coordinates, turned to lie as they lay before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def procrustes(
    columns: NDArray[np.float32], before: NDArray[np.float32], rows: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """`columns` turned (and mirrored, where that is nearer) so that `rows` lie as near to `before` as they can.

    The orthogonal Procrustes problem (Schönemann 1966): of all orthogonal Q the one with the least
    ``‖A Q − B‖`` is ``U Vᵀ``, where ``U S Vᵀ`` is the singular value decomposition of ``Aᵀ B``. Distances between
    points stay what they were; what is turned is no principal component any more.

    Parameters
    ----------
    columns : float32 [n, d]
        Coordinates now.
    before : float32 [n, d]
        Coordinates of the same points in the picture before; where one is not finite its point is left out.
    rows : int64 [m]
        Points that decide.

    Returns
    -------
    float32 [n, d], float64 [d, d]
        The turned coordinates, and Q.
    """
    now, then = columns[rows].astype(np.float64), before[rows].astype(np.float64)
    known = np.isfinite(now).all(axis=1) & np.isfinite(then).all(axis=1)
    u, _, vt = np.linalg.svd(now[known].T @ then[known])
    turn = u @ vt
    return (columns @ turn).astype(np.float32), turn

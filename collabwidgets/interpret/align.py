"""Align: order and signs of components that follow those of another frame, and columns turned to lie as before."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

FOLLOWED = 6  # strongest components that may follow a component of the frame before
_REFERENCE_WEIGHT = 2.0  # of the correlation with the reference, against the cosine to the frame before
_NEAR = 1.25  # variances up to this ratio apart count as near-equal and may stand in either order


def shared_scores(
    known: NDArray[np.float32], factors: NDArray[np.float32], vectors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pearson's r of each column of `known` with the scores along each vector, over the same rows."""
    before = known - known.mean(axis=0, dtype=np.float64)
    now = (factors @ vectors.T.astype(np.float32)).astype(np.float64)
    now -= now.mean(axis=0)
    r: NDArray[np.float64] = before.T @ now
    spreads = np.outer(np.linalg.norm(before, axis=0), np.linalg.norm(now, axis=0))
    return np.divide(r, spreads, out=np.zeros_like(r), where=spreads > 0)


def likeness(cosines: NDArray[np.float64] | None, shared: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """Similarity of each vector (column) to each previous component (row); None for a first frame."""
    if cosines is None or shared is None:
        return cosines if shared is None else shared
    both = np.zeros((max(len(cosines), len(shared)), cosines.shape[1]))
    both[: len(cosines)] = cosines
    both[: len(shared)] += _REFERENCE_WEIGHT * shared
    return both


def in_place(
    vectors: NDArray[np.float64], variances: NDArray[np.float64], like: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Reorder and flip vectors to match the previous components; also returns which vector each one was.

    Without `like` (see `likeness`), and where a place has no vector before it, they stay as they are.
    """
    order = np.arange(len(vectors))
    if like is None:
        return vectors, order
    followed = min(FOLLOWED, len(vectors))
    heirs = assignment(np.abs(like[:followed, :followed]))
    newcomers = [j for j in range(followed) if j not in heirs]
    order[:followed] = _strong_first([*heirs, *newcomers], variances)
    both = min(like.shape)
    signs = np.ones(len(vectors))
    signs[:both] = np.where(like[np.arange(both), order[:both]] < 0, -1.0, 1.0)
    return vectors[order] * signs[:, None], order


def assignment(match: NDArray[np.float64]) -> list[int]:
    """A column for each row, all different, with the highest sum: the best of the at most 6! choices."""
    n_rows, n_columns = match.shape
    choices = np.array(list(itertools.permutations(range(n_columns), n_rows)))
    sums = match[np.arange(n_rows), choices].sum(axis=1)
    return [int(column) for column in choices[sums.argmax()]]


def _strong_first(order: list[int], variances: NDArray[np.float64]) -> list[int]:
    """`order`, but a place goes to the strongest component left if that beats its heir clearly."""
    left, placed = list(order), []
    while left:
        strongest = min(left)  # eigenvectors are numbered by descending variance
        heir = left[0]
        placed.append(strongest if variances[strongest] > _NEAR * variances[heir] else heir)
        left.remove(placed[-1])
    return placed


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

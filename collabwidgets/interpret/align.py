"""Align: components that keep order and sign from frame to frame, and vectors turned to lie as another model's."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLLOWED = 6  # strongest components that may follow a component of the frame before
_REFERENCE_WEIGHT = 2.0  # of the correlation with the reference, against the cosine to the frame before
_NEAR = 1.25  # variances up to this ratio apart count as near-equal and may stand in either order


def pearson(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Pearson's r of each column of one table with each of another, over the same rows; 0 where one does not vary."""
    one, other = (each - each.mean(axis=0, dtype=np.float64) for each in (one, other))
    r: NDArray[np.float64] = one.T @ other
    spreads = np.outer(np.linalg.norm(one, axis=0), np.linalg.norm(other, axis=0))
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
    columns: NDArray[np.float32], before: NDArray[np.float32], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The rotation (or reflection) of `columns` after which they lie as near to `before` as they can.

    The orthogonal Procrustes problem (Schönemann 1966), with a weight for each row: of all orthogonal Q the one with
    the least ``Σ wᵢ ‖Aᵢ Q − Bᵢ‖²`` is ``U Vᵀ``, where ``U S Vᵀ`` is the singular value decomposition of
    ``Σ wᵢ Aᵢᵀ Bᵢ``. Angles and lengths stay what they were.

    Parameters
    ----------
    columns, before : float32 [n, d]
        Vectors of the same rows in two models.
    weights : float64 [n]
        What each row counts; 0 leaves it out.

    Returns
    -------
    float64 [d, d]
        Q; the turned vectors are ``columns @ Q``.
    """
    counted = weights > 0
    now, then = columns[counted].astype(np.float64), before[counted].astype(np.float64)
    u, _, vt = np.linalg.svd((now * weights[counted, None]).T @ then)
    turn: NDArray[np.float64] = u @ vt
    return turn


def agreement(
    components: NDArray[np.float64],
    factors: NDArray[np.float32],
    reruns: Sequence[NDArray[np.float32]],
    counts: NDArray[np.integer],
) -> NDArray[np.float64]:
    """How well each component comes back in models trained again from other weights, 0 to 1.

    The vectors of each rerun are turned to lie as `factors` do, by `procrustes`, the titles weighted by their counts.
    The answer is the mean over the reruns of Pearson's ``|r|`` between the titles' scores in the two models. So that
    the fit of the rotation does not flatter it, one half of the titles is turned as the other half wants it.

    Parameters
    ----------
    components : float64 [k, d]
        Of `factors`.
    factors : float32 [m, d]
        The titles' vectors.
    reruns : sequence of float32 [m, d]
        The vectors of the same titles in other models.
    counts : int [m]
        Ratings of each title.

    Returns
    -------
    float64 [k]
    """
    scores = (factors @ components.T).astype(np.float32)
    odd = np.arange(len(factors)) % 2 == 1
    r = []
    for vectors in reruns:
        turned = np.empty_like(vectors)
        for half in (odd, ~odd):
            turned[half] = vectors[half] @ procrustes(vectors, factors, np.where(half, 0.0, counts))
        r.append(np.diagonal(pearson(scores, turned @ components.T.astype(np.float32))))
    found: NDArray[np.float64] = np.abs(r).mean(axis=0)
    return found

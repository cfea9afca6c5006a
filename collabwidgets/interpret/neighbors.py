"""Neighbours: the items whose factors lie nearest to one item's, in all dimensions."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plain import one_of, whole_number
from ..training.snapshot import Snapshot, lengths_of
from ..words import with_article
from .bias import FEW

METRICS = ("cosine", "centered_cosine", "euclidean", "dot")
SHORT = 0.25  # of the median length: below it a direction is mostly noise
_LARGEST = 1e37  # the product of two lengths beyond which float32 may overflow
_TINY = 1e-30  # what underflow in float32 may lose, and more


def neighbors(
    snapshot: Snapshot,
    item: int | Sequence[int],
    *,
    k: int = 10,
    metric: str = "cosine",
    order: str = "nearest",
    min_count: int = 20,
    ratings: tuple[NDArray[np.integer], NDArray[np.integer]] | None = None,
    pinned: int | None = None,
    weak_count: float = FEW,
    weak_norm: float = SHORT,
) -> pd.DataFrame:
    """Find the `k` items nearest to one item, or to the mean of several, by an exact search over all of them.

    Near means that the same audience answers alike, not that the plots are alike. Cosine ignores how long a
    vector is, that is how strongly its item divides people, and depends on the regularisation of training
    (Steck, Ekanadham & Kallus 2024, "Is Cosine-Similarity of Embeddings Really About Similarity?",
    arXiv:2403.05440); the model itself works with the dot product, which favours strong, popular items.

    Parameters
    ----------
    snapshot : Snapshot
        With ``item_factors``.
    item : int, or a sequence of them
        Row of the anchor, 1 to n_items - 1; it may have fewer ratings than `min_count`. Of several anchors the
        vectors are scaled to length one and averaged, so that each counts alike; ``centered_cosine`` takes them from
        the centre first. Only ``euclidean``, which is about lengths too, averages the vectors as they are.
    k : int
        Rows to show, at least 1; fewer come back when fewer qualify.
    metric : {"cosine", "centered_cosine", "euclidean", "dot"}
        ``cosine`` is the angle as seen from the origin, -1 to 1; ``centered_cosine`` from the mean of the
        trained rows. A vector of length zero has cosine 0 with everything. ``euclidean`` is the distance:
        there the *smaller* score is the nearer. ``dot`` is the plain product.
    order : {"nearest", "farthest"}
        ``farthest``: the lowest cosine or product, the largest distance.
    min_count : int
        Hide items with fewer ratings.
    ratings : (int [n], int [n]), optional
        User row and item row of every rating; adds ``n_common``.
    pinned : int, optional
        Row of a title to compare with; adds ``to_pinned``.
    weak_count, weak_norm : float
        Fewer ratings than this, or a vector shorter than this share of the median length, is weak evidence.

    Returns
    -------
    DataFrame, index ``row``: the row in the model's table
        Nearest (or farthest) first, ties in the order of the rows. The anchors, ``'#na#'`` and rows that nothing is
        known of (`Snapshot.known_items`) are never among them. Columns:

        * the side's name (such as ``title``);
        * ``score`` float64, in the unit of the metric;
        * ``count`` of its ratings;
        * ``to_pinned`` float64, if `pinned` is given: the same score against that title alone;
        * ``n_common``, if `ratings` are given: distinct users who rated both it and an anchor;
        * ``norm`` float64: length of its vector;
        * ``weak``: fewer ratings than `weak_count`, or a length under `weak_norm` of the median of the trained rows;
        * ``known_from``, if items without a training rating have vectors by their side columns: ``"ratings"``, or
          ``"0 ratings, from its year and genres"``. ``attrs["anchors_known_from"]`` says it of the anchors.

        In ``attrs``: ``anchors``, the names of the anchors, and ``n_hidden``, how many of the `k` best of all known
        items `min_count` hides.

    Raises
    ------
    ValueError
        When `metric` or `order` is unknown, `k` < 1, there is no anchor, the model has no item factors, an anchor
        or `pinned` is ``'#na#'``, out of range or never trained, or factors are not finite.
    TypeError
        When `item` is no whole number.

    Examples
    --------
    >>> neighbors(snapshot, snapshot.items.index("Fargo (1996)"), k=5)  # doctest: +SKIP
    """
    side, anchors = snapshot.items, anchor_rows(item, snapshot)
    rows, scores, n_hidden = nearest(snapshot, anchors, k=k, metric=metric, order=order, min_count=min_count)

    columns: dict[str, NDArray[Any]] = {"score": scores}
    if pinned is not None:
        columns["to_pinned"] = _scores(snapshot, rows, _aim(snapshot, [_anchor_row(pinned, snapshot)], metric), metric)
    columns["count"] = side.counts[rows]
    if ratings is not None:
        columns["n_common"] = _n_common(anchors, rows, ratings, len(side.names), len(snapshot.users.names))
    norms = columns["norm"] = snapshot.item_norms[rows]
    columns["weak"] = (side.counts[rows] < weak_count) | (norms < weak_norm * snapshot.median_item_norm)
    frame = side.frame(rows, columns | snapshot.known_from(rows))
    frame.attrs["anchors"] = [str(side.names[anchor]) for anchor in anchors]
    for name, said in snapshot.known_from(np.array(anchors)).items():
        frame.attrs[f"anchors_{name}"] = said.tolist()
    frame.attrs["n_hidden"] = n_hidden
    return frame


def nearest(
    snapshot: Snapshot, anchors: list[int], *, k: int, metric: str, order: str, min_count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], int]:
    """Rows, scores, and how many of the `k` best are hidden: the search of `neighbors`, from checked anchors."""
    one_of("metric", metric, METRICS)
    one_of("order", order, ("nearest", "farthest"))
    whole_number("k", k)
    aim = _aim(snapshot, anchors, metric)
    candidate = snapshot.known_items.copy()
    candidate[anchors] = False
    shown = candidate & (snapshot.items.counts >= min_count)
    ranked, scores = _ranked(snapshot, aim, k, metric, order, candidate, shown)
    is_shown = shown[ranked]
    return ranked[is_shown][:k], scores[is_shown][:k], int((~is_shown[:k]).sum())


def similar_users(
    snapshot: Snapshot,
    user: int,
    *,
    k: int = 10,
    metric: str = "cosine",
    min_count: int = 0,
    ratings: tuple[NDArray[np.integer], NDArray[np.integer]] | None = None,
) -> pd.DataFrame:
    """Find the `k` users whose factors lie nearest to one user's, as `neighbors` does for items.

    Returns
    -------
    DataFrame, index ``row``
        The columns of `neighbors`; ``n_common`` counts the items that both rated.

    Raises
    ------
    ValueError, TypeError
        As `neighbors` does, of users.
    """
    both = None if ratings is None else ratings[::-1]
    return neighbors(snapshot.of("users"), user, k=k, metric=metric, min_count=min_count, ratings=both)


def no_neighbors(snapshot: Snapshot, *, pinned: bool = False) -> pd.DataFrame:
    """The empty table that `neighbors` with `ratings`, and with a `pinned` title, would give; raises as it does where
    the model has no item factors."""
    norms, side = snapshot.item_norms[:0], snapshot.items
    columns: dict[str, Any] = {"score": np.zeros(0)}
    if pinned:
        columns["to_pinned"] = np.zeros(0)
    columns |= {"count": side.counts[:0], "n_common": np.zeros(0, np.int64), "norm": norms, "weak": side.trained[:0]}
    frame = side.frame(np.zeros(0, np.int64), columns)
    frame.attrs |= {"anchors": [], "n_hidden": 0}
    return frame


def anchor_rows(item: int | Sequence[int], snapshot: Snapshot) -> list[int]:
    """The anchors of `neighbors`, each once, checked."""
    items = item if isinstance(item, Sequence | np.ndarray) and not isinstance(item, str) else [item]
    rows = [_anchor_row(each, snapshot) for each in items]
    if not rows:
        raise ValueError(f"there is no {snapshot.items.name} to be near to; pass the row of at least one")
    return list(dict.fromkeys(rows))


def _anchor_row(item: Any, snapshot: Snapshot) -> int:
    side = snapshot.items
    try:
        row = operator.index(item)
    except TypeError:
        raise TypeError(f"item is {item!r}; pass the number of its row (items.index(name) finds it)") from None
    if row == 0:
        raise ValueError(f"row 0 is '#na#', which stands for no {side.name}; choose a row from 1")
    if not 0 < row < len(side.names):
        raise ValueError(f"row {row} is no {side.name}; rows go from 1 to {len(side.names) - 1}")
    if not snapshot.known_items[row]:
        raise ValueError(
            f"{side.names[row]} has no training rating, so its factors are still random; "
            f"choose {with_article(side.name)} that was trained"
        )
    return row


def _aim(snapshot: Snapshot, anchors: list[int], metric: str) -> NDArray[np.float64]:
    """The vector to be near to; for ``centered_cosine`` as seen from the centre."""
    vectors = snapshot.required_item_factors[anchors].astype(np.float64)
    if metric == "centered_cosine":
        vectors -= snapshot.item_center
        vectors[lengths_of(vectors) <= _at_the_center(snapshot)] = 0
    if metric != "euclidean" and len(anchors) > 1:
        lengths = lengths_of(vectors)[:, None]
        vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    mean: NDArray[np.float64] = vectors.mean(axis=0)
    return mean


def _at_the_center(snapshot: Snapshot) -> float:
    """A distance from the centre that is nothing but rounding."""
    return 1e-12 * float(np.linalg.norm(snapshot.item_center))


def _ranked(
    snapshot: Snapshot,
    aim: NDArray[np.float64],
    k: int,
    metric: str,
    order: str,
    candidate: NDArray[np.bool_],
    shown: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows among which are the k best candidates and the k best shown, best first, with their scores.

    One product in float32 tells each score up to a known error; only rows that may be among the best by that
    are scored in float64. So the answer is exact, and equal vectors tie.
    """
    scores, errors = _rough_scores(snapshot, aim, metric)
    sign = 1 if (metric == "euclidean") == (order == "nearest") else -1
    scores *= sign  # now the smallest is the best
    at_most = np.where(shown, scores + errors, np.inf)
    worst = np.inf  # of the k best shown, at most
    if k < len(at_most):
        worst = np.partition(at_most, k - 1)[k - 1]
    rows = np.flatnonzero(candidate & (scores - errors <= worst))
    exact = _scores(snapshot, rows, aim, metric)
    by_score = np.argsort(sign * exact, kind="stable")
    return rows[by_score], exact[by_score]


def _rough_scores(
    snapshot: Snapshot, aim: NDArray[np.float64], metric: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score of every row (for ``euclidean`` its square), and how far it may be from the exact one."""
    table, norms = snapshot.required_item_factors, snapshot.item_norms
    length = float(np.sqrt(aim @ aim))
    if not norms[snapshot.known_items].max() * (length + 1) < _LARGEST:
        raise ValueError(
            "the factors hold values that are not finite, or so large that training must have diverged; "
            "reset and train at a lower lr"
        )
    rounding = 4 * table.shape[1] * float(np.finfo(np.float32).eps)  # a generous bound for a float32 sum
    with np.errstate(invalid="ignore", over="ignore"):  # rows never trained may hold anything
        products = (table @ aim.astype(np.float32)).astype(np.float64)
        if metric == "euclidean":
            squares = norms * norms - 2 * products + length * length
            return squares, rounding * (norms + length) ** 2 + table.shape[1] * _TINY
        errors = rounding * norms * length + table.shape[1] * _TINY
        if metric == "dot":
            return products, errors
        lengths = norms
        if metric == "centered_cosine":
            products -= snapshot.item_center @ aim
            lengths = snapshot.item_spreads
        scale = lengths * length
        return _ratio(products, scale), _ratio(errors, scale)


def _scores(snapshot: Snapshot, rows: NDArray[np.intp], aim: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """The metrics themselves, in float64.

    einsum, unlike BLAS, sums every row in the same order, so equal vectors tie.
    """
    vectors = snapshot.required_item_factors[rows].astype(np.float64)
    if metric == "dot":
        return _products(vectors, aim)
    if metric == "euclidean":
        vectors -= aim
        return lengths_of(vectors)
    shortest = 0.0
    if metric == "centered_cosine":
        vectors -= snapshot.item_center
        shortest = _at_the_center(snapshot)
    lengths = lengths_of(vectors)
    lengths[lengths <= shortest] = 0
    return np.clip(_ratio(_products(vectors, aim), lengths * lengths_of(aim[None])[0]), -1, 1)


def _products(vectors: NDArray[np.float64], aim: NDArray[np.float64]) -> NDArray[np.float64]:
    products: NDArray[np.float64] = np.einsum("ij,j->i", vectors, aim)
    return products


def _ratio(values: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(values, scale, out=np.zeros_like(scale), where=scale > 0)


def _n_common(
    anchors: list[int],
    rows: NDArray[np.intp],
    ratings: tuple[NDArray[np.integer], NDArray[np.integer]],
    n_items: int,
    n_users: int,
) -> NDArray[np.int64]:
    """Distinct users who rated an anchor and each of `rows`."""
    users, items = ratings
    rated_anchor = np.zeros(n_users, dtype=bool)
    for anchor in anchors:
        rated_anchor[users[items == anchor]] = True
    shown = np.zeros(n_items, dtype=bool)
    shown[rows] = True
    found = np.flatnonzero(shown[items])
    found = found[rated_anchor[users[found]]]
    pairs = pd.unique(items[found].astype(np.int64) * n_users + users[found])
    common: NDArray[np.int64] = np.bincount(pairs // n_users, minlength=n_items)[rows]
    return common

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
from .asked import check_known
from .bias import FEW
from .stability import mean_cosines

AVERAGES = (None, "runs")
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
    average: str | None = None,
    runs: Sequence[Snapshot] = (),
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
        With ``item_factors``; of users ``snapshot.of("users")``.
    item : int, or a sequence of them
        Row of the anchor, 1 to n_items - 1; it may have fewer ratings than `min_count`. Of several anchors the
        vectors are scaled to length one and averaged, so that each counts alike; ``centered_cosine`` takes them from
        the centre first. Only ``euclidean``, which is about lengths too, averages the vectors as they are. The table of
        no anchor is empty.
    k : int
        Rows to show, at least 1; fewer come back when fewer qualify.
    metric : {"cosine", "centered_cosine", "euclidean", "dot"}
        ``cosine`` is the angle as seen from the origin, -1 to 1; ``centered_cosine`` from the mean of the
        trained rows. A vector of length zero has cosine 0 with everything. ``euclidean`` is the distance:
        there the *smaller* score is the nearer. ``dot`` is the plain product.
    order : {"nearest", "farthest"}
        ``farthest``: the lowest cosine or product, the largest distance.
    average : {None, "runs"}
        ``"runs"`` ranks by the mean cosine over `runs`, in which the anchor's and the title's own vectors of each run
        are compared; of several anchors, by the mean over these too. Then ``score`` is that mean.
    runs : sequence of Snapshot
        Of models trained by the same recipe with other seeds; adds ``in_runs``.
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
        * ``in_runs`` int64, with `runs`: among the `k` first of how many runs the title is, asked the same;
        * ``count`` of its ratings;
        * ``to_pinned`` float64, if `pinned` is given: the same score against that title alone;
        * ``n_common``, if `ratings` are given: distinct users who rated both it and an anchor (of users: titles);
        * ``norm`` float64: length of its vector;
        * ``weak``: fewer ratings than `weak_count`, or a length under `weak_norm` of the median of the trained rows;
        * ``known_from``, if items without a training rating have vectors by their side columns: ``"ratings"``, or
          ``"0 ratings, from its year and genres"``. ``attrs["anchors_known_from"]`` says it of the anchors.

        In ``attrs``: ``anchors``, the names of the anchors, and ``n_hidden``, how many of the `k` best of all known
        items `min_count` hides; with `runs`, ``n_runs``.

    Raises
    ------
    ValueError
        When `metric`, `order` or `average` is unknown, `k` < 1, the model has no item factors, an anchor or `pinned` is
        ``'#na#'``, out of range or never trained, or factors are not finite; for an average of a metric that is no
        cosine, or without `runs`.
    TypeError
        When `item` is no whole number.

    Examples
    --------
    >>> neighbors(snapshot, snapshot.items.index("Fargo (1996)"), k=5)  # doctest: +SKIP
    """
    one_of("average", average, AVERAGES)
    if average and metric != "cosine":
        raise ValueError(f"average='runs' is the mean of cosines, not of metric={metric!r}; leave one of them out")
    side, anchors = snapshot.items, anchor_rows(item, snapshot)
    vectors = mean_cosines(snapshot, runs) if average else snapshot
    question: dict[str, Any] = {"k": k, "metric": metric, "order": order, "min_count": min_count}
    rows, scores, n_hidden = nearest(vectors, anchors, **question)

    columns: dict[str, NDArray[Any]] = {"score": scores}
    if runs:
        is_listed = [np.isin(rows, nearest(run, anchors, **question)[0]) for run in runs]
        columns["in_runs"] = np.stack(is_listed).sum(axis=0, dtype=np.int64)
    if pinned is not None:
        columns["to_pinned"] = _scores(vectors, rows, _aim(vectors, anchor_rows(pinned, snapshot), metric), metric)
    columns["count"] = side.counts[rows]
    if ratings is not None:
        columns["n_common"] = _n_common(snapshot, anchors, rows, ratings)
    norms = columns["norm"] = snapshot.item_norms[rows]
    columns["weak"] = (side.counts[rows] < weak_count) | (norms < weak_norm * snapshot.median_item_norm)
    frame = side.frame(rows, columns | snapshot.known_from(rows))
    frame.attrs = {"anchors": [str(side.names[anchor]) for anchor in anchors], "n_hidden": n_hidden}
    frame.attrs |= {"n_runs": len(runs)} if runs else {}
    for name, said in snapshot.known_from(np.array(anchors, int)).items():
        frame.attrs[f"anchors_{name}"] = said.tolist()
    return frame


def nearest(
    snapshot: Snapshot, anchors: list[int], *, k: int, metric: str, order: str, min_count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], int]:
    """Rows, scores, and how many of the `k` best are hidden: the search of `neighbors`, from checked anchors.

    One product in float32 tells each score up to a known error; only rows that may be among the best by that
    are scored in float64. So the answer is exact, and equal vectors tie.
    """
    one_of("metric", metric, METRICS)
    one_of("order", order, ("nearest", "farthest"))
    whole_number("k", k)
    if not anchors:
        return np.zeros(0, np.intp), np.zeros(0), 0
    aim = _aim(snapshot, anchors, metric)
    candidate = snapshot.known_items.copy()
    candidate[anchors] = False
    shown = candidate & (snapshot.items.counts >= min_count)
    sign = 1 if (metric == "euclidean") == (order == "nearest") else -1  # times it, the smallest is the best
    scores, errors = _rough_scores(snapshot, aim, metric)
    place = min(k, len(scores)) - 1
    worst = np.partition(np.where(shown, sign * scores + errors, np.inf), place)[place]  # of the k best shown, at most
    rows = np.flatnonzero(candidate & (sign * scores - errors <= worst))
    exact = _scores(snapshot, rows, aim, metric)
    by_score = np.argsort(sign * exact, kind="stable")
    rows, exact = rows[by_score], exact[by_score]
    is_shown = shown[rows]
    return rows[is_shown][:k], exact[is_shown][:k], int((~is_shown[:k]).sum())


def anchor_rows(item: int | Sequence[int], snapshot: Snapshot) -> list[int]:
    """The anchors of `neighbors`, each once, checked."""
    side, rows = snapshot.items, []
    for each in np.atleast_1d(np.asarray(item, dtype=object)):
        try:
            row = operator.index(each)
        except TypeError:
            raise TypeError(f"item is {each!r}; pass the number of its row (items.index(name) finds it)") from None
        if not 0 < row < len(side.names):
            raise ValueError(f"row {row} is no {side.name}; rows go from 1 to {len(side.names) - 1}")
        rows.append(row)
    check_known(side, snapshot.known_items, rows, f"choose {with_article(side.name)} that was trained")
    return list(dict.fromkeys(rows))


def _aim(snapshot: Snapshot, anchors: list[int], metric: str) -> NDArray[np.float64]:
    """The vector to be near to; for ``centered_cosine`` as seen from the centre."""
    vectors = _vectors(snapshot, np.array(anchors), metric)
    if metric != "euclidean" and len(anchors) > 1:
        vectors = _ratio(vectors, lengths_of(vectors)[:, None])
    mean: NDArray[np.float64] = vectors.mean(axis=0)
    return mean


def _vectors(snapshot: Snapshot, rows: NDArray[np.integer], metric: str) -> NDArray[np.float64]:
    """Vectors of some rows; for ``centered_cosine`` as seen from the centre, where what is but rounding counts as 0."""
    vectors: NDArray[np.float64] = snapshot.required_item_factors[rows].astype(np.float64)
    if metric == "centered_cosine":
        vectors -= snapshot.item_center
        vectors[lengths_of(vectors) <= 1e-12 * float(np.linalg.norm(snapshot.item_center))] = 0
    return vectors


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
    scale, reach = np.ones(len(table)), norms * length
    with np.errstate(invalid="ignore", over="ignore"):  # rows never trained may hold anything
        scores = (table @ aim.astype(np.float32)).astype(np.float64)
        if metric == "euclidean":
            scores, reach = norms * norms - 2 * scores + length * length, (norms + length) ** 2
        elif metric == "cosine":
            scale = reach
        elif metric == "centered_cosine":
            scores, scale = scores - snapshot.item_center @ aim, snapshot.item_spreads * length
        # generous: of a sum in float32, and of what underflow may lose
        errors = table.shape[1] * (4 * float(np.finfo(np.float32).eps) * reach + _TINY)
        return _ratio(scores, scale), _ratio(errors, scale)


def _scores(snapshot: Snapshot, rows: NDArray[np.intp], aim: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """The metrics themselves, in float64.

    einsum, unlike BLAS, sums every row in the same order, so equal vectors tie.
    """
    vectors = _vectors(snapshot, rows, metric)
    if metric == "euclidean":
        vectors -= aim
        return lengths_of(vectors)
    products: NDArray[np.float64] = np.einsum("ij,j->i", vectors, aim)
    if metric == "dot":
        return products
    return np.clip(_ratio(products, lengths_of(vectors) * lengths_of(aim[None])[0]), -1, 1)


def _ratio(values: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    ratios: NDArray[np.float64] = np.divide(values, scale, out=np.zeros_like(values), where=scale > 0)
    return ratios


def _n_common(
    snapshot: Snapshot,
    anchors: list[int],
    rows: NDArray[np.intp],
    ratings: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> NDArray[np.int64]:
    """Distinct users who rated an anchor and each of `rows`."""
    users, items = ratings[::-1] if snapshot.exchanged else ratings
    rated_anchor, shown = np.zeros(len(snapshot.users), bool), np.zeros(len(snapshot.items), bool)
    rated_anchor[users[np.isin(items, anchors)]] = True
    shown[rows] = True
    found = np.flatnonzero(shown[items])
    found = found[rated_anchor[users[found]]]
    pairs = pd.unique(items[found].astype(np.int64) * len(rated_anchor) + users[found])
    common: NDArray[np.int64] = np.bincount(pairs // len(rated_anchor), minlength=len(shown))[rows]
    return common

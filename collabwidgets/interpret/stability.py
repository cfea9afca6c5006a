"""Stability: how well findings come again in reruns of the same recipe with other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plain import one_of
from ..training.snapshot import Snapshot
from .bias import biases
from .neighbors import anchor_rows, nearest, neighbors

AVERAGES = (None, "runs")


def neighbors_in_runs(
    snapshot: Snapshot,
    runs: Sequence[Snapshot],
    item: int | Sequence[int],
    *,
    average: str | None = None,
    k: int = 10,
    metric: str = "cosine",
    order: str = "nearest",
    min_count: int = 20,
    **others: Any,
) -> pd.DataFrame:
    """`neighbors`, items without a rating but with side columns among them, with how often each of them comes again.

    Parameters
    ----------
    snapshot : Snapshot
    runs : sequence of Snapshot
        Of models trained by the same recipe with other seeds; may be empty.
    item, k, metric, order, min_count, **others
        As in `neighbors`.
    average : {None, "runs"}
        ``"runs"`` ranks by the mean cosine over `runs`, in which the anchor's and the title's own vectors of each run
        are compared; of several anchors, by the mean over these too. Then ``score`` is that mean. Cosines need no
        alignment of one run's vectors with another's.

    Returns
    -------
    DataFrame, index ``row``
        That of `neighbors`. With `runs`, ``in_runs`` int64 after the score: among the `k` first of how many runs the
        title is, asked the same; ``attrs["n_runs"]`` is how many there are.

    Raises
    ------
    ValueError
        As `neighbors` does; for another `average`; for ``"runs"`` without `runs`, or with a metric that is no cosine.
    """
    one_of("average", average, AVERAGES)
    if average and not runs:
        raise ValueError(
            "there are no reruns of the present weights to average over (others of earlier weights are dropped); "
            "learn.stability().wait() trains some"
        )
    if average and metric != "cosine":
        raise ValueError(f"average='runs' is the mean of cosines, not of metric={metric!r}; leave one of them out")
    snapshot, runs = snapshot.with_cold_rows, [run.with_cold_rows for run in runs]
    question: dict[str, Any] = {"k": k, "metric": metric, "order": order, "min_count": min_count}
    found = neighbors(mean_cosines(snapshot, runs) if average else snapshot, item, **question, **others)
    if runs:
        anchors = anchor_rows(item, snapshot)
        lists = [nearest(run, anchors, **question)[0] for run in runs]
        found.insert(2, "in_runs", np.sum([np.isin(found.index, rows) for rows in lists], axis=0, dtype=np.int64))
        found.attrs["n_runs"] = len(runs)
    return found


def mean_cosines(snapshot: Snapshot, runs: Sequence[Snapshot]) -> Snapshot:
    """`snapshot` with vectors whose cosines are the means of those in `runs`, and whose lengths are as they were.

    They are the runs' vectors, scaled to length one, side by side: float32 ``[n_items, n_runs * k]``.
    """
    units = []
    for run in runs:
        norms = run.item_norms[:, None]
        units.append(np.divide(run.required_item_factors, norms, out=np.zeros_like(run.item_factors), where=norms > 0))
    scale = (snapshot.item_norms / np.sqrt(len(runs))).astype(np.float32)
    return replace(snapshot, item_factors=np.concatenate(units, axis=1) * scale[:, None])


def biases_in_runs(
    snapshot: Snapshot, runs: Sequence[Snapshot], *, kind: str = "items", min_count: int = 0, center: bool = True
) -> pd.DataFrame:
    """`biases`, with how far each of them, and its rank, moves from run to run.

    Parameters
    ----------
    snapshot, kind, min_count, center
        As in `biases`.
    runs : sequence of Snapshot
        Of models trained by the same recipe with other seeds; may be empty.

    Returns
    -------
    DataFrame, index ``row``
        That of `biases`. With `runs`, after the bias its ``spread`` float64: the standard deviation (n - 1) of the
        centred bias over the model and its runs, in the same unit; after the rank ``rank_low`` and ``rank_high`` int64,
        the lowest and the highest number it has among these. ``attrs["n_runs"]`` is how many `runs` there are.
    """
    found = biases(snapshot, kind=kind, min_count=min_count, center=center)
    moves = bias_moves(snapshot, runs, kind, min_count)
    if moves is not None:
        spread, low, high = moves[found.index].T
        found.insert(2, "spread", spread)
        place = found.columns.get_loc("rank") + 1
        found.insert(place, "rank_low", low.astype(np.int64))
        found.insert(place + 1, "rank_high", high.astype(np.int64))
        found.attrs["n_runs"] = len(runs)
    return found


def bias_moves(snapshot: Snapshot, runs: Sequence[Snapshot], kind: str, min_count: int) -> NDArray[np.float64] | None:
    """How far each row's bias moves over the model and its runs, float64 ``[n_rows, 3]``.

    The standard deviation of the centred bias, and the lowest and the highest number of its rank among the rows with
    at least `min_count` ratings; 0 and 0 for other rows. None where there are no runs, or no biases of that `kind`,
    ``"items"`` or ``"users"``.
    """
    side = snapshot.of(kind).items
    tables: list[Any] = [each.of(kind).item_bias for each in (snapshot, *runs)]
    if not runs or tables[0] is None:
        return None
    biases_of = np.stack(tables).astype(np.float64)
    rows = np.flatnonzero(side.trained & (side.counts >= min_count))
    ranks = 1 + np.argsort(np.argsort(-biases_of[:, rows], kind="stable"))
    moves = np.zeros((len(side), 3))
    moves[:, 0] = np.std(biases_of - biases_of[:, side.trained].mean(axis=1, keepdims=True), axis=0, ddof=1)
    moves[rows, 1], moves[rows, 2] = ranks.min(axis=0), ranks.max(axis=0)
    return moves

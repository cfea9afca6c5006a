"""Stability: what reruns of the same recipe with other seeds say of a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..training.snapshot import Snapshot


def mean_cosines(snapshot: Snapshot, runs: Sequence[Snapshot]) -> Snapshot:
    """`snapshot` with vectors whose cosines are the means of those in `runs`, and whose lengths are as they were.

    They are the runs' vectors, scaled to length one, side by side: float32 ``[n_items, n_runs * k]``. Cosines need no
    alignment of one run's vectors with another's.

    Raises
    ------
    ValueError
        When there are no runs.
    """
    if not runs:
        raise ValueError(
            "there are no reruns of the present weights to average over (others of earlier weights are dropped); "
            "learn.stability().wait() trains some"
        )
    units = []
    for run in runs:
        norms = run.item_norms[:, None]
        units.append(np.divide(run.required_item_factors, norms, out=np.zeros_like(run.item_factors), where=norms > 0))
    scale = (snapshot.item_norms / np.sqrt(len(runs))).astype(np.float32)
    return replace(snapshot, item_factors=np.concatenate(units, axis=1) * scale[:, None])


def bias_moves(snapshot: Snapshot, runs: Sequence[Snapshot], kind: str, min_count: int) -> NDArray[np.float64] | None:
    """How far each row's bias moves over the model and its runs, float64 ``[n_rows, 3]``.

    The standard deviation (n - 1) of the centred bias, and the lowest and the highest number of its rank among the rows
    with at least `min_count` ratings; 0 and 0 for other rows. None where there are no runs, or no biases of that
    `kind`, ``"items"`` or ``"users"``.
    """
    side = snapshot.of(kind).items
    tables: list[Any] = [each.of(kind).item_bias for each in (snapshot, *runs)]
    if not runs or tables[0] is None:
        return None
    biases_of = np.stack(tables).astype(np.float64)
    rows = np.flatnonzero(side.trained & (side.counts >= min_count))
    ranks = ranks_of(biases_of[:, rows])
    moves = np.zeros((len(side), 3))
    moves[:, 0] = np.std(biases_of - biases_of[:, side.trained].mean(axis=1, keepdims=True), axis=0, ddof=1)
    moves[rows, 1], moves[rows, 2] = ranks.min(axis=0), ranks.max(axis=0)
    return moves


def ranks_of(values: NDArray[np.floating]) -> NDArray[np.int64]:
    """Ranks along the last axis, 1 for the highest value; equal ones in their order."""
    ranks: NDArray[np.int64] = 1 + np.argsort(np.argsort(-values, kind="stable"))
    return ranks

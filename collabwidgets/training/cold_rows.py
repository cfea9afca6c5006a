"""Cold rows: what side columns say of the vectors of users and items that have no training rating."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..data.features import Features
from ..data.side import Side

Doubles = NDArray[np.float64]

PENALTY = 100.0  # in ratings; from 30 to 300 the error on titles held back entirely is the same within 0.003
_KNOTS = 12  # places where the slope along a number may change
_CELLS = 1 << 22  # of side columns taken at a time: 16 MB


def side_vectors(side: Side, table: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Vectors of some rows by their side columns: a ridge from the columns to the vectors of the trained rows.

    It minimises ``Σ count · |vector − (intercept + columns · B)|² + PENALTY · |B|²`` over the rows with training
    ratings, the count being theirs, or their summed weights (Hoerl & Kennard 1970, "Ridge regression"; from attributes
    to the factors of a trained model: Gantner et al. 2010, "Learning attribute-to-feature mappings for cold-start
    recommendations"). Of several values in one cell each counts 1/√n of n. A number is a piecewise linear function with
    twelve knots, a category 0 or 1; of categories the thousand that have most training ratings are used.

    Parameters
    ----------
    side : Side
        With `features`.
    table : float32 [n, k]
        Factors or biases, as they stand in predictions.
    rows : int64 [m]
        Of the side.

    Returns
    -------
    float32 [m, k]
    """
    assert side.features is not None
    return side_map(side, table)(side.features.dense(rows))


def side_map(side: Side, table: NDArray[np.float32]) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """The ridge of `side_vectors`, as a function of rows of the side columns, float32 ``[m, columns]``."""
    features, weights = side.features, side.train_weights
    assert features is not None
    assert weights is not None
    known = np.flatnonzero(features.known & (weights > 0))
    expand = _expansion(features, known, weights)
    step = max(1, _CELLS // features.shape[1])
    size = expand(features.dense(known[:0])).shape[1]
    products, targets = np.zeros((size, size)), np.zeros((size, table.shape[1]))
    for start in range(0, len(known), step):
        block = known[start : start + step]
        design = expand(features.dense(block))
        weighted = design.T * weights[block]
        products += weighted @ design
        targets += weighted @ table[block].astype(np.float64)
    products[np.arange(1, size), np.arange(1, size)] += PENALTY
    products[0, 0] += 1e-9  # where no row is known the answer is 0
    slopes = np.linalg.solve(products, targets)

    def predicted(given: NDArray[np.float32]) -> NDArray[np.float32]:
        blocks = [given[start : start + step] for start in range(0, max(1, len(given)), step)]
        return np.concatenate([expand(block) @ slopes for block in blocks]).astype(np.float32)

    return predicted


def _expansion(
    features: Features, known: NDArray[np.int64], weights: Doubles
) -> Callable[[NDArray[np.float32]], Doubles]:
    """A function from side columns ``[m, columns]`` to the columns of the ridge ``[m, size]``, the first of them 1."""
    seen = features.dense(known[:: max(1, len(known) * features.shape[1] // _CELLS)])
    kept = np.zeros(features.shape[1], bool)
    kept[features.most_frequent(weights)] = True
    knots = {}
    for column in features.columns:
        if column.is_number:
            values = seen[:, column.first] if len(seen) else np.zeros(1)
            low, high = np.quantile(values, [0.01, 0.99])  # a wrong date or a length of 0 would take all knots
            knots[column.name] = np.linspace(float(low), float(high), _KNOTS)

    def expand(given: NDArray[np.float32]) -> Doubles:
        parts = [np.ones((len(given), 1))]
        for column in features.columns:
            of_column = slice(column.first, column.first + column.width)
            values = given[:, of_column].astype(np.float64)
            if column.is_number:
                parts.append(_hats(values[:, 0], knots[column.name]))
                continue
            if column.kind == "many":
                values /= np.sqrt(np.maximum(values.sum(axis=1, keepdims=True), 1))
            parts.append(values[:, kept[of_column]])
        return np.concatenate(parts, axis=1)

    return expand


def _hats(values: Doubles, knots: Doubles) -> Doubles:
    """Linear interpolation as columns: of the two knots beside a value the nearer has more, and both sum to 1."""
    if knots[0] == knots[-1]:
        return np.zeros((len(values), len(knots)))
    place = (np.clip(values, knots[0], knots[-1]) - knots[0]) / (knots[1] - knots[0])
    hats: Doubles = np.maximum(0.0, 1 - np.abs(place[:, None] - np.arange(len(knots))))
    return hats

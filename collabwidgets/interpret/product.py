"""The dot product itself: what a model of that family predicts, from the tables of a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..training.snapshot import Snapshot

Doubles = NDArray[np.float64]
_PROBES = 20  # predictions that are compared with the formula
_PAIRS = 1 << 16  # predicted at a time


@dataclass(frozen=True, eq=False)
class UserVector:
    """One user as the model sees them: ``factors`` float64 ``[k]`` and ``bias``, 0 where the model has none.

    The bias is a logit if the model has a y_range, else in rating units.
    """

    factors: Doubles
    bias: float


def user_vector(snapshot: Snapshot, row: int) -> UserVector:
    """The vector of a user that the model was trained on, by row."""
    users = required_user_factors(snapshot)
    bias = snapshot.user_bias
    return UserVector(users[row].astype(np.float64), 0.0 if bias is None else float(bias[row]))


def required_user_factors(snapshot: Snapshot) -> NDArray[np.float32]:
    """`user_factors`, or a ValueError when the model has none of the items' width."""
    users, items = snapshot.user_factors, snapshot.required_item_factors
    if users is None or users.shape[1] != items.shape[1]:
        raise ValueError(
            "the model multiplies no user factors with item factors; this answer is of dot-product models, such as "
            'collab_learner makes unless it is asked for model="nn"'
        )
    return users


def item_biases(snapshot: Snapshot) -> Doubles:
    """float64 [n_items]; zeros where the model has none."""
    bias = snapshot.item_bias
    return np.zeros(len(snapshot.items)) if bias is None else bias.astype(np.float64)


def logits(snapshot: Snapshot, user: UserVector) -> Doubles:
    """What the model adds up for every title, float64 [n_items], before it is squeezed into y_range."""
    factors = snapshot.required_item_factors.astype(np.float64)
    sums: Doubles = factors @ user.factors + user.bias + item_biases(snapshot)
    return sums


def squeezed(logit: Doubles, y_range: tuple[float, float] | None) -> Doubles:
    """Ratings of logits: ``low + (high - low) * sigmoid(logit)``; the same again without a range."""
    if y_range is None:
        return logit
    low, high = y_range
    share: Doubles = 0.5 * (1 + np.tanh(0.5 * logit))  # the sigmoid, without overflow
    return low + (high - low) * share


def by_formula(snapshot: Snapshot, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``, summed in float64."""
    user_factors, item_factors = required_user_factors(snapshot), snapshot.required_item_factors
    biases, user_bias = item_biases(snapshot), snapshot.user_bias
    ratings = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _PAIRS):
        users, items = pairs[start : start + _PAIRS].T
        sums = np.einsum("ij,ij->i", user_factors[users], item_factors[items], dtype=np.float64) + biases[items]
        if user_bias is not None:
            sums += user_bias[users]
        ratings[start : start + _PAIRS] = squeezed(sums, snapshot.y_range)
    return ratings


def is_product(snapshot: Snapshot) -> bool:
    """Whether the model predicts the dot product of the snapshot's tables: known by its class, else tried."""
    if snapshot.forward is None:
        return True
    try:
        required_user_factors(snapshot)
    except ValueError:
        return False
    return not _probed(snapshot, snapshot.forward)[2].any()


def check_product(snapshot: Snapshot) -> None:
    """Raise a ValueError unless the model, of an ensemble the first, predicts the dot product of its tables."""
    required_user_factors(snapshot)
    if snapshot.forward is None:
        return
    found, expected, off = _probed(snapshot, snapshot.forward.of_first)
    if off.any():
        at = int(off.argmax())
        raise ValueError(
            f"{snapshot.forward.name} predicts {found[at]:.3f} where user factors times item factors, biases and "
            f"y_range={snapshot.y_range} make {expected[at]:.3f}: it is no dot product of these tables (print(learn))"
        )


def product_of(snapshot: Snapshot) -> Snapshot:
    """The snapshot, vectors by side columns included, once it is known that the model is the product of its tables."""
    check_product(snapshot)
    return snapshot.with_cold_rows


def _probed(
    snapshot: Snapshot, predict: Callable[[NDArray[np.int64]], NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Some predictions, what the formula makes of them, and which differ by more than the module's own rounding."""
    assert snapshot.forward is not None
    users, items = (np.flatnonzero(side.trained)[:_PROBES] for side in (snapshot.users, snapshot.items))
    n = min(len(users), len(items))
    pairs = np.stack([users[:n], items[:n]], axis=1)
    found, expected = predict(pairs), by_formula(snapshot, pairs)
    within = max(1e-3, 4 * snapshot.forward.rounding)
    return found, expected, ~np.isclose(found, expected, rtol=within, atol=within)

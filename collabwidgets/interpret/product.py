"""The dot product itself: what a model of that family predicts, from the tables of a snapshot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..training.snapshot import Snapshot

Doubles = NDArray[np.float64]
_PROBES = 20  # predictions that are compared with the formula
_PAIRS = 1 << 16  # predicted at a time


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


def squeezed(logit: Doubles, y_range: tuple[float, float] | None) -> Doubles:
    """Ratings of logits: ``low + (high - low) * sigmoid(logit)``; the same again without a range."""
    if y_range is None:
        return logit
    low, high = y_range
    share: Doubles = 0.5 * (1 + np.tanh(0.5 * logit))  # the sigmoid, without overflow
    return low + (high - low) * share


def products(snapshot: Snapshot, pairs: NDArray[np.int64]) -> Doubles:
    """Products of the factors of (user row, item row) pairs int64 ``[n, 2]``, float64 ``[n]``."""
    users, items = required_user_factors(snapshot), snapshot.required_item_factors
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), _PAIRS):
        of_users, of_items = pairs[start : start + _PAIRS].T
        found[start : start + _PAIRS] = np.einsum("ij,ij->i", users[of_users], items[of_items], dtype=np.float64)
    return found


def by_formula(snapshot: Snapshot, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``, summed in float64."""
    sums = products(snapshot, pairs) + item_biases(snapshot)[pairs[:, 1]]
    if snapshot.user_bias is not None:
        sums += snapshot.user_bias[pairs[:, 0]]
    return squeezed(sums, snapshot.y_range).astype(np.float32)


def is_product(snapshot: Snapshot) -> bool:
    """Whether the model predicts the dot product of the snapshot's tables: known by its class, else tried."""
    try:
        check_product(snapshot, whole=True)
    except ValueError:
        return False
    return True


def check_product(snapshot: Snapshot, *, whole: bool = False) -> None:
    """Raise a ValueError unless the model predicts the dot product of its tables, to within the module's own rounding.

    Of an ensemble the first member is meant, or with `whole` the average.
    """
    required_user_factors(snapshot)
    forward = snapshot.forward
    if forward is None:
        return
    users, items = (np.flatnonzero(side.trained)[:_PROBES] for side in (snapshot.users, snapshot.items))
    n = min(len(users), len(items))
    pairs = np.stack([users[:n], items[:n]], axis=1)
    found, expected = forward(pairs) if whole else forward.of_first(pairs), by_formula(snapshot, pairs)
    within = max(1e-3, 4 * forward.rounding)
    off = ~np.isclose(found, expected, rtol=within, atol=within)
    if off.any():
        at = int(off.argmax())
        raise ValueError(
            f"{forward.name} predicts {found[at]:.3f} where user factors times item factors, biases and "
            f"y_range={snapshot.y_range} make {expected[at]:.3f}: it is no dot product of these tables (print(learn))"
        )


def product_of(snapshot: Snapshot) -> Snapshot:
    """The snapshot, vectors by side columns included, once it is known that the model is the product of its tables."""
    check_product(snapshot)
    return snapshot.with_cold_rows

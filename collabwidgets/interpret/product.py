"""The dot product itself: what a model of that family predicts, from the tables of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..training.snapshot import Snapshot

Doubles = NDArray[np.float64]


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


def predicted(snapshot: Snapshot, pairs: NDArray[np.int64]) -> Doubles:
    """Ratings of (user row, item row) pairs int64 ``[n, 2]`` by the formula, float64 ``[n]``."""
    users, items = pairs.T
    user_factors, item_factors = required_user_factors(snapshot), snapshot.required_item_factors
    sums = np.einsum("ij,ij->i", user_factors[users], item_factors[items], dtype=np.float64)
    if snapshot.user_bias is not None:
        sums = sums + snapshot.user_bias[users]
    return squeezed(sums + item_biases(snapshot)[items], snapshot.y_range)

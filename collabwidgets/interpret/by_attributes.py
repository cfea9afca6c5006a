"""Somebody known by attributes alone: their vector by the users' side columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..training.cold_rows import side_map
from ..training.snapshot import Snapshot


def with_user(snapshot: Snapshot, given: Mapping[str, Any]) -> Snapshot:
    """The snapshot with somebody known by attributes alone in row 0 of the users, by the ridge of `side_vectors`.

    Parameters
    ----------
    snapshot : Snapshot
    given : dict
        By side column of the users its value, such as ``{"age": 25, "occupation": "writer"}``; what is left out is the
        mean of all users.

    Raises
    ------
    TypeError, ValueError
        When there are no side columns of users, and for a column or a value that is not known.
    """
    users = snapshot.users
    features = users.features
    if features is None or users.train_weights is None:
        raise ValueError(
            f"user_features= needs side columns of the {users.name}s, and these loaders have none; pass users= a table "
            "to CollabDataLoaders.from_df"
        )
    encoded = features.encoded(given, "user_features")[None]

    def fill(role: str, table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        if not role.startswith("user"):
            return None
        is_given = role == "user_columns"
        row = encoded.take(features.most_frequent(), axis=1) if is_given else side_map(users, table)(encoded)
        return np.zeros(1, np.int64), row

    return snapshot.refilled(fill)

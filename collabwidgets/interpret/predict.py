"""Ratings that a model predicts, by row and by id, and what an id that it knows nothing of means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..training.snapshot import Snapshot
from .product import by_formula, with_average_rows

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_UNKNOWN = ("raise", "average", "nan")


def predicted(snapshot: Snapshot, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``; row 0 is the model's own ``'#na#'``."""
    return by_formula(snapshot, pairs) if snapshot.forward is None else snapshot.forward(pairs)


def predict(
    snapshot: Snapshot, dls: CollabDataLoaders, users: Any, items: Any, *, unknown: str, clip: bool
) -> NDArray[np.float32]:
    """Predicted ratings, float32 ``[n]``, of pairs named by id.

    Parameters
    ----------
    snapshot : Snapshot
    dls : CollabDataLoaders
    users, items : sequence, or one id
        As they stand in the ratings table: as many of the one as of the other, or one user and many items, or many
        users and one item. Or a frame alone, with the loaders' columns of users and items.
    unknown : {"raise", "average", "nan"}
        What an id without a training rating means: an error, for one that was in no rating with the nearest spelling;
        the mean known user or item; or NaN.
    clip : bool
        Cut predictions off at the lowest and the highest rating of the ratings table.
    """
    if unknown not in _UNKNOWN:
        raise ValueError(f"unknown={unknown!r} is not known; choose one of {', '.join(_UNKNOWN)}")
    pairs = _pairs(dls, users, items, unknown)
    if unknown == "raise" or pairs.all():
        stars = predicted(snapshot, pairs)
    elif snapshot.forward is not None:
        stars = snapshot.forward.with_average_rows(pairs)
    else:
        stars = by_formula(with_average_rows(snapshot), pairs)
    if clip:
        stars = stars.clip(*dls.rating_range)
    if unknown == "nan":
        stars[(pairs == 0).any(axis=1)] = np.nan
    return stars


def _pairs(dls: CollabDataLoaders, users: Any, items: Any, unknown: str) -> NDArray[np.int64]:
    """Rows int64 ``[n, 2]``, 0 where an id has no training rating."""
    names = (dls.user_name, dls.item_name)
    if isinstance(users, pd.DataFrame):
        missing = [name for name in names if name not in users]
        if items is not None or missing:
            raise ValueError(
                f"a frame of pairs has the columns {names[0]!r} and {names[1]!r}, and no items beside it; "
                f"this one has {', '.join(map(repr, users.columns))}"
            )
        users, items = (users[name] for name in names)
    if items is None:
        raise TypeError(f"items is missing; pass the {names[1]}s, or one frame of {names[0]}s and {names[1]}s")
    columns = [np.atleast_1d(np.asarray(ids, dtype=object)) for ids in (users, items)]
    rows = [_trained_rows(dls, name, list(ids), unknown) for name, ids in zip(names, columns, strict=True)]
    try:
        return np.stack(np.broadcast_arrays(*rows), axis=1)
    except ValueError:
        raise ValueError(
            f"{len(rows[0])} users but {len(rows[1])} items; pass one item for each user, or one of either"
        ) from None


def _trained_rows(dls: CollabDataLoaders, name: str, ids: list[Any], unknown: str) -> NDArray[np.int64]:
    rows = dls.classes[name].index(ids, unknown="raise" if unknown == "raise" else "na")
    side = dls.users if name == dls.user_name else dls.items
    if unknown == "raise" and not side.trained[rows].all():
        first = ids[int(np.flatnonzero(~side.trained[rows])[0])]
        raise ValueError(
            f"{name} {first!r} has no training rating, so nothing is known of it; "
            "unknown='average' takes the mean one, unknown='nan' marks it"
        )
    return np.where(side.trained[rows], rows, 0)

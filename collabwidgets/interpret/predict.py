"""Ratings that a model predicts, by row and by id, and what an id that it knows nothing of means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from ..plain import one_of
from ..spelling import listed
from ..training.snapshot import Snapshot
from .asked import check_known
from .fold_in import with_user
from .product import by_formula

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders
    from ..data.side import Side

_UNKNOWN = ("raise", "average", "nan")


def predicted(snapshot: Snapshot, pairs: NDArray[np.int64], context: torch.Tensor | None = None) -> NDArray[np.float32]:
    """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``; row 0 is the model's own ``'#na#'``.

    A model that takes a context gets `context`, float32 ``[n, columns]``, or else the training mean; to others it is
    nothing.
    """
    return by_formula(snapshot, pairs) if snapshot.forward is None else snapshot.forward(pairs, context)


def predict(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    users: Any = None,
    items: Any = None,
    *,
    user_features: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    unknown: str = "raise",
    clip: bool = False,
) -> NDArray[np.float32]:
    """Predicted ratings, float32 ``[n]``, of pairs named by id, also while it trains.

    Parameters
    ----------
    users, items : sequence, or one id
        As they stand in the ratings table: as many of the one as of the other, or one user and many items, or many
        users and one item. Or a frame alone, with the loaders' columns of users and items.
    user_features : dict, optional
        Side columns of somebody new, in place of `users`: see `with_user`.
    context : dict, optional
        By column of the loaders' context one value, or one for each pair. What is left out is the training mean.
    unknown : {"raise", "average", "nan"}
        What an id without a training rating and without side columns means: an error, for one that was in no rating
        with the nearest spelling; the mean known user or item; or NaN.
    clip : bool
        Cut predictions off at the lowest and the highest rating of the ratings table.
    """
    one_of("unknown", unknown, _UNKNOWN)
    if users is not None and user_features is not None:
        raise TypeError("pass users, or user_features= of somebody who is none of them; not both")
    snapshot = snapshot.with_cold_rows
    names = (dls.user_name, dls.item_name)
    if isinstance(users, pd.DataFrame):
        if items is not None or not {*names} <= {*users}:
            raise ValueError(
                f"a frame of pairs has the columns {names[0]!r} and {names[1]!r}, and no items beside it; this one has "
                f"{listed(list(users))}"
            )
        users, items = (users[name] for name in names)
    if items is None:
        raise TypeError(
            f"items is missing; pass the {names[1]}s, or a frame alone, with the columns {names[0]!r} and {names[1]!r}"
        )
    of_items = _known_rows(dls, dls.items, items, snapshot.known_items, unknown)
    of_users = np.zeros(1, np.int64)
    if user_features is None:
        of_users = _known_rows(dls, dls.users, users, snapshot.known_users, unknown)
    try:
        pairs = np.stack(np.broadcast_arrays(of_users, of_items), axis=1)
    except ValueError:
        raise ValueError(
            f"{len(of_users)} users but {len(of_items)} items; pass one item for each user, or one of either"
        ) from None
    is_unknown = (pairs[:, 1] == 0) | ((pairs[:, 0] == 0) & (user_features is None))
    if is_unknown.any():
        snapshot = snapshot.with_average_rows
    if user_features is not None:
        snapshot = with_user(snapshot, user_features)
    stars = predicted(snapshot, pairs, None if context is None else _context(snapshot, dls, context, len(pairs)))
    if clip:
        stars = stars.clip(*dls.rating_range)
    if unknown == "nan":
        stars[is_unknown] = np.nan
    return stars


def _context(snapshot: Snapshot, dls: CollabDataLoaders, given: Mapping[str, Any], n: int) -> torch.Tensor:
    if dls.context is None:
        raise ValueError(
            'context= needs loaders with a context, and these have none; pass context=["timestamp"], or other columns '
            "of the ratings, to CollabDataLoaders.from_df"
        )
    if snapshot.forward is None or not snapshot.forward.n_context:
        raise ValueError('context= changes nothing, as the model takes none; collab_learner(dls, model="nn") does')
    return dls.context.given(given, n)


def _known_rows(
    dls: CollabDataLoaders, side: Side, ids: Any, known: NDArray[np.bool_], unknown: str
) -> NDArray[np.int64]:
    """Rows int64 ``[n]`` of one id or several, 0 where nothing is known of one."""
    ids = list(np.atleast_1d(np.asarray(ids, dtype=object)))
    rows = dls.classes[side.name].index(ids, unknown="raise" if unknown == "raise" else "na")
    if unknown == "raise":
        check_known(side, known, rows, "unknown='average' takes the mean one, unknown='nan' marks it")
    return np.where(known[rows], rows, 0)

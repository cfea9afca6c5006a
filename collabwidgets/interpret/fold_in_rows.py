"""Fold in new users and items for good: rows of a module's tables from their ratings, all other rows staying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..models.ensemble import members_of
from ..models.growing import Rows
from ..models.tables import TableNames, table
from ..training.snapshot import Snapshot, take_snapshot
from .fold_in import most_likely, prior_precision, with_bias, with_ones
from .product import Doubles, is_product
from .users import variance_of

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_ROLES = (("user_factors", "user_bias"), ("item_factors", "item_bias"))


def fold_in_rows(module: nn.Module, tables: TableNames, dls: CollabDataLoaders, rows: Mapping[str, Rows]) -> bool:
    """Set the rows of users and items that have not been trained to what is most likely given their training ratings.

    A user is fitted as `fold_in` does it, the known items staying as they are; an item likewise, by the users who rated
    it and with the known items as its prior. Who rated nothing known comes next, by what has been folded in before. A
    row without a rating of something known or folded in stays what it is.

    Parameters
    ----------
    module : nn.Module
        Changed in place, an ensemble member by member.
    tables : TableNames
    dls : CollabDataLoaders
        The ratings, by the module's rows.
    rows : dict of Rows
        Of each ``"user"`` and each ``"item"``.

    Returns
    -------
    bool
        False, and nothing was done, where the module is no dot product.
    """
    known = [each.known for each in rows.values()]
    users, items = replace(dls.users, trained=known[0]), replace(dls.items, trained=known[1])
    members = members_of(module)
    snapshots = [replace(take_snapshot(part, tables, dls, 0, 0.0), users=users, items=items) for part in members]
    if not all(map(is_product, snapshots)):
        return False
    for part, snapshot in zip(members, snapshots, strict=True):
        for side, (new, vectors) in enumerate(_folded(snapshot, dls, known)):
            of_role = dict(zip(_ROLES[side], np.split(vectors, [snapshot.n_factors], axis=1), strict=True))
            for role, values in of_role.items():
                name = getattr(tables, role)
                if name is not None:
                    _set_rows(table(part, name), new, values, getattr(snapshot, role))
    return True


def _set_rows(parameter: Tensor, rows: NDArray[np.int64], values: Doubles, now: NDArray[np.float32]) -> None:
    """Let rows of a table amount to `values`, where `now` is what all of it amounts to: more than it holds in SVD++."""
    held = parameter.detach().cpu().double().numpy().reshape(len(now), -1)[rows]
    beyond = now.reshape(len(now), -1)[rows] - held
    exact = torch.from_numpy(values - beyond).to(parameter.device, parameter.dtype)
    with torch.no_grad():
        parameter[torch.from_numpy(rows).to(parameter.device)] = exact.reshape(len(rows), *parameter.shape[1:])


def _folded(
    snapshot: Snapshot, dls: CollabDataLoaders, known: list[NDArray[np.bool_]]
) -> list[tuple[NDArray[np.int64], Doubles]]:
    """The rows that can be folded in, of users and of items, and their factors and biases, float64 ``[n, k + 1]``."""
    tables = [with_bias(*(getattr(snapshot, role) for role in roles)) for roles in _ROLES]
    priors = []
    for vectors, is_known in zip(tables, known, strict=True):
        people = vectors[is_known]
        priors.append((people.mean(axis=0), prior_precision(people)))
    pairs, ratings = dls.train_x.numpy(), dls.train_y.numpy().reshape(-1)
    weights = np.ones(len(pairs)) if dls.train_w is None else dls.train_w.numpy().astype(np.float64)
    of_known = known[0][pairs[:, 0]] & known[1][pairs[:, 1]]
    variance = variance_of(snapshot, pairs[of_known], ratings[of_known], weights[of_known])
    found = [each.copy() for each in known]
    while True:
        turn = []
        for side in range(2):
            for row, group in _ratings_of(pairs, side, found):
                others = tables[1 - side][pairs[group, 1 - side]]
                design = with_ones(others[:, : snapshot.n_factors], tables[side])
                offsets, given = others[:, snapshot.n_factors :].sum(axis=1), ratings[group].astype(np.float64)
                prior = priors[side]
                t, _ = most_likely(design, offsets, given, snapshot.y_range, *prior, variance, weights[group])
                turn.append((side, row, t))
        if not turn:
            break
        for side, row, t in turn:
            tables[side][row], found[side][row] = t, True
    folded = [np.flatnonzero(now & ~before) for now, before in zip(found, known, strict=True)]
    return [(rows, vectors[rows]) for rows, vectors in zip(folded, tables, strict=True)]


def _ratings_of(
    pairs: NDArray[np.int64], side: int, found: list[NDArray[np.bool_]]
) -> list[tuple[int, NDArray[np.int64]]]:
    """Each row of a side that is not found yet and has a rating of something found, and the places of these."""
    mine, other = pairs[:, side], pairs[:, 1 - side]
    places = np.flatnonzero(~found[side][mine] & found[1 - side][other])
    places = places[np.argsort(mine[places], kind="stable")]
    rows, starts = np.unique(mine[places], return_index=True)
    return list(zip(rows.tolist(), np.split(places, starts[1:]), strict=False))  # without rows one empty part

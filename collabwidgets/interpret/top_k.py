"""The best titles of many users, by blocks of users, so that no whole table of predictions is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from ..training.snapshot import Snapshot, lengths_of
from .product import is_product, item_biases, required_user_factors

Rows = NDArray[np.int64]
Cells = tuple[Rows, Rows]

_CELLS = 1 << 24  # scores held at a time: 64 MB
_PAIRS = 1 << 20  # pairs that a module predicts at a time: 16 MB, and what its forward needs
_SPARE = 6  # titles that are scored exactly beside those wanted


class Rated:
    """Which items each user rated.

    Parameters
    ----------
    users, items : int64 [n]
        Rows of each rating.
    n_users : int
        Rows of the users' table.
    """

    def __init__(self, users: Rows, items: Rows, n_users: int):
        self._items = items[np.argsort(users, kind="stable")]
        self._ends = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=n_users))])

    def cells(self, users: Rows, column: Rows) -> Cells:
        """Where the ratings of `users` stand in a table of users × columns, by the column of each item or -1."""
        starts, ends = self._ends[users], self._ends[users + 1]
        lengths = ends - starts
        places = np.arange(lengths.sum()) + np.repeat(ends - np.cumsum(lengths), lengths)
        rows, columns = np.repeat(np.arange(len(users)), lengths), column[self._items[places]]
        return rows[columns >= 0], columns[columns >= 0]


def best_rows(snapshot: Snapshot, users: Rows, candidates: Rows, k: int, *, leave_out: Rated) -> Rows:
    """The `k` candidates that a model rates highest for each user, the best first, ties in the order of the rows.

    A progress bar appears after two seconds; Ctrl-C, or a notebook's stop button, ends it.

    Parameters
    ----------
    snapshot : Snapshot
    users : int64 [m]
    candidates : int64 [n]
        Rows of items, ascending.
    k : int
    leave_out : Rated
        Items that are no candidates of their users.

    Returns
    -------
    int64 [m, k]
        Rows of items; 0 where a user has fewer candidates.
    """
    if not len(candidates):
        return np.zeros((len(users), k), dtype=np.int64)
    rank = _by_product if is_product(snapshot) else _by_forward
    return rank(snapshot, users, candidates, k, leave_out)


def _by_product(snapshot: Snapshot, users: Rows, candidates: Rows, k: int, leave_out: Rated) -> Rows:
    vectors = np.column_stack([snapshot.required_item_factors, item_biases(snapshot).astype(np.float32)])[candidates]
    people = np.column_stack([required_user_factors(snapshot)[users], np.ones(len(users), np.float32)])
    rounding = 4 * vectors.shape[1] * float(np.finfo(np.float32).eps)  # a generous bound for a float32 sum
    longest = float(lengths_of(vectors.astype(np.float64)).max(initial=0))
    matrix = torch.from_numpy(vectors).T
    found = np.zeros((len(users), k), dtype=np.int64)

    def products(place: slice) -> Tensor:
        return torch.from_numpy(people[place]) @ matrix

    blocks = _blocks(products, users, candidates, k + _SPARE, leave_out, len(snapshot.items), _CELLS)
    for place, columns, rough, out in blocks:
        mine = people[place].astype(np.float64)
        exact = np.einsum("bf,bnf->bn", mine, vectors[columns], dtype=np.float64)
        exact[rough == -np.inf] = -np.inf
        columns, exact = _ranked(columns, exact, k)
        best = np.where(exact > -np.inf, candidates[columns], 0)
        # A title beyond those scored exactly may belong here only where many are equal but for rounding.
        within = rough[:, -1] + rounding * longest * lengths_of(mine)
        for row in np.flatnonzero((rough[:, -1] > -np.inf) & (exact[:, -1] <= within)):
            full = vectors.astype(np.float64) @ mine[row]
            full[out[1][out[0] == row]] = -np.inf
            best[row] = candidates[np.argsort(-full, kind="stable")[:k]]
        found[place, : best.shape[1]] = best
    return found


def _by_forward(snapshot: Snapshot, users: Rows, candidates: Rows, k: int, leave_out: Rated) -> Rows:
    forward = snapshot.forward
    assert forward is not None
    found = np.zeros((len(users), k), dtype=np.int64)

    def scores(place: slice) -> Tensor:
        block = users[place]
        pairs = np.stack([np.repeat(block, len(candidates)), np.tile(candidates, len(block))], axis=1)
        return torch.from_numpy(forward(pairs).reshape(len(block), -1))

    for place, columns, values, _ in _blocks(scores, users, candidates, k, leave_out, len(snapshot.items), _PAIRS):
        columns, values = _ranked(columns, values, k)
        found[place, : columns.shape[1]] = np.where(values > -np.inf, candidates[columns], 0)
    return found


def _ranked(columns: Rows, scores: NDArray[Any], k: int) -> tuple[Rows, NDArray[Any]]:
    """The `k` columns of the highest scores of each row, and these, ties in the order of the columns."""
    order = np.lexsort((columns, -scores))[:, :k]
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _blocks(
    scores: Callable[[slice], Tensor],
    users: Rows,
    candidates: Rows,
    n: int,
    leave_out: Rated,
    n_items: int,
    cells: int,
) -> Iterator[tuple[slice, Rows, NDArray[np.float32], Cells]]:
    """Yield, for each block, its slice of users, the columns of their `n` highest scores, those scores, and the cells
    of `leave_out`, which score -inf."""
    column = np.full(n_items, -1)
    column[candidates] = np.arange(len(candidates))
    together = max(1, cells // len(candidates))
    starts = range(0, len(users), together)
    short = len(starts) < 2  # a bar has a thread of its own, which a short answer can do without
    for start in tqdm(starts, desc="Ranking", unit="block", delay=2, leave=False, disable=short):
        place = slice(start, start + together)
        table = scores(place)
        out = leave_out.cells(users[place], column)
        table[torch.from_numpy(out[0]), torch.from_numpy(out[1])] = -torch.inf
        best = table.topk(min(n, len(candidates)), dim=1)
        yield place, best.indices.numpy(), best.values.numpy(), out

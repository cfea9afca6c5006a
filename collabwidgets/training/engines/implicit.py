"""Sums over rows of tables in the compiled loop: what SVD++ and side columns add to users and items.

A batch makes the sums of its own rows alone, by one list a row of what was rated and of its side columns, and hands
their gradients back by the same lists to the implicit tables and those of the side columns. Nearly every row of these
has a gradient, so all of them take a step of the same AdamW: at every batch, as by `AutogradEngine`, up to half a
million ratings.

With more ratings a pass over them at every batch takes too long. These tables then stand still for a window of
batches and take one step by its mean gradient; factors and biases move at every batch as before. For steps ``w`` times
as seldom, lr and wd are ``sqrt(w)`` times as large, as in `Recipe.for_batches_of`. An epoch has at least 128 windows,
and a window's decay is at most a half. Gradients of a window that is cut short by the end of a fit are dropped.

The mean movement of a table's rows does not wait for the end of the window. The size of an AdamW step hardly depends
on the gradient, and a sum of n rows, each weighted ``1/sqrt(n)``, moves ``sqrt(n)`` times as far as one row does when
all move the same way. After a whole window such a step overshoots the minimum, and the next one overshoots it again in
the other direction. So one vector per table, `common`, takes a step of AdamW at every batch, at next to no cost, and is
added to all rows at the end of the window. The rows' own steps use their gradients without the part that `common` has
followed: its share for a row is the share of the matrix's entries in the row's column, as if everybody rated at random.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models.side_dot import Term
from ..recipe import Recipe
from ..schedule import Schedule

if TYPE_CHECKING:
    from .fused import Tables
    from .fused_loop import Implicit

_EXACT = 500_000  # ratings up to which the implicit tables move at every batch
_WINDOWS = 128  # in an epoch, with more ratings


def window_of(n_ratings: int, recipe: Recipe) -> int:
    """Batches after which the implicit tables take a step."""
    if n_ratings <= _EXACT:
        return 1
    longest = n_ratings // recipe.bs // _WINDOWS
    decay = recipe.lr * recipe.wd  # of a batch, at most
    return max(1, longest if decay == 0 else min(longest, int(0.5 / decay)))


def by_windows(n_ratings: int, recipe: Recipe, schedule: Schedule) -> tuple[int, Schedule, tuple[float, float, float]]:
    """The window of a fit, the schedule of the implicit tables, and their wd, sqr_mom and eps."""
    w = window_of(n_ratings, recipe)
    root = math.sqrt(w)
    seldom = Schedule(schedule.lr[w - 1 :: w] * root, schedule.mom[w - 1 :: w])
    return w, seldom, (recipe.wd * root, recipe.sqr_mom, recipe.eps)


def part(terms: Sequence[Term], tables: Tables, n: int) -> Implicit:
    """What the loop adds to the `n` rows of a side: the terms, whose parameters are in `tables`."""
    from .fused_loop import Implicit

    there = _side_by_side([term.there for term in terms], n)
    columns, shares = there.col_indices().numpy(), there.values().numpy()
    width = tables.weights.shape[1]
    entries = np.bincount(columns, shares != 0, minlength=len(tables.packed))
    return Implicit(
        starts=there.crow_indices().numpy(),
        columns=columns,
        shares=shares,
        packed=tables.packed,
        last=tables.last,
        common=tables.common,
        lean=sum((term.there @ torch.ones(term.there.shape[1]) for term in terms), torch.zeros(n)).numpy(),
        heavy=(entries / max(1, entries.sum())).astype(np.float32),
        sums=np.zeros((n, width), np.float32),
        grads=np.zeros((n, width), np.float32),
        window=np.full(n, -1, np.int64),
        used=np.zeros(n, np.int64),
        n_used=np.zeros(1, np.int64),
        n_factors_only=sum(len(term.factors.weight) for term in terms if term.bias is None),
    )


def added(part: Implicit) -> NDArray[np.float32]:
    """What is added to each row, float32 ``[n, width]``."""
    from .fused_loop import add_up

    add_up(part, np.arange(len(part.sums)))
    whole: NDArray[np.float32] = part.sums + part.lean[:, None] * part.common[0, 0]
    return whole


def _side_by_side(matrices: Sequence[Tensor], n: int) -> Tensor:
    """Sparse matrices of `n` rows as one."""
    if len(matrices) == 1:  # no copy: of ten million ratings that would be hundreds of megabytes
        return matrices[0]
    several = [torch.zeros(n, 0).to_sparse(), *(matrix.to_sparse() for matrix in matrices)]
    return torch.cat(several, dim=1).coalesce().to_sparse_csr()

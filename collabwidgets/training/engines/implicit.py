"""The engine for SVD++ and side columns on the CPU: the fused engine's loop, with the sums over them made as it goes.

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
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...models.side_dot import SideDotBias, Term
from ...models.svdpp import SVDpp
from ..inputs import Inputs
from ..recipe import Recipe
from ..schedule import Schedule
from .fused import Family, Floats, FusedEngine, Tables, schedule_table

if TYPE_CHECKING:
    from .fused_loop import Implicit

_EXACT = 500_000  # ratings up to which the implicit tables move at every batch
_WINDOWS = 128  # in an epoch, with more ratings
_OWN = ("u_weight", "i_weight", "u_bias", "i_bias")
_KINDS: Family = ((SVDpp, (*_OWN, "u_implicit", "i_implicit")), (SideDotBias, _OWN))
_OF_USERS, _OF_ITEMS = ("u_side", "u_side_bias"), ("i_side", "i_side_bias")


class ImplicitEngine(FusedEngine):
    """Trains `SVDpp` and `SideDotBias` on the CPU.

    Parameters
    ----------
    module : SideDotBias

    Raises
    ------
    ValueError
        For a module that it cannot train, see `why_not`.
    """

    module: SideDotBias
    loop: ClassVar[str] = "train_implicit"
    family: ClassVar[Family] = tuple(
        (kind, (*names, *users, *items))
        for kind, names in _KINDS
        for users in ((), _OF_USERS)
        for items in ((), _OF_ITEMS)
    )

    def __init__(self, module: nn.Module):
        super().__init__(module)
        self._of_users, self._of_items = (SummedTables(*map(_parameters, self.module.terms(side))) for side in "ui")
        self._tables += [self._of_users, self._of_items]
        self._parts = self._new_parts()

    @classmethod
    def why_not(cls, module: nn.Module) -> str:
        if reason := super().why_not(module):
            return reason
        assert isinstance(module, SideDotBias)
        for name in ("effective", "terms"):
            if getattr(type(module), name) not in (getattr(SVDpp, name), getattr(SideDotBias, name)) or name in vars(
                module
            ):
                return f"{type(module).__name__} has {name}() of its own"
        fits = all(
            _fits(term, module.get_parameter(f"{side}_weight.weight")) for side in "ui" for term in module.terms(side)
        )
        return "" if fits else "its tables do not fit each other"

    def begin(self, x: Inputs, y: Tensor, recipe: Recipe, schedule: Schedule, weights: Tensor | None = None) -> None:
        super().begin(x, y, recipe, schedule, weights)
        w = self._window = window_of(len(y), recipe)
        seldom = Schedule(schedule.lr[w - 1 :: w] * math.sqrt(w), schedule.mom[w - 1 :: w])
        self._adamw = (recipe.wd * math.sqrt(w), recipe.sqr_mom, recipe.eps)
        over = schedule_table(seldom, *self._adamw, self._of_users.steps_before)
        for tables in (self._of_users, self._of_items):
            tables.begin(over)
        self._parts = self._new_parts()

    def run(self, rows: Tensor, bs: int, step: int) -> Floats:
        from . import fused_loop

        users, items, recipe = self._users, self._items, self._recipe
        k, _, low, high = self._shape
        losses = np.empty(len(rows) // bs, np.float32)
        fused_loop.train_implicit(
            *self._batches(rows, bs, step),
            k,
            low,
            high,
            users.over,
            (recipe.wd, recipe.sqr_mom, recipe.eps),
            self._window,
            *self._parts,
            self._of_users.over,
            self._adamw,
            losses,
        )
        users.step = items.step = step + len(losses)
        self._of_users.step = self._of_items.step = users.step // self._window
        return losses

    def _vectors(self) -> tuple[Floats, Floats]:
        from . import fused_loop

        vectors = []
        for side, part in zip((self._users, self._items), self._parts, strict=True):
            fused_loop.add_up(part, np.arange(len(part.sums)))
            whole = side.weights.copy()
            added = self._shape[0] + part.with_bias
            whole[:, :added] += part.sums[:, :added] + part.lean[:, None] * part.common[0, 0, :added]
            vectors.append(whole)
        return vectors[0], vectors[1]

    def _new_parts(self) -> tuple[Implicit, Implicit]:
        """What the loop adds to the users and to the items; no row has been used yet."""

        return self._part("u", self._of_users), self._part("i", self._of_items)

    def _part(self, side: str, tables: SummedTables) -> Implicit:
        from .fused_loop import Implicit

        terms, n = self.module.terms(side), len(self.module.get_parameter(f"{side}_weight.weight"))
        starts, columns, shares = _side_by_side([term.there for term in terms], n)
        own = self._users if side == "u" else self._items
        shape = (n, (tables if terms else own).weights.shape[1])
        entries = np.bincount(columns, shares != 0, minlength=len(tables.packed))
        return Implicit(
            starts=starts,
            columns=columns,
            shares=shares,
            packed=tables.packed,
            last=tables.last,
            common=tables.common if terms else np.zeros((1, 3, shape[1]), np.float32),
            lean=sum((term.there @ torch.ones(term.there.shape[1]) for term in terms), torch.zeros(n)).numpy(),
            heavy=(entries / max(1, entries.sum())).astype(np.float32),
            sums=np.zeros(shape, np.float32),
            grads=np.zeros(shape, np.float32),
            window=np.full(n, -1, np.int64),
            used=np.zeros(n, np.int64),
            n_used=np.zeros(1, np.int64),
            with_bias=any(term.bias is not None for term in terms),
            n_factors_only=sum(len(term.factors.weight) for term in terms if term.bias is None),
        )


class SummedTables(Tables):
    """Tables whose rows are added up, and `common`, a row with its moments that has yet to be added to each of them."""

    def __init__(self, *blocks: list[nn.Parameter]):
        super().__init__(*blocks)
        self.common = np.zeros((1, *self.packed.shape[1:]), np.float32)

    def restore(self, weights: Floats) -> None:
        super().restore(weights)
        self.common[:] = 0

    def _look(self, over: NDArray[np.float64]) -> None:
        super()._look(over)
        self.weights += self.common[0, 0]

    def _catch_up(self, over: NDArray[np.float64]) -> None:
        super()._catch_up(over)
        self.packed[:, 0] += self.common[0, 0]
        self.common[0, 0] = 0


def _parameters(term: Term) -> list[nn.Parameter]:
    return [table.get_parameter("weight") for table in (term.factors, term.bias) if table is not None]


def _fits(term: Term, own: nn.Parameter) -> bool:
    """Whether a term can be added to a side's own factors, and biases."""
    n = len(term.factors.weight)
    columns = [own.shape[1], 1]
    tables = all(p.shape == (n, k) for p, k in zip(_parameters(term), columns, strict=False))
    return tables and term.there.shape == (len(own), n)


def _side_by_side(
    matrices: Sequence[Tensor], n_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Sparse matrices as one: where each row starts, its columns and shares."""
    if len(matrices) == 1:  # no copy: of ten million ratings that would be hundreds of megabytes
        (only,) = matrices
        return only.crow_indices().numpy(), only.col_indices().numpy(), only.values().numpy()
    rows, columns, shares = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    first = 0
    for matrix in matrices:
        rows.append(np.repeat(np.arange(n_rows), np.diff(matrix.crow_indices().numpy())))
        columns.append(matrix.col_indices().numpy() + first)
        shares.append(matrix.values().numpy())
        first += matrix.shape[1]
    of = np.concatenate(rows)
    order = np.argsort(of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=n_rows))]).astype(np.int64)
    return starts, np.concatenate(columns)[order], np.concatenate(shares)[order]


def window_of(n_ratings: int, recipe: Recipe) -> int:
    """Batches after which the implicit tables take a step."""
    if n_ratings <= _EXACT:
        return 1
    longest = n_ratings // recipe.bs // _WINDOWS
    decay = recipe.lr * recipe.wd  # of a batch, at most
    return max(1, longest if decay == 0 else min(longest, int(0.5 / decay)))

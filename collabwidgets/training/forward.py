"""Forward: what a module predicted at one moment, asked of a private copy while the module itself trains on."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..models.ensemble import first_member, members_of
from ..models.tables import TableNames, copied, effective_table, table
from .inputs import Inputs, WithContext, takes_context
from .metrics import predictions

# (role such as "user_factors", or "user_columns" of `TabularNN`; its table float32 [n, k]) -> rows int64 [m] and their
# new values [m, k], or None
Fill: TypeAlias = Callable[[str, NDArray[np.float32]], tuple[NDArray[np.int64], NDArray[np.float32]] | None]

_PAIRS = 1 << 17  # predicted at a time


class Forward:
    """Predictions of a module as it was; may be asked from several threads, and never touches the module itself.

    Parameters
    ----------
    module : nn.Module
        It is copied here and now, so nothing may train it meanwhile.
    tables : TableNames
        Where its factors and biases are.
    n_context : int
        Columns of the context that the loaders have.
    """

    def __init__(self, module: nn.Module, tables: TableNames, n_context: int = 0):
        self.name = type(first_member(module)).__name__
        self._tables = tables
        self.n_context = n_context if takes_context(module) else 0
        self._lock = threading.Lock()
        self._fills: tuple[Fill, ...] = ()  # that `_module` has yet to undergo
        self._module: nn.Module | None = None
        self._fault = ""
        try:
            self._module = copied(module).eval()
        except Exception as error:  # whatever the module's own parts raise; training can do without a copy
            self._fault = f"{type(error).__name__}: {error}"

    def __call__(self, pairs: NDArray[np.int64], context: Tensor | None = None) -> NDArray[np.float32]:
        """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``.

        A module that takes a context gets it, float32 ``[n, n_context]``, or else the training mean.

        Raises
        ------
        RuntimeError
            When the module could not be copied.
        """
        return self._predicted(self._copy, pairs, context)

    def of_first(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """The same of the first member of an ensemble."""
        return self._predicted(first_member(self._copy), pairs)

    def refilled(self, fill: Fill) -> Forward:
        """The predictions where some rows of the module's tables are others; of an ensemble in each, by its own tables.

        What a table says beyond its parameter (`effective_table`) stays as it is: a row is moved by the difference. The
        module is copied again when the first prediction is asked for.
        """
        refilled = copy.copy(self)
        refilled._fills = (*self._fills, fill)
        return refilled

    @property
    def rounding(self) -> float:
        """Largest relative step between two numbers of the kinds that the module computes with, 2⁻⁷ of bfloat16."""
        return max((torch.finfo(p.dtype).eps for p in self._copy.parameters() if p.is_floating_point()), default=0.0)

    @property
    def _copy(self) -> nn.Module:
        if self._module is None:
            raise RuntimeError(
                f"{self.name} cannot be copied ({self._fault}), and predictions are made by a copy, as the module "
                "itself may be training; keep what cannot be copied out of the module"
            )
        with self._lock:
            if self._fills:
                self._module = _refilled(self._module, self._tables, self._fills)
                self._fills = ()
            return self._module

    def _predicted(
        self, module: nn.Module, pairs: NDArray[np.int64], context: Tensor | None = None
    ) -> NDArray[np.float32]:
        rows = torch.from_numpy(np.ascontiguousarray(pairs))
        x: Inputs = rows
        if self.n_context:
            x = WithContext(rows, torch.zeros(len(rows), self.n_context) if context is None else context)
        with self._lock:  # a module may keep something of its last batch
            ratings: NDArray[np.float32] = predictions(module, x, _PAIRS).numpy()
        return ratings


@torch.no_grad()
def _refilled(former: nn.Module, tables: TableNames, fills: Sequence[Fill]) -> nn.Module:
    module = copied(former)
    for part, fill in itertools.product(members_of(module), fills):
        for role, name in vars(tables).items():
            if name is not None:
                _refill(part, name, role, fill)
        for role in ("user_columns", "item_columns"):
            if isinstance(columns := getattr(part, role, None), torch.Tensor):
                _put(columns, fill(role, columns.cpu().numpy()))
    return module


def _put(table: Tensor, found: tuple[NDArray[np.int64], NDArray[np.float32]] | None) -> None:
    if found is not None:
        rows, values = (torch.from_numpy(np.ascontiguousarray(each)).to(table.device) for each in found)
        table[rows] = values


def _refill(module: nn.Module, name: str, role: str, fill: Fill) -> None:
    whole = effective_table(module, name).detach().cpu().float()
    found = fill(role, whole.reshape(len(whole), -1).numpy())
    if found is not None:
        rows, values = (torch.from_numpy(np.ascontiguousarray(each)) for each in found)
        stored = table(module, name).data
        moved = values.reshape(len(rows), *whole.shape[1:]) - whole[rows]
        stored[rows.to(stored.device)] += moved.to(stored)

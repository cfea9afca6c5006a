"""Forward: what a module predicted at one moment, asked of a private copy while the module itself trains on."""

from __future__ import annotations

import threading
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..data.side import Side
from ..models.ensemble import Ensemble, first_member
from ..models.tables import TableNames, copied, table
from .loss import one_each

_PAIRS = 1 << 17  # predicted at a time


class Forward:
    """Predictions of a module as it was; may be asked from several threads, and never touches the module itself.

    Parameters
    ----------
    module : nn.Module
        It is copied here and now, so nothing may train it meanwhile.
    tables : TableNames
        Where its factors and biases are.
    users, items : Side
    """

    def __init__(self, module: nn.Module, tables: TableNames, users: Side, items: Side):
        self.name = type(first_member(module)).__name__
        self._tables, self._users, self._items = tables, users, items
        self._lock = threading.Lock()
        self._module: nn.Module | None = None
        self._fault = ""
        try:
            self._module = copied(module).eval()
        except Exception as error:  # whatever the module's own parts raise; training can do without a copy
            self._fault = f"{type(error).__name__}: {error}"

    def __call__(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """Ratings float32 ``[n]`` of (user row, item row) pairs int64 ``[n, 2]``.

        Raises
        ------
        RuntimeError
            When the module could not be copied.
        """
        return self._predicted(self._copy, pairs)

    def of_first(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """The same of the first member of an ensemble."""
        return self._predicted(first_member(self._copy), pairs)

    def with_average_rows(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """The same where row 0, which stands for unknown ids, is the mean of the trained rows."""
        with self._lock:
            module = self._averaged
        return self._predicted(module, pairs)

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
        return self._module

    @cached_property
    def _averaged(self) -> nn.Module:
        module = copied(self._copy)
        for part in module.members if isinstance(module, Ensemble) else [module]:
            for role, name in vars(self._tables).items():
                if name is not None:
                    values = table(part, name.removeprefix("members.0.")).data
                    side = self._users if role.startswith("user") else self._items
                    values[0] = values[torch.from_numpy(np.flatnonzero(side.trained)).to(values.device)].mean(dim=0)
        return module

    def _predicted(self, module: nn.Module, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        x = torch.from_numpy(np.ascontiguousarray(pairs))
        device = next(module.parameters()).device
        with self._lock, torch.no_grad():  # a module may keep something of its last batch
            parts = [one_each(module(part.to(device)), len(part)).float().cpu() for part in torch.split(x, _PAIRS)]
            ratings: NDArray[np.float32] = torch.cat(parts).detach().numpy()
        return ratings

"""Weights: the module that a session trains, with its tables, its engine and the snapshots taken of it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..models import TableNames, find_tables
from ..models.catalog import ModelMaker
from ..models.tables import copied
from ..seeds import generator
from .engines import choose_engine
from .loss import LossFunction
from .recipe import N_FACTORS
from .snapshot import take_snapshot
from .snapshot_history import SnapshotHistory
from .trainer import Engine

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


class Weights:
    """The module that is trained, and all that depends on which module it is.

    Parameters
    ----------
    data : CollabDataLoaders
    module : nn.Module
    seed : int
        Of the order of the batches, and of the weights where `remake` makes them.
    tables : TableNames
        Those that the caller named; the others are found.
    remake : callable, optional
        ``(n_factors, generator) -> nn.Module``: makes fresh weights. Without it the first weights are put back.
    engine : {"auto", "fused", "autograd"}
    device : str or torch.device, optional
    loss_func : callable, optional
        None for the mean squared error.

    Attributes
    ----------
    module : nn.Module
    tables : TableNames
        Where its factors and biases are.
    engine : Engine
    seed : int
        The seed that the weights, and the order of the batches since, came from.
    order : torch.Generator
        Source of that order.
    snapshot : Snapshot
        The last immutable copy of the tables.
    past : SnapshotHistory
        The snapshots at the ends of the epochs.
    can_remake, can_resize : bool
        Whether fresh weights may have another seed, another number of factors.
    """

    def __init__(
        self,
        data: CollabDataLoaders,
        module: nn.Module,
        seed: int,
        *,
        tables: TableNames,
        remake: ModelMaker | None = None,
        engine: str = "auto",
        device: str | torch.device | None = None,
        loss_func: LossFunction | None = None,
    ):
        self.data, self.loss_func = data, loss_func
        self.can_remake = self.can_resize = remake is not None
        self.past = SnapshotHistory()
        self._named_tables, self._remake = tables, remake
        self._wanted_engine, self._device = engine, device
        self._first: dict[str, Tensor] | None = None
        self._revision = 0
        self.adopt(module, seed)

    @property
    def n_factors(self) -> int:
        """Columns of the item factors; 0 if the module has none that could be found."""
        return self.snapshot.n_factors

    def adopt(self, module: nn.Module, seed: int, *, epoch: float = 0.0) -> None:
        """Train `module` from now on, which has been trained for `epoch` epochs: optimizer and order start afresh."""
        self.tables = find_tables(module, len(self.data.users), len(self.data.items), **vars(self._named_tables))
        self.module, self.seed = module, seed
        if self._remake is None and self._first is None:
            self._first = copy.deepcopy(module.state_dict())
        self.engine = self._engine_for(module)
        self.order = generator(seed, "batches")
        self.past.clear()
        self.take_snapshot(epoch)

    def fresh(self, n_factors: int | None, seed: int, *, seed_before: int) -> nn.Module:
        """A module for `renew` to adopt; a ValueError for another size or seed than it can make."""
        if n_factors is not None:
            N_FACTORS.checked(n_factors)
        if self._remake is not None:
            return self._remake(n_factors or self.n_factors, generator(seed, "weights"))
        if n_factors not in (None, self.n_factors) or seed != seed_before:
            raise ValueError(
                "this learner was given a finished module, so it can only put its first weights back; "
                "pass remake=(n_factors, generator) -> nn.Module to CollabLearner for another seed or size"
            )
        return self.module

    def renew(self, module: nn.Module, seed: int) -> None:
        """Adopt the module that `fresh` returned, untrained."""
        if self._first is not None:
            module.load_state_dict(self._first)
        self.adopt(module, seed)

    def trial_engine(self) -> Engine:
        """An engine for a copy of the module with fresh weights."""
        module = self.fresh(None, self.seed, seed_before=self.seed)
        if self._first is not None:
            module = copied(module)
            module.load_state_dict(self._first)
        return self._engine_for(module)

    def take_snapshot(self, epoch: float) -> None:
        """Copy the tables as they are now, after `epoch` epochs of training."""
        self._revision += 1
        self.snapshot = take_snapshot(self.module, self.tables, self.data, self._revision, epoch)
        self.past.keep(self.snapshot)

    def _engine_for(self, module: nn.Module) -> Engine:
        return choose_engine(module, self._wanted_engine, device=self._device, loss_func=self.loss_func)

"""Weights: the module that a session trains, with its tables, its engine and the snapshots taken of it."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..models import TableNames, find_tables
from ..models.catalog import ModelMaker
from ..models.ensemble import members_of
from ..models.growing import Rows, grown_module, grown_weights
from ..models.tables import check_fits, copied
from ..seeds import generator
from .engines import choose_engine, why_not_fused
from .inputs import check_context
from .loss import LossFunction
from .recipe import N_FACTORS
from .snapshot import SnapshotHistory, take_snapshot
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
    snapshot_wanted : bool
        Whether a fresh snapshot is to be taken at the next batch; one comes at each epoch's end without asking.
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

    def adopt(self, module: nn.Module, seed: int, *, epoch: float = 0.0, own: bool = False) -> None:
        """Train `module` from now on, which has been trained for `epoch` epochs: optimizer and order start afresh.

        `own` says that it is the caller's, so that its present weights are what `renew` puts back.

        Raises
        ------
        TypeError, ValueError
            For what is no module, or one that does not fit the data, or the engine or device that is wanted. Then
            nothing has changed.
        """
        if not isinstance(module, nn.Module):
            raise TypeError(f"model must be an nn.Module, not {type(module).__name__}; pass an object, not the class")
        check_context(module, self.data)
        tables = self.tables_of(module)
        self.engine = self.engine_for(module)
        self.tables, self.module, self.seed = tables, module, seed
        self._sign()
        if own:
            self._remake, self._first, self.can_remake, self.can_resize = None, None, False, False
        if self._remake is None and self._first is None:
            self._first = copy.deepcopy(module.state_dict())
        self.order = generator(seed, "batches")
        self.past.clear()
        self.take_snapshot(epoch)
        self.rest()

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

    def grow(
        self, data: CollabDataLoaders, module: nn.Module, rows: Mapping[str, Rows], remake: ModelMaker | None
    ) -> None:
        """Go on with `module`, which has more rows, on the ratings that they are of; the order of batches goes on.

        `remake` makes fresh weights of so many rows. Without it the new rows are the mean of those that there were.
        """
        tables, former, order = self.tables, self.module, self.order
        self.data, self._named_tables = data, tables  # by name: two sides may now be of one size
        if self._first is not None:
            self._first = grown_weights(self._first, former, tables, rows)
        elif remake is None and self._remake is not None:
            made = self._remake

            def remake(n_factors: int, source: torch.Generator) -> nn.Module:
                return grown_module(made(n_factors, source), tables, data, rows)

        self._remake = remake
        self.adopt(module, self.seed, epoch=self.snapshot.epoch)
        self.order = order

    def trial_engine(self) -> Engine:
        """An engine for a copy of the module with fresh weights."""
        module = self.fresh(None, self.seed, seed_before=self.seed)
        if self._first is not None:
            module = copied(module)
            module.load_state_dict(self._first)
        return self.engine_for(module)

    def take_snapshot(self, epoch: float) -> None:
        """Copy the tables as they are now, after `epoch` epochs of training."""
        self._revision, self.snapshot_wanted = self._revision + 1, False
        self.snapshot = take_snapshot(self.module, self.tables, self.data, self._revision, float(epoch))
        self.past.keep(self.snapshot)

    def ready_engine(self) -> Engine:
        """The engine for the next fit: the last one, whose optimizer goes on, where it still is the right one."""
        self.refresh()
        if self.exchanged:
            self.engine = self.engine_for(self.module)
            self._sign()
        return self.engine

    @property
    def exchanged(self) -> bool:
        """Whether parameters of the module, their kind or its `y_range` are others than the engine was made for."""
        return _signature(self.module) != self._signature

    def _sign(self) -> None:
        self._signature = _signature(self.module)
        self._signed = list(self.module.parameters())  # so that no other one gets the id of one of them

    def rest(self) -> None:
        """Training has ended or is paused: `refresh` takes any change of the module from now on for one by hand."""
        self._resting = self._checksum()

    def refresh(self) -> bool:
        """Take a snapshot of a module that was changed by hand while it rested; whether it was."""
        if self._resting == self._checksum():
            return False
        self.tables = self.tables_of(self.module)
        self.take_snapshot(self.snapshot.epoch)
        self.rest()
        return True

    def _checksum(self) -> tuple[Any, ...]:
        """Of all that the module computes with."""
        sums: list[Any] = [repr(getattr(part, "y_range", None)) for part in self.module.modules()]
        for name, value in (*self.module.named_parameters(), *self.module.named_buffers()):
            if value.layout is torch.strided:
                flat = value.detach().cpu().contiguous().reshape(-1)
                sums.append((name, value.dtype, zlib.crc32(flat.view(torch.uint8).numpy().data)))
        return tuple(sums)

    def tables_of(self, module: nn.Module) -> TableNames:
        """Where a module of the kind that is trained has its tables."""
        n_users, n_items = len(self.data.users), len(self.data.items)
        tables = find_tables(module, n_users, n_items, **vars(self._named_tables))
        check_fits(module, tables, n_users, n_items)
        return tables

    def engine_for(self, module: nn.Module) -> Engine:
        """The engine that trains a module of that kind, as the caller wanted it."""
        return choose_engine(module, self._wanted_engine, device=self._device, loss_func=self.loss_func)


def _signature(module: nn.Module) -> list[Any]:
    """What an engine relies on: which parameters a module has, of what kind each is, how it computes, its bounds."""
    facts: list[Any] = [repr(getattr(part, "y_range", None)) for part in module.modules()]
    facts += [why_not_fused(part) for part in members_of(module)]
    parameters = module.named_parameters()
    return facts + [(name, id(p), p.dtype, p.device, p.requires_grad, p.shape) for name, p in parameters]

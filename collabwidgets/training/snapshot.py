"""Snapshot: one frozen picture of a model's tables, which every finding is computed from; and those of past epochs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from ..data.side import Side
from ..models.catalog import is_dot_product
from ..models.ensemble import first_member
from ..models.layers import checked_range
from ..models.tables import TableNames, effective_table
from ..plain import one_of
from .cold_rows import side_vectors
from .forward import Fill, Forward

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_ROLES = ("user_factors", "item_factors", "user_bias", "item_bias")
_BLOCK = 4096  # rows turned to float64 at a time; a block of 50 factors stays in the processor's cache
MOST_FRAMES = 60
MOST_BYTES = 64_000_000


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a model had learnt at one moment; nothing in it can change.

    Arrays are stored as read-only, C-contiguous float32. One that already is so is kept without a copy: who
    marks an array read-only vouches that nothing writes to its memory. Any other is copied, so that further
    training cannot alter a snapshot somebody reads.

    Parameters
    ----------
    revision : int
        Grows by one with each snapshot of a learner.
    epoch : float
        Epochs trained when it was taken; 3.4 is in the middle of the fourth.
    users, items : Side
        Names, counts and means of the rows; row 0 is ``'#na#'``.
    user_factors, item_factors : float32 [n_users + 1, k], [n_items + 1, k], optional
        The embedding tables, row 0 included; of different widths in a neural model.
    user_bias, item_bias : float32 [n_users + 1], [n_items + 1], optional
        Logits when the model has a `y_range`, rating units otherwise.
    y_range : (float, float), optional
        Low and high end of the sigmoid the model squeezes its output through.
    rating_mean : float
        Mean training rating.
    forward : Forward, optional
        The module's predictions, where they are not known to be the dot product of these tables.
    exchanged : bool
        Users stand in the place of the items and items in that of the users, see `of`.
    with_cold : bool
        Whether rows without a training rating have vectors by their side columns, see `with_cold_rows`.

    Raises
    ------
    ValueError
        When an array has not one row for each name of its side, or `y_range` is not low < high.
    """

    revision: int
    epoch: float
    users: Side
    items: Side
    user_factors: NDArray[np.float32] | None
    item_factors: NDArray[np.float32] | None
    user_bias: NDArray[np.float32] | None
    item_bias: NDArray[np.float32] | None
    y_range: tuple[float, float] | None
    rating_mean: float
    forward: Forward | None = None
    exchanged: bool = False
    with_cold: bool = False

    def __post_init__(self) -> None:
        for role in _ROLES:
            values = getattr(self, role)
            if values is not None:
                object.__setattr__(self, role, _frozen(role, values, len(self._side(role).names)))
        object.__setattr__(self, "y_range", checked_range(self.y_range))

    def of(self, kind: str) -> Snapshot:
        """This snapshot for ``"items"``; for ``"users"`` one whose items are the users, and whose users the items.

        What is computed of the items of the one is found of the users by the other.

        Raises
        ------
        ValueError
            When `kind` is another word.
        """
        one_of("kind", kind, ("items", "users"))
        return self if kind == "items" else self._of_users

    @cached_property
    def _of_users(self) -> Snapshot:
        return replace(
            self,
            users=self.items,
            items=self.users,
            user_factors=self.item_factors,
            item_factors=self.user_factors,
            user_bias=self.item_bias,
            item_bias=self.user_bias,
            exchanged=not self.exchanged,
        )

    @property
    def n_factors(self) -> int:
        """Width of the items' factor table, else of the users'; 0 when the model has none."""
        table = self.user_factors if self.item_factors is None else self.item_factors
        return 0 if table is None else int(table.shape[1])

    @cached_property
    def item_norms(self) -> NDArray[np.float64]:
        """Length of each item's vector, float64 [n_items]; worked out once, as nothing here changes."""
        return self._item_distances(np.zeros(self.n_factors))

    @cached_property
    def median_item_norm(self) -> float:
        """Median length of the trained items' vectors; NaN when none was trained."""
        norms = self.item_norms[self.items.trained]
        return float(np.median(norms)) if len(norms) else float("nan")

    @cached_property
    def item_center(self) -> NDArray[np.float64]:
        """Mean vector of the trained items, float64 [k]."""
        factors = self.required_item_factors
        center: NDArray[np.float64] = factors.mean(axis=0, dtype=np.float64, where=self.items.trained[:, None])
        center.flags.writeable = False
        return center

    @cached_property
    def item_spreads(self) -> NDArray[np.float64]:
        """Distance of each item's vector from `item_center`, float64 [n_items]."""
        return self._item_distances(self.item_center)

    @property
    def required_item_factors(self) -> NDArray[np.float32]:
        """`item_factors`, or a ValueError that says what to do when the model has none."""
        if self.item_factors is None:
            one = "user" if self.exchanged else "item"
            raise ValueError(
                f"the model has no {one} factors; use a model with an embedding for each {one}, or name the "
                f"table by {one}_factors= when making the learner"
            )
        return self.item_factors

    @property
    def known_users(self) -> NDArray[np.bool_]:
        """Users that something is known of, bool [n_users]: who has a training rating, or a vector by side columns."""
        return self.users.trained | self.users.cold if self.with_cold else self.users.trained

    @property
    def known_items(self) -> NDArray[np.bool_]:
        """Items that something is known of, as `known_users`."""
        return self.items.trained | self.items.cold if self.with_cold else self.items.trained

    def known_from(self, rows: NDArray[np.integer]) -> dict[str, NDArray[np.object_]]:
        """A column ``known_from`` for a table of items, see `Side.known_from`; none where all are known by ratings."""
        if not (self.with_cold and self.items.cold.any()):
            return {}
        return {"known_from": np.array(self.items.known_from(rows), dtype=object)}

    @cached_property
    def with_cold_rows(self) -> Snapshot:
        """The same where users and items without a training rating have what their side columns say: `side_vectors`.

        Itself where there are none, or the columns are not known.
        """
        if self.with_cold or not (self.users.cold.any() or self.items.cold.any()):
            return self
        if self.exchanged:
            return self._of_users.with_cold_rows._of_users

        def fill(role: str, table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
            side = self._side(role)
            rows = np.flatnonzero(side.cold if role in _ROLES else [])  # the model knows their side columns
            return (rows, side_vectors(side, table, rows)) if len(rows) else None

        return replace(self.refilled(fill), with_cold=True)

    @cached_property
    def with_average_rows(self) -> Snapshot:
        """The same with row 0, which stands for unknown ids, as the mean of the trained rows."""

        def fill(role: str, table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            mean = table[self._side(role).trained].mean(axis=0, dtype=np.float64)
            return np.zeros(1, np.int64), mean[None].astype(np.float32)

        return self.refilled(fill)

    def refilled(self, fill: Fill) -> Snapshot:
        """The same where some rows of its tables, and of the module behind `forward`, are others."""
        changed: dict[str, Any] = {}
        for role in _ROLES:
            values = getattr(self, role)
            found = None if values is None else fill(role, values.reshape(len(values), -1))
            if found is not None:
                changed[role] = values.copy()
                changed[role][found[0]] = found[1].reshape(len(found[0]), *values.shape[1:])
        return replace(self, **changed, forward=None if self.forward is None else self.forward.refilled(fill))

    def _side(self, role: str) -> Side:
        return self.users if role.startswith("user") else self.items

    def _item_distances(self, origin: NDArray[np.float64]) -> NDArray[np.float64]:
        factors = self.required_item_factors
        distances = np.empty(len(factors))
        for start in range(0, len(factors), _BLOCK):
            block = slice(start, start + _BLOCK)
            distances[block] = lengths_of(factors[block] - origin)
        distances.flags.writeable = False
        return distances


def take_snapshot(
    module: nn.Module, tables: TableNames, data: CollabDataLoaders, revision: int, epoch: float
) -> Snapshot:
    """A snapshot of a module as it is now: a copy of its tables, flattened to one or two dimensions."""
    known, first = is_dot_product(module, tables), first_member(module)
    copies: dict[str, Any] = {role: _copied_table(first, name, role) for role, name in vars(tables).items()}
    return Snapshot(
        revision=revision,
        epoch=epoch,
        users=data.users,
        items=data.items,
        y_range=getattr(module, "y_range", None),
        rating_mean=data.rating_mean,
        forward=None if known else Forward(module, tables, 0 if data.context is None else len(data.context.names)),
        **copies,
    )


def _copied_table(module: nn.Module, name: str | None, role: str) -> NDArray[np.float32] | None:
    if name is None:
        return None
    values = effective_table(module, name).detach().to("cpu", torch.float32, copy=True).numpy()
    values.flags.writeable = False
    return values.reshape(-1) if role.endswith("bias") else values.reshape(len(values), -1)


def lengths_of(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclidean length of each row."""
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return lengths


def _frozen(name: str, values: ArrayLike, n_rows: int) -> NDArray[np.float32]:
    n_dims, shape = (1, f"[{n_rows}]") if name.endswith("bias") else (2, f"[{n_rows}, k]")
    if np.ndim(values) != n_dims or np.shape(values)[0] != n_rows:
        raise ValueError(
            f"{name} has shape {list(np.shape(values))}; pass an array {shape}, "
            "one row for each name of its side, row 0 ('#na#') included"
        )
    array = np.asarray(values, np.float32, order="C")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


class SnapshotHistory:
    """Item factors of one run, an epoch each; of a long run every second, fourth, … epoch.

    Kept are at most 60 epochs and 64 MB, in memory alone. One thread writes them, any may read.

    Attributes
    ----------
    snapshots : tuple of Snapshot
        One for each epoch that is kept, oldest first, without the users' tables.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all: the next snapshots are of another run."""
        self._stride = 1
        self.snapshots: tuple[Snapshot, ...] = ()

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, ascending."""
        return [int(snapshot.epoch) for snapshot in self.snapshots]

    def keep(self, snapshot: Snapshot) -> None:
        """Remember `snapshot` if it is of the end of a later epoch than the last.

        It keeps a reference and copies nothing, so that the thread that trains may call it.
        """
        factors, last = snapshot.item_factors, self.snapshots[-1].epoch if self.snapshots else 0
        if factors is None or not snapshot.epoch.is_integer() or snapshot.epoch <= last:
            return
        most = min(MOST_FRAMES, MOST_BYTES // max(1, factors.nbytes))
        if most < 1 or snapshot.epoch % self._stride:
            return
        kept = [*self.snapshots, replace(snapshot, user_factors=None, user_bias=None, forward=None)]
        while len(kept) > most:
            self._stride *= 2
            kept = [each for each in kept if each.epoch % self._stride == 0]
        self.snapshots = tuple(kept)

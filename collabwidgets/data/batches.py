"""Batches of ratings: how large they are, and passes over them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch

Batch: TypeAlias = tuple[torch.Tensor, torch.Tensor]
_GATHER = 1 << 20  # ratings put in order at once: slicing what is in order is ten times faster than gathering a batch
CHAPTERS_BS, _LARGEST_BS = 64, 16384
_MANY = 200_000  # ratings up to which the chapter's batch is kept


class Batches:
    """Batches ``(x, y)`` of one part: ``x: int64 [bs, 2]`` (user row, item row), ``y: float32 [bs]``, no weights.

    Iterate as often as you like; ``len()`` is the number of batches of a pass.
    """

    def __init__(self, iterate: Callable[[], Iterator[Batch]], length: Callable[[], int], n: int):
        self._iterate, self._length = iterate, length
        self.n = n

    def __iter__(self) -> Iterator[Batch]:
        return self._iterate()

    def __len__(self) -> int:
        return self._length()

    def one_batch(self) -> Batch:
        """The first batch of a pass."""
        for batch in self:
            return batch
        raise ValueError("there are no ratings in this part; pass a larger valid_pct")

    def __repr__(self) -> str:
        return f"{len(self):,} batches of {self.n:,} ratings"


def in_order(x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor, bs: int) -> Iterator[Batch]:
    """Batches of `bs` of the ratings in `rows` int64 ``[n]``, in this order; the last one may be short."""
    step = max(1, _GATHER // bs) * bs
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        yield from slices(x[some], y[some], bs)


def slices(x: torch.Tensor, y: torch.Tensor, bs: int) -> Iterator[Batch]:
    """Batches of `bs` of ratings as they stand; the last one may be short."""
    return ((x[start : start + bs], y[start : start + bs]) for start in range(0, len(y), bs))


def usual_bs(n: int) -> int:
    """Ratings a batch for `n` ratings, see `CollabDataLoaders.from_df`."""
    if n <= _MANY:
        return CHAPTERS_BS
    return min(1 << round(math.log2(n / 1000)), _LARGEST_BS)

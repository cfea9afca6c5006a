"""Ratings in two parts, for training and validation: batches of them, how large these are, and passes over them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ..plain import whole_number
from ..seeds import generator

Batch: TypeAlias = tuple[torch.Tensor, torch.Tensor]
_GATHER = 1 << 20  # ratings put in order at once: slicing what is in order is ten times faster than gathering a batch
CHAPTERS_BS, _LARGEST_BS = 64, 16384
_MANY = 200_000  # ratings up to which the chapter's batch is kept


class TwoParts:
    """Ratings for training and for validation, as tensors and in batches; see `CollabDataLoaders` for its attributes.

    Parameters
    ----------
    x : torch.int64 [n, 2]
    y : torch.float32 [n]
    weights : torch.float32 [n] or None
    parts : (torch.int64 [n_train], torch.int64 [n_valid])
        Places of the ratings for training and of those for validation.
    seed : int
        Fixes the order of batches.
    bs, val_bs : int
    """

    has_ratings: bool = True

    def __init__(
        self,
        x: torch.Tensor,
        y: torch.Tensor,
        weights: torch.Tensor | None,
        parts: tuple[torch.Tensor, torch.Tensor],
        seed: int,
        bs: int,
        val_bs: int,
    ):
        train, valid = parts
        self.train_x, self.train_y, self.train_w = x[train], y[train], None if weights is None else weights[train]
        self.valid_x, self.valid_y, self.valid_w = x[valid], y[valid], None if weights is None else weights[valid]
        self.n_train, self.n_valid = len(train), len(valid)
        self.seed, self.bs, self.val_bs = seed, bs, val_bs
        self._order, self._looks = generator(seed, "batches"), generator(seed, "batches")

    @property
    def n_ratings(self) -> int:
        """All ratings."""
        return self.n_train + self.n_valid

    @property
    def train(self) -> Batches:
        """Training batches of `bs`, in a fresh order each pass; see `batches`."""
        return Batches(lambda: self.batches(self._order), self.n_batches(), self.n_train)

    @property
    def valid(self) -> Batches:
        """Validation batches of `val_bs`: every rating, always in the same order; the last may be short."""
        x, y, bs = self.valid_x, self.valid_y, self.val_bs
        return Batches(lambda: _slices(x, y, bs), math.ceil(len(y) / bs), len(y))

    def n_batches(self, bs: int | None = None) -> int:
        """Batches in a training epoch: whole ones, or one short one with fewer training ratings than `bs`."""
        return max(1, self.n_train // (self.bs if bs is None else whole_number("bs", bs)))

    def batches(self, generator: torch.Generator, bs: int | None = None) -> Iterator[Batch]:
        """One training epoch: every rating at most once, in an order drawn from `generator`.

        The last incomplete batch is dropped, as fastai does, unless it is the only one.
        """
        (x, y), bs = self.part(0), self.bs if bs is None else whole_number("bs", bs)
        order = torch.randperm(self.n_train, generator=generator, device=generator.device)
        return _in_order(x, y, order.to(x.device)[: self.n_batches(bs) * bs], bs)

    def one_batch(self) -> Batch:
        """A training batch to look at, another one each time; the order of training is not moved."""
        rows = self.some(0, self.bs)
        return self.train_x[rows], self.train_y[rows]

    def whole(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """All ratings, those for training first: ``x`` int64 ``[n, 2]``, ``y`` and, if there are any, weights ``[n]``.

        A ValueError where the ratings are gone.
        """
        self.part(0)
        weights = None if self.train_w is None or self.valid_w is None else torch.cat([self.train_w, self.valid_w])
        return torch.cat([self.train_x, self.valid_x]), torch.cat([self.train_y, self.valid_y]), weights

    @property
    def rated(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """User row and item row of every rating, int64 ``[n_ratings]`` each; None where the ratings are gone."""
        if not self.has_ratings:
            return None
        users, items = self.whole()[0].T.numpy()
        return users, items

    def part(self, ds_idx: int) -> Batch:
        """All ratings of one part, ``(x, y)``, by fastai's numbers: 0 for training, 1 for validation.

        Raises
        ------
        ValueError
            For another number, and when the part has no ratings.
        """
        if ds_idx not in (0, 1):
            raise ValueError(f"ds_idx={ds_idx!r} is not known; pass 1 for the validation ratings, 0 for training")
        x, y = (self.valid_x, self.valid_y) if ds_idx else (self.train_x, self.train_y)
        if not len(y):
            raise ValueError(self._no_ratings("validation" if ds_idx else "training"))
        return x, y

    def _no_ratings(self, part: str) -> str:
        return f"there are no {part} ratings; make the loaders with a larger valid_pct"

    def some(self, ds_idx: int, n: int) -> torch.Tensor:
        """Places of up to `n` ratings of a part to look at, others each time; the order of training is not moved."""
        return torch.randperm(len(self.part(ds_idx)[1]), generator=self._looks)[: whole_number("n", n)]

    @cached_property
    def checksum(self) -> int:
        """A number that other ratings, or another split of the same, very likely do not have."""
        total = 0
        for part in (self.train_x, self.train_y, self.valid_x, self.valid_y, self.train_w, self.valid_w):
            total = total if part is None else zlib.crc32(part.cpu().numpy().data, total)
        return total


@dataclass(frozen=True, eq=False)
class Batches:
    """Batches ``(x, y)`` of one part: ``x: int64 [bs, 2]`` (user row, item row), ``y: float32 [bs]``, no weights.

    Iterate as often as you like; ``len()`` is the number of batches of a pass, `n` that of ratings.
    """

    iterate: Callable[[], Iterator[Batch]]
    length: int
    n: int

    def __iter__(self) -> Iterator[Batch]:
        return self.iterate()

    def __len__(self) -> int:
        return self.length

    def one_batch(self) -> Batch:
        """The first batch of a pass."""
        for batch in self:
            return batch
        raise ValueError("there are no ratings in this part; pass a larger valid_pct")

    def __repr__(self) -> str:
        return f"{len(self):,} batches of {self.n:,} ratings"


def _in_order(x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor, bs: int) -> Iterator[Batch]:
    """Batches of `bs` of the ratings in `rows` int64 ``[n]``, in this order; the last one may be short."""
    step = max(1, _GATHER // bs) * bs
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        yield from _slices(x[some], y[some], bs)


def _slices(x: torch.Tensor, y: torch.Tensor, bs: int) -> Iterator[Batch]:
    """Batches of `bs` of ratings as they stand; the last one may be short."""
    return ((x[start : start + bs], y[start : start + bs]) for start in range(0, len(y), bs))


def usual_bs(n: int) -> int:
    """Ratings a batch for `n` ratings, see `CollabDataLoaders.from_df`."""
    if n <= _MANY:
        return CHAPTERS_BS
    return min(1 << round(math.log2(n / 1000)), _LARGEST_BS)

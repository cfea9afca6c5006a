"""The data card: what ratings are made of, and what that keeps a model from knowing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .loaders import CollabDataLoaders
    from .side import Side

MOST_BARS = 12

Bars = tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class DataCard:
    """Facts of all ratings, training and validation. A bar is (low, high, count), both ends included.

    Attributes
    ----------
    values : tuple of (float, float, int)
        How often each rating was given, or at most 12 bars of equal width where there are more values than that.
    per_item, per_user : tuple of (int, int, int)
        How many items (users) have how many ratings, in bars that double: 1, 2 to 3, 4 to 7, …
    median_per_item, median_per_user : int
        Ratings of the middle one of those that have any.
    never_trained : tuple of int
        Rows of items whose ratings all fell to validation.
    repeated : tuple of int
        Rows of items that some user has rated more than once, most such ratings first. One title with two ids is
        the usual reason.
    n_repeats : int
        Ratings beyond the first of a user and an item.
    """

    values: Bars
    per_item: Bars
    per_user: Bars
    median_per_item: int
    median_per_user: int
    never_trained: tuple[int, ...]
    repeated: tuple[int, ...]
    n_repeats: int


def data_card(dls: CollabDataLoaders) -> DataCard:
    """Count the ratings of `dls`; about a second for ten million."""
    x, y, _ = dls.whole()
    keys = np.sort((x[:, 0] * len(dls.items) + x[:, 1]).numpy())
    again = keys[1:][keys[1:] == keys[:-1]] % len(dls.items)
    repeats = np.bincount(again, minlength=len(dls.items))
    rows = np.flatnonzero(repeats)
    return DataCard(
        values=_value_bars(y.numpy()),
        per_item=_doubling_bars(dls.items),
        per_user=_doubling_bars(dls.users),
        median_per_item=_median(dls.items),
        median_per_user=_median(dls.users),
        never_trained=tuple(dls.items.never_trained.tolist()),
        repeated=tuple(int(row) for row in rows[np.argsort(-repeats[rows], kind="stable")]),
        n_repeats=len(again),
    )


def _value_bars(values: NDArray[np.float32]) -> Bars:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= MOST_BARS:
        return tuple((float(value), float(value), int(n)) for value, n in zip(distinct, counts, strict=True))
    counts, edges = np.histogram(values, MOST_BARS)
    return tuple((float(low), float(high), int(n)) for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True))


def _doubling_bars(side: Side) -> Bars:
    """From the first bar that has a row to the last; those between that have none stay, so that gaps show."""
    rated = side.counts[side.counts > 0]
    rows = np.bincount(np.log2(rated).astype(np.int64))
    return tuple((2**bar, 2 ** (bar + 1) - 1, int(n)) for bar, n in enumerate(rows) if rows[: bar + 1].any())


def _median(side: Side) -> int:
    rated = np.sort(side.counts[side.counts > 0])
    return int(rated[(len(rated) - 1) // 2])

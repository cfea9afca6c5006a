"""Which ratings are held out for validation: by their ids, their order in time, or a list of one's own."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..plain import plain, whole_number
from .cells import column_of
from .vocab import Vocab

if TYPE_CHECKING:
    import pandas as pd

    from .ratings import Ratings

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Split(Protocol):
    """Chooses the ratings for validation."""

    def held_out(self, ratings: Ratings) -> NDArray[np.bool_]:
        """Whether each rating is for validation, bool [n]."""
        ...


@dataclass(frozen=True)
class StableSplit:
    """A share of the pairs of user and item, chosen by a hash of their ids.

    A pair stays on its side whatever the order of the rows, and whatever rows are added; so do all ratings of it.

    Parameters
    ----------
    pct : float
        The share held out, on average; 0 ≤ pct < 1.
    seed : int
        Another one gives another split.
    """

    pct: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        checked_share("pct", self.pct)

    def held_out(self, ratings: Ratings) -> NDArray[np.bool_]:
        users, items = _hashes(ratings.users), _hashes(ratings.items)
        seed = np.uint64(self.seed % 2**64)
        with np.errstate(over="ignore"):
            mixed = _mixed(_mixed(users[ratings.user_rows] + seed * _GOLDEN) + items[ratings.item_rows])
        held: NDArray[np.bool_] = mixed / np.float64(2**64) < self.pct
        return held


@dataclass(frozen=True)
class LeaveLast:
    """The last `n` ratings of each user by time; who has no more than `n` stays in training whole.

    Parameters
    ----------
    n : int
    """

    n: int = 1

    def __post_init__(self) -> None:
        whole_number("n", self.n)

    def held_out(self, ratings: Ratings) -> NDArray[np.bool_]:
        users = ratings.user_rows
        order = np.lexsort((_times(ratings, "LeaveLast"), users))  # stable: of equal times the later row is the last
        counts = np.bincount(users, minlength=len(ratings.users))
        ends = np.cumsum(counts)[users[order]]
        is_last = np.arange(len(order)) >= ends - self.n
        held = np.zeros(len(users), dtype=bool)
        held[order] = is_last & (counts[users[order]] > self.n)
        return held


@dataclass(frozen=True)
class TimeSplit:
    """All ratings from a moment on.

    Parameters
    ----------
    at : number or str
        In the unit of the column of times, or a date such as ``"2015-01-01"``; numbers of the column are then taken
        for seconds since 1970.
    """

    at: Any

    def held_out(self, ratings: Ratings) -> NDArray[np.bool_]:
        import pandas as pd

        at = plain(self.at)
        with contextlib.suppress(TypeError, ValueError):
            at = float(at)
        (at,) = _seconds(pd.Series([at]))
        if np.isnan(at):
            raise ValueError(f"at={self.at!r} is neither a number nor a date, such as '2015-01-01'")
        held: NDArray[np.bool_] = _times(ratings, "TimeSplit") >= at
        return held


@dataclass(frozen=True, eq=False)
class Places:
    """The ratings in some rows of the table, by their places from 0, or by one truth value a row."""

    places: NDArray[Any]

    def held_out(self, ratings: Ratings) -> NDArray[np.bool_]:
        wanted = np.zeros(ratings.n_rows, dtype=bool)
        try:
            if self.places.dtype.kind == "i" and self.places.min(initial=0) < 0:
                raise IndexError
            wanted[self.places] = True
        except IndexError:
            raise ValueError(
                f"split is to have the places of rows for validation, whole numbers from 0 to {len(wanted) - 1:,}, or "
                f"a truth value for each of the {len(wanted):,} rows"
            ) from None
        held: NDArray[np.bool_] = wanted[ratings.places]
        return held

    def __repr__(self) -> str:
        return f"a list of {np.count_nonzero(self.places) if self.places.dtype == bool else len(self.places):,} rows"


_BY_NAME = {"stable": (StableSplit, float), "last": (LeaveLast, int), "time": (TimeSplit, str)}


def as_split(split: Split | str | Sequence[Any] | NDArray[Any] | pd.Series) -> Split:
    """A split as it is written: an object, ``"stable:0.2"``, ``"last:1"``, ``"time:2015-01-01"``, or places of rows."""
    if isinstance(split, str):
        kind, _, argument = split.partition(":")
        if kind in _BY_NAME and (argument or kind != "time"):
            make, convert = _BY_NAME[kind]
            try:
                made: Split = make(convert(argument)) if argument else make()
                return made
            except ValueError as error:
                raise ValueError(f"split={split!r} cannot be read ({error})") from error
        raise ValueError(f"split={split!r} is not known; choose one of stable:0.2, last:1, time:2015-01-01")
    if hasattr(split, "held_out"):
        return split
    return Places(np.asarray(split).reshape(-1))


def checked_share(name: str, share: Any) -> float:
    """The share of the ratings to hold out; a ValueError that names the argument unless 0 ≤ share < 1."""
    share = plain(share)
    is_number = isinstance(share, (int, float)) and not isinstance(share, bool)
    if not is_number or not 0 <= share < 1:
        hint = f"did you mean {share / 100:g}? " if is_number and 1 < share < 100 else ""
        raise ValueError(
            f"{name}={share!r} is not a share of the ratings; {hint}Pass a number from 0 (no validation) to below 1 "
            "(1 would leave nothing to train on), such as 0.2"
        )
    return float(share)


def drawn_parts(n: int, valid_pct: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Places of the ratings for training and for validation, int64, drawn in the way of fastai's ``RandomSplitter``."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    n_valid = int(valid_pct * n)
    return order[n_valid:], order[:n_valid]


def parts_of(ratings: Ratings, split: Split) -> tuple[torch.Tensor, torch.Tensor]:
    """Places of the ratings for training and for validation, int64, by a split; a ValueError if it holds out all."""
    held_out = split.held_out(ratings)
    if held_out.all():
        raise ValueError(f"split={split} holds out all {len(held_out):,} ratings and leaves none to train on")
    return torch.from_numpy(np.flatnonzero(~held_out)), torch.from_numpy(np.flatnonzero(held_out))


def _times(ratings: Ratings, name: str) -> NDArray[np.float64]:
    """The times of ratings as numbers; a ValueError where one has none."""
    if ratings.times is None:
        raise ValueError(f"{name} needs the times of ratings, but no column is called as times are; pass time_name=")
    seconds = _seconds(ratings.times)
    unknown = int(np.count_nonzero(np.isnan(seconds)))
    if unknown:
        raise ValueError(f"{unknown:,} of {len(seconds):,} entries of column {ratings.times.name!r} are no times")
    return seconds


def _seconds(times: pd.Series) -> NDArray[np.float64]:
    """Numbers as they are; dates as seconds since 1970; text as dates, else as numbers; NaN for what is neither."""
    import pandas as pd

    times = column_of(times).infer_objects()
    if pd.api.types.is_numeric_dtype(times.dtype):
        return np.asarray(times.to_numpy(dtype=np.float64, na_value=np.nan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that dates are parsed one by one
        dates = pd.to_datetime(times, errors="coerce", utc=True)
    if dates.isna().all():
        return np.asarray(pd.to_numeric(times.astype(str), errors="coerce"), dtype=np.float64)
    return np.asarray((dates - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), dtype=np.float64)


def _hashes(vocab: Vocab) -> NDArray[np.uint64]:
    """A hash of each id as text, uint64 [n]; the same on every machine."""
    import pandas as pd

    return np.asarray(pd.util.hash_array(np.array([str(known) for known in vocab], dtype=object)))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Splitmix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014)."""
    values = values + _GOLDEN
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed

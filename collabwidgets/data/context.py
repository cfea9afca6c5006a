"""Context: what is known of a rating beside who gave it to what, such as when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from ..spelling import unknown_column
from .cells import days_of
from .tables import picked

if TYPE_CHECKING:
    from .ratings import Ratings

ContextScale: TypeAlias = tuple[str, float, float, bool]


@dataclass(frozen=True, eq=False)
class Context:
    """Columns of numbers beside each rating, standardised by the training ratings.

    Attributes
    ----------
    names : tuple of str
    mean, scale : float64 [n]
        Of the training ratings, in the columns' own unit; dates are days since 1970. The mean is 0 in `train` and
        `valid`, so zeros stand for an average context.
    train, valid : torch.float32 [n_train, n], [n_valid, n]
        In the order of the loaders' ratings. A missing value is 0, the mean.
    n_missing : int
        Values that are missing.
    are_dates : tuple of bool
        Which columns hold dates, as days since 1970; the others hold numbers.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    train: torch.Tensor
    valid: torch.Tensor
    n_missing: int
    are_dates: tuple[bool, ...]

    @property
    def notes(self) -> list[str]:
        """Sentences for the data card."""
        missing = f"; {self.n_missing:,} missing values are the mean" if self.n_missing else ""
        return [
            f"context of each rating: {', '.join(self.names)}, standardised by the training ratings{missing}; "
            "where none is given, models that take one get the training mean"
        ]

    @property
    def scales(self) -> tuple[ContextScale, ...]:
        """By column its name, mean and scale, and whether it holds dates."""
        return tuple(zip(self.names, self.mean.tolist(), self.scale.tolist(), self.are_dates, strict=True))

    @classmethod
    def of_scales(cls, scales: Sequence[ContextScale]) -> Context | None:
        """The context of no rating; None where there are no columns."""
        if not scales:
            return None
        names, mean, scale, are_dates = zip(*scales, strict=True)
        none = torch.empty(0, len(names))
        return cls(names, np.array(mean), np.array(scale), none, none, 0, are_dates)

    def part(self, ds_idx: int) -> torch.Tensor:
        """That of the training ratings, 0, or of the validation ratings, 1."""
        return self.valid if ds_idx else self.train

    def given(self, values: Mapping[str, Any], n: int) -> torch.Tensor:
        """What somebody names for `n` pairs, float32 ``[n, columns]``: by column one value, or one for each pair.

        A column that is left out, and a missing value, are the mean.

        Raises
        ------
        TypeError
            When `values` is no dict.
        ValueError
            For a column that is not known, another number of values, and a date for a column of numbers or the like.
        """
        import pandas as pd

        if not isinstance(values, Mapping):
            raise TypeError(f"context is {values!r}; pass a dict of columns and their values")
        found = np.zeros((n, len(self.names)))
        for name, value in values.items():
            if name not in self.names:
                raise unknown_column("context", name, "", self.names)
            column = pd.Series(np.ravel(np.asarray(value, dtype=object))).infer_objects()
            if len(column) not in (1, n):
                raise ValueError(f"context has {len(column)} values of {name!r} for {n} pairs; pass one, or one each")
            place, is_there = self.names.index(name), column.notna().to_numpy()
            numbers, are_dates = days_of(column)
            wrong = is_there & (~np.isfinite(numbers) | (are_dates != self.are_dates[place]))
            if wrong.any():
                what = "dates" if self.are_dates[place] else f"numbers (mean {self.mean[place]:.6g})"
                raise ValueError(f"context: {name!r} is {column[wrong.argmax()]!r}, but that column holds {what}")
            found[:, place] = np.nan_to_num((numbers - self.mean[place]) / self.scale[place])
        return torch.from_numpy(found.astype(np.float32))

    def with_rows(self, values: NDArray[np.float64], held_out: NDArray[np.bool_]) -> Context:
        """The context of further ratings, float64 ``[m, n]``, behind that of the others, by the same means and scales.

        ``held_out`` bool ``[m]`` says which of them are for validation.
        """
        scaled, n_missing = _scaled(values, self.mean, self.scale)
        is_valid = torch.from_numpy(held_out)
        train, valid = torch.cat([self.train, scaled[~is_valid]]), torch.cat([self.valid, scaled[is_valid]])
        return replace(self, train=train, valid=valid, n_missing=self.n_missing + n_missing)


def read_context(names: Any, table: Any, ratings: Ratings, parts: tuple[torch.Tensor, torch.Tensor]) -> Context | None:
    """Context columns of the checked ratings, standardised by those for training; None where `names` is empty.

    `parts` are the places of the ratings for training and for validation; see `context_values` for the rest.
    """
    values, are_dates = context_values(names, table, ratings)
    if not are_dates:
        return None
    train, valid = parts
    of_train = np.ma.masked_invalid(values[train.numpy()])
    mean, scale = (found.filled(0) for found in (of_train.mean(axis=0), of_train.std(axis=0)))
    scale[scale <= 1e-12 * np.abs(mean)] = 1
    scaled, n_missing = _scaled(values, mean, scale)
    return Context(tuple(map(str, names)), mean, scale, scaled[train], scaled[valid], n_missing, are_dates)


def context_values(names: Any, table: Any, ratings: Ratings) -> tuple[NDArray[np.float64], tuple[bool, ...]]:
    """Context as it stands in the table, float64 ``[n, columns]`` with NaN where missing, and which hold dates.

    Parameters
    ----------
    names : sequence of str
    table : opened table
        The one that the ratings were read from.
    ratings : Ratings

    Raises
    ------
    TypeError, ValueError
        When `names` is not a list of columns, or has the column of users, items or ratings; and for a column that
        holds neither numbers nor dates.
    """
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise TypeError(f"context={names!r} must be a list of columns of the ratings, such as ['timestamp']")
    there = [str(name) for name in table.columns]
    taken = (ratings.users.name, ratings.items.name, ratings.rating_name)
    for name in names:
        if str(name) not in there:
            raise unknown_column("context=", name, "of the ratings", there)
        if str(name) in taken:
            raise ValueError(f"context= names {name!r}, which is no context: a model is given users and items anyway")
    frame = picked(table, list(names)).iloc[ratings.places]
    values, are_dates = np.empty(frame.shape), []
    for place, name in enumerate(names):
        values[:, place], is_date = days_of(frame[name])
        are_dates.append(is_date)
        if len(values) and not np.isfinite(values[:, place]).any():
            raise ValueError(
                f"column {name!r} holds neither numbers nor dates, so it cannot be a context; leave it out"
            )
    return values, tuple(are_dates)


def _scaled(
    values: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> tuple[torch.Tensor, int]:
    """Standardised values, float32, 0 where one is missing; and the number of missing ones."""
    seen = np.isfinite(values)
    return torch.from_numpy(np.where(seen, (values - mean) / scale, 0).astype(np.float32)), int(np.count_nonzero(~seen))

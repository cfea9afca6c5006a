"""The door for ratings: a table is checked once, here, and leaves as rows and float32 ratings."""

from __future__ import annotations

import sys
import unicodedata
import warnings
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..plain import one_of
from ..words import counted
from .columns import Columns, find_columns
from .scale import odd_values
from .tables import number_columns, picked
from .vocab import Vocab

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = __name__.partition(".")[0]
_NAMED = 3  # bad rows that an error names
_WEIGHTS = (1e-30, 1e30)  # the least and the most: these can be added up in float32
_CHOICES = {"on_bad": ("error", "drop"), "duplicates": ("keep", "last", "mean"), "scale": (None, "log")}


@dataclass(frozen=True, eq=False)
class Ratings:
    """A checked table: int64 [n] rows into two vocabularies and float32 [n] ratings, in the table's order.

    Attributes
    ----------
    weights : float32 [n] or None
        How much each rating counts; None where all count the same. Then `weight_name` is empty.
    places : int64 [n]
        Where each rating was in the table, from 0.
    n_rows : int
        Rows of the table.
    times : pandas.Series or None
        The column of times, where the table has one.
    understood : str
        Which columns were taken, such as ``"users: userId, items: title, ratings: rating"``.
    notes : tuple of str
        Sentences on what was left out or changed, and on values that hardly are ratings.
    """

    users: Vocab
    items: Vocab
    rating_name: str
    weight_name: str
    user_rows: NDArray[np.int64]
    item_rows: NDArray[np.int64]
    values: NDArray[np.float32]
    weights: NDArray[np.float32] | None
    places: NDArray[np.int64]
    n_rows: int
    times: pd.Series | None
    understood: str
    notes: tuple[str, ...]


def check_ratings(
    table: Any,
    given: Mapping[str, Hashable | None],
    *,
    on_bad: str = "error",
    duplicates: str = "keep",
    missing_rating: float | None = None,
    scale: str | None = None,
    is_whole: bool = True,
) -> Ratings:
    """Check an opened table of ratings; see `find_columns` for `given`, and `CollabDataLoaders.from_df` for the rest.

    With `is_whole` false it is the addition to another, which may be of one user and of one value.

    Raises
    ------
    ValueError
        On an empty table, columns that cannot be found, rows that cannot be used (unless they are dropped), ids of
        mixed types, and a single user or item. The sentence says where and what to do.
    """
    for name, value in (("on_bad", on_bad), ("duplicates", duplicates), ("scale", scale)):
        one_of(name, value, _CHOICES[name])
    columns = find_columns(list(table.columns), number_columns(table), given)
    frame = picked(table, columns.names)
    if not len(frame):
        raise ValueError(f"ratings has no rows ({columns}); pass at least one rating of two users")
    numbers = _numbers(frame[columns.rating], str(columns.rating))
    given_weights = None if columns.weight is None else _numbers(frame[columns.weight], str(columns.weight), "weight")
    kept, notes = _usable(frame, columns, numbers, given_weights, missing_rating, on_bad)
    values = numbers.astype(np.float32)
    weights = None if given_weights is None else given_weights[kept].astype(np.float32)
    if not kept.all():
        frame, values = frame[kept], values[kept]
    users, user_rows = Vocab.from_column(frame[columns.user], str(columns.user))
    items, item_rows = Vocab.from_column(frame[columns.item], str(columns.item))
    for vocab, role in ((users, "user"), (items, "item")):
        if is_whole and len(vocab) < 3:
            raise ValueError(
                f"column {vocab.name!r} holds one id only, {vocab[1]!r}, in all {len(frame):,} rows; there is nothing "
                f"to compare it with: pass at least two, or another column by {role}_name="
            )
    notes += filter(None, map(_two_spellings, (users, items)))
    places = np.flatnonzero(kept)
    if duplicates != "keep":
        pairs = user_rows * len(items) + item_rows
        chosen, values, weights = one_a_pair(pairs, values, weights, duplicates)
        order = np.argsort(chosen)
        chosen, values = chosen[order], values[order].astype(np.float32)
        weights = None if weights is None else weights[order]
        if len(chosen) < len(places):
            n = len(places) - len(chosen)
            which = "the last" if duplicates == "last" else "the mean"
            notes.append(f"{n:,} ratings repeated a pair of {users.name} and {items.name}: {which} of each was kept")
        places, user_rows, item_rows, frame = places[chosen], user_rows[chosen], item_rows[chosen], frame.iloc[chosen]
    if scale == "log":
        if values.min() < 0:
            raise ValueError(f'scale="log" is for ratings from 0 on, but column {columns.rating!r} has lower ones')
        values = np.log1p(values)
        notes.append(f"ratings are log(1 + {columns.rating})")
    for sentence in (odd_values(values), _lone_ratings(users, len(values))) if is_whole else ():
        if sentence:
            notes.append(sentence)
            _warn(sentence)
    return Ratings(
        users=users,
        items=items,
        rating_name=str(columns.rating),
        weight_name="" if columns.weight is None else str(columns.weight),
        user_rows=user_rows,
        item_rows=item_rows,
        values=values,
        weights=weights,
        places=places,
        n_rows=len(kept),
        times=None if columns.time is None else frame[columns.time],
        understood=str(columns),
        notes=tuple(notes),
    )


def _warn(sentence: str) -> None:
    """Warn in the name of the line outside the package that called it."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals["__name__"].partition(".")[0] == _PACKAGE:
        frame, level = frame.f_back, level + 1
    warnings.warn(sentence, stacklevel=level)


def _numbers(column: pd.Series, name: str, role: str = "rating") -> NDArray[np.float64]:
    """The ratings, or weights, as numbers, NaN where one is none; text is read as the number it spells."""
    import pandas as pd

    if pd.api.types.is_complex_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise ValueError(f"column {name!r} holds {column.dtype}, not {role}s; pass {role}_name= another column")
    if not pd.api.types.is_numeric_dtype(column.dtype):
        column = pd.to_numeric(column.astype(object), errors="coerce")
    numbers: NDArray[np.float64] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _usable(
    frame: pd.DataFrame,
    columns: Columns,
    numbers: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    missing_rating: float | None,
    on_bad: str,
) -> tuple[NDArray[np.bool_], list[str]]:
    """Which rows can be used, bool [n], and a note on those that cannot, by reason.

    Raises
    ------
    ValueError
        When some cannot and `on_bad` is ``"error"``, and when none can.
    """
    unrated = np.zeros(len(frame), bool) if missing_rating is None else numbers == missing_rating
    kept, notes = ~unrated, []
    if missing_rating is not None:
        notes.append(f"{_n_rows(unrated)} with a rating of {missing_rating:g}, which stands for none, left out")
    with np.errstate(over="ignore"):
        finite = np.isfinite(numbers.astype(np.float32))
    wanted = (("user", "an id"), ("item", "an id"), ("rating", "a rating"))
    columns_of = [(role, what, getattr(columns, role)) for role, what in wanted]
    reasons = [(role, f"without {what} in {name!r}", frame[name].isna().to_numpy()) for role, what, name in columns_of]
    reasons.append(("rating", f"with a rating in {columns.rating!r} that is no number or too large a one", ~finite))
    if weights is not None:
        least, most = _WEIGHTS
        told = f"without a weight from {least:g} to {most:g} in {columns.weight!r}"
        reasons.append(("weight", told, ~((weights >= least) & (weights <= most))))
    bad = []
    for role, reason, rows in reasons:
        rows = rows & kept  # a row counts for the first reason alone
        if rows.any():
            bad.append((role, f"{_n_rows(rows)} {reason}", _first(frame[getattr(columns, role)], rows)))
            kept &= ~rows
    if bad and on_bad == "error":
        said = "; ".join(f"{count} ({first})" for _, count, first in bad)
        raise ValueError(
            f'{said}: mend them, pass on_bad="drop" to leave them out, or name another column by {bad[0][0]}_name='
        )
    if not kept.any():
        raise ValueError(f"ratings has no rows that can be used: {'; '.join(notes + [count for _, count, _ in bad])}")
    return kept, notes + [f"{count} left out" for _, count, _ in bad]


def _n_rows(rows: NDArray[np.bool_]) -> str:
    return counted(int(np.count_nonzero(rows)), "row")


def _first(column: pd.Series, rows: NDArray[np.bool_]) -> str:
    """``'five' in row 17, nan in row 20, nan in row 21, …``"""
    some = column[rows].iloc[: _NAMED + 1]
    named = [f"{value!r} in row {label!r}" for value, label in zip(some.tolist(), some.index.tolist(), strict=True)]
    return ", ".join(named[:_NAMED]) + ", …" * (len(named) > _NAMED)


def one_a_pair(
    pairs: NDArray[np.int64], values: NDArray[Any], weights: NDArray[np.float32] | None, duplicates: str
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float32] | None]:
    """Make one rating of all that a pair has, the ``"last"`` or the ``"mean"``, in the order of the pairs' first ones.

    Returns their places int64 ``[m]``, of the last or the first; their values; and their weights, where there are some:
    that of the last, or the sum.
    """
    import pandas as pd

    codes, distinct = pd.factorize(pairs)
    places = np.empty(len(distinct), dtype=np.int64)
    if duplicates == "last":
        places[codes] = np.arange(len(pairs))  # of several that are written to one place, the last stays
        return places, values[places], None if weights is None else weights[places]
    places[codes[::-1]] = np.arange(len(pairs))[::-1]
    counted = values if weights is None else values.astype(np.float64) * weights
    sums, whole = np.bincount(codes, counted, minlength=len(distinct)), np.bincount(codes, weights)
    return places, sums / whole, None if weights is None else whole.astype(np.float32)


def _lone_ratings(users: Vocab, n_ratings: int) -> str:
    """A sentence on row numbers taken for users, which pass every other check; or empty."""
    if len(users) - 1 < n_ratings:
        return ""
    return (
        f"each of the {n_ratings:,} ids in column {users.name!r} has one rating only, so there is no taste to learn; "
        "if they number the rows, pass user_name= the column with the users"
    )


def _two_spellings(vocab: Vocab) -> str:
    """A sentence on ids that look alike: they differ by blanks, or by how Unicode writes accents; or empty."""
    texts = [known for known in vocab[1:] if isinstance(known, str)]
    forms = [" ".join(unicodedata.normalize("NFC", text).split()) for text in texts]
    first = dict(zip(reversed(forms), reversed(texts), strict=True))
    alike = [(first[form], text) for form, text in zip(forms, texts, strict=True) if first[form] != text]
    if not alike:
        return ""
    return (
        f"{len(alike):,} of column {vocab.name!r} differ from another only by blanks or the coding of accents (first: "
        f"{alike[0][0]!r} and {alike[0][1]!r}) and count as different; "
        f"ratings[{vocab.name!r}].str.normalize('NFC').str.split().str.join(' ') makes them one"
    )

"""The door for ratings: a frame is checked once, here, and leaves as rows and float32 ratings."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .vocab import Vocab

if TYPE_CHECKING:
    import pandas as pd


class DuplicateRatingsWarning(UserWarning):
    """Some users rated the same item more than once; all those ratings are kept."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """A checked frame: int64 [n] rows into two vocabularies and float32 [n] ratings, in the frame's order."""

    users: Vocab
    items: Vocab
    rating_name: str
    user_rows: NDArray[np.int64]
    item_rows: NDArray[np.int64]
    values: NDArray[np.float32]


def check_ratings(
    frame: pd.DataFrame,
    user_name: str | None = None,
    item_name: str | None = None,
    rating_name: str | None = None,
) -> Ratings:
    """Check a ratings frame; a name that is None is its first (user), second (item) or third column (rating).

    Every row is kept. Pairs of user and item that occur more than once are legal and give one
    `DuplicateRatingsWarning`.

    Raises
    ------
    TypeError
        When `frame` is not a pandas DataFrame.
    ValueError
        On an empty frame, missing or repeated columns, missing ids, ids of mixed types, a single user or
        item, and ratings that are missing, infinite or not numbers. The sentence says where and what to do.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"ratings is a {type(frame).__name__}; pass a pandas DataFrame with one row for each rating, "
            "or the path of a CSV file to from_csv"
        )
    names = _column_names(frame, user_name, item_name, rating_name)
    if not len(frame):
        raise ValueError(f"ratings has no rows (columns: {_listed(frame)}); pass at least one rating of two users")
    values = _numbers(frame[names[2]], names[2])
    (users, user_rows), (items, item_rows) = (Vocab.from_column(frame[name], name) for name in names[:2])
    for vocab, argument in ((users, "user_name"), (items, "item_name")):
        if len(vocab) < 3:
            raise ValueError(
                f"column {vocab.name!r} holds one id only, {vocab[1]!r}, in all {len(frame):,} rows; "
                f"there is nothing to compare it with: pass at least two, or another column by {argument}="
            )
    _warn_of_duplicates(users, items, user_rows, item_rows)
    _warn_of_lone_ratings(users, len(values))
    return Ratings(users, items, str(names[2]), user_rows, item_rows, values)


def _column_names(frame: pd.DataFrame, *given: str | None) -> tuple[str, str, str]:
    arguments = ("user_name", "item_name", "rating_name")
    if None in given and len(frame.columns) < 3:
        raise ValueError(
            f"ratings has {len(frame.columns)} column(s) ({_listed(frame)}) but user, item and rating need "
            "three; a CSV file that is not separated by commas is read with pandas.read_csv(..., sep=...)"
        )
    names = [frame.columns[place] if name is None else name for place, name in enumerate(given)]
    columns = frame.columns.tolist()
    for name, argument in zip(names, arguments, strict=True):
        n = columns.count(name)
        if n == 0:
            near = difflib.get_close_matches(str(name), [str(c) for c in columns], n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"name another by {argument}="
            raise ValueError(f"ratings has no column {name!r} (columns: {_listed(frame)}); {hint}")
        if n > 1:
            raise ValueError(f"ratings has {n} columns called {name!r}; rename all but one of them")
    for place, argument in enumerate(arguments):
        if names[place] in names[:place]:
            other = arguments[names.index(names[place])]
            raise ValueError(
                f"{other} and {argument} are both the column {names[place]!r}; name three different ones of: "
                f"{_listed(frame)}"
            )
    return names[0], names[1], names[2]


def _listed(frame: pd.DataFrame) -> str:
    return ", ".join(repr(column) for column in frame.columns) or "none"


def _numbers(column: pd.Series, name: str) -> NDArray[np.float32]:
    """The ratings as float32, when every one is a finite number."""
    import pandas as pd

    missing = column.isna().to_numpy()
    if missing.any():
        raise ValueError(
            f"column {name!r} has {_found(column, missing, 'missing rating')}; "
            f"drop the rows with ratings.dropna(subset=[{name!r}])"
        )
    if pd.api.types.is_complex_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise ValueError(f"column {name!r} holds {column.dtype}, not ratings; pass rating_name= another column")
    is_numeric = pd.api.types.is_numeric_dtype(column.dtype)
    numbers = column if is_numeric else pd.to_numeric(column.astype(object), errors="coerce")
    is_text = np.zeros(len(column), bool)
    if not is_numeric:
        is_text = column.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
    bad = numbers.isna().to_numpy()
    if bad.any():
        raise ValueError(
            f"column {name!r} has {_found(column, bad, 'rating')} not to be read as a number; "
            "clean them or pass rating_name= another column"
        )
    if is_text.any():
        raise ValueError(
            f"column {name!r} has {_found(column, is_text, 'rating')} written as text; "
            f"convert them with ratings[{name!r}].astype(float)"
        )
    with np.errstate(over="ignore"):
        values = np.asarray(numbers, dtype=np.float64).astype(np.float32)
    infinite = ~np.isfinite(values)
    if infinite.any():
        raise ValueError(
            f"column {name!r} has {_found(column, infinite, 'rating')} not finite in float32 (±3.4e38); "
            "replace them or drop the rows"
        )
    return values


def _found(column: pd.Series, bad: NDArray[np.bool_], what: str) -> str:
    """``3 ratings (first: 'five' in row 17)``."""
    n = int(bad.sum())
    value, label = column[bad].tolist()[0], column.index[bad].tolist()[0]
    return f"{n:,} {what}{'s' * (n > 1)} (first: {value!r} in row {label!r})"


def _warn_of_duplicates(users: Vocab, items: Vocab, user_rows: NDArray[np.int64], item_rows: NDArray[np.int64]) -> None:
    import pandas as pd

    pairs = pd.Series(user_rows * len(items) + item_rows)
    again = pairs.duplicated().to_numpy()
    if not again.any():
        return
    n, first = int(again.sum()), int(again.argmax())
    warnings.warn(
        f"{n:,} of {len(pairs):,} ratings repeat a pair of {users.name} and {items.name} rated before (first:"
        f" {users[int(user_rows[first])]!r}, {items[int(item_rows[first])]!r}), as where ids share a title. "
        "All are kept and count as ratings of their own; one may be in training and the other in validation. "
        f"Where that is not meant: ratings.drop_duplicates([{users.name!r}, {items.name!r}])",
        DuplicateRatingsWarning,
        stacklevel=5,
    )


def _warn_of_lone_ratings(users: Vocab, n_ratings: int) -> None:
    """A row number taken for a user passes every other check."""
    if len(users) - 1 == n_ratings:
        warnings.warn(
            f"each of the {n_ratings:,} ids in column {users.name!r} has one rating only, "
            "so there is no taste to learn; if they number the rows, pass user_name= the column with the users",
            stacklevel=5,
        )

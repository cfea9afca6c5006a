"""Features: the columns of a side table, typed and put into one matrix that a model can gather from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..plain import plain
from ..words import counted
from .spelling import did_you_mean
from .vocab import NA

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("category", "many", "number", "date")
_SEPARATORS = ("|", ";", ",")  # of several values in one text; only the first is found without being asked for
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?")
_MOST_COLUMNS = 1000  # that a model takes: its matrices are dense, and of many thousands of tags the rare teach nothing
_DAY = 86_400  # seconds


@dataclass(frozen=True, eq=False)
class FeatureColumn:
    """One column of a side table and its place in the matrix.

    Attributes
    ----------
    name : str
    kind : {"category", "many", "number", "date"}
        One value a row; several, such as ``"Action|Comedy"``; a number; a date, as days since 1970.
    first : int
        Its first column of the matrix.
    levels : tuple of str
        Of the first two kinds the values, a column each; ``'#na#'`` is the last where some row has none.
    mean, scale : float
        Of the last two kinds what is subtracted and divided by.
    """

    name: str
    kind: str
    first: int
    levels: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    @property
    def is_number(self) -> bool:
        """Whether it is one column of numbers."""
        return self.kind in ("number", "date")

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return 1 if self.is_number else len(self.levels)

    @property
    def labels(self) -> list[str]:
        """Names of its columns of the matrix, such as ``"genres=Action"`` or ``"year"``."""
        return [self.name] if self.is_number else [f"{self.name}={level}" for level in self.levels]

    @cached_property
    def places(self) -> dict[str, int]:
        """By level its column of the matrix."""
        return {level: self.first + place for place, level in enumerate(self.levels)}

    def given(self, value: Any) -> tuple[list[int], list[float]]:
        """Columns of the matrix, and what they hold, for a value that somebody names.

        Raises
        ------
        ValueError
            For a value that no row of the side table has, with the nearest spelling; for text in place of a number.
        """
        if self.is_number:
            numbers = _numbers(_column([value]), self.kind)
            if not np.isfinite(numbers[0]):
                what = "a date such as '1995-01-31'" if self.kind == "date" else "a number"
                raise ValueError(f"{self.name!r} is {value!r}, but it must be {what}")
            return [self.first], [float((numbers[0] - self.mean) / self.scale)]
        texts = _parts(_column([value]), self.kind)[0] or [NA]
        for text in texts:
            if text not in self.places:
                raise ValueError(f"{self.name!r} has no value {text!r}." + did_you_mean(text, self.levels))
        return [self.places[text] for text in texts], [1.0] * len(texts)

    def found(self, table: pd.DataFrame | None, place: int) -> tuple[list[int], list[float]]:
        """`given` of a cell of a table; where there is none, or one that is not known, the level ``'#na#'``, if any."""
        cell = None if table is None or place < 0 or self.name not in table else table[self.name].iloc[place]
        try:
            if cell is not None and (_is_list(cell) or cell == cell):  # NaN is not itself
                return self.given(plain(cell))
        except (TypeError, ValueError):
            pass
        return ([self.places[NA]], [1.0]) if NA in self.places else ([], [])


@dataclass(frozen=True, eq=False)
class Features:
    """What a side table says of all users, or all items, by row; categories are 0 or 1, numbers standardised.

    The matrix is kept by rows (CSR): ``indices[starts[r] : starts[r + 1]]`` are the columns of row r that are not 0, or
    of a number that is known.
    Nothing in it comes from ratings: means and scales are of the rows of the side table.

    Attributes
    ----------
    columns : tuple of FeatureColumn
    known : bool [n]
        Rows that stand in the side table. For others, and where a value is missing, a number is the mean, and a
        category the level ``'#na#'``, which row 0 has only where it is a level of others.
    starts : int64 [n + 1]
    indices : int32 [m]
    values : float32 [m]
    """

    columns: tuple[FeatureColumn, ...]
    known: NDArray[np.bool_]
    starts: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]

    @property
    def labels(self) -> list[str]:
        """Names of the matrix' columns, such as ``"genres=Action"`` and ``"year"``."""
        return [label for column in self.columns for label in column.labels]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return len(self.starts) - 1, sum(column.width for column in self.columns)

    @property
    def row_of(self) -> NDArray[np.int64]:
        """The row of each entry of the matrix, int64 [m]."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.starts))

    def cells(self, column: FeatureColumn) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """The entries of a column of the side table: their rows, places within the column, and values."""
        here = (self.indices >= column.first) & (self.indices < column.first + column.width)
        return self.row_of[here], self.indices[here].astype(np.int64) - column.first, self.values[here]

    def most_frequent(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.int64]:
        """The thousand columns of the matrix with the most entries, in their order; `weights` [n] are of the rows."""
        of_entry = None if weights is None else weights[self.row_of]
        counts = np.bincount(self.indices, of_entry, minlength=self.shape[1])
        return np.sort(np.argsort(-counts, kind="stable")[:_MOST_COLUMNS])

    def dense(self, rows: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        """The matrix, or some rows of it, float32 ``[rows, columns]``."""
        rows = np.arange(len(self.starts) - 1) if rows is None else rows
        lengths = self.starts[rows + 1] - self.starts[rows]
        at = np.arange(lengths.sum()) + np.repeat(self.starts[rows + 1] - np.cumsum(lengths), lengths)
        matrix = np.zeros((len(rows), self.shape[1]), np.float32)
        matrix[np.repeat(np.arange(len(rows)), lengths), self.indices[at]] = self.values[at]
        return matrix

    def encoded(self, given: Mapping[str, Any], argument: str) -> NDArray[np.float32]:
        """The row of somebody known by values of some columns alone, float32 ``[columns]``.

        A column that is not given is the mean of the rows of the side table.

        Raises
        ------
        TypeError
            When `given` is no dict.
        ValueError
            For a column or a value that is not known; the sentence has the nearest spelling.
        """
        if not isinstance(given, Mapping):
            raise TypeError(f"{argument} is {given!r}; pass a dict of columns and their values")
        by_name = {column.name: column for column in self.columns}
        row = self._mean.copy()
        for name, value in given.items():
            if name not in by_name:
                raise ValueError(
                    f"{argument} names {name!r}, but the side columns are {', '.join(by_name)}."
                    + did_you_mean(str(name), list(by_name))
                )
            column = by_name[name]
            places, values = column.given(plain(value))
            row[column.first : column.first + column.width] = 0
            row[places] = values
        return row

    def with_rows(self, table: pd.DataFrame | None, places: Sequence[int]) -> Features:
        """The same columns with further rows, found at `places` of a table; -1 is none, and all of it is missing.

        So is a column that the table lacks, and a value that no row has had.
        """
        starts, indices, values = list(self.starts), list(self.indices), list(self.values)
        for place in places:
            for column in self.columns:
                there, held = column.found(table, place)
                indices += there
                values += held
            starts.append(len(indices))
        known = np.append(self.known, np.asarray(places, dtype=np.int64) >= 0)
        arrays = (known, np.array(starts, np.int64), np.array(indices, np.int32), np.array(values, np.float32))
        for array in arrays:
            array.flags.writeable = False
        return Features(self.columns, *arrays)

    @cached_property
    def _mean(self) -> NDArray[np.float32]:
        n = max(1, int(self.known.sum()))
        of_known = self.known[self.row_of]
        sums = np.bincount(self.indices[of_known], self.values[of_known], minlength=self.shape[1])
        return (sums / n).astype(np.float32)

    def __str__(self) -> str:
        names = [column.name for column in self.columns]
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def features_of(
    table: pd.DataFrame, places: NDArray[np.int64], kinds: Mapping[Any, str | None], argument: str
) -> tuple[Features | None, list[str]]:
    """The matrix of a side table, and sentences on what was taken and what was left out.

    Parameters
    ----------
    table : DataFrame
    places : int64 [n]
        Where each row of a vocabulary stands in it, or -1.
    kinds : dict
        By column its kind; ``"auto"`` finds it out, and so does None, which leaves out a column that is of no use: one
        value throughout, or text that is another one in most rows.
    argument : str
        What the table was passed as.

    Raises
    ------
    ValueError
        When a column is not of the kind that was asked for.
    """
    made: list[_Made] = []
    taken, notes, left_out = [], [], []
    for name, asked in kinds.items():
        values = _column(table[name]).reindex(places)  # -1 is in no index: missing
        kind = _kind_of(values) if asked in (None, "auto") else asked
        one = (_of_numbers if kind in ("number", "date") else _of_levels)(str(name), kind, values, places)
        if asked and one.n_missing == one.n_rows:
            raise ValueError(f"column {name!r} of {argument}= holds no {kind}; call it another kind by features=")
        if not asked and (reason := one.no_use):
            left_out.append(f"{name} ({reason})")
            continue
        made.append(one)
        taken.append(f"{name} ({one.kind_said})")
        if one.n_missing:
            notes.append(f"{one.n_missing:,} of {one.n_rows:,} {argument} without {name}: {one.missing_said}")
    if left_out:
        notes.append(f"left out of the side columns of {argument}: {', '.join(left_out)}; features= takes them")
    if not made:
        return None, notes
    return _together(made, places), [f"side columns of {argument}: {', '.join(taken)}", *notes]


def _together(made: Sequence[_Made], places: NDArray[np.int64]) -> Features:
    firsts = np.cumsum([0, *(one.column.width for one in made)])
    columns = tuple(
        replace(one.column, first=int(first), scale=one.column.scale or 1.0)
        for one, first in zip(made, firsts, strict=False)
    )
    row = np.concatenate([one.rows for one in made])
    index = np.concatenate([one.indices + first for one, first in zip(made, firsts, strict=False)])
    value = np.concatenate([one.values for one in made]).astype(np.float32)
    order = np.lexsort((index, row))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(places)))]).astype(np.int64)
    arrays = (places >= 0, starts, index[order].astype(np.int32), value[order])
    for array in arrays:
        array.flags.writeable = False
    return Features(columns, *arrays)


def days_of(column: pd.Series) -> tuple[NDArray[np.float64], bool]:
    """A column of numbers as it is, one of dates as days since 1970, NaN for what is neither; and if it holds dates."""
    column = _column(column)
    are_dates = _kind_of(column) == "date"
    return _numbers(column, "date" if are_dates else "number"), are_dates


def checked_kinds(features: Any, tables: Mapping[str, Sequence[Any]]) -> dict[str, dict[Any, str | None]]:
    """By table the columns to take and their kinds, as ``features=`` chooses them.

    Parameters
    ----------
    features : None, sequence of str, or dict of str to str
        None takes all columns; names take these alone, and a dict says their kinds too (``"auto"`` finds one out).
    tables : dict
        By argument the columns that its table has to offer.

    Raises
    ------
    TypeError, ValueError
        When it is something else, names a column that no table has, or a kind that there is not.
    """
    if features is None:
        return {argument: dict.fromkeys(names) for argument, names in tables.items()}
    if isinstance(features, str) or not isinstance(features, Mapping | Sequence):
        raise TypeError(f"features={features!r} must be a list of columns, or a dict of columns and their kinds")
    asked = dict(features) if isinstance(features, Mapping) else dict.fromkeys(features, "auto")
    there = [name for names in tables.values() for name in names]
    for name, kind in asked.items():
        if name not in there:
            raise ValueError(
                f"features= names {name!r}, but the columns of {' and '.join(f'{each}=' for each in tables)} are "
                f"{', '.join(map(str, there)) or 'none'}." + did_you_mean(str(name), list(map(str, there)))
            )
        if kind not in ("auto", *KINDS):
            raise ValueError(f"features= calls {name!r} {kind!r}; choose one of auto, {', '.join(KINDS)}")
    return {argument: {name: asked[name] for name in names if name in asked} for argument, names in tables.items()}


def _column(values: Any) -> pd.Series:
    """A column from 0 on; categories as what they stand for."""
    import pandas as pd

    column = pd.Series(values).reset_index(drop=True)
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def _kind_of(values: pd.Series) -> str:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return "number"
    known = values.dropna().tolist()
    if any(_is_list(value) for value in known):
        return "many"
    if known and all(isinstance(value, Number) and not isinstance(value, bool) for value in known):
        return "number"
    texts = {str(value) for value in known}
    if texts and all(_DATE.fullmatch(text) for text in texts):
        return "date"
    if any("|" in text for text in texts):
        return "many"
    return "category"


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset | np.ndarray)


@dataclass(frozen=True, eq=False)
class _Made:
    """A column, its cells that are not 0 (row, column of its own, value), and what there is to say of it."""

    column: FeatureColumn
    rows: NDArray[np.int64]
    indices: NDArray[np.int64]
    values: NDArray[np.float64]
    n_rows: int
    n_missing: int

    @property
    def no_use(self) -> str:
        """Why it is left out unless somebody asks for it; or empty."""
        n = len(set(self.column.levels) - {NA})
        if self.column.scale == 0 or (not self.column.is_number and n + (self.n_missing > 0) < 2):
            return "one value throughout"
        return f"{n:,} different values" if n > max(self.n_rows / 2, 2) else ""

    @property
    def kind_said(self) -> str:
        if self.column.is_number:
            return self.column.kind
        n = counted(len(set(self.column.levels) - {NA}), "value")
        return f"{n}, several each" if self.column.kind == "many" else n

    @property
    def missing_said(self) -> str:
        if not self.column.is_number:
            return "a category of their own"
        if self.column.kind == "number":
            return f"the mean, {self.column.mean:.6g}, in its place"
        mean = np.datetime64("1970-01-01") + np.timedelta64(round(self.column.mean), "D")
        return f"the mean, {mean}, in its place"


def _of_numbers(name: str, kind: str, values: pd.Series, places: NDArray[np.int64]) -> _Made:
    """A column of numbers or dates; its scale is 0 where all are one."""
    numbers = _numbers(values, kind)
    seen = np.isfinite(numbers)
    mean, scale = (float(numbers[seen].mean()), float(numbers[seen].std())) if seen.any() else (0.0, 0.0)
    if scale <= 1e-12 * abs(mean):
        scale = 0.0
    scaled = np.where(seen, numbers - mean, 0.0) / (scale or 1)
    rows = np.flatnonzero(seen)  # the mean itself, a 0, too: what is not there is missing
    column = FeatureColumn(name, kind, 0, mean=mean, scale=scale)
    n_missing = int(np.count_nonzero(~seen & (places >= 0)))
    return _Made(column, rows, np.zeros_like(rows), scaled[rows], int((places >= 0).sum()), n_missing)


def _of_levels(name: str, kind: str, values: pd.Series, places: NDArray[np.int64]) -> _Made:
    """A column of one category a row, or of several."""
    parts = _parts(values, kind)
    levels = sorted({part for row in parts for part in row} - {NA})
    if not all(parts[1:]):  # row 0 is nobody's
        levels.append(NA)
    column = FeatureColumn(name, kind, 0, tuple(levels))
    of_row = [row or [NA] * (NA in levels) for row in parts]
    rows = np.repeat(np.arange(len(parts)), [len(row) for row in of_row])
    indices = np.array([column.places[part] for row in of_row for part in row], dtype=np.int64)
    n_missing = sum(not parts[row] for row in np.flatnonzero(places >= 0))
    return _Made(column, rows, indices, np.ones(len(rows)), int((places >= 0).sum()), n_missing)


def _numbers(values: pd.Series, kind: str) -> NDArray[np.float64]:
    """Numbers, or days since 1970; NaN for what is none."""
    import pandas as pd

    if kind == "number":
        numbers = pd.to_numeric(values, errors="coerce")
        return np.array(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    is_text = not pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_datetime64_any_dtype(values.dtype)
    dates = pd.to_datetime(values, errors="coerce", utc=True, format="mixed" if is_text else None)
    seconds = dates.to_numpy(dtype="datetime64[s]")
    return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / _DAY)


def _parts(values: pd.Series, kind: str) -> list[list[str]]:
    """The values of each cell as text; none where the cell is empty."""
    missing = values.isna().tolist()
    cells = values.tolist()
    separator = ""
    if kind == "many":
        texts = [cell for cell in cells if isinstance(cell, str)]
        separator = next((each for each in _SEPARATORS if any(each in text for text in texts)), "")
    found = []
    for cell, is_missing in zip(cells, missing, strict=True):
        if _is_list(cell):
            parts = [str(plain(part)) for part in cell]
        elif is_missing:
            parts = []
        else:
            text = _text(plain(cell))
            parts = text.split(separator) if separator else [text]
        found.append([part for part in dict.fromkeys(part.strip() for part in parts) if part])
    return found


def _text(value: Any) -> str:
    """A value as text; whole floats, which pandas makes of whole numbers beside gaps, without their point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

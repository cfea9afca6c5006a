"""Features: the columns of a side table that are of use, in one matrix that a model can gather from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..plain import plain
from ..spelling import did_you_mean, unknown_column
from ..words import counted
from .cells import KINDS, Cells, cells_of, column_of, kind_of
from .vocab import NA

if TYPE_CHECKING:
    import pandas as pd

_MOST_COLUMNS = 1000  # that a model takes: its matrices are dense, and of many thousands of tags the rare teach nothing


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

    def entries(self, cells: Cells) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """What the matrix holds of some cells: rows, columns and values ``[m]`` of all that is not 0, or is known.

        A cell without a level is of the level ``'#na#'``, where there is one.
        """
        if not isinstance(cells, list):
            rows = np.flatnonzero(np.isfinite(cells))  # the mean itself, a 0, too: what is not there is missing
            return rows, np.full(len(rows), self.first), (cells[rows] - self.mean) / self.scale
        none = [self.places[NA]] if NA in self.places else []
        places = [[self.places[text] for text in cell if text in self.places] or none for cell in cells]
        rows = np.repeat(np.arange(len(places)), [len(of_cell) for of_cell in places])
        columns = np.array([place for of_cell in places for place in of_cell], dtype=np.int64)
        return rows, columns, np.ones(len(rows))

    def given(self, value: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns of the matrix, and what they hold, for a value that somebody names.

        Raises
        ------
        ValueError
            For a value that no row of the side table has, with the nearest spelling; for text in place of a number.
        """
        cells = cells_of(column_of([value]), self.kind)
        if not isinstance(cells, list):
            if not np.isfinite(cells[0]):
                what = "a date such as '1995-01-31'" if self.kind == "date" else "a number"
                raise ValueError(f"{self.name!r} is {value!r}, but it must be {what}")
        else:
            for text in cells[0] or [NA]:
                if text not in self.places:
                    raise ValueError(f"{self.name!r} has no value {text!r}." + did_you_mean(text, self.levels))
        return self.entries(cells)[1:]


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

    def __post_init__(self) -> None:
        for array in (self.known, self.starts, self.indices, self.values):
            array.flags.writeable = False

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
                raise unknown_column(argument, name, "of the side table", by_name)
            column = by_name[name]
            places, values = column.given(plain(value))
            row[column.first : column.first + column.width] = 0
            row[places] = values
        return row

    def with_rows(self, table: pd.DataFrame | None, places: NDArray[np.int64]) -> Features:
        """The same columns with further rows, found at `places` of a table; -1 is none, and all of it is missing.

        So is a column that the table lacks, and a value that no row has had.
        """
        cells = []
        for column in self.columns:
            of_column = table[column.name] if table is not None and column.name in table else []
            cells.append(cells_of(column_of(of_column).reindex(places), column.kind))
        new = encoded(self.columns, cells, places >= 0)
        known, starts = np.append(self.known, new.known), np.append(self.starts, self.starts[-1] + new.starts[1:])
        indices, values = np.append(self.indices, new.indices), np.append(self.values, new.values)
        return Features(self.columns, known, starts, indices, values)

    @cached_property
    def _mean(self) -> NDArray[np.float32]:
        n = max(1, int(self.known.sum()))
        of_known = self.known[self.row_of]
        sums = np.bincount(self.indices[of_known], self.values[of_known], minlength=self.shape[1])
        return (sums / n).astype(np.float32)

    def __str__(self) -> str:
        names = [column.name for column in self.columns]
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def encoded(columns: tuple[FeatureColumn, ...], cells: Sequence[Cells], known: NDArray[np.bool_]) -> Features:
    """The matrix of columns, each with its cells; `known` are the rows that stand in the side table."""
    entries = [column.entries(of_column) for column, of_column in zip(columns, cells, strict=True)]
    rows, indices, values = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    order = np.lexsort((indices, rows))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(known)))]).astype(np.int64)
    return Features(columns, known, starts, indices[order].astype(np.int32), values[order].astype(np.float32))


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
        values = column_of(table[name]).reindex(places)  # -1 is in no index: missing
        kind = kind_of(values) if asked in (None, "auto") else asked
        one = _made(str(name), kind, cells_of(values, kind), places >= 0)
        if asked and one.n_missing == one.n_rows:
            raise ValueError(f"column {name!r} of {argument}= holds no {kind}; call it another kind by features=")
        if not asked and (reason := one.no_use):
            left_out.append(f"{name} ({reason})")
            continue
        made.append(one)
        taken.append(f"{name} ({one.kind_said})")
        if one.n_missing:
            instead = "the mean in its place" if one.column.is_number else "a category of their own"
            notes.append(f"{one.n_missing:,} of {one.n_rows:,} {argument} without {name}: {instead}")
    if left_out:
        notes.append(f"left out of the side columns of {argument}: {', '.join(left_out)}; features= takes them")
    if not made:
        return None, notes
    firsts = np.cumsum([0, *(one.column.width for one in made)]).tolist()
    columns = tuple(
        replace(one.column, first=first, scale=one.column.scale or 1.0)
        for one, first in zip(made, firsts, strict=False)
    )
    features = encoded(columns, [one.cells for one in made], places >= 0)
    return features, [f"side columns of {argument}: {', '.join(taken)}", *notes]


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
            of_tables = f"of {' and '.join(f'{each}=' for each in tables)}"
            raise unknown_column("features=", name, of_tables, there)
        if kind not in ("auto", *KINDS):
            raise ValueError(f"features= calls {name!r} {kind!r}; choose one of auto, {', '.join(KINDS)}")
    return {argument: {name: asked[name] for name in names if name in asked} for argument, names in tables.items()}


@dataclass(frozen=True, eq=False)
class _Made:
    """A column, its cells, and what there is to say of it; a scale of 0 says that all its numbers are one."""

    column: FeatureColumn
    cells: Cells
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


def _made(name: str, kind: str, cells: Cells, there: NDArray[np.bool_]) -> _Made:
    if not isinstance(cells, list):
        missing = ~np.isfinite(cells)
        seen = cells[~missing]
        mean, scale = (float(seen.mean()), float(seen.std())) if len(seen) else (0.0, 0.0)
        column = FeatureColumn(name, kind, 0, mean=mean, scale=scale if scale > 1e-12 * abs(mean) else 0.0)
    else:
        missing = np.array([not cell for cell in cells])
        levels = sorted({text for cell in cells for text in cell} - {NA})
        column = FeatureColumn(name, kind, 0, (*levels, NA) if missing[1:].any() else tuple(levels))  # row 0: unknown
    return _Made(column, cells, int(there.sum()), int(np.count_nonzero(missing & there)))

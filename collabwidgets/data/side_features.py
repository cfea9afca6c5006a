"""Make the features of a side table: which of its columns are of use, and what values they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..words import counted
from .cells import KINDS, Cells, cells_of, column_of, kind_of
from .features import FeatureColumn, Features, encoded
from .spelling import unknown_column
from .vocab import NA

if TYPE_CHECKING:
    import pandas as pd


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
            notes.append(f"{one.n_missing:,} of {one.n_rows:,} {argument} without {name}: {one.missing_said}")
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

    @property
    def missing_said(self) -> str:
        if not self.column.is_number:
            return "a category of their own"
        if self.column.kind == "number":
            return f"the mean, {self.column.mean:.6g}, in its place"
        mean = np.datetime64("1970-01-01") + np.timedelta64(round(self.column.mean), "D")
        return f"the mean, {mean}, in its place"


def _made(name: str, kind: str, cells: Cells, there: NDArray[np.bool_]) -> _Made:
    if not isinstance(cells, list):
        missing = ~np.isfinite(cells)
        seen = cells[~missing]
        mean, scale = (float(seen.mean()), float(seen.std())) if len(seen) else (0.0, 0.0)
        column = FeatureColumn(name, kind, 0, mean=mean, scale=scale if scale > 1e-12 * abs(mean) else 0.0)
    else:
        missing = np.array([not cell for cell in cells])
        levels = sorted({text for cell in cells for text in cell} - {NA})
        column = FeatureColumn(name, kind, 0, (*levels, NA) if missing[1:].any() else tuple(levels))  # row 0 is nobody
    return _Made(column, cells, int(there.sum()), int(np.count_nonzero(missing & there)))

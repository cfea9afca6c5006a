"""Side columns of the loaders' tables as a map shows them: the values that their matrix was made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data.cells import as_years
from ..data.features import FeatureColumn, Features
from ..data.side import Side
from ..data.vocab import NA
from .own_columns import RESERVED, Column, column_of

_DIGITS = 6  # of a number that the matrix has in float32


def side_columns(side: Side) -> dict[str, Column]:
    """By name the columns of the side table of users, or items; those called as one of a map's own are left out.

    Several values of a row are one text, such as ``"Action|Comedy"``; a date is a year with its fraction.
    """
    if side.features is None:
        return {}
    shown = (column for column in side.features.columns if column.name not in RESERVED)
    return {column.name: column_of(column.name, _by_row(side.features, column), side) for column in shown}


def _by_row(features: Features, column: FeatureColumn) -> pd.Series:
    """Numbers, or texts, of all rows; NaN where there is none."""
    rows = range(len(features.known))
    row_of, places, values = features.cells(column)
    if not column.is_number:
        texts = pd.Series(np.array(column.levels, dtype=object)[places], index=row_of)
        return texts[texts != NA].groupby(level=0).agg("|".join).reindex(rows)
    numbers = values * np.float64(column.scale) + column.mean
    largest = np.abs(numbers).max(initial=1.0)
    numbers = numbers.round(max(0, _DIGITS - int(np.ceil(np.log10(largest)))))
    if column.kind == "date":
        numbers = as_years(numbers)
    return pd.Series(numbers, index=row_of).reindex(rows)

"""Cells of a column of a table: what kind they are of, and the numbers, days or texts in them."""

from __future__ import annotations

import re
from numbers import Number
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..plain import plain

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("category", "many", "number", "date")
_SEPARATORS = ("|", ";", ",")  # of several values in one text; only the first is found without being asked for
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?")
_DAY = 86_400  # seconds
_YEAR = 365.25  # days

# Of one of KINDS: numbers, or days since 1970, NaN where missing; or the texts in each cell, none where it is empty.
Cells: TypeAlias = NDArray[np.float64] | list[list[str]]


def cells_of(values: pd.Series, kind: str) -> Cells:
    """The cells of a column that `column_of` returned."""
    return _numbers(values, kind) if kind in ("number", "date") else _parts(values, kind)


def days_of(column: pd.Series) -> tuple[NDArray[np.float64], bool]:
    """A column of numbers as it is, one of dates as days since 1970, NaN for what is neither; and if it holds dates."""
    column = column_of(column)
    are_dates = kind_of(column) == "date"
    return _numbers(column, "date" if are_dates else "number"), are_dates


def as_years(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Years with their fraction, such as 1995.5, of days since 1970."""
    return 1970 + days / _YEAR


def column_of(values: Any) -> pd.Series:
    """A column from 0 on; categories as what they stand for."""
    import pandas as pd

    column = pd.Series(values).reset_index(drop=True)
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def kind_of(values: pd.Series) -> str:
    """Which of `KINDS` a column is of."""
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
            text = text_of(plain(cell))
            parts = text.split(separator) if separator else [text]
        found.append([part for part in dict.fromkeys(part.strip() for part in parts) if part])
    return found


def text_of(value: Any) -> str:
    """A value as text; whole floats, which pandas makes of whole numbers beside gaps, without their point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

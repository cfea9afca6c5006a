"""Traits for what people have at hand: numbers of numpy, arrays and indices of rows, and nothing that is not finite."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from traitlets import Float, Int, List, TraitError

from .plain import plain
from .words import with_article


class Finite(Float[Any, Any]):
    """A number that can be drawn: NaN and infinity, which no limit catches, are refused."""

    def validate(self, obj: Any, value: Any) -> Any:
        number = super().validate(obj, plain(value))
        if not math.isfinite(number):
            raise TraitError(f"{self.name or 'a number'} is {number}; pass a finite number")
        return number


class Whole(Int[Any, Any]):
    """A whole number; those of numpy and torch are taken as Python's."""

    def validate(self, obj: Any, value: Any) -> Any:
        return super().validate(obj, plain(value))


class Row(Whole):
    """The row of an item of the object that has the trait."""

    def validate(self, obj: Any, value: Any) -> Any:
        if isinstance(value, str):
            raise TraitError(
                f"{self.name or 'selection'} takes the row of {with_article(obj._items.name)}, not {value!r}; "
                f"{obj._found_by}({value!r}) finds it, and selected_titles takes {obj._items.name}s as they are"
            )
        row, last = super().validate(obj, value), len(obj._items) - 1
        if not 1 <= row <= last:
            raise TraitError(f"row {row} is no {obj._items.name}; rows go from 1 to {last}, {obj._found_by} finds them")
        return int(row)


class Rows(List[Any]):
    """Rows of items as a list, each once; an array, an index or a Series of them is taken as one."""

    def validate(self, obj: Any, value: Any) -> Any:
        rows = super().validate(obj, value.tolist() if hasattr(value, "tolist") and np.ndim(value) else value)
        return list(dict.fromkeys(_ROW.validate(obj, row) for row in rows or ()))


_ROW = Row()  # checks each element, as the messages of List for them are hard to read


def as_titles(titles: Any) -> list[Any]:
    """The titles that somebody names: none for None, one by itself, or several."""
    if titles is None:
        return []
    return [titles] if isinstance(titles, str) or not isinstance(titles, Iterable) else list(titles)

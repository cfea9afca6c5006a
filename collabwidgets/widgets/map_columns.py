"""What a map shows of a title or user beside components: bias, count, mean, year, or a column of the caller's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from traitlets import TraitError, TraitType

from ..spelling import did_you_mean
from .own_columns import BUILT_IN, Column

if TYPE_CHECKING:
    from ..interpret import PCAFrame
    from ..training import Snapshot

Floats = NDArray[np.float64]


class Chosen(TraitType[Any, Any]):
    """The name of what is shown: a built-in, a column of the view's `data`, or the number of a component.

    Parameters
    ----------
    default : int or str
    components : int
        How many components may be chosen, by number from 1.
    none : bool
        Whether "none" may be.
    texts : bool
        Whether columns of texts may be.
    """

    def __init__(self, default: int | str, *, components: int = 0, none: bool = False, texts: bool = False) -> None:
        super().__init__(default)
        self._components, self._none, self._texts = components, none, texts

    def validate(self, obj: Any, value: Any) -> Any:
        value = int(value) if isinstance(value, np.integer) else value
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= self._components:
            return value
        own: Mapping[str, Column] = obj._own_columns
        names = [*BUILT_IN, *(["none"] if self._none else []), *(name for name in own if name not in BUILT_IN)]
        if isinstance(value, str) and value in names:
            if self._texts or value not in own or own[value].categories is None:
                return value
            raise TraitError(
                f"{self.name}={value!r} is a column of texts, and this shows numbers; take it for color_by"
            )
        choices = f"a component from 1 to {self._components}, " if self._components else ""
        hint = did_you_mean(value, names) if isinstance(value, str) else ""
        columns = "" if own else "; a column of your own comes with data="
        raise TraitError(f"{self.name}={value!r} is not known; choose {choices}{', '.join(names)}{columns}.{hint}")


def values_of(name: str, snapshot: Snapshot, own: Mapping[str, Column]) -> Floats:
    """One number for each row of the snapshot's items, NaN where there is none: biases relative to the average one.

    Raises
    ------
    ValueError
        When the model has no biases.
    """
    items = snapshot.items
    if name in own:
        return own[name].values
    if name != "bias":
        values: dict[str, NDArray[Any]] = {"year": items.years, "count": items.counts, "mean": items.means}
        return values[name].astype(np.float64)
    bias, one = snapshot.item_bias, "user" if snapshot.exchanged else "item"
    if bias is None:
        raise ValueError(f"this model has no biases that could be found; name them with {one}_bias=, or show another")
    centred: Floats = bias.astype(np.float64) - float(bias[items.trained].mean(dtype=np.float64))
    centred[~items.trained] = np.nan
    return centred


def places_of(snapshot: Snapshot, frame: PCAFrame, columns: Mapping[str, Column], axis: int | str) -> Floats:
    """Places of all rows of the items on an axis, NaN without one: scores of a component, log10 of the counts."""
    if isinstance(axis, int):
        return frame.scores[:, axis - 1].astype(np.float64)
    values = values_of(axis, snapshot, columns)
    return np.log10(np.where(values > 0, values, np.nan)) if axis == "count" else values

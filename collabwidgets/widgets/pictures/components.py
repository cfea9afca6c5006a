"""Components: the map of a learner's titles, on principal components or whatever else the view has on its axes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...words import counted
from ..map_columns import axis_words, places_of, values_of
from ..own_columns import Column
from .map import Axis, Colour, Floats, Points, map_picture
from .paper import Picture, percent

if TYPE_CHECKING:
    import pandas as pd

    from ...learner import CollabLearner
    from ..own_map import OwnFrame


def components_picture(
    learn: CollabLearner,
    own: OwnFrame,
    columns: Mapping[str, Column],
    *,
    x: int | str,
    y: int | str,
    flip_x: bool,
    flip_y: bool,
    view_box: Collection[float] | None,
    n_labels: int,
    label_by: str,
    color_by: str,
    size_by: str,
    equal: bool,
    selected: Collection[int],
    primary: int | None,
    pinned: int | None,
    passing: np.ndarray[Any, np.dtype[np.bool_]],
    facts: str,
    neighbors: pd.DataFrame | None = None,
    trails: Mapping[int, Floats] | None = None,
) -> Picture:
    """A `map_picture` of the rows that are `passing`, bool ``[n_items]``, its axes named by what is on them.

    Raises
    ------
    ValueError
        When the frame has no such component, or the model no biases to be shown.
    """
    frame = own.frame
    items = frame.items
    shown = [axis for axis in dict.fromkeys((x, y)) if isinstance(axis, int)]
    for component in shown:
        if component > frame.k:
            raise ValueError(f"the model has {counted(frame.k, 'component')}, so there is no PC {component} to draw")
    places = [places_of(learn, own, columns, axis, at) for at, axis in enumerate((x, y))]
    rows = np.flatnonzero(passing & np.isfinite(places[0]) & np.isfinite(places[1]))
    if not len(rows):
        raise ValueError(f"no {items.name} has a value on both axes ({x} and {y}); choose another axis")
    points = Points(
        rows=rows,
        x=places[0][rows],
        y=places[1][rows],
        names=items.names[rows],
        counts=items.counts[rows].astype(np.int64),
    )
    return map_picture(
        points,
        Axis(_title(learn, own, x, 0), flip_x, log=x == "count"),
        Axis(_title(learn, own, y, 1), flip_y, log=y == "count"),
        colour=_colour(learn, own, columns, color_by, rows),
        shares=_shares(learn, columns, size_by, rows),
        n_labels=n_labels,
        label_by=label_by,
        selected=selected,
        primary=primary,
        pinned=pinned,
        view_box=view_box,
        equal=equal and isinstance(x, int) and isinstance(y, int),
        facts=facts,
        neighbors=() if neighbors is None else [int(row) for row in neighbors.index],
        trails=trails or {},
        notes=_notes(own, shown, int(passing.sum()) - len(rows), neighbors),
    )


def _title(learn: CollabLearner, own: OwnFrame, axis: int | str, at: int) -> str:
    if isinstance(axis, str):
        return axis_words(axis, learn)
    if own.aligned is not None:
        return f"aligned axis {'AB'[at]}"
    return f"PC {axis} · {percent(own.frame.explained_variance_ratio[axis - 1])} of the variance of {_fitted_on(own)}"


def _fitted_on(own: OwnFrame) -> str:
    """What it was fitted on: "931 titles", "all 1,634 titles", "the 1,000 most rated titles"."""
    which, rated = {"all": ("all ", ""), "top_n": ("the ", "most rated ")}.get(own.fit.fit_on, ("", ""))
    n, name = len(own.frame.rows), own.frame.items.name
    return f"{which}{n:,} {rated}{name}{'' if n == 1 else 's'}"


def _notes(own: OwnFrame, shown: list[int], n_missing: int, neighbors: pd.DataFrame | None) -> tuple[str, ...]:
    frame, first, second = own.frame, "", ""
    if shown:
        kept = sum(frame.explained_variance_ratio[component - 1] for component in shown)
        who = "Together the axes keep" if len(shown) > 1 else f"PC {shown[0]} keeps"
        first = (
            f"{who} {percent(kept)} of the variance (random: {percent(frame.noise_edge)} at most). "
            f"Fitted on {_fitted_on(own)}."
        )
        second = "What is far apart in all dimensions can be close in two."
    if neighbors is not None:
        second = _how_far(neighbors)
    if n_missing:
        second = f"{n_missing:,} without a value on an axis {'is' if n_missing == 1 else 'are'} not shown. {second}"
    return tuple(filter(None, (first, second)))


def _how_far(neighbors: pd.DataFrame) -> str:
    n, far, hidden = len(neighbors), int(neighbors["far"].sum()), int(neighbors.attrs.get("n_hidden", 0))
    words = f"{far} of {n} true neighbours {'is' if far == 1 else 'are'} far on the map"
    nearer = f"{hidden:,} nearer title{' is' if hidden == 1 else 's are'}"
    return f"{words}; {nearer} hidden by min ratings." if hidden else f"{words}."


def _colour(
    learn: CollabLearner, own: OwnFrame, columns: Mapping[str, Column], by: str, rows: np.ndarray[tuple[int], np.dtype]
) -> Colour | None:
    if by == "none" or (by == "bias" and learn.snapshot.item_bias is None):
        return None
    values = values_of(by, learn, columns)[rows]
    if by == "bias":
        return Colour(axis_words(by, learn), values, diverging=True)
    if by in ("count", "mean"):
        return Colour(axis_words(by, learn), values, log=by == "count")
    column = columns.get(by)
    return Colour(by, values, own=True, categories=None if column is None else column.categories)


def _shares(
    learn: CollabLearner, columns: Mapping[str, Column], by: str, rows: np.ndarray[tuple[int], np.dtype]
) -> Floats | None:
    """How large a point is, from 0 to 1: the area grows with the count, the radius with anything else."""
    if by == "none" or (by == "bias" and learn.snapshot.item_bias is None):
        return None
    values = values_of(by, learn, columns)[rows]
    if by == "count":
        shares: Floats = np.sqrt(values / max(1.0, values.max(initial=1)))
        return shares
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, (0.02, 0.98)) if len(known) else (0.0, 1.0)
    shares = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1)
    return np.where(np.isfinite(shares), shares, 0.0)

"""Components: the map of a learner's titles on two of their principal components, from the fitted frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from .map import Axis, Colour, Floats, Points, map_picture
from .paper import Picture

if TYPE_CHECKING:
    import pandas as pd

    from ...interpret.pca import PCAFrame
    from ...learner import CollabLearner


def components_picture(
    learn: CollabLearner,
    frame: PCAFrame,
    *,
    x: int,
    y: int,
    flip_x: bool,
    flip_y: bool,
    view_box: Collection[float] | None,
    n_labels: int,
    color_by: str,
    size_by: str,
    equal: bool,
    selected: Collection[int],
    primary: int | None,
    pinned: int | None,
    facts: str,
    neighbors: pd.DataFrame | None = None,
    trails: Mapping[int, Floats] | None = None,
) -> Picture:
    """A `map_picture` of the titles that `frame` was fitted on, its axes named by component and share.

    Raises
    ------
    ValueError
        When the frame has no such component.
    """
    for component in (x, y):
        if component > frame.k:
            raise ValueError(f"the model has {frame.k} components, so there is no PC {component} to draw")
    items, rows = frame.items, frame.rows
    points = Points(
        rows=rows,
        x=frame.scores[rows, x - 1].astype(np.float64),
        y=frame.scores[rows, y - 1].astype(np.float64),
        names=items.names[rows],
        counts=items.counts[rows].astype(np.int64),
    )
    shares = frame.explained_variance_ratio
    kept = shares[x - 1] + (shares[y - 1] if x != y else 0.0)
    return map_picture(
        points,
        Axis(f"PC {x} · {shares[x - 1]:.1%} of the variance", flip_x),
        Axis(f"PC {y} · {shares[y - 1]:.1%} of the variance", flip_y),
        colour=_colour(learn, frame, color_by),
        sized=size_by == "count",
        n_labels=n_labels,
        selected=selected,
        primary=primary,
        pinned=pinned,
        view_box=view_box,
        equal=equal,
        facts=facts,
        neighbors=() if neighbors is None else [int(row) for row in neighbors.index],
        trails=trails or {},
        notes=(
            f"Together the axes keep {kept:.1%} of the variance (random: {frame.noise_level:.1%} each). "
            f"Fitted on {len(rows):,} {items.name}s.",
            "What is far apart in all dimensions can be close in two." if neighbors is None else _how_far(neighbors),
        ),
    )


def _how_far(neighbors: pd.DataFrame) -> str:
    n, far, hidden = len(neighbors), int(neighbors["far"].sum()), int(neighbors.attrs.get("n_hidden", 0))
    words = f"{far} of {n} true neighbours {'is' if far == 1 else 'are'} far on the map"
    return f"{words}; {hidden} more hidden by min ratings." if hidden else f"{words}."


def _colour(learn: CollabLearner, frame: PCAFrame, by: str) -> Colour | None:
    items, rows = frame.items, frame.rows
    bias = learn.snapshot.item_bias
    if by == "bias" and bias is not None:
        values: Floats = bias[rows].astype(np.float64) - float(bias[items.trained].mean(dtype=np.float64))
        unit = "bias, logit" if learn.snapshot.y_range is not None else "bias"
        return Colour(unit, values, diverging=True)
    if by == "count":
        return Colour("ratings", items.counts[rows].astype(np.float64), log=True)
    if by == "mean":
        return Colour("mean rating", items.means[rows].astype(np.float64))
    return None

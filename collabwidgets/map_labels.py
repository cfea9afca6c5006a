"""Which points of a map get their name, and where it is written: textalloc finds the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .extras import needs_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_ENDS = 3  # at each end of each axis so many points are worth a name: they say what the axis tells apart


def label_order(places: Floats, counts: NDArray[np.int64], n: int, by: str) -> list[int]:
    """Points worth a name, best first: the ends of both axes, then the most rated; more than `n`, as not all find room.

    Parameters
    ----------
    places : float64 [n_points, 2]
    counts : int [n_points]
        Ratings of each.
    n : int
        Names wanted.
    by : {"auto", "count", "extremes", "selection"}
        Both, or one of these alone, or neither.
    """
    order: dict[int, None] = {}
    ends = 0 if by not in ("auto", "extremes") else n if by == "extremes" else min(_ENDS, -(-n // 8))
    ranked = [np.argsort(values, kind="stable") for values in places.T]
    for i in range(min(ends, len(places))):
        order |= dict.fromkeys(int(each[j]) for each in ranked for j in (i, -1 - i))
    if by in ("auto", "count"):
        order |= dict.fromkeys(np.argsort(-counts, kind="stable")[: 2 * n].tolist())
    return list(order)


def write_labels(
    ax: Axes,
    places: Floats,
    names: Sequence[str],
    chosen: Sequence[int],
    order: Sequence[int],
    n: int,
    *,
    size: float,
    line_color: str,
) -> None:
    """Write names that cover neither each other nor a point: those chosen in bold, then `n` of `order` that find room.

    Parameters
    ----------
    ax : Axes
        With everything else on it, since names are placed by its limits and its size.
    places : float64 [n_points, 2]
    names : sequence of str
        Of all points.
    chosen, order : sequence of int
        Points, best first.
    n : int
    size : float
        Of the letters, in points.
    line_color : str
        Of the line from a point to a name that is not beside it.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # fixes the limits
    low, high = np.sort([ax.get_xlim(), ax.get_ylim()]).T
    inside = np.all((places >= low) & (places <= high), axis=1)
    style: dict[str, Any] = {"textsize": size, "textcolor": ax.xaxis.label.get_color(), "linecolor": line_color}
    style |= {"x_scatter": places[inside, 0], "y_scatter": places[inside, 1]}

    def write(points: list[int], **how: Any) -> list[tuple[Any, Any]]:
        return _allocate(ax, places[points], [names[i] for i in points], style | how) if points else []

    first = [i for i in chosen if inside[i]]
    written = [text for text, _ in write(first, fontweight="bold", max_distance=0.3)]
    # What is written already is in the way of the others: the outline of its box, and a diagonal.
    corners = [text.get_window_extent().corners()[[0, 1, 3, 2, 0, 3]] for text in written]
    boxes = [ax.transData.inverted().transform(box) for box in corners]
    around = {"x_lines": [box[:, 0] for box in boxes], "y_lines": [box[:, 1] for box in boxes]} if boxes else {}
    others = [i for i in order if inside[i] and i not in first]
    for text, line in write(others, max_distance=0.1, **around)[n:]:
        text.remove()
        if line is not None:
            line.remove()


def _allocate(ax: Axes, places: Floats, names: list[str], how: dict[str, Any]) -> list[tuple[Any, Any]]:
    """The names that find room near their places: each text with its line, or None."""
    with needs_extra("figures"):
        import textalloc

    options: dict[str, Any] = how | {"linewidth": 0.6, "draw_all": False, "parse_math": False}
    allocate: Any = textalloc.allocate
    texts, lines = allocate(ax, *places.T, names, **options)[2:]
    return [(text, line) for text, line in zip(texts, lines, strict=True) if text is not None]

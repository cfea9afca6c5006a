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

GREY = "0.5"  # is read on white and on black
SMALL = 8  # points
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
    ax: Axes, places: Floats, names: Sequence[str], chosen: Sequence[int], order: Sequence[int], n: int
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
    """
    with needs_extra("figures"):
        import textalloc

    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # fixes the limits
    low, high = np.sort([ax.get_xlim(), ax.get_ylim()]).T
    inside = np.all((places >= low) & (places <= high), axis=1)
    first = [i for i in chosen if inside[i]]
    points = first + [i for i in order if inside[i] and i not in first]
    if not points:
        return
    style: dict[str, Any] = {"textsize": SMALL, "textcolor": ax.xaxis.label.get_color(), "parse_math": False}
    style |= {"fontweight": ["bold"] * len(first) + ["normal"] * (len(points) - len(first))}
    style |= {"linecolor": GREY, "linewidth": 0.6, "draw_all": False, "max_distance": 0.12}
    around = {"x_scatter": places[inside, 0], "y_scatter": places[inside, 1]}
    allocate: Any = textalloc.allocate
    texts, lines = allocate(ax, *places[points].T, [names[i] for i in points], **around, **style)[2:]
    written = [(text, line) for text, line in zip(texts[len(first) :], lines[len(first) :], strict=True) if text]
    for text, line in written[n:]:
        text.remove()
        if line is not None:
            line.remove()

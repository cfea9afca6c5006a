"""Labels: which points of a map get their title and where it goes, as the widget chooses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .paper import text_width

_ENDS = 3  # at each end of each axis so many points are worth a label: they say what the axis tells apart
CHOSEN = 60  # of a selection so many are named; more would only cover it
_CROWDED = 9  # a title that would cover so many points is left out, unless somebody chose its point
_PAD = 0.02
_BOLD = 1.12  # how much longer bold letters are
_NEAR = [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)]
_FAR = [(1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1), (0, 1)]
_STEPS = (0.03, 0.2, 0.4)  # inches from the point's edge


@dataclass(frozen=True)
class Label:
    """A title beside a point: its box in inches, and whether a line is needed to say whose it is."""

    index: int
    left: float
    top: float
    width: float
    height: float
    leader: bool

    def nearest_to(self, x: float, y: float) -> tuple[float, float]:
        """The place of the box that is nearest to a point."""
        return min(max(x, self.left), self.left + self.width), min(max(y, self.top), self.top + self.height)


def label_order(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    counts: NDArray[np.int64],
    chosen: Sequence[int],
    n: int,
    by: str = "auto",
) -> list[int]:
    """Points worth a label, best first: those chosen, the ends of both axes, then the most rated; or, `by` "extremes",
    "count" or "selection", but for those chosen one of these alone.

    More than `n`, as not all find room.
    """
    order = dict.fromkeys(chosen[:CHOSEN])
    if n > 0 and len(x) and by in ("auto", "extremes"):
        ends = n if by == "extremes" else min(_ENDS, -(-n // 8))
        for values in (x, y):
            by_value = np.argsort(values, kind="stable")
            for i in range(min(ends, len(by_value))):
                order |= dict.fromkeys((int(by_value[i]), int(by_value[-1 - i])))
    if n > 0 and len(x) and by in ("auto", "count"):
        order |= dict.fromkeys(np.argsort(-counts, kind="stable")[: 4 * n].tolist())
    return list(order)


def place_labels(
    order: Sequence[int],
    n_chosen: int,
    texts: Sequence[str],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    radii: NDArray[np.float64],
    *,
    width: float,
    height: float,
    size: float,
    limit: int,
) -> list[Label]:
    """Boxes that lie inside the area and overlap neither each other nor a labelled point.

    Parameters
    ----------
    order : sequence of int
        Points in the order in which they get a place; the first `n_chosen` are labelled further off where there is
        no room beside them.
    texts : sequence of str
        One for each of `order`.
    x, y, radii : float64 [n]
        Of all points, in inches, `y` downwards.
    width, height : float
        Of the area in inches.
    size : float
        Of the letters in points.
    limit : int
        Labels at most, chosen ones not counted.
    """
    tall = size / 72 * 1.25
    labels: list[Label] = []
    kept_free = list(order[:n_chosen])
    for place, (index, text) in enumerate(zip(order, texts, strict=True)):
        if len(labels) >= limit + n_chosen:
            break
        long = text_width(text, size) * (_BOLD if place < n_chosen else 1.0) + 2 * _PAD
        best, least = None, np.inf if place < n_chosen else float(_CROWDED)
        for label in _boxes(index, x[index], y[index], radii[index], long, tall, far=place < n_chosen):
            right, bottom = label.left + long, label.top + tall
            if label.left < 0 or label.top < 0 or right > width or bottom > height:
                continue
            if any(_overlap(label, other) for other in labels) or _covers(label, kept_free, x, y, radii):
                continue
            crowd = (x > label.left) & (x < right) & (y > label.top) & (y < bottom)
            cost = float(crowd.sum()) + (20.0 if label.leader else 0.0)
            if cost < least:
                best, least = label, cost
        if best is not None:
            labels.append(best)
            kept_free.append(index)
    return labels


def _boxes(index: int, x: float, y: float, radius: float, width: float, height: float, far: bool) -> Iterator[Label]:
    for step in _STEPS if far else _STEPS[:1]:
        for side, down in _NEAR if step == _STEPS[0] else _FAR:
            off = (radius * 0.71 if side and down else radius) + step
            left = x + off if side > 0 else x - off - width if side < 0 else x - width / 2
            top = y + off if down > 0 else y - off - height if down < 0 else y - height / 2
            yield Label(index, left, top, width, height, step != _STEPS[0])


def _overlap(a: Label, b: Label) -> bool:
    return (
        a.left < b.left + b.width
        and b.left < a.left + a.width
        and a.top < b.top + b.height
        and b.top < a.top + a.height
    )


def _covers(
    label: Label,
    points: Sequence[int],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> bool:
    at = np.asarray(points, dtype=np.int64)
    if not len(at):
        return False
    sideways = (x[at] + radii[at] > label.left) & (x[at] - radii[at] < label.left + label.width)
    upright = (y[at] + radii[at] > label.top) & (y[at] - radii[at] < label.top + label.height)
    return bool((sideways & upright).any())

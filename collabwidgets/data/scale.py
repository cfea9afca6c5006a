"""What the values of ratings look like: a scale, or something else that has to be said before a model is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SCALE = 20  # what scales of ratings end at, at most, but for percentages
_LOOKED_AT = 1_000_000  # ratings, evenly spread, that are looked at
_WIDE = 50  # how many times the median the largest count is at least


def odd_values(values: NDArray[np.float32]) -> str:
    """A sentence on values that are hardly ratings, with what to pass; empty where they look like a scale.

    Recognised are a number that stands for no rating (0 below a scale of whole numbers, -1 below one from 0 or 1, 99
    above one), counts and hours, times in seconds, and one value throughout.
    """
    values = values[:: max(1, len(values) // _LOOKED_AT)]
    distinct, counts = np.unique(values, return_counts=True)
    low, high = float(distinct[0]), float(distinct[-1])
    if len(distinct) == 1:
        return (
            f"all ratings are {low:g}: that says who chose what, not how much they liked it, and leaves nothing to "
            "predict; pass another column by rating_name=, such as how often"
        )
    if low > 1e8 and np.all(distinct == np.floor(distinct)):
        return (
            f"the ratings go from {low:.0f} to {high:.0f}, as times in seconds do; pass another column by rating_name="
        )
    missing = _missing(distinct, counts)
    if missing is not None:
        share = counts[distinct == missing][0] / len(values)
        others = distinct[distinct != missing]
        return (
            f"{share:.0%} of the ratings are {missing:g} and the others go from {others[0]:g} to {others[-1]:g}: "
            f"{missing:g} looks like 'not rated'; missing_rating={missing:g} leaves these out"
        )
    median = float(np.median(values))
    if low >= 0 and high > 100 and high >= _WIDE * max(median, 1.0):
        return (
            f"the ratings go from {low:g} to {high:,.0f} with a median of {median:g}, as counts or hours do; "
            'scale="log" trains on log(1 + rating)'
        )
    return ""


def _missing(distinct: NDArray[np.float32], counts: NDArray[np.int64]) -> float | None:
    """The value that stands for no rating: the lowest or highest, apart from a scale."""
    low, high = float(distinct[0]), float(distinct[-1])
    if len(distinct) < 4:
        return None
    if high == 99 and distinct[-2] <= _SCALE:
        return 99
    if low == -1 and distinct[1] in (0, 1) and high <= _SCALE:
        return -1
    if low == 0 and distinct[1] == 1 and 5 <= high <= _SCALE and counts[0] > 2 * counts[1]:
        return 0
    return None


def proposed_range(low: float, high: float) -> tuple[float, float]:
    """A `y_range` for ratings from `low` to `high`: a tenth of the span beyond, as a sigmoid never reaches its ends.

    Around one value throughout, it goes 1 beyond.
    """
    margin = 0.1 * (high - low) or 1.0
    return low - margin, high + margin


def out_of_reach(
    y_range: Sequence[float] | None, values: NDArray[np.float32], weights: NDArray[np.float32] | None = None
) -> str:
    """A sentence on a `y_range` that cannot hold the ratings float32 ``[n]``, or on none for a wide scale; or empty."""
    low, high = float(values.min()), float(values.max())
    proposal = "y_range=({:.3g}, {:.3g})".format(*proposed_range(low, high))
    mean = np.average(values.astype(np.float64), weights=weights)
    variance = float(np.average((values - mean) ** 2, weights=weights))
    number = f"{variance:,.0f}" if variance >= 100 else f"{variance:.3g}"
    span = f"the ratings go from {low:g} to {high:g}"
    if y_range is None:
        said = "" if high - low <= _SCALE else f"without y_range= predictions begin near 0, but {span}"
    else:
        reach = f"predictions with y_range=({y_range[0]:g}, {y_range[1]:g}) cannot reach all of them"
        said = "" if y_range[0] <= low and high <= y_range[1] else f"{span}, and {reach}"
    return said and f"{said} (always predicting the mean has a mean squared error of {number}); pass {proposal}"

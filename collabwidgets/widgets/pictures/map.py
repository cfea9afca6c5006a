"""Map: titles on two axes, with the labels that the widget chooses and what keeps it from being misread."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize, to_rgba
from matplotlib.patheffects import Stroke
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import NDArray

from .labels import CHOSEN, label_order, place_labels
from .paper import TEXT, Look, Picture, Place, shortened, signed, text_width

Floats = NDArray[np.float64]

_WIDTH, _HEIGHT = 8.0, 7.35
_LEFT, _TOP, _RIGHT, _BOTTOM = 0.7, 0.75, 0.25, 1.2  # inches around the plot
_LETTERS = 28  # of a label
_RASTER_FROM = 20_000  # points; as shapes of their own they would make a file that no viewer opens
_ROOM = 0.1
# Okabe and Ito's, those first that can be told from white; black (here the foreground) in place of their yellow,
# which cannot
_CATEGORIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "", "#e69f00", "#56b4e9")


@dataclass(frozen=True)
class Points:
    """What is drawn, one entry a point: places on the axes, names, rating counts, and rows to tell them apart."""

    rows: NDArray[np.int64]
    x: Floats
    y: Floats
    names: NDArray[np.object_]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """Its name, whether it runs the other way round, and whether places on it are logarithms to base 10."""

    name: str
    flipped: bool = False
    log: bool = False


@dataclass(frozen=True)
class Colour:
    """What colours stand for: a name, one value a point, and how they run.

    Of an own column the ends of the ramp are the 2nd and 98th percentile; with `categories` values are numbers of
    those, most frequent first.
    """

    name: str
    values: Floats
    diverging: bool = False
    log: bool = False
    own: bool = False
    categories: tuple[str, ...] | None = None


def map_picture(
    points: Points,
    x: Axis,
    y: Axis,
    *,
    colour: Colour | None,
    shares: Floats | None,
    n_labels: int = 25,
    label_by: str = "auto",
    selected: Collection[int] = (),
    primary: int | None = None,
    pinned: int | None = None,
    view_box: Collection[float] | None = None,
    equal: bool = True,
    facts: str = "",
    neighbors: Sequence[int] = (),
    trails: Mapping[int, Floats] | None = None,
    notes: Sequence[str] = (),
) -> Picture:
    """Points with titles beside those that are chosen, at the ends of the axes, and most rated.

    Parameters
    ----------
    points : Points
    x, y : Axis
    colour : Colour, optional
        Without it all points have one colour.
    shares : float64 [n], optional
        The size of each point, 0 to 1; without them all are alike.
    n_labels : int
        Titles at most, beyond those chosen.
    label_by : str
        As of the widget.
    selected : collection of int
        Rows to outline and name.
    primary, pinned : int, optional
        Rows with a ring.
    view_box : four floats, optional
        Left, bottom, right and top of the part to show.
    equal : bool
        One unit is as long on either axis.
    facts : str
        Beside the heading.
    neighbors : sequence of int
        Rows to draw lines to from the primary one.
    trails : dict of int to float64 [n, 2], optional
        By row, the places it has come by, the last one being where it is.
    notes : sequence of str
        Lines under the axes, two at most.
    """

    def draw(place: Place) -> None:
        place.heading("Map of titles", facts)
        look = place.look
        width, height = place.width - _LEFT - _RIGHT, place.height - _TOP - _BOTTOM
        axes = place.axes(_LEFT, _TOP, width, height)
        axes.grid(color=look.line, linewidth=0.5)
        axes.axhline(0, color=look.line, linewidth=1.2)
        axes.axvline(0, color=look.line, linewidth=1.2)
        axes.set_axisbelow(True)
        box = _box(points, view_box, width, height, equal)
        axes.set_xlim((box[2], box[0]) if x.flipped else (box[0], box[2]))
        axes.set_ylim((box[3], box[1]) if y.flipped else (box[1], box[3]))
        axes.set_xlabel(x.name, color=look.foreground, size=TEXT, loc="right", weight="bold")
        axes.set_ylabel(y.name, color=look.foreground, size=TEXT, loc="top", weight="bold")
        for axis, run in ((axes.xaxis, x), (axes.yaxis, y)):
            if run.log:
                low, high = axis.get_view_interval()
                places = _powers(min(low, high), max(low, high))
                axis.set_major_locator(FixedLocator(np.log10(places).tolist()))
                axis.set_major_formatter(FuncFormatter(lambda place, _: f"{10**place:,.0f}"))
        radii = _radii(len(points.x), shares)
        order = np.argsort(-points.counts, kind="stable")  # the small ones on top
        shades = _shades(colour, look, len(points.x))
        axes.scatter(
            points.x[order],
            points.y[order],
            s=((2 * 72 * radii[order]) ** 2),
            c=shades[order],
            edgecolors=look.background,
            linewidths=0.5,
            rasterized=len(points.x) > _RASTER_FROM,
            gid="points",
        )
        _lines(axes, points, look, primary, neighbors)
        for row, way in (trails or {}).items():
            _trail(axes, row, way, look)
        marked = _mark(axes, points, radii, shades, look, selected, primary, pinned)
        if label_by != "none":
            _label(axes, points, radii, marked, n_labels, label_by, width, height, look)
        if colour is not None and colour.categories is not None:
            _category_key(place, colour)
        elif colour is not None:
            _key(place, colour)
        for number, note in enumerate(notes):
            place.text(_LEFT, place.height - 0.34 + 0.18 * number, note, color=look.soft, size=TEXT - 1)

    return Picture("Map of titles", _WIDTH, _HEIGHT, draw)


def _box(points: Points, wanted: Collection[float] | None, width: float, height: float, equal: bool) -> Floats:
    if wanted is not None:
        box = np.asarray(list(wanted), dtype=np.float64)
    else:
        low = np.array([points.x.min(), points.y.min()])
        high = np.array([points.x.max(), points.y.max()])
        room = _ROOM * np.where(high > low, high - low, 1.0)
        box = np.concatenate([low - room, high + room])
    if equal:
        center, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
        unit = max(half[0] / width, half[1] / height)
        reach = unit * np.array([width, height])
        box = np.concatenate([center - reach, center + reach])
    return box


def _powers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two logarithms; only the powers where there are many."""
    steps = (1, 2, 5) if high - low < 3.5 else (1,)
    every = [step * 10.0**power for power in range(int(np.floor(low)), int(np.ceil(high)) + 1) for step in steps]
    return [value for value in every if low <= np.log10(value) <= high and value >= 1]


def _radii(n: int, shares: Floats | None) -> Floats:
    """Of each point in inches; smaller where there are many."""
    shrink = float(np.clip((1500 / max(1, n)) ** 0.3, 0.35, 1.0))
    radii: Floats = shrink * (2.2 + 4.8 * (np.full(n, 0.25) if shares is None else shares)) / 96
    return radii


def _shades(colour: Colour | None, look: Look, n: int) -> NDArray[np.float64]:
    if colour is None:
        return np.tile(_plain(look)(0.5), (n, 1))
    if colour.categories is not None:
        table = np.array([to_rgba(shade) for _, shade in _categories(colour, look, everything=True)])
        number = np.minimum(colour.values, len(table) - 2)  # beyond those with a colour of their own: "other"
        drawn: NDArray[np.float64] = table[np.where(np.isfinite(number), number, len(table) - 1).astype(int)]
        return drawn
    scale = _scale_of(colour)
    values = np.where(np.isfinite(colour.values), colour.values, (scale.vmin or 0.0) + 0.0)
    shades: NDArray[np.float64] = _ramp(colour, look)(scale(values).filled(0.5))
    if colour.own:
        shades[~np.isfinite(colour.values)] = to_rgba(look.line)
    return shades


def _scale_of(colour: Colour) -> Normalize:
    known = colour.values[np.isfinite(colour.values)]
    if colour.diverging:
        end = float(np.quantile(np.abs(known), 0.98)) if len(known) else 1.0
        return Normalize(-(end or 1.0), end or 1.0)
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if colour.own and len(known):
        low, high = map(float, np.quantile(known, (0.02, 0.98)))
    if colour.log:
        return LogNorm(max(1.0, low), max(high, low + 1))
    return Normalize(low, high if high > low else low + 1)


def _ramp(colour: Colour, look: Look) -> Colormap:
    if colour.diverging:
        return LinearSegmentedColormap.from_list("bias", [look.low, look.middle, look.high])
    start, end = (0.22, 1.0) if look.dark else (0.0, 0.86)  # the end that would vanish in the background is left out
    return LinearSegmentedColormap.from_list(
        "count", colormaps["cividis" if colour.own else "viridis"](np.linspace(start, end, 64))
    )


def _plain(look: Look) -> Colormap:
    return LinearSegmentedColormap.from_list("plain", [look.accent, look.accent])


def _lines(axes: Axes, points: Points, look: Look, primary: int | None, neighbors: Sequence[int]) -> None:
    """From the primary point to its true neighbours, under what is marked."""
    at = {int(row): i for i, row in enumerate(points.rows)}
    if primary not in at:
        return
    start = at[primary]
    for row in neighbors:
        if row in at:
            ends = [start, at[row]]
            axes.plot(points.x[ends], points.y[ends], color=look.accent, lw=1, alpha=0.7, gid=f"neighbor-{row}")


def _trail(axes: Axes, row: int, way: Floats, look: Look) -> None:
    """Fainter the longer ago; the point itself is the solid end."""
    n = len(way) - 1
    for i in range(n):
        alpha = 0.15 + 0.65 * (i + 1) / n
        axes.plot(*way[i : i + 2].T, color=look.foreground, lw=1.3, alpha=alpha, gid=f"trail-{row}-{i}")


def _mark(
    axes: Axes,
    points: Points,
    radii: Floats,
    shades: NDArray[np.float64],
    look: Look,
    selected: Collection[int],
    primary: int | None,
    pinned: int | None,
) -> list[int]:
    """Outlines of what is chosen; which of those points are named, best first: of a large selection the most rated."""
    at = {int(row): i for i, row in enumerate(points.rows)}
    wanted = [row for row in (primary, *selected, pinned) if row is not None]
    marked = [at[row] for row in dict.fromkeys(wanted) if row in at]
    for i in reversed(marked):
        row, around = int(points.rows[i]), (2 * 72 * (max(radii[i], 3 / 96) + 2 / 96)) ** 2
        spot = [points.x[i]], [points.y[i]]
        axes.scatter(
            *spot, s=around, c=[shades[i]], edgecolors=look.foreground, linewidths=1.5, zorder=3, gid=f"chosen-{row}"
        )
        if row in (primary, pinned):
            style = "-" if row == primary else (0, (3, 2))
            wide = (np.sqrt(around) + 5) ** 2
            axes.scatter(
                *spot, s=wide, facecolors="none", edgecolors=look.accent, linewidths=1.5, linestyle=style, zorder=3
            )
    rated = sorted((row for row in selected if row in at), key=lambda row: -points.counts[at[row]])
    return [at[row] for row in dict.fromkeys((primary, *rated[:CHOSEN], pinned)) if row in at]


def _label(
    axes: Axes,
    points: Points,
    radii: Floats,
    marked: list[int],
    n: int,
    by: str,
    width: float,
    height: float,
    look: Look,
) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x, y = (points.x - left) / (right - left) * width, (top - points.y) / (top - bottom) * height
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    chosen = [i for i in marked if inside[i]]
    in_sight = np.flatnonzero(inside)
    others = label_order(points.x[in_sight], points.y[in_sight], points.counts[in_sight], [], n, by)
    order = list(dict.fromkeys([*chosen, *(int(in_sight[i]) for i in others)]))
    texts = [shortened(points.names[i], _LETTERS) for i in order]
    text_of = dict(zip(order, texts, strict=True))
    grown = radii.copy()
    grown[chosen] += 4 / 96
    size = TEXT - 0.5
    labels = place_labels(order, len(chosen), texts, x, y, grown, width=width, height=height, size=size, limit=n)
    halo = [Stroke(linewidth=2.5, foreground=look.background)]
    for label in labels:
        if label.leader:
            at = x[label.index], y[label.index]
            ends = np.array([at, label.nearest_to(*at)])
            axes.plot(ends[:, 0] / width, 1 - ends[:, 1] / height, transform=axes.transAxes, color=look.soft, lw=0.8)
        style: dict[str, Any] = {
            "transform": axes.transAxes,
            "ha": "center",
            "va": "center_baseline",
            "size": size,
            "parse_math": False,
        }
        style["weight"] = "bold" if label.index in chosen else "normal"
        at = (label.left + label.width / 2) / width, 1 - (label.top + label.height / 2) / height
        # An outlined text becomes a path, so the outline is a text of its own: titles stay text.
        axes.text(*at, text_of[label.index], path_effects=halo, zorder=4, **style)
        axes.text(*at, text_of[label.index], color=look.foreground, zorder=5, **style)


def _key(place: Place, colour: Colour) -> None:
    """The ramp of colours with what it stands for, under the plot at the left."""
    scale, ramp = _scale_of(colour), _ramp(colour, place.look)
    low, high = float(scale.vmin or 0.0), float(scale.vmax or 0.0)
    whole = colour.log or (colour.own and low.is_integer() and high.is_integer())
    words = (
        signed
        if colour.diverging
        else (lambda value: (f"{value:,.0f}" if colour.log else f"{value:.0f}") if whole else f"{value:.2f}")
    )
    top = place.height - 0.66
    known = colour.values[np.isfinite(colour.values)]
    one = not colour.diverging and len(known) > 0 and known.min() == known.max()  # which has no ends
    wide = 0.11 if one else 1.2
    first = f"colour: {colour.name}" + ("" if one else f"   {words(low)}")
    name = place.text(_LEFT, top + 0.1, first, color=place.look.soft, size=TEXT - 1)
    left = _LEFT + 0.18 + text_width(str(name.get_text()), TEXT - 1)
    axes = place.axes(left, top, wide, 0.11)
    axes.imshow([ramp(np.zeros(1) if one else np.linspace(0, 1, 64))], aspect="auto", extent=(0, 1, 0, 1))
    axes.set(xticks=[], yticks=[])
    left += wide - 1.2
    place.text(left + 1.28, top + 0.1, words(low if one else high), color=place.look.soft, size=TEXT - 1)
    if colour.own and not np.isfinite(colour.values).all():
        left += 1.44 + text_width(words(high), TEXT - 1)
        place.text(left, top + 0.1, "●", color=place.look.line, size=TEXT - 1)
        place.text(left + 0.14, top + 0.1, "no value", color=place.look.soft, size=TEXT - 1)


def _categories(colour: Colour, look: Look, *, everything: bool = False) -> list[tuple[str, str]]:
    """Names and colours: the most frequent, then "other" and "no value" where there are such, or in any case."""
    names = colour.categories or ()
    own = [(name, shade or look.foreground) for name, shade in zip(names, _CATEGORIES, strict=False)]
    known = np.isfinite(colour.values)
    if everything or bool((colour.values[known] >= len(own)).any()):
        own.append(("other", look.soft))
    if everything or not known.all():
        own.append(("no value", look.line))
    return own


def _category_key(place: Place, colour: Colour) -> None:
    """The names of the categories, each behind its colour, as many as the line has room for."""
    left, top, size = _LEFT, place.height - 0.56, TEXT - 1
    left += 0.1 + text_width(
        str(place.text(left, top, f"{colour.name}:", color=place.look.soft, size=size).get_text()), size
    )
    for name, shade in _categories(colour, place.look):
        text = shortened(name, 22)
        width = text_width(text, size)
        if left + 0.14 + width > place.width - _RIGHT:
            return
        place.text(left, top, "●", color=shade, size=size)
        place.text(left + 0.14, top, text, color=place.look.soft, size=size)
        left += 0.14 + width + 0.16

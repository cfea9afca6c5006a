"""The map on matplotlib's Axes: its points, and which of them get their name where; textalloc finds the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .extras import needs_extra
from .plots import GREY, SMALL, axes_of, plain_ticks
from .words import at_epoch, shortened

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from .learner import CollabLearner

Floats = NDArray[np.float64]

_MOST_CATEGORIES = 7  # with a colour of their own
_MOST_CHOSEN = 60  # selected titles with a name: more would only cover the map
_RASTER_FROM = 20_000  # points: as shapes of their own they would make a file that no viewer opens
_ENDS = 3  # at each end of each axis so many points are worth a name: they say what the axis tells apart


def plot_pca(
    learn: CollabLearner,
    ax: Axes | None = None,
    *,
    kind: str = "items",
    x: int | str = 1,
    y: int | str = 2,
    min_count: int | None = None,
    top_n: int | None = None,
    color_by: str = "bias",
    size_by: str = "count",
    n_labels: int = 25,
    label_by: str = "auto",
    selected: Sequence[int] = (),
    flip_x: bool = False,
    flip_y: bool = False,
    view_box: Sequence[float] | None = None,
    equal_aspect: bool = True,
    frame: pd.DataFrame | None = None,
) -> Axes:
    """Draw the map of titles, or of users, with the names that find room.

    Parameters
    ----------
    learn : CollabLearner
    ax : Axes, optional
    kind : {"items", "users"}
    x, y : int or str
        Component, from 1, or a column of numbers of `frame`, such as ``"count"`` or ``"bias"``.
    min_count, top_n : int, optional
        What the components are fitted on, see `CollabLearner.pca`.
    color_by, size_by : str
        A column, or ``"none"``.
    n_labels : int
        Titles named at most, beside those selected.
    label_by : {"auto", "count", "extremes", "selection", "none"}
        Which: at the ends of both axes and most rated, or one of these alone.
    selected : sequence of int
        Rows outlined, and named first.
    flip_x, flip_y : bool
        Turn an axis around: the sign of a component means nothing.
    view_box : four floats, optional
        Left, bottom, right and top of the part to show.
    equal_aspect : bool
        One unit is as long on either axis, where both are components.
    frame : DataFrame, optional
        What ``learn.pca`` or ``PCAScatter.to_frame`` gave, to be drawn as it is.

    Returns
    -------
    Axes
    """
    components = [axis for axis in (x, y) if isinstance(axis, int)]
    if frame is None:
        frame = learn.pca(max(components, default=1), kind=kind, min_count=min_count, top_n=top_n)
    if learn.snapshot.of(kind).item_bias is None:
        color_by, size_by = ("none" if each == "bias" else each for each in (color_by, size_by))
    elif "bias" not in frame:
        frame = frame.assign(bias=learn.biases(kind, min_count=0)["bias"].reindex(frame.index))
    places = np.column_stack([_column(frame, f"PC{a}" if isinstance(a, int) else a) for a in (x, y)])
    known = np.isfinite(places).all(axis=1)
    if not known.any():
        raise ValueError(f"no {frame.columns[0]} has a value on both axes ({x} and {y}); choose another axis")
    n_missing = int((~known).sum())
    order = np.argsort(-frame["count"].to_numpy(), kind="stable")  # the small ones on top
    order = order[known[order]]
    frame, places = frame.iloc[order], places[order]
    ax = axes_of(ax, 7.0)
    if view_box is not None:
        ax.set(xlim=view_box[::2], ylim=view_box[1::2])
    cold = (frame["known_from"] != "ratings").to_numpy() if "known_from" in frame else np.zeros(len(frame), bool)
    style: dict[str, Any] = {"s": _sizes(frame[~cold], size_by), "edgecolors": ax.get_facecolor(), "linewidths": 0.4}
    style |= {"rasterized": len(frame) > _RASTER_FROM, "gid": "points"}
    _scatter(ax, learn, frame[~cold], places[~cold], color_by, style)
    hollow: dict[str, Any] = {"s": 16, "facecolors": "none", "edgecolors": GREY}
    ax.scatter(*places[cold].T, **hollow, gid="cold")
    chosen = [int(i) for i in frame.index.get_indexer(list(dict.fromkeys(selected))) if i >= 0]
    rings: dict[str, Any] = {"s": 60, "facecolors": "none", "edgecolors": ax.xaxis.label.get_color(), "linewidths": 1.4}
    ax.scatter(*places[chosen].T, **rings, gid="chosen")
    for side, name, flip in ((ax.xaxis, x, flip_x), (ax.yaxis, y, flip_y)):
        if name == "count":
            ax.set(**{f"{side.axis_name}scale": "log"})
            plain_ticks(side)
        side.set_label_text(_axis_words(learn, frame, name))
        side.set_inverted(flip)
    if equal_aspect and len(components) == 2:
        ax.set_aspect("equal", adjustable="datalim")
    missing = f", {n_missing:,} without a value on an axis not shown" if n_missing else ""
    ax.set_title(f"{len(frame):,} {frame.columns[0]}s, {at_epoch(learn.snapshot.epoch)}{missing}", loc="left")
    if label_by != "none":
        names = [shortened(name, 34) for name in frame.iloc[:, 0]]
        write_labels(ax, places, names, chosen[:_MOST_CHOSEN], label_order(places, n_labels, label_by), n_labels)
    return ax


def _column(frame: pd.DataFrame, name: str) -> Any:
    if name not in frame:
        raise ValueError(f"there is no column {name!r} to draw; choose {', '.join(map(str, frame.columns[1:]))}")
    return frame[name].to_numpy()


def _sizes(frame: pd.DataFrame, name: str) -> float | Floats:
    """The area of each point, in square points."""
    room = float(np.clip((1500 / len(frame)) ** 0.6, 0.1, 1.0))
    if name == "none":
        return 16.0 * room
    values = np.asarray(_column(frame, name), np.float64)
    low, high = (0.0, values.max()) if name == "count" else np.nanquantile(values, (0.02, 0.98))
    shares = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    return room * (6.0 + 70.0 * np.nan_to_num(shares))


def _scatter(
    ax: Axes, learn: CollabLearner, frame: pd.DataFrame, places: Floats, name: str, style: dict[str, Any]
) -> None:
    """The points in their colours, and what these stand for beside the axes."""
    from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize

    if name == "none":
        ax.scatter(*places.T, **style | {"c": "C0"})
        return
    values = _column(frame, name)
    if values.dtype.kind not in "iufb":
        kinds = [str(kind) for kind in frame[name].value_counts().index[:_MOST_CATEGORIES]]
        at = {kind: f"C{i}" for i, kind in enumerate(kinds)}
        ax.scatter(*places.T, **style | {"c": [at.get(str(value), GREY) for value in values]})
        for kind, color in [*at.items(), *([("other, or none", GREY)] if {*map(str, values)} - {*kinds} else [])]:
            ax.scatter([], [], c=color, s=16, label=shortened(kind, 24))
        ax.legend(title=name, fontsize=SMALL, title_fontsize=SMALL, loc="upper left", bbox_to_anchor=(1, 1))
        return
    values = values.astype(np.float64)
    low, high = map(float, np.nanquantile(np.abs(values) if name == "bias" else values, (0.02, 0.98)))
    style |= {"c": values, "plotnonfinite": True, "norm": Normalize(low, high), "cmap": "cividis"}
    if name == "bias":
        ramp = LinearSegmentedColormap.from_list("bias", ["C1", "0.72", "C0"])
        style |= {"norm": Normalize(-(high or 1.0), high or 1.0), "cmap": ramp}
    elif name == "count":
        style |= {"norm": LogNorm(max(low, 1.0), max(high, 2.0)), "cmap": "viridis"}
    points = ax.scatter(*places.T, **style)
    bar = ax.figure.colorbar(points, ax=ax, shrink=0.6, aspect=30, pad=0.02, label=_axis_words(learn, frame, name))
    bar.outline.set_visible(False)


def _axis_words(learn: CollabLearner, frame: pd.DataFrame, name: int | str) -> str:
    if isinstance(name, int):
        return f"PC {name} ({100 * frame.attrs['explained_variance_ratio'][name - 1]:.1f} % of the variance)"
    unit = "logit" if learn.snapshot.y_range is not None else "rating"
    known = {"bias": f"bias ({unit}), relative to the average", "count": "ratings", "mean": "mean rating"}
    return known.get(name, name)


def label_order(places: Floats, n: int, by: str) -> list[int]:
    """Points worth a name, best first: the ends of both axes, then the most rated; more than `n`, as not all find room.

    Parameters
    ----------
    places : float64 [n_points, 2]
        The most rated first.
    n : int
        Names wanted.
    by : {"auto", "count", "extremes", "selection"}
        Both, or one of these alone, or neither.
    """
    order: dict[int, None] = {}
    ends = {"auto": min(_ENDS, -(-n // 8)), "extremes": n}.get(by, 0)
    ranked = [np.argsort(values, kind="stable") for values in places.T]
    for i in range(min(ends, len(places))):
        order |= dict.fromkeys(int(each[j]) for each in ranked for j in (i, -1 - i))
    if by in ("auto", "count"):
        order |= dict.fromkeys(range(min(2 * n, len(places))))
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

"""PCAScatter: the titles, or the users, on two principal components of their factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Dict, Enum, List, TraitError, Unicode, validate

from ..interpret import neighbors
from ..interpret.on_map import far_beyond, map_ranks
from ..interpret.pca import AXES
from ..learner import CollabLearner
from ..map_plot import plot_pca
from ..traits import Finite, Rows, Whole
from . import code
from .commands import MOST_NEIGHBORS
from .fitted_map import FittedMap
from .map_columns import Chosen, places_of, values_of
from .own_columns import read_columns
from .side_columns import side_columns
from .store import SHARED
from .view import controls_named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SHOWS_COLUMNS = ["x", "y", "color_by", "size_by"]
_SMALL = 400_000  # values of own columns that travel all at once, so that a page can choose without asking


class PCAScatter(FittedMap):
    """A map of the titles: near each other if the same people like them, as far as two axes can show it.

    The axes are fitted on the titles with at least `min_count` ratings, and keep their direction from one epoch to
    the next; `fit_on` chooses other titles. Shown are the titles with at least `min_count` ratings, fitted or
    not. A title that has no value on an axis has no place, and the map says how many there are. The map names the
    titles that the search of a linked table of titles finds.

    A map of users is of those with at least `min_count` ratings of theirs, named by their ids, or by the titles of
    ``from_df(…, users=)``. Its selection, filter and search are its own (`linked` is False), and it has no earlier
    epochs.

    Parameters
    ----------
    learner : CollabLearner
    kind : {"items", "users"}
        Whose map it is, for good. ``"items"``
    x, y : int or str
        What is on the two axes: a component, 1 to 6; ``"bias"``, in the model's unit and relative to the average
        title; ``"count"``, logarithmic; ``"mean"``; ``"year"``, from the end of the title, "(1995)"; or a column of
        numbers of `data`.
    flip_x, flip_y : bool
        Turn an axis around: the sign of a component means nothing.
    color_by : str
        ``"bias"``, ``"count"``, ``"mean"``, ``"year"``, ``"none"``, or any column of `data`: numbers by a ramp from
        their 2nd to their 98th percentile, texts by category, the seven most frequent in colours of their own.
    size_by : str
        ``"count"``, ``"none"``, ``"bias"``, ``"mean"``, ``"year"``, or a column of numbers of `data`.
    data : DataFrame or dict, optional
        Columns of your own: a table, or what pandas makes one of, with the titles in a column called as the ratings
        call them (``"title"``), else in its index; or a dict of arrays alone, with a value for each item row. A column
        called ``"year"`` takes the place of the year in the titles. For a map of users all this is by user. Side
        columns of the loaders (``from_df(…, users=, items=)``) are there without it.
    show_cold : bool
        Draw titles without a training rating too, hollow, where their side columns place them; the axes stay as they
        are. One that is selected, explored or searched for is drawn in any case. Not on a map of users. ``False``
    fit_on : {"min_count", "all", "top_n"}
        What the components are fitted on: the titles with at least `min_count` ratings, all that were trained, or
        the `top_n` most rated, as in the book.
    top_n : int
        10 or more. ``1000``
    query : str
        Words searched for: the titles found are named on the map. ``""``; a linked map shares it, as
        ``learn.view.query``, with the linked tables of titles. A map of users has a search of its own.
    n_labels : int
        Titles written beside their points.
    label_by : {"auto", "count", "extremes", "selection", "none"}
        Which titles: those selected, at the ends of the axes, and most rated; or one of these alone.
    tool : {"point", "box", "lasso", "pan"}
        What a drag does: ``box`` and ``lasso`` select, the others move the map.
    view_box : list of 4 floats, optional
        Left, bottom, right and top of the part to show, in the units of the axes (of a count log10); all by default.
    only : list of int, optional
        Rows that the map is narrowed to, at least one (``scatter.only = scatter.selection``); the axes stay as they
        are. All by default.
    equal_aspect : bool
        The same unit on both axes, without which distances cannot be compared. Where one of them is no component
        there is no common unit, and each axis fills its side.
    show_neighbors : bool
        Lines from the primary title to its true neighbours, the nearest by cosine in all dimensions, and how many of
        them are far on the map: not among the nearest tenth of the titles on it, or the nearest `k` if that is more.
    k : int
        True neighbours of a title, 1 to 100: for the lines, the tooltip, and the keys N and P.
    frame : int
        Which of the `n_frames` earlier epochs to show, 0 being the oldest; -1, the default, is the newest picture.
        A new run begins at the newest; an epoch that is not kept is refused.
    controls : list of str, optional
        Some of ``"search"`` (of users), ``"x"``, ``"y"``, ``"flip"``, ``"color_by"``, ``"size_by"``, ``"tool"``,
        ``"n_labels"``, ``"label_by"``, ``"min_count"``, ``"show_cold"``, ``"fit_on"``, ``"top_n"``, ``"zoom"``,
        ``"scree"``, ``"show_neighbors"``, ``"k"``, ``"frame"``, ``"png"``, ``"help"``, the list of keys. By default the
        search, the axes and the colour are in sight, and zoom, variance and epochs beside the picture; the others are
        behind *Settings* and *Export*.
    explained_variance : list of float
        Share of the variance of each component in the picture now on the pages. Read only, as the next four.
    noise_level : float
        The share that a component of random vectors would have.
    axis_match : list of float, optional
        Cosine of each component to its own in the picture before; None where there is nothing to compare with.
    axis_correlations : dict
        By component, "1" to "6": correlation of its scores with the logarithm of ``count``, with ``mean`` and with
        ``year``; left out where fewer than 30 titles have a value.
    fit_count : int
        Titles it was fitted on.
    n_frames : int
        Epochs of this run whose maps are kept: at most 60 and 64 MB, of a long run every second, fourth, …
    **traits
        Those of every view, see `View`.

    Warns
    -----
    UserWarning
        When `data` lacks most titles, has an infinite number, or a column called as one of the widget's own.

    Examples
    --------
    >>> scatter = PCAScatter(learn, x=1, y=3)
    >>> scatter.observe(lambda change: print(scatter.selected_titles), "selection")
    >>> ratings, movies = cw.load_movielens("100k", items=True)
    >>> PCAScatter(learn, data=movies, x="year", color_by="genres")
    >>> PCAScatter(learn, kind="users", data=users, color_by="age")  # users: your table, with a column "user"
    """

    controls = controls_named(
        *("search", "x", "y", "flip", "color_by", "size_by", "tool", "n_labels", "label_by", "min_count"),
        *("show_cold", "fit_on", "top_n", "zoom", "scree", "show_neighbors", "k", "frame", "png", "help"),
    )
    _linkable = (*SHARED, "query")

    query = Unicode().tag(sync=True, page=True)
    x = Chosen(1, components=AXES).tag(sync=True, page=True)
    y = Chosen(2, components=AXES).tag(sync=True, page=True)
    flip_x = Bool(False).tag(sync=True, page=True)
    flip_y = Bool(False).tag(sync=True, page=True)
    color_by = Chosen("bias", none=True, texts=True).tag(sync=True, page=True)
    size_by = Chosen("count", none=True).tag(sync=True, page=True)
    label_by = Enum(("auto", "count", "extremes", "selection", "none"), "auto").tag(sync=True, page=True)
    n_labels = Whole(25, min=0, max=1000).tag(sync=True, page=True)
    tool = Enum(("point", "box", "lasso", "pan"), "point").tag(sync=True, page=True)
    view_box = List(Finite(), default_value=None, allow_none=True).tag(sync=True, page=True)
    only = Rows(default_value=None, allow_none=True).tag(sync=True, page=True)
    equal_aspect = Bool(True).tag(sync=True, page=True)
    show_cold = Bool(False).tag(sync=True, page=True)
    show_neighbors = Bool(False).tag(sync=True, page=True)
    k = Whole(10, min=1, max=MOST_NEIGHBORS).tag(sync=True, page=True)

    _columns = Dict().tag(sync=True, echo_update=False)  # of `data` by name, with values where they are needed

    def __init__(self, learner: CollabLearner, *, data: pd.DataFrame | Mapping[str, Any] | None = None, **traits: Any):
        side = learner.dls.users if traits.get("kind") == "users" else learner.dls.items
        given = {} if data is None else read_columns(data, side)
        self._own_columns, self._of_data = side_columns(side) | given, tuple(given)
        super().__init__(learner, **traits)
        self._columns = self._columns_to_send()
        self.observe(self._columns_moved, _SHOWS_COLUMNS)

    def follow(self, learn: CollabLearner, *, settled: bool, watched: bool) -> int:
        n = len(self._items)
        if any(len(column.values) < n for column in self._own_columns.values()):  # ratings have been added
            self._own_columns = {name: column.with_rows(n) for name, column in self._own_columns.items()}
            self.publish({"_columns": self._columns_to_send()})
        return super().follow(learn, settled=settled, watched=watched)

    # ------------------------------------------------------------------ columns of the caller's own

    def _columns_to_send(self) -> dict[str, Any]:
        own, sent = self._own_columns, self._columns
        everything = len(own) * len(self._items) <= _SMALL
        used = {getattr(self, name) for name in _SHOWS_COLUMNS} | {name for name in sent if "values" in sent[name]}
        return {name: column.wire(values=everything or name in used) for name, column in own.items()}

    def _columns_moved(self, change: dict[str, Any]) -> None:
        if change["new"] in self._own_columns and "values" not in self._columns[change["new"]]:
            self.publish({"_columns": self._columns_to_send()})

    # ------------------------------------------------------------------ twins

    def true_neighbors(self) -> pd.DataFrame:
        """The nearest titles of the primary one in all dimensions, and how near the map shows them.

        Returns
        -------
        DataFrame, index ``row``
            As `CollabLearner.neighbors` gives it for `k` and `min_count`, by cosine, with two columns more:

            * ``map_rank`` int: its place among the titles on the map, the nearest one being 1;
            * ``far`` bool: not among the nearest tenth of the titles on the map, nor among its nearest `k`.

        Raises
        ------
        ValueError
            When no title is primary, it was never trained, or the model has no item factors.
        """
        if self.primary is None:
            name = self._items.name
            raise ValueError(f"no {name} is primary, so there is nothing to be near to; set primary= its row")
        question = {"k": self.k, "min_count": self.min_count, "ratings": self._learner.dls.rated}
        frame = neighbors(self._learner.snapshot.of(self.kind), self.primary, **question)
        at = self._frame()
        x, y = (places_of(self._snapshot, at, self._own_columns, axis) for axis in (self.x, self.y))
        shown = super()._passing() & np.isfinite(x + y)
        equal = self.equal_aspect and isinstance(self.x, int) and isinstance(self.y, int)
        ranks = map_ranks(x, y, shown, self.primary, frame.index.to_numpy(), equal=equal)
        shown[self.primary] = False
        return frame.assign(map_rank=ranks, far=ranks > far_beyond(int(np.count_nonzero(shown)), self.k))

    def to_frame(self) -> pd.DataFrame:
        """What the map shows, a row for each title with at least `min_count` ratings, among `only` if it is given.

        Returns
        -------
        DataFrame, index ``row``
            The title; ``PC1`` to ``PC6``, of the epoch that `frame` chooses; count and mean; and whichever of bias,
            year and the columns of `data` is on an axis or, but for the bias, a colour or a size.

        Raises
        ------
        ValueError
            When the model has no item factors, or too few titles pass the filter.
        """
        frame = replace(self._frame(), rows=np.flatnonzero(self._passing())).to_frame()
        rows = frame.index.to_numpy()
        axes, marks = [self.x, self.y], [self.color_by, self.size_by]
        for name in dict.fromkeys([*axes, *(mark for mark in marks if mark not in ("bias", "none"))]):
            if isinstance(name, str) and name not in ("count", "mean"):
                own = self._own_columns.get(name)
                frame[name] = own.shown(rows) if own else values_of(name, self._snapshot, {})[rows]
        return frame

    def _plot(self, ax: Axes | None = None) -> Axes:
        frame, rows = self.to_frame(), [row for row in (self.primary, *self.selection, self.pinned) if row is not None]
        names = ("kind", "x", "y", "flip_x", "flip_y", "n_labels", "label_by", "color_by", "size_by", "equal_aspect")
        box, axes = self.view_box, (self.x, self.y) * 2
        if box is not None:  # of counts it has the logarithms
            box = [10**end if axis == "count" else end for end, axis in zip(box, axes, strict=True)]
        ax = plot_pca(
            self._learner, ax, frame=frame, selected=rows, view_box=box, **{name: getattr(self, name) for name in names}
        )
        places = frame[[f"PC{axis}" if isinstance(axis, int) else axis for axis in (self.x, self.y)]]
        if self.show_neighbors and self.primary in frame.index:
            for row in self.true_neighbors().index.intersection(frame.index):
                ends = places.loc[[self.primary, row]].to_numpy().T
                ax.plot(*ends, color="C0", linewidth=1, zorder=0.9, gid=f"neighbor-{row}")
        words = [f"{self._n_titles()} (≥ {self.min_count:,} ratings{' or 0' * self._with_cold}), {self._epoch_shown()}"]
        if self.fit_on != "min_count":
            words.append("fitted on all" if self.fit_on == "all" else f"fitted on the {self.top_n:,} most rated")
        if n_missing := int(places.isna().any(axis=1).sum()):
            words.append(f"{n_missing:,} without a value on an axis not shown")
        ax.set_title("; ".join(words), loc="left")
        return ax

    def _call(self) -> str:
        if not self._of_data:
            return super()._call()
        names = ", ".join(self._of_data)
        arguments = ["learn", "data=data", *code.trait_arguments(self, self._usual())]
        return f"# data: your own table of {self._items.name}s ({code.one_line(names)})\n" + code.written(
            "cw.PCAScatter", arguments
        )

    @property
    def _with_cold(self) -> bool:
        return self.show_cold and self.kind == "items"

    def _passing(self) -> NDArray[np.bool_]:
        passing = super()._passing() | (self._items.cold & self._with_cold)
        return passing if self.only is None else passing & np.isin(np.arange(len(passing)), self.only)

    def _n_titles(self) -> str:
        return f"{'' if self.only is None else 'only '}{super()._n_titles()}"

    def _ranked(self) -> pd.DataFrame:
        if self._learner.epoch == 0:
            raise ValueError("before training the map is of random weights")
        frame, axes = self.to_frame(), [axis if isinstance(axis, str) else f"PC{axis}" for axis in (self.x, self.y)]
        columns = [name for name in dict.fromkeys([self._items.name, *axes, "count"]) if name in frame]
        return frame[columns].sort_values(columns[1], kind="stable").dropna()

    @validate("only")
    def _some_rows(self, proposal: dict[str, Any]) -> list[int] | None:
        rows: list[int] | None = proposal["value"]
        if rows is not None and not rows:
            raise TraitError("only=[] would leave nothing on the map; name at least one row, or None for all")
        return rows

    @validate("view_box")
    def _four_corners(self, proposal: dict[str, Any]) -> list[float] | None:
        box: list[float] | None = proposal["value"]
        if box is not None and not (len(box) == 4 and box[0] < box[2] and box[1] < box[3]):
            raise TraitError(
                f"view_box must be [left, bottom, right, top] with left < right and bottom < top, not {box}"
            )
        return box

    def _state(self) -> str:
        x, y = (f"PC {axis}" if isinstance(axis, int) else axis for axis in (self.x, self.y))
        return f"{super()._state()}, {x} × {y}"

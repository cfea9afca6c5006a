"""PCAScatter: the titles on two principal components of their factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, validate

from ..interpret.on_map import far_beyond, map_ranks
from .questions import MOST_NEIGHBORS, past_frames
from .view import View

if TYPE_CHECKING:
    import pandas as pd

    from ..interpret import PCAFrame
    from ..learner import CollabLearner
    from .pictures import Picture

_AXES = 6  # components that travel
_OF_THE_PICTURE = ["explained_variance", "noise_level", "axis_match", "axis_correlations"]  # as the store has them


class PCAScatter(View):
    """A map of the titles: near each other if the same people like them, as far as two axes can show it.

    The axes are fitted on the titles with at least ``learn.view.min_count`` ratings, and keep their
    direction from one epoch to the next.

    Parameters
    ----------
    learner : CollabLearner
    x, y : int
        Components on the two axes, 1 to 6.
    flip_x, flip_y : bool
        Turn an axis around: the sign of a component means nothing.
    color_by : {"bias", "count", "mean", "none"}
    size_by : {"count", "none"}
    n_labels : int
        Titles written beside their points.
    tool : {"point", "box", "lasso", "pan"}
        What a drag does: ``box`` and ``lasso`` select, the others move the map.
    view_box : list of 4 floats, optional
        Left, bottom, right and top of the part to show; all by default.
    equal_aspect : bool
        The same unit on both axes, without which distances cannot be compared.
    show_neighbors : bool
        Lines from the primary title to its true neighbours, the nearest by cosine in all dimensions, and how many of
        them are far on the map: not among the nearest tenth of the titles on it, or the nearest `k` if that is more.
    k : int
        True neighbours of a title, 1 to 100: for the lines, the tooltip, and the keys N and P.
    trail : bool
        The way that the selected titles and the primary one have come since earlier epochs of this run.
    trail_length : int
        Epochs that a trail goes back.
    frame : int
        Which of the `n_frames` earlier epochs to show, 0 being the oldest; -1, the default, is the newest picture.
        A new run begins at the newest.
    controls : list of str, optional
        Some of ``"x"``, ``"y"``, ``"flip"``, ``"color_by"``, ``"size_by"``, ``"tool"``, ``"n_labels"``,
        ``"min_count"``, ``"zoom"``, ``"scree"``, ``"show_neighbors"``, ``"k"``, ``"trail"``, ``"trail_length"``,
        ``"frame"``; all by default.
    explained_variance : list of float
        Share of the variance of each component in the picture now on the pages. Read only, as the next three.
    noise_level : float
        The share that a component of random vectors would have.
    axis_match : list of float, optional
        Cosine of each component to its own in the picture before; None where there is nothing to compare with.
    axis_correlations : dict
        By component, "1" to "6": correlation of its scores with ``count``, ``mean`` and ``year``.
    n_frames : int
        Epochs of this run whose maps are kept: at most 60 and 64 MB, of a long run every second, fourth, …
    **traits
        Those of every view, see `View`.

    Examples
    --------
    >>> scatter = PCAScatter(learn, x=1, y=3)
    >>> scatter.observe(lambda change: print(scatter.selected_titles), "selection")
    """

    _controls = (
        *("x", "y", "flip", "color_by", "size_by", "tool", "n_labels", "min_count", "zoom", "scree"),
        *("show_neighbors", "k", "trail", "trail_length", "frame"),
    )
    _undone = ("x", "y", "flip_x", "flip_y", "color_by", "size_by", "view_box")

    x = Int(1, min=1, max=_AXES).tag(sync=True, page=True)
    y = Int(2, min=1, max=_AXES).tag(sync=True, page=True)
    flip_x = Bool(False).tag(sync=True, page=True)
    flip_y = Bool(False).tag(sync=True, page=True)
    color_by = Enum(("bias", "count", "mean", "none"), "bias").tag(sync=True, page=True)
    size_by = Enum(("count", "none"), "count").tag(sync=True, page=True)
    n_labels = Int(25, min=0, max=1000).tag(sync=True, page=True)
    tool = Enum(("point", "box", "lasso", "pan"), "point").tag(sync=True, page=True)
    view_box = List(Float(), default_value=None, allow_none=True).tag(sync=True, page=True)
    equal_aspect = Bool(True).tag(sync=True, page=True)
    show_neighbors = Bool(False).tag(sync=True, page=True)
    k = Int(10, min=1, max=MOST_NEIGHBORS).tag(sync=True, page=True)
    trail = Bool(False).tag(sync=True, page=True)
    trail_length = Int(10, min=1, max=1000).tag(sync=True, page=True)
    frame = Int(-1, min=-1).tag(sync=True, page=True)

    explained_variance = List(Float(), read_only=True)
    noise_level = Float(read_only=True)
    axis_match = List(Float(), default_value=None, allow_none=True, read_only=True)
    axis_correlations = Dict(read_only=True)
    n_frames = Int(read_only=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        super().__init__(learner, **traits)
        for name in _OF_THE_PICTURE:
            self.set_trait(name, getattr(self._store_of_learner, name))
        self._store_of_learner.observe(self._picture_moved, _OF_THE_PICTURE)
        self.set_trait("n_frames", len(self._store_of_learner.frame_epochs))
        self._store_of_learner.observe(self._frames_moved, "frame_epochs")

    def close(self) -> None:
        """Take the widget off its pages and let go of the learner's events."""
        if not self.closed and hasattr(self, "_from_page"):
            self._store_of_learner.unobserve(self._picture_moved, _OF_THE_PICTURE)
            self._store_of_learner.unobserve(self._frames_moved, "frame_epochs")
        super().close()

    def _picture_moved(self, change: dict[str, Any]) -> None:
        self.set_trait(change["name"], change["new"])

    def _frames_moved(self, change: dict[str, Any]) -> None:
        before, epochs = change["old"], change["new"]
        self.set_trait("n_frames", len(epochs))
        if self.frame >= 0 and before[: self.frame + 1] != epochs[: self.frame + 1]:  # that epoch is there no more
            self.publish({"frame": -1})

    def _shown_frame(self) -> PCAFrame:
        """The map of the epoch that `frame` chooses; the present one where that is not kept."""
        if self.frame >= 0:
            frames = self._past()
            if self.frame < len(frames):
                return list(frames.values())[self.frame]
        return self._learner.pca_frame(_AXES, min_count=self.min_count)

    def _past(self) -> dict[int, PCAFrame]:
        return past_frames(self._learner, self._store_of_learner.past, self.min_count)

    def true_neighbors(self) -> pd.DataFrame:
        """The nearest titles of the primary one in all dimensions, and how near the map shows them.

        Returns
        -------
        DataFrame, index ``item``
            As `CollabLearner.neighbors` gives it for `k` and `min_count`, by cosine, with two columns more:

            * ``map_rank`` int: its place among the titles on the map, the nearest one being 1;
            * ``far`` bool: not among the nearest tenth of the titles on the map, nor among its nearest `k`.

        Raises
        ------
        ValueError
            When no title is primary, it was never trained, or the model has no item factors.
        """
        if self.primary is None:
            name = self._learner.dls.item_name
            raise ValueError(f"no {name} is primary, so there is nothing to be near to; set primary= its row")
        frame = self._learner.neighbors(row=self.primary, k=self.k, min_count=self.min_count)
        items, scores = self._learner.dls.items, self._shown_frame().scores
        shown = items.trained & (items.counts >= self.min_count)
        x, y = scores[:, self._columns(scores)].T
        ranks = map_ranks(x, y, shown, self.primary, frame.index.to_numpy(), equal=self.equal_aspect)
        shown[self.primary] = False
        return frame.assign(map_rank=ranks, far=ranks > far_beyond(int(np.count_nonzero(shown)), self.k))

    def to_frame(self) -> pd.DataFrame:
        """Title, coordinates on all components that can be chosen, count and mean, a row for each fitted
        title; of the epoch that `frame` chooses.

        Raises
        ------
        ValueError
            When the model has no item factors, or too few titles pass the filter.
        """
        if self.frame >= 0:
            return self._shown_frame().to_frame(self._learner.snapshot)
        k = min(_AXES, max(self._learner.n_factors, 1))
        return self._learner.pca(k, min_count=self.min_count)

    def _picture(self) -> Picture:
        from .pictures.components import components_picture

        style = {name: getattr(self, name) for name in ("x", "y", "flip_x", "flip_y", "view_box", "n_labels")}
        return components_picture(
            self._learner,
            self._shown_frame(),
            **style,
            neighbors=self.true_neighbors() if self.show_neighbors and self.primary is not None else None,
            trails=self._trails(),
            color_by=self.color_by,
            size_by=self.size_by,
            equal=self.equal_aspect,
            selected=self.selection,
            primary=self.primary,
            pinned=self.pinned,
            facts=f"{self._n_titles()} (≥ {self.min_count:,} ratings), {self._epoch_shown()}",
        )

    def _columns(self, scores: np.ndarray[Any, np.dtype[np.float32]]) -> list[int]:
        """Of the scores that stand on the two axes; a model may have fewer components than are asked for."""
        return [min(axis, scores.shape[1]) - 1 for axis in (self.x, self.y)]

    def _trails(self) -> dict[int, np.ndarray[Any, np.dtype[np.float64]]]:
        """By row the places it had, oldest first, and has in the picture, float64 [n, 2]; empty without `trail`."""
        rows = [row for row in dict.fromkeys([*self.selection, self.primary]) if row is not None]
        if not self.trail or not rows:
            return {}
        before = list(self._past().values())
        if 0 <= self.frame < len(before):
            before = before[: self.frame]
        frames = [*before[-self.trail_length :], self._shown_frame()]
        columns = self._columns(frames[-1].scores)
        places = np.array([frame.scores[rows][:, columns] for frame in frames], dtype=np.float64)
        return {row: places[:, i] for i, row in enumerate(rows) if np.isfinite(places[:, i]).all()}

    def _epoch_shown(self) -> str:
        epochs = self._store_of_learner.past.epochs
        return (
            f"epoch {epochs[self.frame]} of a run at {self._epoch()}"
            if 0 <= self.frame < len(epochs)
            else self._epoch()
        )

    def _usual(self) -> dict[str, Any]:
        return {"frame": self.frame}  # a program that trains first and looks then has no earlier epochs to show

    @validate("view_box")
    def _four_corners(self, proposal: dict[str, Any]) -> list[float] | None:
        box: list[float] | None = proposal["value"]
        if box is not None and not (len(box) == 4 and box[0] < box[2] and box[1] < box[3]):
            raise TraitError(
                f"view_box must be [left, bottom, right, top] with left < right and bottom < top, not {box}"
            )
        return box

    def _state(self) -> str:
        return f"{super()._state()}, PC {self.x} × PC {self.y}"

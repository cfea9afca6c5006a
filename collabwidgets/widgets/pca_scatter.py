"""PCAScatter: the titles on two principal components of their factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, validate

from .view import View

if TYPE_CHECKING:
    import pandas as pd

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
    tool : {"point", "box", "pan"}
    view_box : list of 4 floats, optional
        Left, bottom, right and top of the part to show; all by default.
    equal_aspect : bool
        The same unit on both axes, without which distances cannot be compared.
    controls : list of str, optional
        Some of ``"x"``, ``"y"``, ``"flip"``, ``"color_by"``, ``"size_by"``, ``"tool"``, ``"n_labels"``,
        ``"min_count"``, ``"zoom"``, ``"scree"``; all by default.
    explained_variance : list of float
        Share of the variance of each component in the picture now on the pages. Read only, as the next three.
    noise_level : float
        The share that a component of random vectors would have.
    axis_match : list of float, optional
        Cosine of each component to its own in the picture before; None where there is nothing to compare with.
    axis_correlations : dict
        By component, "1" to "6": correlation of its scores with ``count``, ``mean`` and ``year``.
    **traits
        Those of every view, see `View`.

    Examples
    --------
    >>> scatter = PCAScatter(learn, x=1, y=3)
    >>> scatter.observe(lambda change: print(scatter.selected_titles), "selection")
    """

    _controls = ("x", "y", "flip", "color_by", "size_by", "tool", "n_labels", "min_count", "zoom", "scree")
    _undone = ("x", "y", "flip_x", "flip_y", "color_by", "size_by", "view_box")

    x = Int(1, min=1, max=_AXES).tag(sync=True, page=True)
    y = Int(2, min=1, max=_AXES).tag(sync=True, page=True)
    flip_x = Bool(False).tag(sync=True, page=True)
    flip_y = Bool(False).tag(sync=True, page=True)
    color_by = Enum(("bias", "count", "mean", "none"), "bias").tag(sync=True, page=True)
    size_by = Enum(("count", "none"), "count").tag(sync=True, page=True)
    n_labels = Int(25, min=0, max=1000).tag(sync=True, page=True)
    tool = Enum(("point", "box", "pan"), "point").tag(sync=True, page=True)
    view_box = List(Float(), default_value=None, allow_none=True).tag(sync=True, page=True)
    equal_aspect = Bool(True).tag(sync=True, page=True)

    explained_variance = List(Float(), read_only=True)
    noise_level = Float(read_only=True)
    axis_match = List(Float(), default_value=None, allow_none=True, read_only=True)
    axis_correlations = Dict(read_only=True)

    def __init__(self, learner: CollabLearner, **traits: Any) -> None:
        super().__init__(learner, **traits)
        for name in _OF_THE_PICTURE:
            self.set_trait(name, getattr(self._store_of_learner, name))
        self._store_of_learner.observe(self._picture_moved, _OF_THE_PICTURE)

    def close(self) -> None:
        """Take the widget off its pages and let go of the learner's events."""
        if not self.closed and hasattr(self, "_from_page"):
            self._store_of_learner.unobserve(self._picture_moved, _OF_THE_PICTURE)
        super().close()

    def _picture_moved(self, change: dict[str, Any]) -> None:
        self.set_trait(change["name"], change["new"])

    def to_frame(self) -> pd.DataFrame:
        """Title, coordinates on all components that can be chosen, count and mean, a row for each fitted
        title.

        Raises
        ------
        ValueError
            When the model has no item factors, or too few titles pass the filter.
        """
        k = min(_AXES, max(self._learner.n_factors, 1))
        return self._learner.pca(k, min_count=self.min_count)

    def _picture(self) -> Picture:
        from .pictures.components import components_picture

        style = {name: getattr(self, name) for name in ("x", "y", "flip_x", "flip_y", "view_box", "n_labels")}
        return components_picture(
            self._learner,
            self._learner.pca_frame(_AXES, min_count=self.min_count),
            **style,
            color_by=self.color_by,
            size_by=self.size_by,
            equal=self.equal_aspect,
            selected=self.selection,
            primary=self.primary,
            pinned=self.pinned,
            facts=f"{self._n_titles()} (≥ {self.min_count:,} ratings), {self._epoch()}",
        )

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

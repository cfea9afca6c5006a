"""A map fitted for one view, on other titles than the learner's."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..interpret import PCAFrame, Snapshot, fit_pca
from .published import map_values

if TYPE_CHECKING:
    from ..learner import CollabLearner

FIT_ON = ("min_count", "all", "top_n")
AXES = 6  # components that travel


@dataclass(frozen=True)
class Fit:
    """What a map is fitted on."""

    fit_on: str
    top_n: int
    min_count: int

    @property
    def rows(self) -> tuple[int, int | None]:
        """`min_count` and `top_n` of `fit_pca`."""
        return self.min_count if self.fit_on == "min_count" else 0, self.top_n if self.fit_on == "top_n" else None


@dataclass(frozen=True, eq=False)
class OwnFrame:
    """A fitted frame and what it was fitted on."""

    frame: PCAFrame
    fit: Fit

    def wire(self) -> dict[str, Any]:
        """What a page reads: `published.map_values` under the same names, and what it was fitted on."""
        return map_values(self.frame) | {"revision": self.frame.revision, "fit_on": self.fit.fit_on}


class OwnMap:
    """The maps of one view, each held to the one before. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: OwnFrame | None = None
        self._last_of: tuple[int, float] | None = None  # run and epoch of the last frame's weights
        self._reference: PCAFrame | None = None  # the last of the weights before these

    def frame(self, learn: CollabLearner, fit: Fit, snapshot: Snapshot | None = None) -> OwnFrame:
        """The map of a snapshot, the learner's last one by default: the same again if that is known.

        Components keep their place and direction as `fit_pca` says, in the first frame those of the learner's own map.

        Raises
        ------
        ValueError
            When there are no factors or too few titles.
        """
        with self._lock:
            run, snapshot = learn.history.run, snapshot or learn.snapshot
            last, of = self._last, self._last_of
            if last is not None and of is not None and of[0] != run:
                if of[1] > 0:
                    self._reference = last.frame
                self._last_of = None
            same_weights = last is not None and self._last_of is not None
            if same_weights and last is not None and last.fit == fit and last.frame.revision == snapshot.revision:
                return last
            frame = self._fitted(learn, snapshot, fit, last.frame if same_weights and last is not None else None)
            compared = same_weights and last is not None and of is not None and of[1] > 0 and last.fit.rows == fit.rows
            if not compared and self._reference is None:
                frame = replace(frame, axis_match=None)  # other titles, or random weights: no movement of these axes
            made = OwnFrame(frame, fit)
            self._last, self._last_of = made, (run, snapshot.epoch)
            return made

    def _fitted(self, learn: CollabLearner, snapshot: Snapshot, fit: Fit, before: PCAFrame | None) -> PCAFrame:
        min_count, top_n = fit.rows
        if before is None and self._reference is None:
            before = _shared(learn, snapshot)
        return fit_pca(snapshot, k=AXES, min_count=min_count, top_n=top_n, previous=before, reference=self._reference)


def past_maps(learn: CollabLearner, now: OwnFrame) -> dict[int, OwnFrame]:
    """The maps at the ends of the epochs that are kept, by epoch, ascending; held to the present one."""
    min_count, top_n = now.fit.rows
    frames = learn.past.frames(now.frame, min_count=min_count, top_n=top_n)
    return {epoch: OwnFrame(frame, now.fit) for epoch, frame in frames.items()}


def _shared(learn: CollabLearner, snapshot: Snapshot) -> PCAFrame | None:
    """The learner's own map of the same weights, if it has one."""
    try:
        frame = learn.pca_frame(AXES)
    except ValueError:
        return None
    return frame if frame.revision <= snapshot.revision else None

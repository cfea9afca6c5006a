"""ShownMap: fits the map on display and remembers its last frame, so that the next one keeps its orientation."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..interpret import PCAFrame, fit_pca
from ..interpret.pca import AXES, lying_as, with_agreement
from ..training import Snapshot

if TYPE_CHECKING:
    from ..learner import CollabLearner

Rows = tuple[int, int | None]  # `min_count` and `top_n` of `fit_pca`


@dataclass(frozen=True, eq=False)
class _Shown:
    """A frame that was shown.

    Attributes
    ----------
    frame : PCAFrame
    rows : Rows
        What it was fitted on.
    run : int
        Of the weights.
    learnt : bool
        The weights are no longer the random ones of the beginning.
    rested : bool
        A frame of this run has been shown while nothing trained.
    reruns : tuple of Snapshot
        What its `agreement` is of.
    """

    frame: PCAFrame
    rows: Rows
    run: int
    learnt: bool
    rested: bool
    reruns: tuple[Snapshot, ...]


class ShownMap:
    """The frames of one map, each of which follows the one shown before. May be used from several threads.

    * Within a run each frame follows the last one (`previous` of `fit_pca`). Frames of random weights are not followed.
    * The frames of the first run are provisional until it rests. Then the map is fitted by itself, as `learn.pca()` is,
      and what comes later follows that one: so the map after a fit is the same whether or not it was watched.
    * The frames of a later run lie like the last frame of the run before (`reference` of `fit_pca`), or like the one
      before that, if the run before was cut short by another training.

    Parameters
    ----------
    beside : ShownMap, optional
        A map that was shown in the place of this one, which the first frame of a run follows.
    kind : {"items", "users"}
        Whose map it is.
    """

    def __init__(self, beside: ShownMap | None = None, kind: str = "items") -> None:
        self._kind = kind
        self._lock = threading.Lock()
        self._last: _Shown | None = None
        self._reference: PCAFrame | None = None
        self._beside = beside
        self._earlier: dict[tuple[int, int, int | None], PCAFrame] = {}

    @property
    def provisional(self) -> bool:
        """Whether the last frame is of a first run while that trained: at rest there will be another."""
        last = self._last
        return last is not None and last.learnt and not last.rested and self._reference is None

    def frame(
        self, learn: CollabLearner, min_count: int, top_n: int | None = None, snapshot: Snapshot | None = None
    ) -> PCAFrame:
        """The map of a snapshot, the learner's last one by default; the very same frame while nothing has changed.

        Raises
        ------
        ValueError
            When there are no factors or too few rows.
        """
        with self._lock:
            snapshot = (snapshot or learn.snapshot).of(self._kind).with_cold_rows
            rows, run, rests = (min_count, top_n), learn.history.run, learn.status != "training"
            reruns = learn.reruns if self._kind == "items" else ()  # these keep no factors of users
            self._begin(run)
            afresh = rests and self.provisional
            last = self._last
            if last is not None and not afresh and (last.rows, last.frame.revision) == (rows, snapshot.revision):
                if last.reruns != reruns:
                    last = replace(last, frame=with_agreement(last.frame, snapshot, reruns), reruns=reruns)
                    self._last = last
                return last.frame
            follows = last if last is not None and last.learnt and not afresh else None
            previous = self._first(run) if follows is None else follows.frame
            n = len(snapshot.items)
            previous, self._reference = _with_rows(previous, n), _with_rows(self._reference, n)
            if previous is not None and previous.n_factors != snapshot.n_factors:
                previous = None  # the weights were exchanged a moment ago
            frame = fit_pca(
                snapshot,
                k=AXES,
                min_count=min_count,
                top_n=top_n,
                previous=previous,
                reference=self._reference,
                runs=reruns,
            )
            if self._reference is None and (follows is None or follows.rows != rows):
                frame = replace(frame, axis_match=None)  # fitted on other titles: no movement of these axes
            learnt = snapshot.epoch > 0
            rested = learnt and (rests or (last is not None and last.rested))
            self._last = _Shown(frame, rows, run, learnt, rested, reruns)
            return frame

    def earlier(self, learn: CollabLearner, min_count: int, top_n: int | None = None) -> dict[int, PCAFrame]:
        """The maps at the ends of the epochs that are kept, by epoch, ascending, lying as the present one lies.

        Only of items: the users' tables of earlier epochs are not kept.

        Raises
        ------
        ValueError
            As `frame` does.
        """
        now = self.frame(learn, min_count, top_n)
        kept, known = learn.session.weights.past.snapshots, self._earlier
        fitted = {
            (each.revision, min_count, top_n): known.get((each.revision, min_count, top_n))
            or fit_pca(each.with_cold_rows, k=AXES, min_count=min_count, top_n=top_n)
            for each in kept
        }
        self._earlier = fitted
        frames = list(fitted.values())
        if frames and frames[-1].n_factors != now.n_factors:
            return {}  # the weights were exchanged a moment ago
        return {int(each.epoch): frame for each, frame in zip(kept, lying_as(now, frames), strict=True)}

    def _begin(self, run: int) -> None:
        """At the start of another run, forget the frames; keep the last one as the reference for its axes."""
        last = self._last
        if last is None or last.run == run:
            return
        if last.learnt and (last.rested or self._reference is None):
            self._reference = last.frame
        self._last = None

    def _first(self, run: int) -> PCAFrame | None:
        """The frame that the first one of a run follows, or None."""
        beside = None if self._beside is None else self._beside._last
        return beside.frame if beside is not None and beside.learnt and beside.run == run else None


def _with_rows(frame: PCAFrame | None, n: int) -> PCAFrame | None:
    """A frame with places for items that ratings were added for: the mean of those that it was fitted on."""
    if frame is None or len(frame.scores) == n:
        return frame
    scores = np.tile(frame.scores[frame.rows].mean(axis=0), (n, 1))
    known = np.flatnonzero(np.isfinite(frame.scores[:, 0]))
    scores[known] = frame.scores[known]
    return replace(frame, scores=scores)

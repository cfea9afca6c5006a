"""A map fitted for one view: on other titles than the learner's, or with its axes held in another way."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..interpret import PCAFrame, Snapshot, fit_pca
from ..interpret.align import procrustes
from ..interpret.pca import correlations_of
from .published import map_values
from .wire import number_bytes

if TYPE_CHECKING:
    from ..learner import CollabLearner

FIT_ON = ("min_count", "all", "top_n")
ALIGN = ("sign", "procrustes", "none")
AXES = 6  # components that travel
_NAMES = ("A", "B")  # of the two aligned axes


@dataclass(frozen=True)
class Fit:
    """What a map is fitted on and how its axes are held; `plane` is the pair of components that are shown."""

    fit_on: str
    top_n: int
    min_count: int
    align: str
    plane: tuple[int, int] | None

    @property
    def rows(self) -> tuple[int, int | None]:
        """`min_count` and `top_n` of `fit_pca`."""
        return self.min_count if self.fit_on == "min_count" else 0, self.top_n if self.fit_on == "top_n" else None


@dataclass(frozen=True, eq=False)
class OwnFrame:
    """A fitted frame; where two axes are aligned, their coordinates float32 [n_items, 2] in place of the plane's."""

    frame: PCAFrame
    fit: Fit
    aligned: NDArray[np.float32] | None = None

    def correlations(self) -> dict[str, dict[str, float]]:
        """By component, "1" to "6", and by aligned axis, "A" and "B"."""
        found = {name.removeprefix("PC"): dict(r) for name, r in self.frame.correlations.items()}
        if self.aligned is not None:
            frame, rows = self.frame, self.frame.rows
            own = correlations_of(
                self.aligned[rows], frame.items.counts[rows], frame.items.means[rows], frame.years[rows]
            )
            found |= dict(zip(_NAMES, own.values(), strict=True))
        return found

    def wire(self) -> dict[str, Any]:
        """What a page reads: `published.map_values` under the same names, and what it was fitted on."""
        return map_values(self.frame) | {
            "axis_correlations": self.correlations(),
            "revision": self.frame.revision,
            "fit_on": self.fit.fit_on,
            "plane": [] if self.aligned is None or self.fit.plane is None else list(self.fit.plane),
            "_aligned": b"" if self.aligned is None else number_bytes(self.aligned, np.float32),
        }


class OwnMap:
    """The maps of one view, each held to the one before. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: OwnFrame | None = None
        self._last_of: tuple[int, float] | None = None  # run and epoch of the last frame's weights
        self._reference: PCAFrame | None = None  # the last of the weights before these

    def frame(self, learn: CollabLearner, fit: Fit, snapshot: Snapshot | None = None) -> OwnFrame:
        """The map of a snapshot, the learner's last one by default: the same again if that is known.

        With ``align="sign"`` and ``"procrustes"`` components keep their place and direction as `fit_pca` says, the
        first one those of the learner's own map; with ``"none"`` each frame has the signs and the order that it has
        by itself, and `axis_match` says how far that is from the one before.

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
            made = OwnFrame(frame, fit, self._turned(frame, fit))
            self._last, self._last_of = made, (run, snapshot.epoch)
            return made

    def _fitted(self, learn: CollabLearner, snapshot: Snapshot, fit: Fit, before: PCAFrame | None) -> PCAFrame:
        min_count, top_n = fit.rows
        if fit.align == "none":
            frame = fit_pca(snapshot, k=AXES, min_count=min_count, top_n=top_n)
            if before is None:
                return frame
            return replace(frame, axis_match=np.abs(np.einsum("ij,ij->i", before.components, frame.components)))
        if before is None and self._reference is None:
            before = _shared(learn, snapshot)
        return fit_pca(snapshot, k=AXES, min_count=min_count, top_n=top_n, previous=before, reference=self._reference)

    def _turned(self, frame: PCAFrame, fit: Fit) -> NDArray[np.float32] | None:
        last = self._last
        return _aligned(frame, fit, last.aligned if last is not None and last.fit.plane == fit.plane else None)


def past_maps(learn: CollabLearner, now: OwnFrame) -> dict[int, OwnFrame]:
    """The maps at the ends of the epochs that are kept, by epoch, ascending; held to the present one as it says."""
    fit = now.fit
    min_count, top_n = fit.rows
    frames = learn.past.frames(now.frame, min_count=min_count, top_n=top_n, follow=fit.align != "none")
    found, later = {}, now.aligned
    for epoch, frame in reversed(frames.items()):  # each is turned to the one after it, the last to the present one
        later = _aligned(frame, fit, later)
        found[epoch] = OwnFrame(frame, fit, later)
    return dict(reversed(found.items()))


def _aligned(frame: PCAFrame, fit: Fit, beside: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """The two shown columns, turned to lie as they do in the picture `beside`; None where no two are aligned."""
    if fit.align != "procrustes" or fit.plane is None or max(fit.plane) > frame.k:
        return None
    columns = frame.scores[:, [component - 1 for component in fit.plane]]
    return columns if beside is None else procrustes(columns, beside, frame.rows)[0]


def _shared(learn: CollabLearner, snapshot: Snapshot) -> PCAFrame | None:
    """The learner's own map of the same weights, if it has one."""
    try:
        frame = learn.pca_frame(AXES)
    except ValueError:
        return None
    return frame if frame.revision <= snapshot.revision else None

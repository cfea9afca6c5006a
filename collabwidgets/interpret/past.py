"""Past: snapshots at the ends of the epochs of a run, and their maps, lying as the present one does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..training.snapshot import Snapshot
from .align import assignment
from .pca import PCAFrame

MOST_FRAMES = 60
MOST_BYTES = 64_000_000


class Past:
    """Item factors of one run, an epoch each; of a long run every second, fourth, … epoch.

    Kept are at most 60 epochs and 64 MB, in memory alone. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run, self._stride = 0, 1
        self._kept: tuple[Snapshot, ...] = ()

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """One for each epoch that is kept, oldest first, without the users' tables."""
        return self._kept

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, ascending."""
        return [int(snapshot.epoch) for snapshot in self._kept]

    def keep(self, snapshot: Snapshot, run: int) -> None:
        """Remember `snapshot` if it is of the end of a later epoch than the last; another `run` begins anew.

        It keeps a reference and copies nothing, so that the thread that trains may call it.
        """
        with self._lock:
            if run != self._run:
                self._run, self._stride, self._kept = run, 1, ()
            factors, last = snapshot.item_factors, self._kept[-1].epoch if self._kept else 0
            if factors is None or not snapshot.epoch.is_integer() or snapshot.epoch <= last:
                return
            most = min(MOST_FRAMES, MOST_BYTES // max(1, factors.nbytes))
            if most < 1 or snapshot.epoch % self._stride:
                return
            kept = [*self._kept, replace(snapshot, user_factors=None, user_bias=None)]
            while len(kept) > most:
                self._stride *= 2
                kept = [each for each in kept if each.epoch % self._stride == 0]
            self._kept = tuple(kept)


def lying_as(now: PCAFrame, earlier: Sequence[PCAFrame]) -> list[PCAFrame]:
    """Earlier frames with their components in the order and with the signs of the present one.

    From the last one back, each is matched to the one after it so that the absolute cosines of the components sum
    highest: no component flips, or changes its place, from any frame to the next.

    Parameters
    ----------
    now : PCAFrame
        The present frame.
    earlier : sequence of PCAFrame
        Frames of the same run, fitted on the same rows, oldest first.

    Returns
    -------
    list of PCAFrame
        In the same order; ``axis_match`` is None, as nothing is said of a change in order.
    """
    found, after = [], now
    for frame in reversed(earlier):
        cosines = after.components[: frame.k] @ frame.components.T
        order = np.array(assignment(np.abs(cosines)))
        signs = np.where(cosines[np.arange(len(order)), order] < 0, -1.0, 1.0)
        after = _turned(frame, order, signs)
        found.append(after)
    return found[::-1]


def _turned(frame: PCAFrame, order: NDArray[np.int64], signs: NDArray[np.float64]) -> PCAFrame:
    """The same frame with its components in another order and with other signs."""
    return replace(
        frame,
        components=frame.components[order] * signs[:, None],
        scores=frame.scores[:, order] * signs.astype(np.float32),
        explained_variance_ratio=frame.explained_variance_ratio[order],
        axis_match=None,
        correlations={
            f"PC{place + 1}": {
                name: float(signs[place]) * r for name, r in frame.correlations.get(f"PC{component + 1}", {}).items()
            }
            for place, component in enumerate(order)
        },
    )

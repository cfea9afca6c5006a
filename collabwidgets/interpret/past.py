"""Past: the item factors at the ends of the epochs of a run, and the map as it was then."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .chain import AXES
from .pca import PCAFrame, _assignment, fit_pca
from .snapshot import Snapshot

MOST_FRAMES = 60
MOST_BYTES = 64_000_000
_FITS = 4  # filters whose maps are remembered


class Past:
    """Item factors of one run, an epoch each; of a long run every second, fourth, … epoch.

    Kept are at most 60 epochs and 64 MB, in memory alone. May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run, self._stride = 0, 1
        self._kept: list[Snapshot] = []
        self._fitting = threading.Lock()  # one of its own: the thread that trains must not wait for a fit
        self._fitted: dict[tuple[int, int | None], dict[int, PCAFrame]] = {}

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, ascending."""
        return [int(snapshot.epoch) for snapshot in tuple(self._kept)]

    def keep(self, snapshot: Snapshot, run: int) -> None:
        """Remember `snapshot` if it is of the end of a later epoch than the last; another `run` begins anew.

        It keeps a reference and copies nothing, so that the thread that trains may call it.
        """
        with self._lock:
            if run != self._run:
                self._run, self._stride, self._kept = run, 1, []
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
            self._kept = kept

    def frames(self, now: PCAFrame, *, min_count: int, top_n: int | None = None) -> dict[int, PCAFrame]:
        """The maps at the epochs kept, their components in the order and with the signs of the map `now`.

        Each is fitted on the same titles and follows the one before as `fit_pca` does; all together are then turned
        to `now`, so that no component flips from any frame to the next.

        Parameters
        ----------
        now : PCAFrame
            The present map of the same run.
        min_count, top_n
            As it was fitted with.

        Returns
        -------
        dict of int to PCAFrame
            By epoch, ascending; ``axis_match`` is None, as nothing is said of a change in order.

        Raises
        ------
        ValueError
            When the filter leaves too few titles.
        """
        with self._fitting:
            kept, key = tuple(self._kept), (min_count, top_n)
            if key not in self._fitted and len(self._fitted) >= _FITS:
                self._fitted.clear()
            before, fitted = self._fitted.get(key, {}), {}
            previous: PCAFrame | None = None
            for snapshot in kept:
                frame = before.get(snapshot.revision)
                if frame is None:
                    frame = fit_pca(snapshot, k=AXES, min_count=min_count, top_n=top_n, previous=previous)
                fitted[snapshot.revision] = previous = frame
            self._fitted[key] = fitted
        if previous is None or previous.n_factors != now.n_factors:
            return {}
        frames = zip(kept, fitted.values(), strict=True)
        cosines = now.components[: previous.k] @ previous.components.T
        order = np.array(_assignment(np.abs(cosines)))
        signs = np.where(cosines[np.arange(len(order)), order] < 0, -1.0, 1.0)
        return {int(snapshot.epoch): _turned(frame, order, signs) for snapshot, frame in frames}


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

"""Chain: the maps of a learner, each one lying as the last one lay."""

from __future__ import annotations

import threading
from dataclasses import replace

from .pca import PCAFrame, fit_pca
from .snapshot import Snapshot

AXES = 6  # components that are followed from frame to frame


class Chain:
    """Fits maps and remembers the last, which the next one follows. May be used from several threads.

    Attributes
    ----------
    lock : threading.Lock
        Held while a map is fitted; hold it while weights are exchanged, and call `restart` then.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.restart(None)

    def restart(self, reference: PCAFrame | None) -> None:
        """Forget the maps: there are new weights. The first ones lie like `reference`, if there is one."""
        self._frames: dict[tuple[int, int | None], PCAFrame] = {}
        self._last: PCAFrame | None = None
        self._last_is_random = False  # it was of weights that nothing was learnt in
        self._reference = reference

    def reference(self, *, trained: bool, training: bool) -> PCAFrame | None:
        """What the maps of the weights that come after these should lie like."""
        if trained and self._last is not None and not (training and self._reference is not None):
            return self._last
        return self._reference  # of a fit that is cut short nobody has come to know the picture

    def frame(
        self,
        snapshot: Snapshot,
        *,
        k: int = AXES,
        min_count: int,
        top_n: int | None = None,
        upright: int | None = None,
    ) -> PCAFrame:
        """The map of a snapshot, the same again if that is known: arguments and errors are those of `fit_pca`."""
        key = (min_count, top_n)
        known = self._frames.get(key)
        if known is not None and known.revision == snapshot.revision and known.k >= min(k, snapshot.n_factors):
            return known
        fitted = fit_pca(
            snapshot,
            k=max(k, AXES),
            min_count=min_count,
            top_n=top_n,
            previous=self._last,
            reference=self._reference,
            upright=upright,
        )
        if self._last_is_random and self._reference is None:
            # That axes differ from those of random weights is no change that anybody should be told of.
            fitted = replace(fitted, axis_match=None)
        self._last, self._last_is_random = fitted, snapshot.epoch == 0
        self._frames[key] = fitted
        return fitted

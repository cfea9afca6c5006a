"""SnapshotHistory: snapshots at the ends of the epochs of a run."""

from __future__ import annotations

from dataclasses import replace

from .snapshot import Snapshot

MOST_FRAMES = 60
MOST_BYTES = 64_000_000


class SnapshotHistory:
    """Item factors of one run, an epoch each; of a long run every second, fourth, … epoch.

    Kept are at most 60 epochs and 64 MB, in memory alone. One thread writes them, any may read.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all: the next snapshots are of another run."""
        self._stride = 1
        self._kept: tuple[Snapshot, ...] = ()

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """One for each epoch that is kept, oldest first, without the users' tables."""
        return self._kept

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, ascending."""
        return [int(snapshot.epoch) for snapshot in self._kept]

    def keep(self, snapshot: Snapshot) -> None:
        """Remember `snapshot` if it is of the end of a later epoch than the last.

        It keeps a reference and copies nothing, so that the thread that trains may call it.
        """
        factors, last = snapshot.item_factors, self._kept[-1].epoch if self._kept else 0
        if factors is None or not snapshot.epoch.is_integer() or snapshot.epoch <= last:
            return
        most = min(MOST_FRAMES, MOST_BYTES // max(1, factors.nbytes))
        if most < 1 or snapshot.epoch % self._stride:
            return
        kept = [*self._kept, replace(snapshot, user_factors=None, user_bias=None, forward=None)]
        while len(kept) > most:
            self._stride *= 2
            kept = [each for each in kept if each.epoch % self._stride == 0]
        self._kept = tuple(kept)

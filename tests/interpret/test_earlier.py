"""Earlier epochs: which are kept, and that their maps lie as the present one does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from collabwidgets.data import Side
from collabwidgets.interpret import fit_pca
from collabwidgets.interpret.pca import lying_as
from collabwidgets.training import Snapshot
from collabwidgets.training.snapshot import MOST_BYTES, MOST_FRAMES, SnapshotHistory

N, K = 300, 12


def side(n: int) -> Side:
    counts = np.arange(n)[::-1] % 90 + 5
    counts[0] = 0
    names = np.array(["#na#", *(f"Title {i}" for i in range(1, n))], dtype=object)
    return Side("title", names, counts, np.full(n, 3.5, dtype=np.float32), np.arange(n) > 0)


def snapshot(factors: NDArray[np.float32], epoch: float, items: Side, revision: int | None = None) -> Snapshot:
    revision = int(10 * epoch) if revision is None else revision
    return Snapshot(revision, epoch, items, items, None, factors, None, None, (0.0, 5.5), 3.5)


def training(epochs: int) -> list[Snapshot]:
    """Factors that turn a little at each epoch, with two directions of near-equal variance and noise."""
    rng, items = np.random.default_rng(5), side(N)
    scale = np.array([3, 2, 1.98, 1.2, 1.1, 1, *[0.3] * (K - 6)])
    table, turn = rng.normal(size=(N, K)) * scale, np.linalg.qr(np.eye(K) + 0.05 * rng.normal(size=(K, K)))[0]
    found = []
    for epoch in range(1, epochs + 1):
        table = (table + 0.05 * rng.normal(size=table.shape)) @ turn
        found.append(snapshot(table.astype(np.float32), float(epoch), items))
    return found


def test_no_component_flips_between_the_frames_of_a_long_run() -> None:
    past, run = SnapshotHistory(), training(200)
    for each in run:
        past.keep(each)
    assert past.epochs == list(range(4, 201, 4))
    now = fit_pca(run[-1])
    frames = lying_as(now, [fit_pca(each) for each in past.snapshots])
    assert len(frames) == 50
    for before, after in itertools.pairwise(frames):
        own = (before.components * after.components).sum(axis=1)
        assert (own > 0).all()
    assert np.allclose(frames[-1].scores[1:], now.scores[1:], atol=1e-4)  # the last one is the present one
    assert np.allclose(frames[-1].explained_variance_ratio, now.explained_variance_ratio)


def test_earlier_frames_lie_as_the_present_one_whichever_way_that_lies() -> None:
    run = training(5)
    frames, now = [fit_pca(each) for each in run], fit_pca(run[-1])
    order, signs = [2, 0, 1, 5, 4, 3], np.array([1, -1, -1, 1, -1, 1])
    turned = replace(now, components=now.components[order] * signs[:, None], scores=now.scores[:, order] * signs)
    for present in (now, turned):
        earlier = lying_as(present, frames)
        assert np.allclose(earlier[-1].scores[1:], present.scores[1:], atol=1e-4)
        for frame, fitted in zip(earlier, frames, strict=True):
            assert np.allclose(np.sort(frame.explained_variance_ratio), np.sort(fitted.explained_variance_ratio))
            r = np.corrcoef(frame.scores[frame.rows, 0], np.log(frame.items.counts[frame.rows]))[0, 1]
            assert np.isclose(frame.correlations["PC1"]["count"], r, atol=1e-4)


def test_only_ends_of_epochs_of_the_present_run_are_kept_and_no_more_than_there_is_room_for() -> None:
    past, run = SnapshotHistory(), training(3)
    past.keep(run[0])
    past.keep(snapshot(run[0].required_item_factors, 1.5, run[0].items))
    past.keep(snapshot(run[1].required_item_factors, 1.0, run[0].items, revision=99))  # best weights, reloaded
    past.keep(run[1])
    assert past.epochs == [1, 2]
    past.clear()
    past.keep(run[0])
    assert past.epochs == [1]
    past.clear()
    past.keep(snapshot(run[0].required_item_factors, 0.0, run[0].items))
    assert past.epochs == []

    n = MOST_BYTES // (4 * 4 * 20) + 1  # rows of 20 factors, of which fewer than four tables have room
    items, table = side(n), np.ones((n, 20), dtype=np.float32)
    table.flags.writeable = False
    for epoch in range(1, 9):
        past.keep(snapshot(table, float(epoch), items))
    assert past.epochs == [4, 8]
    assert MOST_FRAMES == 60


def test_before_any_epoch_there_is_nothing() -> None:
    assert SnapshotHistory().snapshots == ()
    assert lying_as(fit_pca(training(1)[0]), []) == []

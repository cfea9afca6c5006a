"""Earlier epochs: which are kept, and that their maps lie as the present one does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from collabwidgets.data import Side
from collabwidgets.interpret import Snapshot, fit_pca
from collabwidgets.interpret.past import MOST_BYTES, MOST_FRAMES, Past

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
    past = Past()
    run = training(200)
    for each in run:
        past.keep(each, run=1)
    assert past.epochs == list(range(4, 201, 4))
    now = fit_pca(run[-1], k=6, min_count=20)
    frames = list(past.frames(now, min_count=20).values())
    assert len(frames) == 50
    for before, after in itertools.pairwise(frames):
        own = (before.components * after.components).sum(axis=1)
        assert (own > 0).all()
    assert np.allclose(frames[-1].scores[1:], now.scores[1:], atol=1e-4)  # the last one is the present one
    assert np.allclose(frames[-1].explained_variance_ratio, now.explained_variance_ratio)


def test_the_frames_lie_as_the_present_map_whichever_way_that_lies() -> None:
    past, run = Past(), training(5)
    for each in run:
        past.keep(each, run=1)
    now = fit_pca(run[-1], k=6, min_count=20)
    mirror = snapshot(-run[-1].required_item_factors, 5.0, run[-1].items)
    for present in (now, fit_pca(run[-1], k=6, min_count=20, reference=fit_pca(mirror, k=6, min_count=20))):
        last = past.frames(present, min_count=20)[5]
        assert np.allclose(last.scores[1:], present.scores[1:], atol=1e-4)
        assert np.allclose(last.correlations["PC1"]["count"], present.correlations["PC1"]["count"], atol=1e-4)


def test_each_frame_is_a_fit_of_its_own_epoch_on_the_titles_of_the_filter() -> None:
    past, run = Past(), training(3)
    for each in run:
        past.keep(each, run=1)
    frames = past.frames(fit_pca(run[-1], k=6, min_count=50), min_count=50)
    own = fit_pca(run[0], k=6, min_count=50)
    assert np.array_equal(frames[1].rows, own.rows)
    assert np.allclose(np.sort(frames[1].explained_variance_ratio), np.sort(own.explained_variance_ratio))


def test_only_ends_of_epochs_of_the_present_run_are_kept_and_no_more_than_there_is_room_for() -> None:
    past, run = Past(), training(3)
    past.keep(run[0], run=1)
    past.keep(snapshot(run[0].required_item_factors, 1.5, run[0].items), run=1)
    past.keep(snapshot(run[1].required_item_factors, 1.0, run[0].items, revision=99), run=1)  # best weights, reloaded
    past.keep(run[1], run=1)
    assert past.epochs == [1, 2]
    past.keep(run[0], run=2)
    assert past.epochs == [1]
    past.keep(snapshot(run[0].required_item_factors, 0.0, run[0].items), run=3)
    assert past.epochs == []

    n = MOST_BYTES // (4 * 4 * 20) + 1  # rows of 20 factors, of which fewer than four tables have room
    items, table = side(n), np.ones((n, 20), dtype=np.float32)
    table.flags.writeable = False
    for epoch in range(1, 9):
        past.keep(snapshot(table, float(epoch), items), run=4)
    assert past.epochs == [4, 8]
    assert MOST_FRAMES == 60


def test_before_any_epoch_there_is_nothing() -> None:
    run = training(1)
    assert Past().frames(fit_pca(run[0], k=6, min_count=20), min_count=20) == {}
    past, now = Past(), fit_pca(run[0], k=6, min_count=20)
    past.keep(run[0], run=1)
    with pytest.raises(ValueError, match="min_count"):
        past.frames(now, min_count=10_000)

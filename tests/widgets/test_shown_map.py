"""ShownMap: what is shown neither flips nor exchanges its axes from one frame to the next."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import collabwidgets as cw
from collabwidgets.widgets import PCAScatter
from collabwidgets.widgets.shown_map import ShownMap
from collabwidgets.widgets.store import LearnerStore


def same_way(before, after):
    return ((before.components * after.components).sum(axis=1) > 0).all()


def like(before, after, axes=2):
    """Whether titles lie on the axes as they lay before."""
    rows = before.rows
    return all(np.corrcoef(before.scores[rows, j], after.scores[rows, j])[0, 1] > 0.5 for j in range(axes))


def watched(learn, shown):
    """The frames of the snapshots to come, as they come, and what ends that."""
    frames = []

    def look():
        if learn.snapshot.epoch > 0 and (not frames or learn.snapshot.revision != frames[-1].revision):
            frames.append(shown.frame(learn, 1))

    return frames, learn.session.on_change(look)


def test_a_frame_is_the_very_same_until_something_changes(learn):
    learn.fit(1)
    shown = ShownMap()
    first = shown.frame(learn, 1)
    assert shown.frame(learn, 1) is first
    assert shown.frame(learn, 30) is not first
    learn.fit(1)
    assert shown.frame(learn, 1).revision == learn.snapshot.revision


def test_two_hundred_pictures_of_a_real_training_keep_sign_and_order(dls):
    learn, shown = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), seed=3), ShownMap()
    learn.fit(1)
    shown.frame(learn, 1)
    frames, _ = watched(learn, shown)
    while len(frames) < 200:
        learn.fit(5)
    assert all(same_way(before, after) for before, after in itertools.pairwise(frames))


def test_pictures_of_a_first_training_keep_sign_and_order_and_at_rest_are_those_of_the_learner(learn):
    shown = ShownMap()
    shown.frame(learn, 1)
    frames, stop = watched(learn, shown)
    learn.fit_one_cycle(6, 2e-2)
    stop()
    while_it_trained = [frame for frame in frames if frame.revision < learn.snapshot.revision]
    assert len(while_it_trained) > 3
    assert all(same_way(before, after) for before, after in itertools.pairwise(while_it_trained))
    last = shown.frame(learn, 1)
    np.testing.assert_array_equal(last.scores, learn.pca_frame(min_count=1).scores)
    assert not shown.provisional


def test_a_first_picture_at_rest_is_sent_though_its_weights_were_seen_before(learn, until):
    """The last epoch's picture may go out before its fit has ended."""
    store = LearnerStore.of(learn)
    learn.fit_one_cycle(2)
    sent = store._scores
    last = store.shown_map._last
    mirrored = replace(last.frame, scores=-last.frame.scores, components=-last.frame.components)
    store.shown_map._last = replace(last, frame=mirrored, learnt=True, rested=False)
    assert store.shown_map.provisional
    store.publisher.catch_up()
    assert not store.shown_map.provisional
    assert store._scores == sent
    store.close()


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"seed": 2}, {"seed": 3}, {"n_factors": 6}, {"n_factors": 12}, {"wd": 0.2}]
)
def test_the_map_of_a_retrained_model_lies_as_it_lay_before(dls, other):
    learn, shown = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5)), ShownMap()
    learn.fit_one_cycle(8, 2e-2)
    before = shown.frame(learn, 1)
    learn.retrain(**other)
    assert learn.wait()
    assert like(before, shown.frame(learn, 1))


@pytest.mark.parametrize("seed", range(4))
def test_a_retraining_cut_short_does_not_turn_the_map(learn, seed, until):
    shown = ShownMap()
    learn.fit_one_cycle(6, 2e-2)
    known = shown.frame(learn, 1)
    learn.retrain(1000, lr=1e-8, seed=7)
    until(lambda: learn.session.progress.step > 0)
    shown.frame(learn, 1)  # of weights that are as good as random
    learn.retrain(6, lr=2e-2, seed=seed)
    assert learn.wait()
    assert like(known, shown.frame(learn, 1))


def test_axes_are_not_compared_with_those_of_random_weights(learn):
    shown = ShownMap()
    shown.frame(learn, 1)
    learn.fit(1)
    assert shown.frame(learn, 1).axis_match is None
    learn.fit(1)
    assert shown.frame(learn, 1).axis_match is not None


def test_a_view_whose_map_is_fitted_on_other_titles_begins_as_the_shared_one_lies(dls):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))
    scatter = PCAScatter(learn)
    learn.fit_one_cycle(6, 2e-2)
    learn.retrain(seed=5)  # the shared map now lies as that of other weights
    assert learn.wait()
    shared = scatter._frame()
    scatter.fit_on = "all"
    assert like(shared, scatter._frame())

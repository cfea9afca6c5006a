"""Larger batches with rescaled settings end where batches of 64 do."""

import statistics

import pytest

import collabwidgets as cw
from collabwidgets.training import Recipe


def test_rescaled_settings_keep_the_decay_and_the_memory_of_an_epoch():
    recipe = Recipe(bs=512, rescale=True)
    scaled, r = recipe.for_batches_of(512), 8
    assert scaled.lr == pytest.approx(recipe.lr * r**0.5)
    assert scaled.lr * scaled.wd / r == pytest.approx(recipe.lr * recipe.wd)
    assert scaled.sqr_mom ** (1 / r) == pytest.approx(recipe.sqr_mom)
    assert [m ** (1 / r) for m in scaled.moms] == pytest.approx(recipe.moms)


def test_without_rescale_and_at_64_nothing_changes():
    assert Recipe(bs=512).for_batches_of(512) == Recipe(bs=512)
    assert Recipe(rescale=True).for_batches_of(64) == Recipe(rescale=True)


def test_a_rate_that_rescaling_carries_out_of_range_is_told_with_both_numbers():
    sentence = (
        r"lr=3 .* meant for batches of 64, .* of 2048 they are rescaled, 5.657 times; .* from 1e-08 to 10, not 16.97"
    )
    with pytest.raises(ValueError, match=sentence):
        Recipe(lr=3.0, rescale=True).for_batches_of(2048)
    assert Recipe(lr=1.76, rescale=True).for_batches_of(2048).lr < 10


def test_bs_512_rescaled_stays_within_3_thousandths_of_bs_64():
    dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
    losses = {}
    for bs in (64, 512):
        ends = []
        for seed in range(3):
            learn = cw.collab_learner(dls, y_range=(0, 5.5), seed=seed)
            learn.fit_one_cycle(5, 5e-3, wd=0.1, bs=bs, rescale=True)
            ends.append(learn.history.epochs[-1].valid_loss)
        losses[bs] = statistics.median(ends)
    assert losses[512] == pytest.approx(losses[64], abs=0.003)


def test_many_ratings_are_trained_by_larger_batches_and_say_so():
    ratings, _ = cw.synthetic_ratings(2000, 500, 260_000, n_factors=4, seed=1)
    dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
    assert dls.bs == 256
    assert "bs=256 (auto)" in repr(dls)
    learn = cw.collab_learner(dls, n_factors=4, y_range=(0, 5.5))
    assert learn.recipe.bs == 256
    assert learn.recipe.rescale
    assert not cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1, bs=64)).recipe.rescale

"""Stability: what the reruns say is what separately trained learners with the same seeds say."""

from __future__ import annotations

import numpy as np
import pytest

import collabwidgets as cw
from collabwidgets.training.events import EpochEnd

SEEDS = (6, 7, 8, 9)


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, item_name="item", bs=32, seed=5)


def fitted(dls, **settings):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), **settings)
    learn.fit_one_cycle(2, 5e-3, wd=0.1)
    learn.fit(1, 1e-3)
    return learn


@pytest.fixture(scope="module")
def learn(dls):
    learn = fitted(dls)
    assert learn.stability(len(SEEDS)).wait(60)
    return learn


@pytest.fixture(scope="module")
def apart(dls):
    return [fitted(dls, seed=seed) for seed in SEEDS]


def cosines(learn):
    table = learn.snapshot.item_factors.astype(float)
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    return table @ table.T


def ranked(scores, row, k):
    """The `k` rows of the highest scores, without '#na#' and the row itself."""
    others = np.setdiff1d(np.arange(1, len(scores)), [row])
    return others[np.argsort(-scores[others], kind="stable")][:k]


def test_reruns_are_the_learners_that_other_seeds_make(learn, apart):
    assert learn.session.reruns.seeds == SEEDS
    for rerun, other in zip(learn.reruns, apart, strict=True):
        np.testing.assert_array_equal(rerun.item_factors, other.snapshot.item_factors)
        np.testing.assert_array_equal(rerun.user_bias, other.snapshot.user_bias)


def test_in_runs_counts_the_lists_that_a_neighbour_is_in(learn, apart):
    for row in (1, 17, 42):
        found = learn.neighbors(row=row, k=6, min_count=0)
        lists = [ranked(cosines(other)[row], row, 6) for other in apart]
        assert list(found["in_runs"]) == [sum(each in rows for rows in lists) for each in found.index]
        assert found.attrs["n_runs"] == len(SEEDS)


def test_the_average_ranks_by_the_mean_cosine(learn, apart):
    mean = np.mean([cosines(other) for other in apart], axis=0)
    found = learn.neighbors(row=17, k=9, min_count=0, average="runs")
    expected = ranked(mean[17], 17, 9)
    assert list(found.index) == list(expected)
    np.testing.assert_allclose(found["score"], mean[17, expected], atol=1e-6)
    plain = learn.neighbors(row=17, k=59, min_count=0)
    np.testing.assert_allclose(found["norm"], plain["norm"][expected], rtol=1e-6)


def test_biases_have_their_spread_and_the_range_of_their_rank(learn, apart):
    found = learn.biases(min_count=30)
    tables = [each.biases(min_count=30).set_index("item") for each in (learn, *apart)]
    for name, spread, low, high in found[["item", "spread", "rank_low", "rank_high"]].itertuples(index=False):
        assert spread == pytest.approx(np.std([table.loc[name, "bias"] for table in tables], ddof=1))
        assert (low, high) == (
            min(table.loc[name, "rank"] for table in tables),
            max(t.loc[name, "rank"] for t in tables),
        )
    assert {"spread", "rank_low", "rank_high"} < set(learn.biases("users"))


def test_a_strong_component_comes_back_and_one_of_noise_does_not(learn):
    agreement = learn.pca(2, min_count=0).attrs["agreement"]
    assert agreement == learn.pca_frame(min_count=0).agreement.tolist()
    assert agreement[0] > 0.9
    assert min(agreement) < 0.5


def test_the_other_members_of_an_ensemble_are_its_runs_at_once(dls):
    learn = fitted(dls, members=4)
    reruns = learn.stability()
    assert not reruns.running
    for rerun, member in zip(learn.reruns, list(learn.model.members)[1:], strict=True):
        np.testing.assert_array_equal(rerun.item_factors, member.i_weight.weight.detach())
    assert learn.neighbors(row=1, k=3, min_count=0).attrs["n_runs"] == 3
    assert learn.stability(2).wait(60)
    alone = fitted(dls, seed=7)
    np.testing.assert_array_equal(learn.reruns[1].item_factors, alone.snapshot.item_factors)


def test_a_stopped_fit_is_run_again_to_where_it_was_stopped(dls):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), callbacks=lambda event: stop_after(learn, event, 2))
    learn.fit_one_cycle(4, 5e-3)
    assert learn.status == "stopped"
    learn.stability(2).wait(60)
    other = cw.collab_learner(
        dls, n_factors=8, y_range=(0, 5.5), seed=6, callbacks=lambda event: stop_after(other, event, 2)
    )
    other.fit_one_cycle(4, 5e-3)
    np.testing.assert_array_equal(learn.reruns[0].item_factors, other.snapshot.item_factors)


def stop_after(learn, event, epochs):
    if isinstance(event, EpochEnd) and event.record.epoch == epochs:
        learn.stop()


def change_by_fit(learn):
    learn.fit_one_cycle(1)


def change_by_hand(learn):
    learn.model.i_weight.weight.data[3] += 1


def change_by_reset(learn):
    learn.reset()


@pytest.mark.parametrize("change", [change_by_fit, change_by_hand, change_by_reset])
def test_other_weights_drop_the_runs(dls, change):
    learn = fitted(dls)
    learn.stability(2).wait(60)
    assert "in_runs" in learn.neighbors(row=1, min_count=0)
    change(learn)
    assert "in_runs" not in learn.neighbors(row=1, min_count=0)
    assert learn.reruns == ()
    assert "none of the present weights" in repr(learn.session.reruns)
    with pytest.raises(
        ValueError, match=r"no reruns of the present weights .* learn.stability\(\).wait\(\) trains some"
    ):
        learn.neighbors(row=1, average="runs")


def test_a_fit_or_a_cancel_ends_reruns_that_are_under_way(dls):
    learn = fitted(dls, engine="autograd")
    for end in (learn.session.reruns.cancel, lambda: learn.fit_one_cycle(1)):
        reruns = learn.stability(256)
        assert reruns.running
        assert reruns.progress.n_steps == 256 * 3 * (dls.n_train // 32)
        end()
        assert reruns.wait(60)
        assert reruns.progress.share < 1
        assert learn.reruns == ()


@pytest.mark.parametrize("runs", [1, 0, True, 2.5, 1000])
def test_a_number_of_runs_that_says_nothing_is_refused(learn, runs):
    with pytest.raises(ValueError, match="runs must be a whole number from 2 to 256"):
        learn.stability(runs)


def test_it_says_what_cannot_be_run_again(dls):
    with pytest.raises(RuntimeError, match="nothing is trained yet, so there is nothing to run again"):
        cw.collab_learner(dls).stability()
    own = cw.CollabLearner(dls, cw.DotProductBias(len(dls.users), len(dls.items), 8))
    own.fit(1)
    with pytest.raises(ValueError, match="pass remake="):
        own.stability()
    busy = cw.collab_learner(dls, engine="autograd")
    busy.start(500)
    with pytest.raises(RuntimeError, match=r"it is training: .* ask for stability"):
        busy.stability()
    busy.stop()
    busy.wait(60)


def test_a_rerun_that_diverges_is_reported(dls):
    def once(n, source):
        module = cw.EmbeddingDotBias(n, len(dls.users), len(dls.items), generator=source)
        if made:
            module.i_weight.weight.data.fill_(1e30)
        made.append(module)
        return module

    made = []
    learn = cw.CollabLearner(dls, once(4, None), remake=once)
    learn.fit(1)
    reruns = learn.stability(2)
    with pytest.raises(RuntimeError, match="the rerun with seed 6 diverged in epoch 1"):
        reruns.wait(60)
    learn.fit(1)
    assert reruns.error is None


@pytest.mark.parametrize("question", [{"average": "mean"}, {"average": "runs", "metric": "dot"}])
def test_an_average_that_is_none_is_refused(learn, question):
    with pytest.raises(ValueError, match="average"):
        learn.neighbors(row=1, **question)

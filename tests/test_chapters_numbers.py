"""MovieLens 100K comes out where the chapter's table has it."""

import statistics
import time

import pytest

import collabwidgets as cw

LOWEST = ("Children of the Corn", "Crow: City", "Jury Duty", "Mortal Kombat: Ann", "Cable Guy", "Lawnmower Man 2",
          "Beautician and the Beast", "Home Alone 3")  # fmt: skip
HIGHEST = ("Titanic (1997)", "Schindler's List", "Star Wars", "Shawshank", "Rear Window", "L.A. Confidential",
           "Silence of the Lambs")  # fmt: skip


@pytest.fixture(scope="module")
def dls():
    return cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)


@pytest.fixture(scope="module")
def learners(dls):
    """Five epochs with biases, a range and weight decay, by three seeds."""
    trained = []
    for seed in range(3):
        learn = cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), seed=seed)
        learn.fit_one_cycle(5, 5e-3, wd=0.1)
        trained.append(learn)
    return trained


def test_bias_and_weight_decay_reach_the_chapters_loss(learners):
    losses = [learn.history.epochs[-1].valid_loss for learn in learners]
    assert 0.800 <= statistics.median(losses) <= 0.825


def test_both_ends_of_the_biases_are_those_of_the_chapter(learners):
    for learn in learners:
        titles = list(learn.biases(min_count=0)["title"])
        for known, end in ((HIGHEST, titles[:10]), (LOWEST, titles[-10:])):
            assert sum(any(title.startswith(name) for name in known) for title in end) >= 3


def test_eight_members_predict_better_than_any_one_of_them(dls):
    learn = cw.collab_learner(dls, y_range=(0, 5.5), members=8, seed=0)
    learn.fit_one_cycle(4, 5e-3, wd=0.07)
    assert learn.history.epochs[-1].valid_loss <= 0.795


@pytest.mark.alone
def test_implicit_factors_predict_better_still_in_seconds(dls):
    cw.collab_learner(dls, model="svdpp").fit_one_cycle(1, 1e-3, bs=4096)  # compiled before the clock runs
    learn = cw.collab_learner(dls, model="svdpp", y_range=(0, 5.5), seed=0)
    began = time.process_time()  # of the processor: others beside it take none of that
    learn.fit_one_cycle(8, 1.5e-3, wd=0.4, bs=512, rescale=True)
    assert learn.history.epochs[-1].valid_loss <= 0.771
    assert time.process_time() - began <= 7


def test_the_data_is_the_chapters(dls):
    assert (dls.n_users, dls.n_items, dls.n_ratings) == (943, 1664, 100_000)

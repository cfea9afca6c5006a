"""Hit rate at k against a loop over users that sorts Python lists."""

import numpy as np
import pytest
import torch

import collabwidgets as cw
from collabwidgets.interpret import hit_rate


@pytest.fixture(scope="module")
def learn():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    dls = cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5)
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5))
    learn.fit_one_cycle(5, 2e-2)
    return learn


def by_hand(learn, k, threshold):
    dls, hits = learn.dls, []
    for user in range(1, len(dls.users)):
        rated = {int(i) for u, i in dls.train_x if u == user}
        wanted = {
            int(i) for (u, i), y in zip(dls.valid_x, dls.valid_y, strict=True) if u == user and y >= threshold and i
        }
        if not wanted:
            continue
        left = [item for item in range(1, len(dls.items)) if dls.items.trained[item] and item not in rated]
        with torch.no_grad():
            scores = learn.model(torch.tensor([[user, item] for item in left])).tolist()
        ranked = [item for _, item in sorted(zip(scores, left, strict=True), key=lambda pair: -pair[0])]
        hits.append(bool(wanted & set(ranked[:k])))
    return np.mean(hits)


@pytest.mark.parametrize(("k", "liked"), [(1, None), (5, None), (10, None), (10, 4.5)])
def test_it_is_what_a_loop_over_users_finds(learn, k, liked):
    threshold = learn.dls.rating_mean if liked is None else liked
    assert learn.hit_rate(k, liked=liked) == pytest.approx(by_hand(learn, k, threshold))


def test_the_longer_the_list_the_more_hits_up_to_all(learn):
    rates = [learn.hit_rate(k) for k in (1, 5, 20, 60)]
    assert rates == sorted(rates)
    assert rates[-1] == 1.0


def test_a_perfect_ranking_hits_always_and_what_was_rated_is_not_in_it():
    train, liked = np.array([[1, 1], [2, 2]]), np.array([[1, 3], [2, 1]])
    wanted = {(1, 3), (2, 1)}

    def perfect(pairs):
        return np.array([1.0 if tuple(pair) in wanted else 2.0 if pair[0] == pair[1] else 0.0 for pair in pairs], "f4")

    items = np.array([1, 2, 3])
    assert hit_rate(perfect, train, liked, items, k=1) == 1.0
    assert hit_rate(lambda pairs: -perfect(pairs), train, liked, items, k=1) == 0.0


def test_a_sample_of_users_is_fixed_by_its_seed_and_near_the_whole(learn):
    some = [learn.hit_rate(5, most_users=40) for _ in range(2)]
    assert some[0] == some[1]
    assert some[0] == pytest.approx(learn.hit_rate(5), abs=0.3)


def test_what_cannot_be_answered(learn):
    assert np.isnan(learn.hit_rate(liked=100.0))
    with pytest.raises(ValueError, match="k=0"):
        learn.hit_rate(0)
    learn.start(epochs=1000)
    with pytest.raises(RuntimeError, match="pause"):
        learn.hit_rate()
    learn.stop()
    assert learn.wait()

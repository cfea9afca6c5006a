"""Metrics of predictions and of ranked lists against loops over users that sort Python lists."""

import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import collabwidgets as cw
from collabwidgets.interpret.ranking_metrics import ranking_metrics

from .record_metrics import K, lists

RECORDED = json.loads((Path(__file__).parent / "recorded_metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    rare = pd.DataFrame({"user": range(1, 13), "item": range(900, 912), "rating": 5.0})  # a rating each: some are cold
    ratings = pd.concat([ratings, rare, ratings.iloc[:20]])
    return cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5)


class Chapters(nn.Module):
    def __init__(self, dls):
        super().__init__()
        self.user_factors = cw.Embedding(len(dls.users), 4, generator=torch.Generator().manual_seed(1))
        self.movie_factors = cw.Embedding(len(dls.items), 4, generator=torch.Generator().manual_seed(2))

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1)


MAKERS = {
    "dot": lambda dls: cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5)),
    "svdpp": lambda dls: cw.collab_learner(dls, n_factors=4, model="svdpp", y_range=(0, 5.5)),
    "members": lambda dls: cw.collab_learner(dls, n_factors=4, members=2, y_range=(0, 5.5)),
    "nn": lambda dls: cw.collab_learner(dls, model="nn", layers=[6], y_range=(0, 5.5)),
    "own": lambda dls: cw.CollabLearner(dls, Chapters(dls)),
}


@pytest.fixture(scope="module")
def learners(dls):
    made = {name: make(dls) for name, make in MAKERS.items()}
    for learn in made.values():
        learn.fit_one_cycle(2, 2e-2)
    return made


def by_hand(learn, k, threshold, score):
    """Metrics of the lists that `score` (user row, item rows) makes, user by user."""
    dls, lists, found = learn.dls, [], []
    all_rated, all_liked = defaultdict(set), defaultdict(set)
    for user, item in dls.train_x.tolist():
        all_rated[user].add(item)
    for (user, item), y in zip(dls.valid_x.tolist(), dls.valid_y.tolist(), strict=True):
        if y >= threshold and dls.items.trained[item]:
            all_liked[user].add(item)
    for user in range(1, len(dls.users)):
        rated = all_rated[user]
        wanted = all_liked[user] - rated
        if not wanted:
            continue
        left = [item for item in range(1, len(dls.items)) if dls.items.trained[item] and item not in rated]
        ranked = [item for _, item in sorted(zip(score(user, left), left, strict=True), key=lambda p: (-p[0], p[1]))]
        places = [place for place, item in enumerate(ranked[:k], 1) if item in wanted]
        ideal = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(wanted)) + 1))
        lists.append(set(ranked[:k]))
        found.append(
            {
                "ndcg": sum(1 / math.log2(place + 1) for place in places) / ideal,
                "mrr": 1 / places[0] if places else 0,
                "recall": len(places) / len(wanted),
                "precision": len(places) / k,
                "hit_rate": float(bool(places)),
            }
        )
    table = pd.DataFrame(found)
    coverage = len(set().union(*lists)) / int(dls.items.trained.sum())
    return table.mean().to_dict() | {"coverage": coverage}, table.sem().to_dict(), len(table)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("k", "liked"), [(1, None), (10, 4.5)])
def test_rankings_are_what_a_loop_over_users_finds(learners, kind, k, liked):
    learn = learners[kind]
    threshold = learn.dls.rating_mean if liked is None else liked

    def score(user, items):
        with torch.no_grad():
            return learn.model.eval()(torch.tensor([[user, item] for item in items])).tolist()

    found = learn.evaluate(k, liked=liked)
    values, errors, n = by_hand(learn, k, threshold, score)
    for name, value in values.items():
        assert found.loc[name, "value"] == pytest.approx(value, abs=1e-9), name
        assert found.loc[name, "n"] == n
    for name, error in errors.items():
        assert found.loc[name, "standard_error"] == pytest.approx(error, abs=1e-9), name
    counts = np.bincount(learn.dls.train_x[:, 1])
    popular, _, _ = by_hand(learn, k, threshold, lambda _, items: [counts[item] for item in items])
    for name, value in popular.items():
        assert found.loc[name, "popularity"] == pytest.approx(value, abs=1e-9), name
    assert learn.hit_rate(k, liked=liked) == found.loc["hit_rate", "value"]


@pytest.mark.parametrize("kind", MAKERS)
def test_errors_are_those_of_the_models_predictions_and_cold_ratings_are_counted(learners, kind):
    learn = learners[kind]
    dls = learn.dls
    with torch.no_grad():
        predictions = learn.model.eval()(dls.valid_x).reshape(-1).numpy().astype(float)
    rows = pd.DataFrame({"user": dls.valid_x[:, 0].numpy(), "error": predictions - dls.valid_y.numpy()})
    found = learn.evaluate()
    users = rows.groupby("user")["error"]
    assert found.loc["rmse", "value"] == pytest.approx(math.sqrt((rows["error"] ** 2).mean()), rel=1e-5)
    assert found.loc["rmse", "value"] ** 2 == pytest.approx(learn.validate()[0], rel=1e-5)
    assert found.loc["mae", "value"] == pytest.approx(rows["error"].abs().mean(), rel=1e-5)
    assert found.loc["mae", "standard_error"] == pytest.approx(rows["error"].abs().sem(), rel=1e-4)
    assert found.loc["mae_user_mean", "value"] == pytest.approx(users.apply(lambda e: e.abs().mean()).mean(), rel=1e-5)
    by_user = users.apply(lambda e: math.sqrt((e**2).mean()))
    assert found.loc["rmse_user_mean", "value"] == pytest.approx(by_user.mean(), rel=1e-5)
    assert found.loc["rmse_user_mean", "standard_error"] == pytest.approx(by_user.sem(), rel=1e-4)
    assert found.loc[["rmse", "rmse_user_mean"], "n"].tolist() == [dls.n_valid, by_user.size]
    cold = [not (dls.users.trained[u] and dls.items.trained[i]) for u, i in dls.valid_x.tolist()]
    assert found.attrs["n_cold"] == dls.n_cold == sum(cold) > 0
    assert f"{sum(cold)} validation ratings are of such items or users" in repr(dls)


def test_the_epoch_table_says_how_many_ratings_are_cold(dls, capsys):
    cw.collab_learner(dls, n_factors=2).fit(1)
    last = capsys.readouterr().out.splitlines()[-1]
    sentence = "validation ratings are scored as '#na#': their user or item has no training rating."
    assert last == f"{dls.n_cold} of {dls.n_valid} {sentence}"


def test_the_standard_error_of_the_rmse_is_near_that_of_a_bootstrap(learners):
    learn = learners["dot"]
    predictions, ratings = learn.get_preds()
    errors, rng = (predictions - ratings).numpy(), np.random.default_rng(0)
    drawn = errors[rng.integers(0, len(errors), (2000, len(errors)))]
    bootstrap = np.sqrt((drawn**2).mean(axis=1)).std()
    assert learn.evaluate().loc["rmse", "standard_error"] == pytest.approx(bootstrap, rel=0.1)


def test_a_sample_of_users_is_fixed_by_the_seed(learners):
    some = [learners["dot"].evaluate(5, most_users=40) for _ in range(2)]
    pd.testing.assert_frame_equal(*some)
    assert some[0].loc["ndcg", "n"] == 40


def test_what_cannot_be_measured(dls, learners):
    assert np.isnan(learners["dot"].evaluate(liked=100.0).loc["ndcg":, "value"]).all()
    with pytest.raises(ValueError, match="k must be a whole number from 1, not 0"):
        learners["dot"].evaluate(0)
    no_validation = cw.CollabDataLoaders.from_df(dls.to_frame(dls.train_x, dls.train_y), valid_pct=0)
    with pytest.raises(ValueError, match="no validation ratings"):
        cw.collab_learner(no_validation).evaluate()


def test_a_perfect_list_has_the_highest_values():
    found = ranking_metrics(np.array([[True, True, False], [False, False, False]]), np.array([2, 1]))
    assert {name: values.tolist() for name, values in found.items()} == {
        "ndcg": [1, 0],
        "mrr": [1, 0],
        "recall": [1, 0],
        "precision": [2 / 3, 0],
        "hit_rate": [1, 0],
    }


@pytest.mark.parametrize("library", RECORDED)
def test_metrics_are_those_of_ranx_and_lenskit(library):
    ranked, liked = lists()
    n_liked = np.array([len(items) for items in liked])
    found = ranking_metrics(np.stack([np.isin(*pair) for pair in zip(ranked, liked, strict=True)]), n_liked)
    for name, values in RECORDED[library].items():
        # LensKit's recall is of the k titles that fit into the list; ranx's, and ours, of all that were liked.
        same = n_liked <= K if (library, name) == ("lenskit", "recall") else slice(None)
        np.testing.assert_allclose(found[name][same], np.array(values)[same], atol=1e-12, err_msg=name)

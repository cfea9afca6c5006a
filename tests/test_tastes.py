"""What a learner says to one user: trained models of every kind, by the names of the ratings table."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import collabwidgets as cw


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(150, 80, 9000, n_factors=4, seed=2)
    return cw.CollabDataLoaders.from_df(ratings, item_name="title", bs=32, seed=5)


@pytest.fixture(scope="module")
def learn(dls):
    learner = cw.collab_learner(dls, n_factors=6, y_range=(0, 5.5))
    learner.fit_one_cycle(8, 1e-2, wd=0.1)
    return learner


def model_of(dls, kind):
    n_users, n_items = len(dls.users), len(dls.items)
    return {
        "plain": lambda: cw.DotProduct(n_users, n_items, 6),
        "bias": lambda: cw.DotProductBias(n_users, n_items, 6),
        "range": lambda: cw.DotProductBias(n_users, n_items, 6, y_range=(0, 5.5)),
        "svd++": lambda: cw.SVDpp(6, n_users, n_items, dls.train_x, (0, 5.5)),
    }[kind]()


@pytest.mark.parametrize("basis", ["pca", "raw"])
@pytest.mark.parametrize("kind", ["plain", "bias", "range", "svd++"])
def test_terms_sum_to_the_models_own_logit(dls, kind, basis):
    learn = cw.CollabLearner(dls, model_of(dls, kind))
    learn.fit(1, 1e-2)
    title = learn.pca(1, min_count=50)["title"].iloc[0]
    for user in (1, 7, 30):
        terms = learn.explain(user, title, basis=basis, n_terms=4)
        said = float(learn.predict([user], [title])[0])
        logit = np.log(said / (5.5 - said)) if kind in ("range", "svd++") else said
        assert terms["value"].sum() == pytest.approx(logit, abs=1e-5)
        assert terms.attrs["logit"] == pytest.approx(logit, abs=1e-5)
        assert terms.attrs["prediction"] == pytest.approx(said, abs=1e-5)
        named = terms[terms["kind"].isin(["component", "factor"])]
        assert len(named) == 4
        np.testing.assert_allclose(named["value"], named["user_value"] * named["item_value"])
        assert terms["name"].iloc[-1] == "2 others"


def test_components_are_those_of_the_map_and_the_baseline_is_the_average_of_averages(learn):
    title = learn.pca(1)["title"].iloc[3]
    terms = learn.explain(7, title, n_terms=6).set_index("name")
    scores = learn.pca(6).set_index("title").loc[title]
    for i in range(1, 7):
        assert terms.loc[f"PC{i}", "item_value"] == pytest.approx(scores[f"PC{i}"], abs=1e-5)
    snapshot, frame = learn.snapshot, learn.pca_frame(6)
    users = snapshot.user_factors[snapshot.users.trained].astype(float).mean(0)
    means = snapshot.user_bias[snapshot.users.trained].mean() + snapshot.item_bias[snapshot.items.trained].mean()
    center = snapshot.item_factors[frame.rows].astype(float).mean(0)
    assert terms.loc["baseline", "value"] == pytest.approx(users @ center + means, abs=1e-5)


def test_the_actual_rating_is_told_where_there_is_one(dls, learn):
    for x, y in ((dls.train_x, dls.train_y), (dls.valid_x, dls.valid_y)):
        row_user, row_item = x[0].tolist()
        user, title = dls.classes["user"][row_user], dls.classes["title"][row_item]
        assert learn.explain(user, title).attrs["actual"] == pytest.approx(float(y.reshape(-1)[0]))
    rated = {dls.classes["title"][int(i)] for u, i in torch.cat([dls.train_x, dls.valid_x]) if u == row_user}
    other = next(t for t in learn.biases()["title"] if t not in rated)
    assert learn.explain(user, other).attrs["actual"] is None
    assert learn.explain({title: 4.5}, title).attrs["actual"] == 4.5


def test_users_folded_in_anew_get_the_predictions_they_had(dls, learn):
    rows = np.flatnonzero(dls.users.counts >= 40)
    x, y = dls.train_x.numpy(), dls.train_y.numpy().reshape(-1)
    likeness = []
    for row in rows:
        mine = x[:, 0] == row
        ratings = {dls.classes["title"][int(i)]: float(r) for i, r in zip(x[mine, 1], y[mine], strict=True)}
        everything = {"k": 80, "min_count": 0, "exclude": "none"}
        new = learn.recommend(ratings, **everything)["prediction"].sort_index()
        known = learn.recommend(dls.classes["user"][int(row)], **everything)["prediction"].sort_index()
        likeness.append(np.corrcoef(new, known)[0, 1])
    assert len(likeness) > 50
    assert np.median(likeness) > 0.99
    assert np.quantile(likeness, 0.05) > 0.95


def test_what_was_rated_is_not_recommended_unless_asked_for(dls, learn):
    user = dls.classes["user"][9]
    both = torch.cat([dls.train_x, dls.valid_x]).numpy()
    rated = set(both[both[:, 0] == 9, 1])
    everything = learn.recommend(user, 80, min_count=0)
    assert not rated & set(everything.index)
    assert rated <= set(learn.recommend(user, 80, min_count=0, exclude="none").index)
    best = learn.recommend(pd.Series({everything["title"].iloc[0]: 5.0}), 80, min_count=0)
    assert everything.index[0] not in best.index


def test_answers_are_the_models_predictions(learn):
    found = learn.recommend(3, 5, min_count=0)
    said = learn.predict([3] * 5, list(found["title"]))
    np.testing.assert_allclose(found["prediction"], said, atol=1e-5)


def test_names_and_ratings_without_sense_are_answered_with_what_to_do(dls, learn):
    title = learn.biases()["title"].iloc[0]
    with pytest.raises(ValueError, match="there is no user 99999"):
        learn.recommend(99999)
    with pytest.raises(ValueError, match="there is no title"):
        learn.fold_in({"Nothing at all": 4})
    with pytest.raises(TypeError, match=f"rating of '{title}' must be a number, not str"):
        learn.fold_in({title: "five"})
    with pytest.raises(ValueError, match=r"choose one of pca, raw"):
        learn.explain(3, title, basis="svd")


def test_a_neural_model_has_no_terms(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[10], y_range=(0, 5.5))
    with pytest.raises(ValueError, match="dot-product models"):
        learn.explain(3, dls.classes["title"][5])


class Chapters(nn.Module):
    """As a student types it; `shift` is what no table says."""

    def __init__(self, n_users, n_movies, shift=0.0):
        super().__init__()
        self.user_factors, self.movie_factors = nn.Embedding(n_users, 5), nn.Embedding(n_movies, 5)
        self.shift = shift

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1) + self.shift


def test_a_module_of_ones_own_is_taken_by_what_it_predicts(dls):
    learn = cw.CollabLearner(dls, Chapters(len(dls.users), len(dls.items)))
    title = dls.classes["title"][5]
    assert learn.explain(3, title).attrs["prediction"] == pytest.approx(float(learn.predict([3], [title])[0]), abs=1e-5)
    with pytest.raises(ValueError, match=r"Chapters predicts .* it is no dot product of these tables"):
        cw.CollabLearner(dls, Chapters(len(dls.users), len(dls.items), shift=2.0)).explain(3, title)


def test_the_config_says_what_makes_the_numbers(dls, learn):
    config = learn.config
    assert (config["model"], config["n_factors"], config["y_range"]) == ("EmbeddingDotBias", 6, (0.0, 5.5))
    assert (config["epochs"], config["lr"], config["wd"], config["bs"]) == (8, 1e-2, 0.1, 32)
    again = cw.collab_learner(dls, config["n_factors"], y_range=config["y_range"], seed=config["weights_seed"])
    again.fit_one_cycle(config["epochs"], config["lr"], wd=config["wd"])
    assert again.history.best.valid_loss == learn.history.best.valid_loss


def test_of_several_members_the_first_answers(dls):
    learn = cw.collab_learner(dls, n_factors=6, y_range=(0, 5.5), members=3)
    learn.fit_one_cycle(1)
    title = dls.classes["title"][5]
    first = learn.model.first(torch.tensor([[3, 5]])).item()
    assert learn.explain(dls.classes["user"][3], title).attrs["prediction"] == pytest.approx(first, abs=1e-5)

"""Users and items without a rating have vectors by their side columns: a ridge, checked against least squares."""

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw
from collabwidgets.training.cold_rows import PENALTY, side_vectors

RATINGS, _ = cw.synthetic_ratings(60, 40, 1500, n_factors=3, seed=1)
N_ITEMS = int(RATINGS["item"].max())
COLD_ITEM, COLD_USER = 1000, 2000
ITEMS = pd.DataFrame({"item": [*range(1, N_ITEMS + 1), COLD_ITEM]}).assign(
    genres=lambda frame: np.where(frame["item"] % 3, np.where(frame["item"] % 2, "Drama", "Drama|War"), "Comedy"),
    year=lambda frame: 1950 + frame["item"] % 50,
)
USERS = pd.DataFrame({"user": [*range(1, 61), COLD_USER]}).assign(
    age=lambda frame: 20 + frame["user"] % 40, sex=lambda frame: np.where(frame["user"] % 2, "F", "M")
)
KINDS = [{}, {"model": "svdpp"}, {"members": 2}, {"model": "svdpp", "members": 2}, {"model": "nn"}]


def loaders(ratings=RATINGS, **kw):
    return cw.CollabDataLoaders.from_df(
        ratings, **{"item_name": "item", "seed": 5, "users": USERS, "items": ITEMS, **kw}
    )


@pytest.fixture(scope="module")
def dls():
    return loaders()


def trained(dls, **make):
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5), **make)
    learn.fit_one_cycle(2, 1e-2)
    return learn


@pytest.fixture(scope="module")
def learn(dls):
    return trained(dls)


def test_vectors_are_those_of_a_weighted_ridge(dls):
    side = dls.items
    table = np.random.default_rng(0).normal(size=(len(side), 3)).astype(np.float32)
    frame = ITEMS.set_index("item").loc[side.ids[1:]]
    genres = frame["genres"].str.get_dummies("|").to_numpy(float)
    genres = genres / np.sqrt(genres.sum(axis=1, keepdims=True))
    known = side.trained[1:]
    knots = np.linspace(*np.quantile(frame["year"][known], [0.01, 0.99]), 12)
    bumps = np.stack([np.interp(frame["year"], knots, one) for one in np.eye(12)], axis=1)
    design = np.column_stack([np.ones(len(frame)), bumps, genres])
    weights = np.sqrt(np.bincount(dls.train_x[:, 1], minlength=len(side))[1:][known])[:, None]
    shrink = np.sqrt(PENALTY) * np.eye(design.shape[1])[1:]
    left = np.vstack([design[known] * weights, shrink])
    right = np.vstack([table[1:][known] * weights, np.zeros((len(shrink), 3))])
    expected = design @ np.linalg.lstsq(left, right, rcond=None)[0]
    np.testing.assert_allclose(side_vectors(side, table, np.arange(1, len(side))), expected, atol=1e-5)


def test_of_tens_of_thousands_of_tags_the_most_rated_count():
    n = 3000
    ratings = pd.DataFrame({"user": np.arange(2 * n) % 7, "item": np.repeat(np.arange(n), 2), "rating": 3.0})
    ratings["rating"] += ratings["user"] % 2
    tags = pd.DataFrame({"item": range(n), "tags": [f"often|rare {number}" for number in range(n)]})
    side = loaders(ratings, users=None, items=tags, features=["tags"], split=[0]).items
    assert side.features.shape == (n + 1, n + 1)
    table = np.ones((len(side), 2), np.float32)
    np.testing.assert_allclose(side_vectors(side, table, np.arange(1, 9)), 1, atol=1e-3)


def test_held_back_ratings_leave_the_vectors_alone():
    held = list(range(0, len(RATINGS), 4))
    whole = loaders(split=held)
    fewer = loaders(RATINGS.drop(held[::2]).reset_index(drop=True), split=_places(held))
    table = np.random.default_rng(0).normal(size=(len(whole.items), 3)).astype(np.float32)
    assert whole.items.counts.sum() > fewer.items.counts.sum()
    rows = np.arange(len(whole.items))
    np.testing.assert_allclose(
        side_vectors(whole.items, table, rows), side_vectors(fewer.items, table, rows), atol=1e-6
    )


def _places(held):
    """Where the other half of the rows held back stands once the first half is gone."""
    left = np.delete(np.arange(len(RATINGS)), held[::2])
    return np.flatnonzero(np.isin(left, held)).tolist()


@pytest.mark.parametrize("make", KINDS, ids=str)
def test_a_cold_title_is_predicted_and_the_others_as_before(dls, make):
    learn = trained(dls, **make)
    users, items = list(range(1, 31)), list(range(1, 31))
    rows = np.stack([dls.classes["user"].index(users), dls.classes["item"].index(items)], axis=1)
    raw = learn.snapshot.forward
    if raw is not None:
        np.testing.assert_allclose(learn.predict(users, items), raw(rows), atol=1e-6)
    cold = learn.predict(users, COLD_ITEM)
    assert np.isfinite(cold).all()
    assert cold.std() > 0 or make == {"model": "nn"}
    if make in ({}, {"model": "svdpp"}):
        whole = learn.snapshot.with_cold_rows
        row = dls.classes["item"].index(COLD_ITEM)
        people = dls.classes["user"].index(users)
        logits = whole.user_factors[people] @ whole.item_factors[row] + whole.user_bias[people] + whole.item_bias[row]
        np.testing.assert_allclose(cold, 5.5 / (1 + np.exp(-logits)), atol=1e-5)


@pytest.mark.parametrize("make", KINDS, ids=str)
def test_attributes_alone_say_of_somebody_what_they_say_of_a_cold_user(dls, make):
    learn = trained(dls, **make)
    known = USERS.set_index("user").loc[COLD_USER].to_dict()
    items = [*range(1, 20), COLD_ITEM]
    found = learn.predict(items=items, user_features=known)
    np.testing.assert_allclose(found, learn.predict(COLD_USER, items), atol=1e-5)
    if make.get("model") != "nn":
        by_id, by_attributes = (
            learn.recommend(COLD_USER, min_count=0),
            learn.recommend(user_features=known, min_count=0),
        )
        assert by_id.index.tolist() == by_attributes.index.tolist()
        np.testing.assert_allclose(by_id["prediction"], by_attributes["prediction"], atol=1e-5)


def test_unknown_items_beside_attributes_are_average_or_nan(learn):
    known = {"age": 30, "sex": "F"}
    with pytest.raises(ValueError, match="there is no item 4000"):
        learn.predict(items=[1, 4000], user_features=known)
    found = learn.predict(items=[1, 4000], user_features=known, unknown="nan")
    assert np.isnan(found).tolist() == [False, True]
    average = learn.predict(items=[1, 4000], user_features=known, unknown="average")
    assert average[0] == found[0]
    assert np.isfinite(average).all()


def test_cold_titles_stand_in_lists_and_say_so(learn):
    said = "0 ratings, from its genres and year"
    near = learn.neighbors(3, 100, min_count=0).set_index("item")
    assert near.loc[COLD_ITEM, "known_from"] == said
    assert near.loc[4, "known_from"] == "ratings"
    assert learn.neighbors(COLD_ITEM, min_count=0).attrs["anchors_known_from"] == [said]
    one = learn.recommend(3, 100, min_count=0).set_index("item")
    assert one.loc[COLD_ITEM, "known_from"] == said
    many = learn.recommend([3, COLD_USER], 100, min_count=0)
    assert set(many["user"][many["item"] == COLD_ITEM]) == {3, COLD_USER}
    assert learn.recommend(3, items=[COLD_ITEM])["item"].tolist() == [COLD_ITEM]
    assert COLD_ITEM not in learn.recommend(3, 100)["item"].tolist()
    assert COLD_USER in learn.similar_users(3, 100)["user"].tolist()
    assert learn.explain(3, COLD_ITEM).attrs["prediction"] == pytest.approx(learn.predict(3, COLD_ITEM)[0], abs=1e-5)


def test_a_cold_title_is_projected_on_axes_that_it_does_not_move(learn):
    row, plain, found = learn.item_row(COLD_ITEM), learn.pca(2, min_count=5), learn.pca(2, min_count=5, cold=True)
    assert found.drop(index=row).drop(columns="known_from").equals(plain)
    assert row not in plain.index
    assert found.loc[row, "known_from"] == "0 ratings, from its genres and year"
    frame = learn.pca_frame(min_count=5)
    vector = side_vectors(learn.dls.items, learn.snapshot.item_factors, np.array([row]))[0]
    expected = frame.components[:2] @ (vector - frame.center)
    np.testing.assert_allclose(found.loc[row, ["PC1", "PC2"]].astype(float), expected, atol=1e-6)


def test_the_users_side_of_a_snapshot_has_the_same_vectors(dls):
    snapshot = trained(dls, model="nn").snapshot
    there, back = snapshot.of("users").with_cold_rows, snapshot.with_cold_rows.of("users")
    assert np.array_equal(there.item_factors, back.item_factors)
    assert np.array_equal(there.known_items, dls.users.trained | dls.users.cold)


def test_a_module_that_cannot_be_copied_has_neighbours_still(dls):
    class Own(cw.DotProductBias):
        def __init__(self):
            super().__init__(len(dls.users), len(dls.items), 4)
            self.file = open(__file__)  # noqa: SIM115 - what cannot be copied

        def forward(self, x):
            return super().forward(x)

    learn = cw.CollabLearner(dls, Own())
    learn.fit_one_cycle(1)
    assert COLD_ITEM in learn.neighbors(3, 100, min_count=0)["item"].tolist()
    with pytest.raises(RuntimeError, match="Own cannot be copied"):
        learn.predict(3, COLD_ITEM)
    learn.model.file.close()


def test_reruns_rank_a_cold_title_too(learn):
    learn.stability(2).wait()
    assert learn.neighbors(COLD_ITEM, min_count=0, average="runs")["in_runs"].max() == 2


@pytest.mark.parametrize("make", [{}, {"model": "svdpp"}], ids=str)
def test_a_checkpoint_alone_knows_them_too(dls, tmp_path, make):
    learn = trained(dls, **make)
    alone = cw.load_learner(learn.export(tmp_path / "model"))
    assert np.array_equal(alone.predict([3, COLD_USER], [COLD_ITEM, 5]), learn.predict([3, COLD_USER], [COLD_ITEM, 5]))
    attributes = {"items": [1, 2], "user_features": {"age": 30, "sex": "F"}}
    assert np.array_equal(alone.predict(**attributes), learn.predict(**attributes))
    near = alone.neighbors(3, min_count=0)
    pd.testing.assert_frame_equal(near, learn.neighbors(3, min_count=0).drop(columns="n_common"))


def test_without_side_columns_they_stay_out():
    plain = trained(loaders(items=None))
    assert "known_from" not in plain.neighbors(3, min_count=0)
    with pytest.raises(ValueError, match=f"there is no item {COLD_ITEM}"):
        plain.predict(1, COLD_ITEM)
    without = trained(loaders(users=None))
    with pytest.raises(ValueError, match="needs side columns of the users, and these loaders have none"):
        without.predict(items=[1], user_features={"age": 3})


@pytest.mark.parametrize(
    ("kw", "error", "sentence"),
    [
        ({"user_features": {"ag": 3}}, ValueError, "names 'ag', but the columns of the side table are 'age', 'sex'"),
        ({"user_features": {"sex": "X"}}, ValueError, "'sex' has no value 'X'"),
        ({"users": 3, "user_features": {"age": 3}}, TypeError, "not both"),
        ({"items": None, "user_features": {"age": 3}}, TypeError, "items is missing; pass the items"),
        ({"user_features": 3}, TypeError, "user_features is 3; pass a dict of columns"),
    ],
)
def test_what_is_no_attribute_is_named(learn, kw, error, sentence):
    with pytest.raises(error, match=sentence):
        learn.predict(**{"items": [1], **kw})


def test_recommend_takes_a_user_or_attributes(learn):
    for kw in ({}, {"user": 3, "user_features": {"age": 3}}):
        with pytest.raises(TypeError, match="one of the two"):
            learn.recommend(**kw)

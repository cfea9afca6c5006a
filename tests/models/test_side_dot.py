"""Dot products with side columns, against sums written out over a pandas table; and what learners do with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw

RATINGS, _ = cw.synthetic_ratings(40, 30, 900, n_factors=3, seed=6)
RATINGS = RATINGS[["user", "item", "rating"]]
USERS = pd.DataFrame({"user": range(1, 44)}).assign(
    age=lambda frame: (20.0 + 7 * frame["user"] % 41).where(frame["user"] != 3),
    sex=lambda frame: np.where(frame["user"] % 2, "F", "M"),
)
ITEMS = pd.DataFrame({"item": range(1, 32)}).assign(
    genres=lambda frame: np.where(frame["item"] % 3, np.where(frame["item"] % 2, "Drama", "Drama|War"), "Comedy")
)
KINDS = [{"model": "svdpp"}, {"side": True}, {"model": "svdpp", "members": 2}]


def loaders(ratings: pd.DataFrame = RATINGS, users: object = USERS, items: object = ITEMS) -> cw.CollabDataLoaders:
    return cw.CollabDataLoaders.from_df(
        ratings, item_name="item", users=users, items=items, split=cw.StableSplit(0.2), seed=2
    )


@pytest.fixture(scope="module")
def dls() -> cw.CollabDataLoaders:
    return loaders()


def trained(dls: cw.CollabDataLoaders, **make: object) -> cw.CollabLearner:
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5), **make)
    learn.fit_one_cycle(2, 1e-2, wd=0.3, bs=100)
    return learn


def by_hand(dls: cw.CollabDataLoaders) -> tuple[torch.Tensor, torch.Tensor]:
    """Shares of the values of age and sex, and of genres, float32 ``[n, values]``; row 0 is the mean of the others."""
    people = USERS.set_index("user").loc[dls.users.ids[1:]]
    age = (people["age"] - USERS["age"].mean()) / USERS["age"].std(ddof=0)
    knots = np.linspace(-2.5, 2.5, 13)
    bumps = np.stack([np.interp(age.fillna(0), knots, one) * age.notna() for one in np.eye(13)], axis=1)
    of_users = np.column_stack([bumps, pd.get_dummies(people["sex"])]) / np.sqrt(2)
    genres = ITEMS.set_index("item").loc[dls.items.ids[1:], "genres"].str.get_dummies("|").to_numpy(float)
    of_items = genres / np.sqrt(genres.sum(axis=1, keepdims=True))
    return tuple(
        torch.tensor(np.vstack([shares.mean(axis=0), shares]), dtype=torch.float32) for shares in (of_users, of_items)
    )


def test_vectors_and_biases_are_sums_with_those_of_the_side_columns(dls: cw.CollabDataLoaders) -> None:
    learn = cw.collab_learner(dls, 4, side=True)
    for p in learn.model.parameters():
        torch.nn.init.normal_(p, generator=torch.Generator().manual_seed(p.numel()))
    for side, shares, rows in zip("ui", by_hand(dls), (learn.snapshot.users, learn.snapshot.items), strict=True):
        assert len(shares) == len(rows)
        for table, added in (("weight", "side"), ("bias", "side_bias")):
            own, of_values = (getattr(learn.model, f"{side}_{name}").weight for name in (table, added))
            torch.testing.assert_close(learn.model.effective(f"{side}_{table}"), own + shares @ of_values)


@pytest.mark.parametrize("make", KINDS, ids=str)
def test_predictions_are_the_product_of_the_whole_vectors(dls: cw.CollabDataLoaders, make: dict) -> None:
    learn = trained(dls, **make)
    assert learn.engine == "fused"
    first = learn.model.members[0] if "members" in make else learn.model
    x = dls.valid_x
    users, items = first.effective("u_weight")[x[:, 0]], first.effective("i_weight")[x[:, 1]]
    z = (users * items).sum(1) + (first.effective("u_bias")[x[:, 0]] + first.effective("i_bias")[x[:, 1]]).squeeze(1)
    torch.testing.assert_close(first(x), torch.sigmoid(z) * 5.5)
    np.testing.assert_array_equal(learn.snapshot.item_factors, first.effective("i_weight").detach())
    np.testing.assert_array_equal(learn.snapshot.user_bias, first.effective("u_bias").detach().squeeze(1))


@pytest.mark.parametrize("make", KINDS, ids=str)
def test_a_checkpoint_predicts_the_same_with_and_without_the_ratings(
    dls: cw.CollabDataLoaders, make: dict, tmp_path: Path
) -> None:
    learn = trained(dls, **make)
    users, items = dls.users.ids[1:], list(dls.items.ids[1:]) + [dls.items.ids[1]] * (dls.n_users - dls.n_items)
    expected = learn.predict(users, items)
    file = learn.save(tmp_path / "model")
    np.testing.assert_array_equal(cw.load_learner(file, dls).predict(users, items), expected)
    np.testing.assert_allclose(cw.load_learner(file).predict(users, items), expected, atol=1e-5)


def test_a_checkpoint_is_not_taken_for_one_of_other_side_columns(dls: cw.CollabDataLoaders, tmp_path: Path) -> None:
    file = trained(dls, side=True).save(tmp_path / "model")
    others = loaders(items=ITEMS.assign(genres=ITEMS["genres"].str.replace("War", "Crime")))
    with pytest.raises(ValueError, match=r"other columns .* \(there alone: genres=War; here alone: genres=Crime\)"):
        cw.load_learner(file, others)


@pytest.mark.parametrize("make", KINDS[:2], ids=str)
def test_added_ratings_leave_the_side_columns_weights_as_they_are(make: dict) -> None:
    is_new = (RATINGS["user"] > 35) | (RATINGS["item"] < 3)
    learn = trained(loaders(RATINGS[~is_new], USERS[:35], ITEMS[2:]), **make)
    before = {name: value.clone() for name, value in learn.model.state_dict().items()}
    user = learn.dls.users.ids[5]
    found = learn.snapshot.user_bias[5]
    learn.add_ratings(RATINGS[is_new], users=USERS, items=ITEMS)
    for name, value in learn.model.state_dict().items():
        assert torch.equal(value[: len(before[name])], before[name]), name
        assert "_side" not in name or len(value) == len(before[name])
    assert learn.snapshot.user_bias[learn.dls.classes["user"].index([user])] == pytest.approx(found)
    learn.fit_one_cycle(1, 1e-3)
    assert np.isfinite(learn.history.epochs[-1].valid_loss)


def test_cold_rows_stand_where_the_ridge_puts_whole_vectors(dls: cw.CollabDataLoaders) -> None:
    learn = trained(dls, model="svdpp")
    whole = learn.snapshot.with_cold_rows
    cold = np.flatnonzero(dls.users.cold)
    assert [dls.users.ids[row] for row in cold] == [41, 42, 43]
    item = int(np.flatnonzero(dls.items.trained)[0])
    z = whole.user_factors[cold] @ whole.item_factors[item] + whole.user_bias[cold] + whole.item_bias[item]
    found = learn.predict([41, 42, 43], [dls.items.ids[item]] * 3)
    np.testing.assert_allclose(found, 5.5 / (1 + np.exp(-z)), atol=1e-5)


def test_only_svdpp_takes_side_columns_without_being_asked(dls: cw.CollabDataLoaders) -> None:
    bare = loaders(users=None, items=None)
    assert type(cw.collab_learner(dls, 4).model) is cw.EmbeddingDotBias
    names = {name for name, _ in cw.collab_learner(bare, 4, model="svdpp").model.named_parameters()}
    assert names == {name for name, _ in cw.collab_learner(dls, 4, model="svdpp", side=False).model.named_parameters()}
    assert not any("_side" in name for name in names)
    with pytest.raises(ValueError, match="these loaders have no side columns; pass users= or items= to from_df"):
        cw.collab_learner(bare, side=True)
    with pytest.raises(ValueError, match='side=True belongs to model="dot" and "svdpp"'):
        cw.collab_learner(dls, model="nn", side=True)
    with pytest.raises(ValueError, match="side='items' is not known; choose one of None, True, False"):
        cw.collab_learner(dls, side="items")


def test_side_columns_of_other_rows_are_refused(dls: cw.CollabDataLoaders) -> None:
    with pytest.raises(ValueError, match=r"must be of 4 rows and 3 values, as the tables are; found \(32, 3\)"):
        cw.SideDotBias(2, 9, 4, sides=(None, dls.items.features))

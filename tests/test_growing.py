"""A trained learner takes in new ratings, users and titles, and goes on from there."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import collabwidgets as cw
from collabwidgets.view_state import ViewState

ALL, _ = cw.synthetic_ratings(40, 30, 900, n_factors=3, seed=6)
ALL = ALL[["user", "title", "rating"]].astype({"title": str})
IS_NEW = (ALL["user"] > 35) | (ALL["title"] < "Title 04")
OLD, NEW = ALL[~IS_NEW], ALL[IS_NEW]
KINDS = {
    "dot": {"y_range": (0, 5.5)},
    "svd++": {"model": "svdpp", "y_range": (0, 5.5)},
    "neural": {"model": "nn", "layers": [6]},
    "members": {"members": 2},
}


def loaders(ratings: pd.DataFrame = OLD) -> cw.CollabDataLoaders:
    return cw.CollabDataLoaders.from_df(ratings, item_name="title", bs=32, seed=2, split=cw.StableSplit(0.2))


def trained(**options: object) -> cw.CollabLearner:
    learn = cw.collab_learner(loaders(), n_factors=4, engine="autograd", **options)
    learn.fit(2, 1e-2, wd=0.1)
    return learn


@pytest.mark.parametrize("kind", KINDS)
def test_known_rows_keep_their_weights_bit_for_bit(kind: str) -> None:
    learn = trained(**KINDS[kind])
    before = {name: value.clone() for name, value in learn.model.state_dict().items()}
    rows = {name: dict(vocab.o2i) for name, vocab in learn.dls.classes.items()}
    growth = learn.add_ratings(NEW)
    assert growth.new.startswith("5 new users, 3 new titles, ")
    assert learn.message == f"{len(NEW)} ratings added, {growth.new}."
    for name, value in learn.model.state_dict().items():
        assert torch.equal(value[: len(before[name])] if value.ndim else value, before[name]), name
    for name, known in rows.items():
        assert rows[name] == {each: learn.dls.classes[name].o2i[each] for each in known}


@pytest.mark.parametrize("kind", ["dot", "neural", "members"])
def test_predictions_for_known_pairs_are_the_same(kind: str) -> None:
    learn = trained(**KINDS[kind])
    before = learn.predict(OLD["user"], OLD["title"])
    learn.add_ratings(NEW)
    np.testing.assert_array_equal(learn.predict(OLD["user"], OLD["title"]), before)


def test_svdpp_counts_the_new_ratings_among_what_was_rated() -> None:
    learn = trained(**KINDS["svd++"])
    learn.add_ratings(NEW)
    model, pairs = learn.model, learn.dls.train_x.unique(dim=0)
    for user in (2, len(learn.dls.users) - 1):
        rated = model.i_implicit.weight[pairs[pairs[:, 0] == user, 1]]
        whole = model.u_weight.weight[user] + rated.sum(dim=0) / len(rated) ** 0.5
        np.testing.assert_allclose(learn.snapshot.user_factors[user], whole.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_goes_on_from_there(kind: str) -> None:
    learn = trained(**KINDS[kind])
    learn.add_ratings(NEW)
    before = learn.validate(0)[0]
    learn.fit(2, 1e-2, wd=0.1)
    assert [row.epoch for row in learn.history.epochs] == [1, 2, 3, 4]
    assert learn.validate(0)[0] < before
    assert len(learn.runs) == 1
    learn.reset()
    assert learn.status == "untrained"
    assert len(learn.model.state_dict()) > 0
    learn.fit(1)


def test_new_users_and_titles_are_predicted_better_than_as_the_average_ones() -> None:
    learn = trained(y_range=(0, 5.5))
    learn.fit(6, 1e-2, wd=0.1)

    def error() -> float:
        return float(((learn.predict(NEW, unknown="average") - NEW["rating"]) ** 2).mean())

    before = error()
    learn.add_ratings(NEW)
    assert error() < 0.9 * before


def test_reset_after_growing_is_a_new_learner_of_all_ratings() -> None:
    learn = trained()
    learn.add_ratings(NEW)
    learn.reset()
    fresh = cw.collab_learner(learn.dls, n_factors=4)
    for mine, theirs in zip(learn.model.parameters(), fresh.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_loading_on_a_grown_table_is_the_same(kind: str, tmp_path: Path) -> None:
    learn = trained(**KINDS[kind])
    file = learn.save(tmp_path / "m")
    growth = learn.add_ratings(NEW)
    with pytest.warns(UserWarning, match=f"m.safetensors: {growth.new}$"):
        again = cw.load_learner(file, loaders(ALL.sample(frac=1, random_state=1)))
    assert list(again.dls.classes["title"]) != list(learn.dls.classes["title"])
    np.testing.assert_allclose(again.predict(ALL), learn.predict(ALL), rtol=1e-5)
    assert len(again.history) == 2
    again.fit(1, 1e-2)
    # And a learner that has grown is saved and loaded like any other.
    file = learn.save(tmp_path / "grown")
    np.testing.assert_array_equal(cw.load_learner(file, learn.dls).predict(ALL), learn.predict(ALL))
    np.testing.assert_allclose(cw.load_learner(file, loaders(ALL)).predict(ALL), learn.predict(ALL), rtol=1e-5)
    if kind != "neural":  # the others are dot products of what the file holds
        np.testing.assert_allclose(cw.load_learner(file).predict(ALL), learn.predict(ALL), rtol=1e-5)


def test_without_a_stable_split_loading_warns_of_ratings_that_changed_sides(tmp_path: Path) -> None:
    def randomly_split(ratings: pd.DataFrame) -> cw.CollabDataLoaders:
        return cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=2)

    dls, whole = randomly_split(OLD), randomly_split(ALL)
    learn = cw.CollabLearner(dls, cw.DotProduct(len(dls.users), len(dls.items), 3), engine="autograd")
    learn.fit(1)
    file = learn.save(tmp_path / "m")
    learn.add_ratings(NEW)
    with pytest.warns(UserWarning, match="folded in; what is validation here may have been trained on there$"):
        again = cw.load_learner(file, whole)
    assert again.message == "5 new users, 3 new titles, folded in."
    fresh = cw.CollabLearner(whole, cw.DotProduct(len(whole.users), len(whole.items), 3), engine="autograd")
    with pytest.warns(UserWarning, match="folded in"):
        fresh.load(file)
    np.testing.assert_array_equal(fresh.predict(ALL), again.predict(ALL))


def test_a_table_that_lacks_something_is_refused(tmp_path: Path) -> None:
    file = trained().save(tmp_path / "m")
    with pytest.raises(
        ValueError, match=r"27 titles, of which these loaders lack 1 \(first: 'Title 09'\); load it with"
    ):
        cw.load_learner(file, loaders(ALL[ALL["title"] != "Title 09"]))


def test_while_it_trains_it_is_refused_and_a_paused_fit_is_stopped() -> None:
    learn, go = trained(), threading.Event()
    learn.start(epochs=50, callbacks=lambda event: go.wait(60))
    with pytest.raises(RuntimeError, match=r"it is training: wait\(\) .* pause\(\) and wait\(\), then add ratings"):
        learn.add_ratings(NEW)
    learn.pause()
    go.set()
    learn.wait()
    learn.add_ratings(NEW)
    assert learn.status == "stopped"
    assert learn.n_users == 40
    with pytest.raises(RuntimeError, match="no paused fit"):
        learn.resume()
    learn.fit(1)


def test_reruns_of_the_former_ratings_end() -> None:
    learn = trained()
    reruns = learn.stability(50)
    learn.add_ratings(NEW)
    assert not reruns.running
    assert reruns.error is None
    assert learn.reruns == ()
    learn.stability(2).wait()
    assert learn.reruns[0].item_factors.shape[0] == 31


class Own(nn.Module):
    """A reader's own: tables as parameters and embeddings, and something else that is no table."""

    def __init__(self, n_users: int, n_items: int) -> None:
        super().__init__()
        self.user_factors, self.movie_factors = nn.Embedding(n_users, 3), nn.Embedding(n_items, 3)
        self.movie_bias = nn.Parameter(torch.zeros(n_items))
        self.mean = nn.Parameter(torch.tensor(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        users, items = x.T
        return (self.user_factors(users) * self.movie_factors(items)).sum(1) + self.movie_bias[items] + self.mean


class Hidden(Own):
    """With a table that cannot be found."""

    def __init__(self, n_users: int, n_items: int) -> None:
        super().__init__(n_users, n_items)
        self.other = nn.Embedding(n_users, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) + self.other(x[:, 0]).sum(1)


def test_tables_of_a_module_of_ones_own_grow_as_they_are_found() -> None:
    dls = loaders()
    own = Own(len(dls.users), len(dls.items))
    learn = cw.CollabLearner(dls, own)
    first = own.movie_bias.detach().clone()
    learn.fit(1, 1e-2)
    growth = learn.add_ratings(NEW)
    assert growth.new.endswith("as the mean of the trained rows, since the model is no dot product")
    assert learn.model.user_factors.num_embeddings == len(learn.dls.users)
    assert len(learn.model.movie_bias) == len(learn.dls.items)
    learn.fit(1, 1e-2)
    learn.reset()  # the weights that it came with, and such for the new rows
    assert torch.equal(learn.model.movie_bias[: len(first)], first)
    assert learn.model.user_factors.weight[-5:].abs().min() > 0
    learn.fit(1, 1e-2)


def test_a_maker_of_ones_own_goes_on_making_fresh_weights() -> None:
    dls = loaders()

    def remake(n_factors: int, generator: torch.Generator) -> nn.Module:
        return cw.DotProduct(len(dls.users), len(dls.items), n_factors, generator=generator)

    learn = cw.CollabLearner(dls, remake(3, torch.Generator()), remake=remake, engine="autograd")
    learn.fit(1)
    learn.add_ratings(NEW)
    learn.reset(n_factors=2)
    assert learn.snapshot.user_factors.shape == (len(learn.dls.users), 2)
    learn.fit(1)


def test_a_module_with_a_table_that_was_not_found_is_refused() -> None:
    dls = loaders()
    learn = cw.CollabLearner(dls, Hidden(len(dls.users), len(dls.items)), user_factors="user_factors")
    with pytest.raises(ValueError, match="Hidden has tables of users or items beside those that were found"):
        learn.add_ratings(NEW)
    assert learn.dls is dls
    learn.fit(1)


def test_ratings_out_of_reach_are_refused() -> None:
    learn = trained(y_range=(0, 5.5))
    with pytest.raises(ValueError, match=r"go from 0.5 to 50, which y_range=\(0, 5.5\) cannot reach"):
        learn.add_ratings(NEW.assign(rating=NEW["rating"] * 10))
    assert learn.n_users == 35


def test_findings_selection_and_titles_know_the_new_titles() -> None:
    learn = trained()
    users, elsewhere = cw.PCAScatter(learn, kind="users"), ViewState(learn.session)
    learn.view.selected_titles = ["Title 09"]
    learn.add_ratings(NEW)
    users.selection = [learn.n_users]
    assert users.selected_titles == ["40"]
    elsewhere.selected_titles = ["Title 01"]  # of another front end
    assert elsewhere.selected_titles == ["Title 01"]
    assert learn.view.selected_titles == ["Title 09"]
    learn.view.selected_titles = ["Title 01"]
    assert learn.view.selected_titles == ["Title 01"]
    assert "Title 01" in list(learn.biases(min_count=0)["title"])
    assert "Title 01" in list(learn.pca(2, min_count=0)["title"])
    assert len(learn.neighbors("Title 01", min_count=0)) == 10
    assert len(learn.recommend(40, 3, min_count=0)) == 3


def test_ratings_may_be_added_again_and_again() -> None:
    learn, whole = trained(), trained()
    whole.add_ratings(NEW)
    for part in (NEW[NEW["user"] <= 35], NEW[NEW["user"] > 35]):
        learn.add_ratings(part)
    learn.fit(1)
    assert (learn.n_users, learn.n_items, learn.dls.n_ratings) == (whole.n_users, whole.n_items, len(ALL))

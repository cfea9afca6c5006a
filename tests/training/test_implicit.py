"""SVD++'s compiled engine comes out where torch's AdamW does, and moves its implicit tables once a window if told."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw
from collabwidgets.seeds import generator
from collabwidgets.training import AutogradEngine, BatchEnd, EpochEnd, FusedEngine, Recipe, Trainer, why_not_fused
from collabwidgets.training.engines import choose_engine, implicit
from collabwidgets.training.engines.autograd import AdamW, _threads_for

K = 6


@pytest.fixture(scope="module")
def dls():
    """The last users and items have a rating or two, and some have none in training; one trains on row 0."""
    ratings, _ = cw.synthetic_ratings(150, 100, 2_000, n_factors=3, seed=3, exponent=1.6)
    dls = cw.CollabDataLoaders.from_df(ratings, seed=3)
    dls.train_x[0] = 0
    return dls


def made(dls, y_range=(0, 5.5)):
    module = cw.SVDpp(K, len(dls.users), len(dls.items), dls.train_x, y_range, generator=generator(7, "weights"))
    for p in module.parameters():  # implicit parts that matter
        p.data *= 10
    return module


@pytest.fixture(scope="module")
def with_sides():
    """Side columns of both sides, and of the items alone."""
    ratings, _ = cw.synthetic_ratings(150, 100, 2_000, n_factors=3, seed=3, exponent=1.6)
    ids = {side: sorted(set(ratings[side])) for side in ("user", "item")}
    users = pd.DataFrame({"user": ids["user"]}).assign(age=lambda frame: frame["user"] ** 2 % 50)
    items = pd.DataFrame({"item": ids["item"]}).assign(
        genres=lambda frame: np.where(frame["item"] % 3, np.where(frame["item"] % 2, "Drama", "Drama|War"), "Comedy")
    )
    return [
        cw.CollabDataLoaders.from_df(ratings, item_name="item", seed=3, **tables)
        for tables in ({"users": users, "items": items}, {"items": items})
    ]


def trained(engine, dls, recipe, look=False, seed=1):
    events = []
    for event in Trainer(engine, dls, recipe, order=generator(seed, "batches")):
        events.append(event)
        if look and isinstance(event, BatchEnd):
            engine.sync()
    return [event.record for event in events if isinstance(event, EpochEnd)][-1]


def assert_near(found, expected, most):
    for (name, theirs), ours in zip(expected.named_parameters(), found.parameters(), strict=True):
        assert torch.linalg.norm(ours - theirs) < most * torch.linalg.norm(theirs), name


@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
@pytest.mark.parametrize("bs", [64, 300])
@pytest.mark.parametrize(("eps", "weights", "loss"), [(1e-5, 5e-3, 1e-4), (1e-10, 1e-4, 1e-5)])
def test_an_epoch_ends_where_torchs_does_all_the_closer_the_smaller_eps(dls, y_range, bs, eps, weights, loss):
    """As in `FusedEngine` the steps that a user's or item's own row sleeps through are an approximation, of eps."""
    recipe = Recipe(epochs=1, lr=1e-2, wd=0.4, bs=bs, eps=eps)
    theirs, ours = AutogradEngine(made(dls, y_range)), FusedEngine(made(dls, y_range))
    expected, found = (trained(engine, dls, recipe) for engine in (theirs, ours))
    assert_near(ours.module, theirs.module, weights)
    assert found.valid_loss == pytest.approx(expected.valid_loss, abs=loss)
    assert found.train_loss == pytest.approx(expected.train_loss, abs=loss)


@pytest.mark.parametrize("make", [{"model": "svdpp"}, {"side": True}], ids=str)
@pytest.mark.parametrize("place", [0, 1], ids=["users and items", "items"])
def test_with_side_columns_too_an_epoch_ends_where_torchs_does(with_sides, make, place):
    dls = with_sides[place]
    engines = []
    for engine in (AutogradEngine, FusedEngine):
        module = cw.collab_learner(dls, K, y_range=(0, 5.5), seed=7, **make).model
        for p in module.parameters():  # sums that matter
            p.data *= 10
        engines.append(engine(module))
    recipe = Recipe(epochs=1, lr=1e-2, wd=0.4, bs=64, eps=1e-10)
    expected, found = (trained(engine, dls, recipe) for engine in engines)
    assert_near(engines[1].module, engines[0].module, 1e-4)
    assert found.valid_loss == pytest.approx(expected.valid_loss, abs=1e-5)
    assert found.train_loss == pytest.approx(expected.train_loss, abs=1e-5)
    assert engines[1].loss(dls.valid_x, dls.valid_y) == pytest.approx(found.valid_loss, abs=1e-6)


def test_a_second_fit_goes_on_with_the_moments(dls):
    engines = AutogradEngine(made(dls)), FusedEngine(made(dls))
    for engine in engines:
        trained(engine, dls, Recipe(epochs=1, eps=1e-10), seed=1)
        trained(engine, dls, Recipe(epochs=1, schedule="constant", eps=1e-10), seed=2)
    assert_near(engines[1].module, engines[0].module, 1e-4)


@pytest.fixture
def windows(monkeypatch):
    """Tables of any size are trained by windows."""
    monkeypatch.setattr(implicit, "_EXACT", 0)
    monkeypatch.setattr(implicit, "_WINDOWS", 30)


def by_windows(module, dls, recipe, window):
    """An epoch by autograd: what all implicit rows have in common moves at every batch, the rest once a window."""
    usual = AdamW([[module.u_weight.weight, module.i_weight.weight, module.u_bias.weight, module.i_bias.weight]])
    seldom = AdamW([[p for name, p in module.named_parameters() if "_implicit" in name or "_side" in name]])
    summed = [[term.factors.weight for term in module.terms(side)] for side in "ui"]
    entries = [torch.cat([(term.there.to_dense() != 0).sum(0) for term in module.terms(side)]) for side in "ui"]
    common = [torch.zeros(K, requires_grad=True) for _ in "ui"]
    often = AdamW([common])
    names = {p: name for name, p in module.named_parameters()}
    rows = torch.randperm(len(dls.train_y), generator=generator(1, "batches"))
    for batch, picked in enumerate(rows[: len(rows) // recipe.bs * recipe.bs].split(recipe.bs), 1):
        usual.zero_grad()
        often.zero_grad()
        moved = {names[p]: p + added for tables, added in zip(summed, common, strict=True) for p in tables}
        predicted = torch.func.functional_call(module, moved, dls.train_x[picked])
        (predicted - dls.train_y[picked]).square().mean().backward()
        usual.step(recipe.lr, (recipe.mom, recipe.sqr_mom), recipe.eps, [recipe.wd])
        often.step(recipe.lr, (recipe.mom, recipe.sqr_mom), recipe.eps, [0.0])
        if batch % window == 0:
            for p in seldom.groups[0]:
                p.grad /= window
            for tables, n in zip(summed, entries, strict=True):
                grads = torch.cat([p.grad for p in tables])
                rest = grads - (n / n.sum())[:, None] * grads.sum(0)
                for p, grad in zip(tables, rest.split([len(p) for p in tables]), strict=True):
                    p.grad = grad
            root = math.sqrt(window)
            seldom.step(recipe.lr * root, (recipe.mom, recipe.sqr_mom), recipe.eps, [recipe.wd * root])
            seldom.zero_grad()
        if batch % window == 0 or batch == len(rows) // recipe.bs:
            with torch.no_grad():
                for tables, added in zip(summed, common, strict=True):
                    for p in tables:
                        p += added
                    added.zero_()


def test_with_many_ratings_the_implicit_tables_move_once_a_window(dls, windows):
    recipe = Recipe(epochs=1, lr=1e-2, wd=0.4, bs=15, eps=1e-10, schedule="constant")
    assert implicit.window_of(len(dls.train_y), recipe) == 3
    expected, ours = made(dls), FusedEngine(made(dls))
    with _threads_for(recipe.bs):
        by_windows(expected, dls, recipe, 3)
    trained(ours, dls, recipe)
    assert_near(ours.module, expected, 1e-4)


def test_so_do_the_tables_of_side_columns(with_sides, windows):
    recipe = Recipe(epochs=1, lr=1e-2, wd=0.4, bs=15, eps=1e-10, schedule="constant")
    dls = with_sides[0]
    expected, found = (cw.collab_learner(dls, K, model="svdpp", y_range=(0, 5.5), seed=7).model for _ in range(2))
    with _threads_for(recipe.bs):
        by_windows(expected, dls, recipe, 3)
    trained(FusedEngine(found), dls, recipe)
    assert_near(found, expected, 1e-4)


def test_windows_cost_hardly_any_accuracy(monkeypatch):
    """Where many rows are added up, which overshoot when they all follow each window's gradient together."""
    ratings, _ = cw.synthetic_ratings(400, 150, 20_000, n_factors=3, seed=3)
    dls = cw.CollabDataLoaders.from_df(ratings, seed=3)
    recipe, losses = Recipe(epochs=5, lr=5e-3, wd=0.1), []
    for window in (1, 8):
        monkeypatch.setattr(implicit, "window_of", lambda n, recipe, window=window: window)
        module = cw.collab_learner(dls, 8, model="svdpp", y_range=(0, 5.5), seed=3).model
        losses.append(trained(FusedEngine(module), dls, recipe).valid_loss)
    assert losses[1] < losses[0] + 0.006


def test_looking_at_the_weights_changes_nothing(dls, windows):
    engines = FusedEngine(made(dls)), FusedEngine(made(dls))
    records = [
        trained(engine, dls, Recipe(epochs=2, bs=15), look=look)
        for engine, look in zip(engines, (False, True), strict=True)
    ]
    assert records[0].valid_loss == records[1].valid_loss
    for ours, looked in zip(engines[0].module.parameters(), engines[1].module.parameters(), strict=True):
        assert torch.equal(ours, looked)


def test_a_window_is_one_batch_up_to_half_a_million_ratings_and_never_decays_by_more_than_a_half():
    recipe = Recipe(lr=1e-3, wd=0.1, bs=100)
    assert implicit.window_of(500_000, Recipe(bs=1)) == 1
    assert implicit.window_of(1_280_000, recipe) == 100
    assert implicit.window_of(1_280_000, recipe.changed(wd=20.0)) == 25
    assert implicit.window_of(1_280_000, recipe.changed(wd=0.0)) == 100
    assert implicit.window_of(1_280_000, recipe.changed(wd=100.0, lr=1.0)) == 1


def test_auto_takes_it_where_it_computes_what_the_module_does(dls):
    class Louder(cw.SVDpp):
        def effective(self, name):
            return 2 * super().effective(name)

    assert type(choose_engine(made(dls))) is FusedEngine
    assert cw.collab_learner(dls, 4, model="svdpp", members=2).engine == "fused"
    with pytest.raises(ValueError, match="Louder is not of the dot-product family"):
        FusedEngine(Louder(K, 4, 3, torch.tensor([[1, 1]])))
    narrow = made(dls)
    narrow.u_implicit = cw.Embedding(len(dls.users), K - 1)
    assert why_not_fused(narrow) == "its tables do not fit each other"

"""The compiled engine comes out where torch's AdamW does, on the same batches, for every member of the family."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

import collabwidgets as cw
from collabwidgets.seeds import generator
from collabwidgets.training import (
    AutogradEngine,
    BatchEnd,
    Diverged,
    EpochEnd,
    FusedEngine,
    Recipe,
    Trainer,
    why_not_fused,
)

MEMBERS = {
    "DotProduct": lambda users, items, k, g: cw.DotProduct(users, items, k, generator=g),
    "DotProduct in a range": lambda users, items, k, g: cw.DotProduct(users, items, k, (0, 5.5), generator=g),
    "DotProductBias": lambda users, items, k, g: cw.DotProductBias(users, items, k, generator=g),
    "DotProductBias in a range": lambda users, items, k, g: cw.DotProductBias(users, items, k, (0, 5.5), generator=g),
    "EmbeddingDotBias": lambda users, items, k, g: cw.EmbeddingDotBias(k, users, items, (0, 5.5), generator=g),
}

ENGINES = {"torch": AutogradEngine, "fused": FusedEngine}


@pytest.fixture(scope="module")
def dls():
    """Power-law data: the last users and items have a rating or two, and some have none in training."""
    ratings, _ = cw.synthetic_ratings(600, 400, 8_000, n_factors=4, seed=3, exponent=1.6)
    dls = cw.CollabDataLoaders.from_df(ratings, seed=3)
    assert (dls.users.counts == 1).any()
    assert not dls.items.trained[1:].all()
    return dls


@pytest.fixture(scope="module")
def few(dls):
    """Ratings for batches of one: a step of torch's takes as long for one rating as for 64."""
    return SimpleNamespace(
        users=dls.users,
        items=dls.items,
        train_x=dls.train_x[:500],
        train_y=dls.train_y[:500],
        valid_x=dls.valid_x,
        valid_y=dls.valid_y,
        train_w=None,
        valid_w=None,
    )


@pytest.fixture(scope="module")
def movielens():
    return cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)


def trained(engine, dls, recipe, seed=1):
    events = list(Trainer(engine, dls, recipe, order=generator(seed, "batches")))
    return engine.module, [event.record for event in events if isinstance(event, EpochEnd)]


def fits(names, make, dls, recipe, k=10):
    """The same module trained by each of the engines of these names."""
    return [
        trained(ENGINES[name](make(len(dls.users), len(dls.items), k, generator(7, "weights"))), dls, recipe)
        for name in names
    ]


def relative(found, expected):
    return float(torch.linalg.norm((found - expected).detach()) / torch.linalg.norm(expected.detach()))


@pytest.mark.parametrize(("member", "bs"), [(member, bs) for member in MEMBERS for bs in (1, 64, 1000)])
@pytest.mark.parametrize(("eps", "factors", "biases", "loss"), [(1e-5, 0.02, 0.002, 5e-4), (1e-10, 1e-4, 1e-4, 1e-5)])
def test_the_loop_is_torchs_adamw_all_the_closer_the_smaller_eps(dls, few, member, bs, eps, factors, biases, loss):
    """Only the steps that a row sleeps through are an approximation, of eps alone."""
    recipe = Recipe(epochs=1, bs=bs, wd=0.1, eps=eps)
    (torchs, records), (fused, fused_records) = fits(ENGINES, MEMBERS[member], few if bs == 1 else dls, recipe)
    for (name, expected), found in zip(torchs.named_parameters(), fused.parameters(), strict=True):
        assert relative(found, expected) < (biases if "bias" in name else factors), name
    assert fused_records[0].valid_loss == pytest.approx(records[0].valid_loss, abs=loss)
    assert fused_records[0].train_loss == pytest.approx(records[0].train_loss, abs=loss)


def test_two_epochs_of_movielens_end_at_the_same_loss(movielens):
    recipe = Recipe(epochs=2, wd=0.1)
    make = MEMBERS["EmbeddingDotBias"]
    (torchs, records), (fused, fused_records) = fits(ENGINES, make, movielens, recipe, k=50)
    assert fused_records[-1].valid_loss == pytest.approx(records[-1].valid_loss, abs=5e-4)
    for (name, expected), found in zip(torchs.named_parameters(), fused.named_parameters(), strict=True):
        assert relative(found[1], expected) < (0.002 if "bias" in name else 0.02), name


def test_a_row_never_touched_only_decays(dls):
    recipe = Recipe(epochs=2, wd=0.1)
    module = MEMBERS["EmbeddingDotBias"](len(dls.users), len(dls.items), 10, generator(7, "weights"))
    before = module.i_weight.weight.detach().clone()
    trainer = Trainer(FusedEngine(module), dls, recipe, order=generator(1, "batches"))
    list(trainer)
    asleep = torch.tensor(~dls.items.trained)
    kept = float(np.prod(1 - trainer.schedule.lr * recipe.wd))
    torch.testing.assert_close(module.i_weight.weight[asleep], before[asleep] * kept, rtol=1e-5, atol=0)


def test_a_second_fit_goes_on_with_the_moments_as_torch_does(dls):
    modules = [MEMBERS["DotProductBias"](len(dls.users), len(dls.items), 10, generator(7, "weights")) for _ in range(2)]
    engines = [AutogradEngine(modules[0]), FusedEngine(modules[1])]
    for engine in engines:
        trained(engine, dls, Recipe(epochs=1, wd=0.1), seed=1)
        trained(engine, dls, Recipe(epochs=1, wd=0.05, schedule="constant", eps=1e-6), seed=2)
    for (name, expected), found in zip(modules[0].named_parameters(), modules[1].parameters(), strict=True):
        assert relative(found, expected) < (0.002 if "bias" in name else 0.02), name


def test_looking_at_the_weights_changes_nothing(dls):
    modules = [
        MEMBERS["EmbeddingDotBias"](len(dls.users), len(dls.items), 10, generator(7, "weights")) for _ in range(2)
    ]
    for module, look in zip(modules, (False, True), strict=True):
        engine = FusedEngine(module)
        for event in Trainer(engine, dls, Recipe(epochs=2), order=generator(1, "batches")):
            if look and isinstance(event, BatchEnd):
                engine.sync()
    for expected, found in zip(modules[0].parameters(), modules[1].parameters(), strict=True):
        assert torch.equal(found, expected)


def test_an_exploding_fit_is_noticed_and_undone(dls):
    module = MEMBERS["DotProductBias"](len(dls.users), len(dls.items), 10, generator(7, "weights"))
    before = [p.detach().clone() for p in module.parameters()]
    y = dls.train_y.clone()
    y[5] = float("nan")
    parts = {"train_x": dls.train_x, "valid_x": dls.valid_x, "valid_y": dls.valid_y, "train_w": None, "valid_w": None}
    broken = SimpleNamespace(train_y=y, **parts)
    events = list(Trainer(FusedEngine(module), broken, Recipe(epochs=1), order=generator(1, "batches")))
    assert isinstance(events[-1], Diverged)
    assert all(torch.equal(p, b) for p, b in zip(module.parameters(), before, strict=True))


class Students(nn.Module):
    def __init__(self, users, items):
        super().__init__()
        self.user_factors, self.item_factors = nn.Embedding(users, 3), nn.Embedding(items, 3)

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.item_factors(x[:, 1])).sum(1)


def test_auto_takes_what_can_train_the_module(dls):
    assert cw.collab_learner(dls).engine == "fused"
    assert cw.collab_learner(dls, engine="autograd").engine == "autograd"
    assert cw.CollabLearner(dls, Students(len(dls.users), len(dls.items))).engine == "autograd"
    frozen = cw.DotProduct(len(dls.users), len(dls.items), 3)
    frozen.user_factors.weight.requires_grad_(False)
    assert cw.CollabLearner(dls, frozen).engine == "autograd"
    with pytest.raises(ValueError, match="not of the dot-product family"):
        cw.CollabLearner(dls, Students(len(dls.users), len(dls.items)), engine="fused")
    with pytest.raises(ValueError, match="choose one of auto, fused, autograd"):
        cw.collab_learner(dls, engine="als")


def test_a_changed_forward_is_not_taken_for_the_familys(dls):
    class Doubled(cw.DotProduct):
        def forward(self, x):
            return 2 * super().forward(x)

    class Named(cw.DotProduct):
        name = "mine"

    assert why_not_fused(cw.DotProduct(4, 4, 2)) == why_not_fused(Named(4, 4, 2)) == ""
    assert "Doubled" in why_not_fused(Doubled(4, 4, 2))
    tied = cw.DotProduct(4, 4, 2)
    tied.item_factors = tied.user_factors
    assert "two tables are one" in why_not_fused(tied)


def test_without_numba_autograd_takes_over():
    program = """
import sys
sys.modules["numba"] = None
import collabwidgets as cw
ratings, _ = cw.synthetic_ratings(40, 30, 600, seed=1)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), n_factors=3)
learn.start(epochs=1)
learn.wait()
print(learn.engine, learn.status)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["autograd", "ready"], done.stderr


@pytest.mark.alone
def test_it_says_that_it_compiles_and_keeps_the_code(tmp_path):
    program = """
import time, collabwidgets as cw
ratings, _ = cw.synthetic_ratings(40, 30, 600, seed=1)
learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), n_factors=3)
said = set()
learn.session.on_change(lambda: said.add(learn.message))
began = time.process_time()
learn.start(epochs=1)
learn.wait()
print(any("Compiling, once" in message for message in said), time.process_time() - began, learn.status)
"""
    environment = {"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""}
    first, second = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
        for _ in range(2)
    )
    said, seconds, status = first.stdout.split()
    assert (said, status) == ("True", "ready"), first.stderr
    assert float(seconds) < 15
    said, seconds, status = second.stdout.split()
    assert (said, status) == ("False", "ready"), second.stderr

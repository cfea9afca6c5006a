"""A rating of weight 3 trains as three equal ratings do, in every engine and by every loss."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import mean_absolute_error
from torch import nn

import collabwidgets as cw
from collabwidgets.models import CollabNN, DotProduct, DotProductBias, EmbeddingDotBias, EmbeddingNN, Ensemble, SVDpp
from collabwidgets.seeds import generator
from collabwidgets.training import Recipe, schedule_for
from collabwidgets.training.engines import choose_engine
from collabwidgets.training.lr_find import stable_lr

USERS, ITEMS, N, STEPS = 20, 15, 120, 3


def table():
    rng = np.random.default_rng(3)
    pairs = rng.permutation(USERS * ITEMS)[:N]
    return pd.DataFrame(
        {
            "user": pairs // ITEMS,
            "item": pairs % ITEMS,
            "rating": rng.integers(1, 6, N),
            "weight": rng.integers(1, 5, N),
        }
    )


@pytest.fixture(scope="module")
def both():
    """Loaders of weighted ratings, and of the same ratings repeated; one batch holds all of either."""
    frame, held_out = table(), np.arange(N) % 4 == 0
    weighted = cw.CollabDataLoaders.from_df(frame, weight_name="weight", split=held_out, seed=1, bs=1000)
    times = frame["weight"].to_numpy()
    rows = frame.loc[np.repeat(frame.index, times)].drop(columns="weight")
    return weighted, cw.CollabDataLoaders.from_df(rows, split=np.repeat(held_out, times), seed=1, bs=1000)


def batch():
    frame = table()
    x = torch.from_numpy(frame[["user", "item"]].to_numpy(copy=True)) + 1
    return (
        x,
        torch.from_numpy(frame["rating"].to_numpy(np.float32)),
        torch.from_numpy(frame["weight"].to_numpy(copy=True)),
    )


def source():
    return generator(7, "weights")


SIZES = [(USERS + 1, 6), (ITEMS + 1, 4)]
MODELS = {
    "DotProduct": lambda: DotProduct(USERS + 1, ITEMS + 1, 5, generator=source()),
    "DotProductBias": lambda: DotProductBias(USERS + 1, ITEMS + 1, 5, (0, 5.5), generator=source()),
    "EmbeddingDotBias": lambda: EmbeddingDotBias(5, USERS + 1, ITEMS + 1, generator=source()),
    "SVDpp": lambda: SVDpp(5, USERS + 1, ITEMS + 1, batch()[0], (0, 5.5), generator=source()),
    "EmbeddingNN": lambda: EmbeddingNN(SIZES, [], (0, 5.5), generator=source()),
    "CollabNN": lambda: CollabNN(*SIZES, n_act=8, generator=source()),
    "Ensemble": lambda: Ensemble(
        DotProductBias(USERS + 1, ITEMS + 1, 5, generator=generator(i, "weights")) for i in (1, 2)
    ),
}
LOSSES = {"L1Loss": nn.L1Loss(), "HuberLoss": nn.HuberLoss(delta=0.5), "smooth_l1_loss": F.smooth_l1_loss}
CASES = [
    *((model, "fused", None) for model in ("DotProduct", "DotProductBias", "EmbeddingDotBias", "SVDpp", "Ensemble")),
    *((model, "autograd", None) for model in MODELS),
    *((model, "autograd", loss) for model in ("EmbeddingDotBias", "SVDpp", "Ensemble") for loss in LOSSES),
]


def steps_by_torch(module, x, y, recipe, schedule, loss_func):
    """Losses of a few steps of torch's own AdamW."""
    optimizer, losses = torch.optim.AdamW(module.parameters(), eps=recipe.eps, weight_decay=0), []
    for lr, mom in zip(schedule.lr, schedule.mom, strict=True):
        for group in optimizer.param_groups:
            group.update(lr=float(lr), betas=(float(mom), recipe.sqr_mom))
        loss = loss_func(module(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


@pytest.mark.parametrize(("model", "engine", "loss"), CASES)
def test_steps_on_weighted_ratings_are_torchs_on_repeated_ones(model, engine, loss):
    """With a large eps a step of Adam grows with the gradient; with the usual one it has nearly its sign alone."""
    x, y, w = batch()
    repeated = x.repeat_interleave(w, 0), y.repeat_interleave(w)
    recipe = Recipe(bs=N, lr=0.05, wd=0, eps=0.05)
    schedule = schedule_for(recipe, STEPS)
    ours, theirs = MODELS[model](), MODELS[model]()
    trains = choose_engine(ours, engine, loss_func=LOSSES.get(loss))
    assert trains.name == engine
    trains.begin(x, y, recipe, schedule, w.float())
    losses = trains.run(torch.arange(N).repeat(STEPS), N, 0)
    trains.sync()
    loss_func = LOSSES.get(loss, nn.MSELoss())
    members = theirs.members if model == "Ensemble" else [theirs]
    expected = np.mean([steps_by_torch(each, *repeated, recipe, schedule, loss_func) for each in members], axis=0)
    np.testing.assert_allclose(losses, expected, rtol=1e-6)
    for (name, found), due in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(found.detach(), due.detach(), atol=1e-6, err_msg=name)
    with torch.no_grad():
        whole = float(loss_func(theirs(repeated[0]), repeated[1]))
    assert trains.loss(x, y, w.float()) == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize(
    "make",
    [{}, {"engine": "autograd"}, {"model": "svdpp"}, {"members": 2}, {"model": "nn"}, {"loss_func": nn.L1Loss()}],
    ids=str,
)
def test_history_and_answers_are_those_of_repeated_ratings(both, make):
    metrics = [mean_absolute_error, nn.HuberLoss(), F.mse_loss]
    weighted, repeated = (cw.collab_learner(dls, 4, y_range=(0, 5.5), metrics=metrics, **make) for dls in both)
    for learn in (weighted, repeated):
        learn.fit_one_cycle(2, 1e-2)
    found, expected = (learn.history.to_frame().drop(columns="seconds") for learn in (weighted, repeated))
    pd.testing.assert_frame_equal(found, expected, rtol=1e-5)
    assert weighted.baseline == pytest.approx(repeated.baseline, rel=1e-6)
    assert [*weighted.validate(), *weighted.validate(0)] == pytest.approx([*repeated.validate(), *repeated.validate(0)])
    errors = ["rmse", "mae", "rmse_user_mean", "mae_user_mean"]
    found, expected = (learn.evaluate().loc[errors, "value"] for learn in (weighted, repeated))
    pd.testing.assert_series_equal(found, expected, rtol=1e-5)
    assert (weighted.dls.n_train, weighted.dls.n_ratings) == (90, N)


def test_trials_of_learning_rates_count_the_weights(both):
    weighted, repeated = (cw.collab_learner(dls, 4, y_range=(0, 5.5)) for dls in both)
    losses = [learn.lr_find(num_it=8, show_plot=False).losses for learn in (weighted, repeated)]
    np.testing.assert_allclose(*losses, rtol=1e-5)
    tried = [
        stable_lr(learn.session.weights.trial_engine(), learn.dls, Recipe(lr=9.0, bs=1000))
        for learn in (weighted, repeated)
    ]
    assert tried[0] == tried[1] is not None


def test_a_checkpoint_knows_of_weights_and_warns_of_others(both, tmp_path):
    learn = cw.collab_learner(both[0], 4)
    learn.fit_one_cycle(1)
    file = learn.save(tmp_path / "model")
    alone = cw.load_learner(file)
    assert (alone.baseline, alone.dls.weight_name) == (learn.baseline, "weight")
    assert "weights: weight" in alone.dls.understood
    assert cw.load_learner(file, both[0]).validate() == learn.validate()
    unweighted = cw.CollabDataLoaders.from_df(table(), rating_name="rating", split=np.arange(N) % 4 == 0, seed=1)
    with pytest.warns(UserWarning, match="on other ratings"):
        cw.load_learner(file, unweighted)


def own(predictions, ratings):
    return (predictions - ratings).abs().mean()


class Scalar(nn.Module):
    """Says that it has a reduction, and ignores it."""

    reduction = "mean"

    def forward(self, predictions, ratings):
        return own(predictions, ratings)


@pytest.mark.parametrize("loss_func", [own, nn.L1Loss(reduction="sum")], ids=["own", "sum"])
def test_a_loss_that_cannot_be_weighted_is_refused(both, loss_func):
    with pytest.raises(ValueError, match=r"cannot be weighted; pass a loss with reduction=.*leave out weight_name="):
        cw.collab_learner(both[0], 4, loss_func=loss_func)
    cw.collab_learner(both[1], 4, loss_func=loss_func)


def test_a_loss_that_ignores_its_reduction_is_refused_when_it_is_used(both):
    learn = cw.collab_learner(both[0], 4, loss_func=Scalar())
    with pytest.raises(
        ValueError, match=r"loss_func Scalar with reduction=.* gave a tensor of shape .* a tensor with one number a"
    ):
        learn.fit_one_cycle(1)


def test_a_metric_that_cannot_be_weighted_is_refused(both):
    with pytest.raises(ValueError, match=r"metric own gives one number .* give it a parameter sample_weight"):
        cw.collab_learner(both[0], 4, metrics=own)
    learn = cw.collab_learner(both[0], 4)
    with pytest.raises(ValueError, match="metric own"):
        learn.fit_one_cycle(1, metrics=[own])
    assert learn.status == "untrained"

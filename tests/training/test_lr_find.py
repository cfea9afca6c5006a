"""The learning rate test leaves the learner alone and suggests a rate that trains."""

import numpy as np
import pytest
import torch

import collabwidgets as cw


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(200, 80, 8000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, bs=64, seed=5)


@pytest.mark.parametrize("make", [{}, {"use_nn": True, "layers": [10]}, {"members": 2}, {"model": "svdpp"}], ids=str)
def test_weights_history_and_batches_to_come_stay_as_they_are(dls, make):
    fits = []
    for looks in (False, True):
        learn = cw.collab_learner(dls, y_range=(0, 5.5), **make)
        learn.fit_one_cycle(1)
        if looks:
            before = learn.snapshot
            learn.lr_find(num_it=20, show_plot=False)
            assert learn.snapshot is before
            assert learn.status == "ready"
        learn.fit_one_cycle(1)
        fits.append(learn)
    assert np.array_equal(*(learn.snapshot.item_factors for learn in fits))
    assert np.array_equal(*(learn.history.batches()[1] for learn in fits))


def test_rates_grow_by_a_constant_factor_until_the_loss_has_exploded(dls):
    found = cw.collab_learner(dls, y_range=None).lr_find(show_plot=False)
    assert found.lrs[0] == pytest.approx(1e-7)
    np.testing.assert_allclose(np.diff(np.log(found.lrs)), np.log(1e8) / 100)
    assert len(found.lrs) < 100
    assert found.losses[-1] > 4 * found.losses.min()
    assert found.lrs[0] < found.valley < found.lrs[found.losses.argmin()]


def test_the_losses_are_those_of_torchs_own_optimizer(dls):
    learn = cw.collab_learner(dls, 4, y_range=(0, 5.5), engine="autograd", wd=0.1)
    found = learn.lr_find(num_it=30, stop_div=False, show_plot=False)
    model = cw.EmbeddingDotBias(4, len(dls.users), len(dls.items), (0, 5.5))
    model.load_state_dict(learn.model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), eps=1e-5, weight_decay=0.1)
    order = torch.randperm(dls.n_train, generator=cw.seeds.generator(learn.recipe.seed, "trial"))
    mean = 0.0
    for step, lr in enumerate(found.lrs):
        rows = order[step * 64 : (step + 1) * 64]
        optimizer.param_groups[0]["lr"] = lr
        loss = torch.nn.functional.mse_loss(model(dls.train_x[rows]), dls.train_y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        mean = 0.98 * mean + 0.02 * loss.item()
        assert found.losses[step] == pytest.approx(mean / (1 - 0.98 ** (step + 1)), rel=1e-4)


def test_the_suggested_rate_trains(dls):
    learn = cw.collab_learner(dls, y_range=(0, 5.5))
    learn.fit_one_cycle(3, learn.lr_find(show_plot=False).valley)
    assert learn.history.best.valid_loss < learn.baseline


def test_the_plot_has_the_curve_and_the_suggestion(dls):
    from matplotlib import pyplot as plt

    found = cw.collab_learner(dls, y_range=(0, 5.5)).lr_find()
    ax = plt.gca()
    assert ax.get_xscale() == "log"
    assert [line.get_label() for line in ax.lines][1] == f"valley: {found.valley:.2g}"
    plt.close("all")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"start_lr": 1.0, "end_lr": 0.1}, "must grow"),
        ({"start_lr": 0.0}, "from at least 1e-08"),
        ({"num_it": 5}, "from 6"),
        ({"num_it": 7.5}, "whole number"),
    ],
)
def test_impossible_trials_are_refused(dls, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        cw.collab_learner(dls).lr_find(show_plot=False, **settings)


def test_it_is_refused_while_the_weights_move(dls):
    learn = cw.collab_learner(dls, engine="autograd")
    learn.start(epochs=500)
    try:
        with pytest.raises(RuntimeError, match=r"or pause\(\) and wait\(\), then find"):
            learn.lr_find()
    finally:
        learn.stop()
        learn.wait()

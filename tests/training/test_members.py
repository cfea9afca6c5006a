"""Ensemble: several models trained side by side, each as it would be alone."""

import numpy as np
import pytest
import torch

import collabwidgets as cw


@pytest.fixture(scope="module")
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, bs=32, seed=5)


def trained(dls, **settings):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), **settings)
    learn.fit_one_cycle(3, 5e-3, wd=0.1)
    return learn


@pytest.mark.parametrize("engine", ["fused", "autograd"])
def test_the_first_member_is_the_model_that_would_be_trained_alone(dls, engine):
    alone, together = trained(dls, engine=engine), trained(dls, engine=engine, members=3)
    assert together.engine == engine
    for name, weights in alone.model.state_dict().items():
        assert torch.equal(weights, together.model.first.state_dict()[name])
    items = [4, 2]
    assert torch.equal(together.model.bias(items), together.model.first.bias(items))
    assert torch.equal(together.model.weight(items, is_item=False), together.model.first.weight(items, is_item=False))
    assert together.biases().equals(alone.biases())


def test_the_others_differ_and_each_has_learnt_as_much(dls):
    learn = trained(dls, members=4)
    losses = []
    for member in learn.model.members:
        with torch.no_grad():
            losses.append(float(((member(dls.valid_x) - dls.valid_y) ** 2).mean()))
    assert len(set(losses)) == 4
    assert max(losses) < 1.05 * min(losses)


def test_the_validation_loss_is_of_the_averaged_predictions(dls):
    learn = trained(dls, members=4)
    with torch.no_grad():
        mean = torch.stack([member(dls.valid_x) for member in learn.model.members]).mean(0)
    assert learn.history.epochs[-1].valid_loss == pytest.approx(float(((mean - dls.valid_y) ** 2).mean()), rel=1e-5)
    vocabs = (dls.classes[dls.user_name], dls.classes[dls.item_name])
    users, items = (
        [vocab[row] for row in rows] for vocab, rows in zip(vocabs, dls.valid_x[:9].T.tolist(), strict=True)
    )
    np.testing.assert_allclose(learn.predict(users, items), mean[:9], rtol=1e-5)


def test_an_unknown_user_is_the_average_one_in_every_member(dls):
    learn = trained(dls, members=2)
    item = dls.classes[dls.item_name][1]
    parts = []
    for member in learn.model.requires_grad_(False).members:
        rows = torch.as_tensor(np.flatnonzero(dls.users.trained))
        factors, bias = member.u_weight.weight[rows].mean(0), member.u_bias.weight[rows].mean()
        z = factors @ member.i_weight.weight[1] + bias + member.i_bias.weight[1, 0]
        parts.append(float(torch.sigmoid(z) * 5.5))
    assert learn.predict([9999], [item], unknown="average") == pytest.approx(np.mean(parts), rel=1e-5)


def test_best_weights_and_a_reset_are_those_of_every_member(dls):
    learn = cw.collab_learner(dls, n_factors=8, y_range=(0, 5.5), members=2)
    before = [p.detach().clone() for p in learn.model.parameters()]
    learn.fit_one_cycle(12, 0.05, wd=0.0, keep_best=True)
    best = learn.history.best
    assert best.epoch < 12
    with torch.no_grad():
        loss = float(((learn.model(dls.valid_x) - dls.valid_y) ** 2).mean())
    assert loss == pytest.approx(best.valid_loss, rel=1e-5)
    learn.reset()
    assert all(torch.equal(a, b) for a, b in zip(before, learn.model.parameters(), strict=True))


def test_it_says_whose_findings_are_shown(dls):
    assert "3 members, findings from the first" in repr(cw.collab_learner(dls, members=3))


@pytest.mark.parametrize("members", [0, True, 2.5, 1000])
def test_a_number_of_members_that_is_none_is_refused(dls, members):
    with pytest.raises(ValueError, match="members must be a whole number from 1 to 256"):
        cw.collab_learner(dls, members=members)


def test_neural_members_are_averaged_too(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5), members=2)
    learn.fit_one_cycle(1, 5e-3)
    assert len(learn.model.members) == 2
    assert learn.engine == "autograd"
    assert len(learn.neighbors(row=1, k=3, min_count=0)) == 3

"""The neural models are fastai's: sizes, layers and their order, starts, and the range of the result."""

import pytest
import torch
from torch import nn

import collabwidgets as cw


@pytest.fixture
def dls():
    ratings, _ = cw.synthetic_ratings(80, 60, 3000, n_factors=4, seed=1)
    return cw.CollabDataLoaders.from_df(ratings, bs=64, seed=5)


def test_sizes_follow_fastais_rule(dls):
    assert cw.get_emb_sz(dls) == [(81, round(1.6 * 81**0.56)), (61, round(1.6 * 61**0.56))]


def test_collab_nn_is_the_formula_of_the_chapter(dls):
    net = cw.CollabNN(*cw.get_emb_sz(dls), n_act=7, generator=torch.Generator().manual_seed(1))
    x, _ = dls.one_batch()
    both = torch.cat([net.user_factors.weight[x[:, 0]], net.item_factors.weight[x[:, 1]]], dim=1)
    first, last = net.layers[0], net.layers[2]
    out = (both @ first.weight.T + first.bias).clamp(min=0) @ last.weight.T + last.bias
    torch.testing.assert_close(net(x), 5.5 * torch.sigmoid(out[:, 0]))


def test_embedding_nn_has_fastais_layers(dls):
    net = cw.EmbeddingNN([(81, 19), (61, 16)], [10, 5], (0, 5.5), generator=torch.Generator().manual_seed(1))
    *hidden, last = net.layers
    assert [[type(layer) for layer in block] for block in hidden] == [[nn.Linear, nn.ReLU, nn.BatchNorm1d]] * 2
    assert [type(layer) for layer in last] == [nn.Linear]
    linears = [layer for block in (*hidden, last) for layer in block if isinstance(layer, nn.Linear)]
    assert [layer.bias is not None for layer in linears] == [False, False, True]
    norms = [layer for block in hidden for layer in block if isinstance(layer, nn.BatchNorm1d)]
    assert all((norm.bias == 1e-3).all() and (norm.weight == 1).all() for norm in norms)
    assert net(dls.one_batch()[0]).shape == (64,)


def test_a_generator_fixes_the_start_and_the_global_one_is_not_moved():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    one, two = (
        cw.EmbeddingNN([(81, 19), (61, 16)], [10], generator=torch.Generator().manual_seed(3)) for _ in range(2)
    )
    assert all(torch.equal(p, q) for p, q in zip(one.parameters(), two.parameters(), strict=True))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(0)
    bound = nn.Linear(35, 10, bias=False).weight.abs().max()
    assert one.layers[0][0].weight.detach().abs().max().item() == pytest.approx(bound.item(), rel=0.05)


def test_collab_learner_trains_the_neural_model_and_shows_its_map(dls):
    learn = cw.collab_learner(dls, use_nn=True, layers=[20, 10], y_range=(0, 5.5))
    assert type(learn.model).__name__ == "EmbeddingNN"
    assert learn.engine == "autograd"
    first = learn.snapshot.item_factors
    learn.fit_one_cycle(2, 1e-2, wd=0.1)
    y = learn.dls.valid_y
    assert learn.history.best.valid_loss < ((y - learn.dls.rating_mean) ** 2).mean().item()
    assert len(learn.pca(2, min_count=1)) == learn.dls.items.trained.sum()
    learn.reset()
    assert (learn.snapshot.item_factors == first).all()
    with pytest.raises(ValueError, match="emb_szs"):
        learn.reset(n_factors=5)
    with pytest.raises(ValueError, match='model="nn"'):
        cw.collab_learner(dls, layers=[5])

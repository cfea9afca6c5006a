"""SVD++ against its formula, written out over all pairs."""

import pytest
import torch

from collabwidgets.models import SVDpp, find_tables

N_USERS, N_ITEMS, K = 6, 5, 3
RATED = torch.tensor([[1, 1], [1, 2], [2, 1], [3, 4], [3, 4], [4, 2], [4, 3], [4, 1]])  # one pair stands there twice


@pytest.fixture
def model():
    module = SVDpp(K, N_USERS, N_ITEMS, RATED, (0, 5.5), generator=torch.Generator().manual_seed(0))
    for p in module.parameters():  # numbers large enough to matter
        p.data = torch.randn(p.shape, generator=torch.Generator().manual_seed(p.numel()))
    return module


def everyone():
    return torch.cartesian_prod(torch.arange(1, N_USERS), torch.arange(1, N_ITEMS))


def by_the_formula(model, x):
    """Koren's sum on both sides, with a dense table of who rated what."""
    rated = torch.zeros(N_USERS, N_ITEMS)
    rated[RATED[:, 0], RATED[:, 1]] = 1
    per_user, per_item = rated.sum(1, keepdim=True).clamp(min=1), rated.sum(0).unsqueeze(1).clamp(min=1)
    users = model.u_weight.weight + rated @ model.i_implicit.weight / per_user.sqrt()
    items = model.i_weight.weight + rated.T @ model.u_implicit.weight / per_item.sqrt()
    u, i = x[:, 0], x[:, 1]
    z = (users[u] * items[i]).sum(1) + model.u_bias.weight[u, 0] + model.i_bias.weight[i, 0]
    return torch.sigmoid(z) * 5.5


def test_predictions_are_the_formulas(model):
    torch.testing.assert_close(model(everyone()), by_the_formula(model, everyone()))


def test_gradients_are_those_of_the_dense_formula(model):
    x = everyone()
    target = torch.linspace(1, 5, len(x))
    ours = torch.autograd.grad(((model(x) - target) ** 2).mean(), list(model.parameters()))
    theirs = torch.autograd.grad(((by_the_formula(model, x) - target) ** 2).mean(), list(model.parameters()))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


def test_findings_are_made_from_the_whole_vectors(model):
    names = find_tables(model, N_USERS, N_ITEMS)
    assert (names.item_factors, names.item_bias) == ("i_weight", "i_bias")
    bias = model.u_bias.weight[1] + model.i_bias.weight[2]
    z = model.effective("u_weight")[1] @ model.effective("i_weight")[2] + bias
    torch.testing.assert_close(model(torch.tensor([[1, 2]])), torch.sigmoid(z) * 5.5)


def test_row_0_is_as_implicit_as_the_average_row(model):
    implicit = model.effective("u_weight") - model.u_weight.weight
    torch.testing.assert_close(implicit[0], implicit[[1, 2, 3, 4]].mean(0))  # user 5 rated nothing
    torch.testing.assert_close(implicit[5], torch.zeros(K))


def test_what_was_rated_is_no_weight(model):
    assert {name for name in model.state_dict() if "rate" in name} == set()


@pytest.mark.parametrize(
    ("rated", "sentence"),
    [
        (torch.zeros(4), r"int64 \[n, 2\].*torch.float32 \[4\]"),
        (torch.tensor([[1, 9]]), "names item row 9, but the model has 5"),
    ],
)
def test_pairs_that_are_none_are_refused(rated, sentence):
    with pytest.raises(ValueError, match=sentence):
        SVDpp(K, N_USERS, N_ITEMS, rated)

"""The dot-product family against numpy, and its names against fastai's."""

import numpy as np
import pytest
import torch

from collabwidgets.data import Vocab
from collabwidgets.models import DotProduct, DotProductBias, EmbeddingDotBias

PAIRS = torch.tensor([[1, 2], [3, 0], [3, 4]])


def logistic(x):
    return 1 / (1 + np.exp(-x))


def numbers(table):
    return table.weight.detach().numpy()


def test_dot_product_is_the_row_by_row_product():
    model = DotProduct(4, 5, 3)
    u, i = numbers(model.user_factors), numbers(model.item_factors)
    expected = [u[a] @ i[b] for a, b in PAIRS.tolist()]
    assert model(PAIRS).detach().numpy() == pytest.approx(expected)


def test_biased_dot_product_adds_both_biases_before_the_squeeze():
    model = DotProductBias(4, 5, 3, (0, 5.5))
    u, i = numbers(model.user_factors), numbers(model.item_factors)
    bu, bi = numbers(model.user_bias)[:, 0], numbers(model.item_bias)[:, 0]
    expected = [5.5 * logistic(u[a] @ i[b] + bu[a] + bi[b]) for a, b in PAIRS.tolist()]
    assert model(PAIRS).shape == (3,)
    assert model(PAIRS).detach().numpy() == pytest.approx(expected, rel=1e-5)


def test_embedding_dot_bias_predicts_like_the_biased_dot_product():
    ours, theirs = EmbeddingDotBias(3, 4, 5, (0, 5.5)), DotProductBias(4, 5, 3, (0, 5.5))
    for a, b in (
        ("u_weight", "user_factors"),
        ("i_weight", "item_factors"),
        ("u_bias", "user_bias"),
        ("i_bias", "item_bias"),
    ):
        getattr(theirs, b).load_state_dict(getattr(ours, a).state_dict())
    assert torch.allclose(ours(PAIRS), theirs(PAIRS))


def test_embedding_dot_bias_prints_as_the_chapter_shows_it():
    lines = [line.strip() for line in repr(EmbeddingDotBias(50, 944, 1665)).splitlines()]
    assert lines == [
        "EmbeddingDotBias(",
        "(u_weight): Embedding(944, 50)",
        "(i_weight): Embedding(1665, 50)",
        "(u_bias): Embedding(944, 1)",
        "(i_bias): Embedding(1665, 1)",
        ")",
    ]


def test_bias_and_weight_answer_by_name():
    classes = {"user": Vocab([7, 9]), "title": Vocab(["Alien", "Fargo"])}
    model = EmbeddingDotBias.from_classes(3, classes)
    assert torch.equal(model.bias(["Fargo", "Alien"]), model.i_bias.weight.detach()[[2, 1], 0])
    assert torch.equal(model.weight([9], is_item=False), model.u_weight.weight.detach()[[2]])
    with pytest.raises(ValueError, match="Fargo"):
        model.bias(["Fargoo"])

"""The small pieces against their formulas."""

import math

import pytest
import torch

from collabwidgets.models import Embedding, create_params, embedding_size, sigmoid_range
from collabwidgets.models.layers import checked_range


def test_embedding_starts_as_wrapped_normals_times_a_hundredth():
    drawn = torch.empty(400, 30).normal_(generator=torch.Generator().manual_seed(3))
    expected = torch.from_numpy(drawn.numpy() % (2 * drawn.sign().numpy())) * 0.01  # % keeps the divisor's sign
    weight = Embedding(400, 30, generator=torch.Generator().manual_seed(3)).weight
    assert torch.allclose(weight, expected, atol=1e-8)
    assert weight.abs().max() < 0.02


def test_embedding_with_a_generator_leaves_the_global_one_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    Embedding(5, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(torch.rand(1), expected)


def test_embedding_prints_as_an_embedding():
    assert repr(Embedding(944, 50)) == "Embedding(944, 50)"


def test_create_params_is_a_parameter_with_deviation_a_hundredth():
    table = create_params([2000, 20])
    assert isinstance(table, torch.nn.Parameter)
    assert table.std().item() == pytest.approx(0.01, rel=0.03)
    assert create_params(7).shape == (7,)


def test_sigmoid_range_is_the_scaled_logistic():
    assert sigmoid_range(torch.tensor(0.7), -1, 5.5).item() == pytest.approx(6.5 / (1 + math.exp(-0.7)) - 1)


@pytest.mark.parametrize(("n", "columns"), [(944, 74), (1665, 102), (2, 2), (10**7, 600)])
def test_embedding_size_is_fastais(n, columns):
    assert embedding_size(n) == columns


@pytest.mark.parametrize("y_range", [5, "05", ("a", "b"), (5, 0), (0, 1, 2), [[0, 5]]])
def test_what_is_no_pair_of_bounds_is_refused_in_one_sentence(y_range):
    with pytest.raises(ValueError, match="y_range must be two numbers, the lower first, such as"):
        checked_range(y_range)

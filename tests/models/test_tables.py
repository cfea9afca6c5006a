"""Tables are found in whatever way a student writes a module."""

import pytest
import torch
from torch import nn

from collabwidgets.models import DotProductBias, EmbeddingDotBias, create_params, find_tables


class ChaptersOwn(nn.Module):
    def __init__(self, n_users, n_movies, n_factors):
        super().__init__()
        self.user_factors = create_params([n_users, n_factors])
        self.user_bias = create_params([n_users])
        self.movie_factors = create_params([n_movies, n_factors])
        self.movie_bias = create_params([n_movies])


def test_tables_of_the_family_are_found():
    names = find_tables(EmbeddingDotBias(3, 4, 5), 4, 5)
    assert (names.user_factors, names.item_factors, names.user_bias, names.item_bias) == (
        "u_weight",
        "i_weight",
        "u_bias",
        "i_bias",
    )


def test_parameters_are_found_like_embeddings():
    names = find_tables(ChaptersOwn(4, 5, 3), 4, 5)
    assert (names.item_factors, names.item_bias) == ("movie_factors", "movie_bias")


def test_as_many_users_as_items_are_told_apart_by_name():
    names = find_tables(DotProductBias(5, 5, 3), 5, 5)
    assert (names.user_factors, names.item_bias) == ("user_factors", "item_bias")
    assert find_tables(ChaptersOwn(6, 6, 2), 6, 6).item_factors == "movie_factors"


def test_what_shape_and_name_leave_open_is_not_guessed():
    class TwoTables(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Embedding(5, 3), nn.Embedding(5, 3)

    assert find_tables(TwoTables(), 4, 5).item_factors is None
    assert find_tables(TwoTables(), 4, 5, item_factors="b").item_factors == "b"


def test_one_factor_is_no_bias_and_a_missing_bias_is_none():
    names = find_tables(ChaptersOwn(4, 5, 1), 4, 5)
    assert (names.item_factors, names.item_bias) == ("movie_factors", "movie_bias")
    assert find_tables(nn.Embedding(4, 3), 4, 5).item_bias is None


def test_a_wrong_name_and_a_wrong_size_say_what_is_there():
    model = ChaptersOwn(4, 5, 3)
    with pytest.raises(ValueError, match="movie_factors"):
        find_tables(model, 4, 5, item_factors="film_factors")
    with pytest.raises(ValueError, match="4 rows, but the data needs 5"):
        find_tables(model, 4, 5, item_factors="user_factors")
    assert torch.is_tensor(model.movie_bias)


def test_one_factor_and_a_bias_of_the_same_shape_are_told_apart():
    model = EmbeddingDotBias(1, 7, 5)
    names = find_tables(model, 7, 5)
    assert (names.item_factors, names.item_bias) == ("i_weight", "i_bias")
    assert (names.user_factors, names.user_bias) == ("u_weight", "u_bias")

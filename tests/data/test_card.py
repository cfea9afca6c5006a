"""The data card against pandas."""

import numpy as np
import pandas as pd
import pytest

from collabwidgets.data import CollabDataLoaders
from collabwidgets.data.card import MOST_BARS, data_card


@pytest.fixture
def ratings():
    random = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "user": random.integers(0, 30, 400),
            "title": [f"T{n:02}" for n in random.integers(0, 40, 400)],
            "rating": random.integers(1, 11, 400) / 2,
        }
    )


@pytest.mark.filterwarnings("ignore:.*more than once")
def test_bars_and_repeats_are_those_of_pandas(ratings):
    dls = CollabDataLoaders.from_df(ratings, item_name="title", seed=1)
    card = data_card(dls)
    expected = ratings["rating"].value_counts().sort_index()
    assert card.bars == tuple((value, value, n) for value, n in expected.items())
    again = ratings[ratings.duplicated(["user", "title"])]
    assert card.n_repeats == len(again) > 0
    assert {str(dls.items.names[row]) for row in card.repeated} == set(again["title"])
    assert str(dls.items.names[card.repeated[0]]) in again["title"].mode().to_list()


def test_ratings_of_many_values_come_in_few_bars(ratings):
    ratings = ratings.drop_duplicates(["user", "title"])
    ratings["rating"] += np.linspace(0, 0.4, len(ratings))
    card = data_card(CollabDataLoaders.from_df(ratings, item_name="title", seed=1))
    assert len(card.bars) == MOST_BARS
    assert sum(n for _, _, n in card.bars) == len(ratings)
    assert (card.repeated, card.n_repeats) == ((), 0)

"""The data card against pandas."""

import numpy as np
import pandas as pd
import pytest

from collabwidgets.data import CollabDataLoaders
from collabwidgets.data.card import MOST_BARS, data_card


@pytest.fixture
def ratings():
    random = np.random.default_rng(4)
    popular = np.minimum(random.pareto(0.8, 400).astype(int), 39)
    return pd.DataFrame(
        {
            "user": random.integers(0, 30, 400),
            "title": [f"T{n:02}" for n in popular],
            "rating": random.integers(1, 11, 400) / 2,
        }
    )


@pytest.fixture
def dls(ratings):
    return CollabDataLoaders.from_df(ratings, item_name="title", seed=1)


def test_bars_and_repeats_are_those_of_pandas(ratings, dls):
    card = data_card(dls)
    expected = ratings["rating"].value_counts().sort_index()
    assert card.values == tuple((value, value, n) for value, n in expected.items())
    again = ratings[ratings.duplicated(["user", "title"])]
    assert card.n_repeats == len(again) > 0
    assert {str(dls.items.names[row]) for row in card.repeated} == set(again["title"])
    assert str(dls.items.names[card.repeated[0]]) in again["title"].mode().to_list()
    assert [str(dls.items.names[row]) for row in card.never_trained] == [
        str(name) for name, trained in zip(dls.items.names[1:], dls.items.trained[1:], strict=True) if not trained
    ]


@pytest.mark.parametrize(("column", "bars"), [("title", "per_item"), ("user", "per_user")])
def test_each_title_and_user_is_in_the_bar_that_holds_its_ratings(ratings, dls, column, bars):
    counts = ratings[column].value_counts()
    card = data_card(dls)
    found = getattr(card, bars)
    for low, high, n in found:
        assert n == counts.between(low, high).sum()
    assert sum(n for *_, n in found) == len(counts)
    assert [low for low, *_ in found] == [found[0][0] * 2**bar for bar in range(len(found))]
    assert found[0][2] > 0
    assert getattr(card, f"median_{bars}") == counts.quantile(0.5, interpolation="lower")


def test_ratings_of_many_values_come_in_few_bars(ratings):
    ratings = ratings.drop_duplicates(["user", "title"])
    ratings["rating"] += np.linspace(0, 0.4, len(ratings))
    card = data_card(CollabDataLoaders.from_df(ratings, item_name="title", seed=1))
    assert len(card.values) == MOST_BARS
    assert sum(n for _, _, n in card.values) == len(ratings)
    assert (card.repeated, card.n_repeats) == ((), 0)

"""Where a frame came from is known as long as its rows are as they came."""

import json

import numpy as np
import pandas as pd
import pytest

from collabwidgets.data import CollabDataLoaders, load_movielens, synthetic_ratings
from collabwidgets.data.origin import origin_of


@pytest.fixture
def made() -> pd.DataFrame:
    return synthetic_ratings(30, 20, 300, seed=4, rating_range=None)[0]


def test_a_frame_says_by_which_call_it_was_made(made):
    expression = origin_of(made)
    assert expression == "cw.synthetic_ratings(30, 20, 300, seed=4, rating_range=None)[0]"
    assert origin_of(made[["user", "title", "rating"]]) == expression
    assert CollabDataLoaders.from_df(made, item_name="title").origin == expression


def test_numbers_of_numpy_are_said_as_python_writes_them():
    made, _ = synthetic_ratings(np.int64(30), 20, 300, seed=np.int64(4))
    assert origin_of(made) == "cw.synthetic_ratings(30, 20, 300, seed=4)[0]"
    assert json.loads(json.dumps(made.attrs))["collabwidgets"]["call"][1] == [30, 20, 300]  # as Parquet keeps it


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame[frame.rating > 3],
        lambda frame: frame.sample(frac=1, random_state=1),
        lambda frame: frame.assign(rating=frame.rating + 1),
        lambda frame: frame.assign(user=frame.user.astype(str) + "x"),
        lambda frame: frame.rename(columns={"user": "reader"}),
        lambda frame: pd.DataFrame(frame.to_dict("list")),
    ],
)
def test_a_frame_that_was_changed_is_the_callers_own(made, change):
    assert origin_of(change(made)) == ""


@pytest.mark.parametrize(
    "call",
    [
        ["print", [1], {}],
        ["load_movielens(__import__('os').getcwd()) or cw.load_movielens", [], {}],
        ["load_movielens", [], {"size=__import__('os').getcwd(), users": True}],
    ],
)
def test_only_a_call_of_ours_with_plain_values_is_taken_from_a_frame(made, call):
    made.attrs["collabwidgets"]["call"] = call  # as a file could have it
    assert origin_of(made) == ""


def test_movielens_and_files_are_known_by_their_call(movielens, tmp_path):
    assert origin_of(load_movielens()) == "cw.load_movielens('100k')"
    path = tmp_path / "ratings.csv"
    pd.DataFrame({"user": [1, 2], "item": [1, 2], "rating": [3, 4]}).to_csv(path, index=False)
    assert CollabDataLoaders.from_csv(path).origin == f"cw.read_ratings({str(path)!r})"


def test_ratings_have_a_name_as_long_as_they_are_all_there(movielens, tmp_path):
    whole = load_movielens()
    assert CollabDataLoaders.from_df(whole, item_name="title").name == "MovieLens 100K"
    assert CollabDataLoaders.from_df(whole[whole.rating > 3], item_name="title").name == ""
    assert CollabDataLoaders.from_df(whole, item_name="title", name="Films").name == "Films"
    path = tmp_path / "ratings.csv"
    pd.DataFrame({"user": [1, 2], "item": [1, 2], "rating": [3, 4]}).to_csv(path, index=False)
    assert CollabDataLoaders.from_csv(path).name == "ratings.csv"
    assert CollabDataLoaders.from_csv(path, name="Ours").name == "Ours"

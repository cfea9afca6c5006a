"""Columns are found by their names, as the data sets of this field have them; tables of any kind are taken."""

import numpy as np
import pandas as pd
import pytest

from collabwidgets import CollabDataLoaders
from collabwidgets.data.columns import find_columns

NOBODY = dict.fromkeys(("user", "item", "rating", "time"))
LAYOUTS = [
    ("MovieLens", "userId movieId rating timestamp", "userId movieId rating timestamp"),
    ("MovieLens with titles", "user movie rating timestamp title genres", "user movie rating timestamp"),
    ("Amazon 2018", "overall verified reviewTime reviewerID asin reviewerName unixReviewTime", None),
    ("Amazon 2023", "rating title text images asin parent_asin user_id timestamp helpful_vote", None),
    ("Book-Crossing", "User-ID ISBN Book-Rating", "User-ID ISBN Book-Rating"),
    ("Anime", "user_id anime_id rating", "user_id anime_id rating"),
    ("Goodreads", "user_id book_id is_read rating is_reviewed", "user_id book_id rating"),
    ("Yelp", "review_id user_id business_id stars useful funny cool text date", "user_id business_id stars date"),
    ("Last.fm", "userID artistID weight", "userID artistID weight"),
    ("Steam", "steam_id app_name hours", "steam_id hours"),
    ("Steam by title", "item_name playtime_forever user_id", "user_id item_name playtime_forever"),
    ("RateBeer", "beer_name review_overall review_profilename review_time", None),
    ("a shop", "customer product Feedback date", "customer product Feedback date"),
    ("the other way round", "rating item user", "user item rating"),
    ("the index of to_csv", "Unnamed:0 who title stars", "who title stars"),
    ("titles by name", "name title stars", "name title stars"),
    ("nothing known", "a b c d", "a b c"),
]
CHOSEN = {
    "Amazon 2018": "reviewerID asin overall unixReviewTime",
    "Amazon 2023": "user_id parent_asin rating timestamp",
    "RateBeer": "review_profilename beer_name review_overall review_time",
    "Steam": "steam_id app_name hours",
}


@pytest.mark.parametrize(("data", "names", "chosen"), LAYOUTS)
def test_columns_of_known_data_sets_are_found_by_name(data, names, chosen):
    found = find_columns(names.split(), set(names.split()), NOBODY)
    due = CHOSEN.get(data, chosen).split()
    assert [found.user, found.item, found.rating, found.time] == [*due, *[None] * (4 - len(due))]


def test_a_named_column_stands_above_every_known_name():
    found = find_columns(
        ["user", "movie", "title", "rating", "score"], {"rating", "score"}, NOBODY | {"rating": "score"}
    )
    assert str(found) == "users: user, items: movie, ratings: score"


def test_by_position_ratings_are_the_first_numbers_left():
    found = find_columns(["who", "what", "comment", "liked"], {"liked"}, NOBODY)
    assert found.rating == "liked"
    found = find_columns(["Date", "Name", "Year", "Letterboxd URI", "Rating"], {"Year", "Rating"}, NOBODY)
    assert str(found) == "users: Year (by position), items: Name, ratings: Rating, time: Date"


def test_text_beside_known_ids_is_no_rating():
    with pytest.raises(ValueError, match=r"no column of ratings .*count how often: ratings\.groupby"):
        find_columns(["visitorid", "itemid", "event"], {"visitorid", "itemid"}, NOBODY)


def test_a_time_is_never_taken_for_a_rating():
    with pytest.raises(ValueError, match=r"no column of ratings .*users: userId, items: movieId"):
        find_columns(["userId", "movieId", "timestamp"], {"timestamp"}, NOBODY)
    times = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2], "c": [881250949, 891717742, 878887116]})
    with pytest.warns(
        UserWarning, match=r"the ratings go from 8788871.. to 8917177.., as times in seconds do.*rating_name="
    ):
        CollabDataLoaders.from_df(times)


def long(n=60):
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {"userId": random.integers(1, 9, n), "title": [f"t{i}" for i in random.integers(0, 7, n)]}
    ).assign(rating=random.integers(1, 6, n))


def same(table, due=None):
    """Whether loaders of the table hold the ratings of `due`, by default of `long`."""
    dls = CollabDataLoaders.from_df(table, 0, seed=1)
    of_pandas = CollabDataLoaders.from_df(long() if due is None else due, 0, seed=1)
    return (dls.train_x == of_pandas.train_x).all() and dls.classes == of_pandas.classes


def test_polars_frames_lazy_or_not_are_taken():
    polars = pytest.importorskip("polars")
    table = polars.from_dict(long().to_dict("list"))
    assert same(table)
    assert same(table.lazy())
    assert same(table.with_columns(polars.col("title").cast(polars.Categorical)))


def test_arrow_tables_are_taken():
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table(long().to_dict("list"))
    assert same(table)


def test_whole_numbers_beside_a_gap_keep_all_digits():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"user": [2**60 + 1, None, 5], "item": ["a", "b", "c"], "rating": [1, 2, 3]})
    dls = CollabDataLoaders.from_df(table, 0, on_bad="drop")
    assert list(dls.classes["user"]) == ["#na#", 5, 2**60 + 1]


def test_levels_of_an_index_are_columns():
    assert same(long().set_index(["userId", "title"]))
    assert same(long().set_index(["userId", "title"])["rating"])
    assert same(long().set_index("title"))
    series = long().set_index(["userId", "title"])["rating"].rename_axis([None, None])
    assert list(CollabDataLoaders.from_df(series, 0).classes) == ["level 1", "level 2"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (long().groupby("userId"), r"a group-by; pass the table it was made of \(grouped\.obj\)"),
        (long()["rating"], "a Series of one column"),
    ],
)
def test_what_is_no_table_of_ratings_is_answered_with_what_is(table, sentence):
    with pytest.raises(TypeError, match=sentence):
        CollabDataLoaders.from_df(table)


@pytest.mark.parametrize("labelled", [True, False])
def test_a_wide_table_is_answered_with_the_line_that_reshapes_it(labelled):
    ratings = long().drop_duplicates(["userId", "title"])
    wide = ratings.pivot(index="userId", columns="title", values="rating").rename_axis(columns=None)
    wide = wide.reset_index() if labelled else wide.rename_axis(index=None)
    with pytest.raises(ValueError, match="as a table of users × items has") as error:
        CollabDataLoaders.from_df(wide)
    line = str(error.value).split("a rating: ")[1].split(". Where")[0]
    reshaped = eval(line, {"ratings": wide})
    assert CollabDataLoaders.from_df(reshaped, 0, seed=1).n_ratings == len(ratings)

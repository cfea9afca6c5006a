"""MovieLens 100K itself, from whichever place it was had: the facts that the rest is checked on."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from collabwidgets import CollabDataLoaders


def test_ratings_have_their_columns_and_types(ratings):
    assert ratings.columns.tolist() == ["user", "movie", "rating", "timestamp", "title", "genres"]
    assert [ratings[c].dtype for c in ratings.columns[:4]] == [np.int64] * 4
    assert not ratings.isna().any().any()


def test_ratings_are_those_of_grouplens(ratings):
    assert len(ratings) == 100_000
    assert ratings["user"].nunique() == 943
    assert ratings["movie"].nunique() == 1682
    assert ratings["title"].nunique() == 1664
    assert ratings["rating"].mean() == pytest.approx(3.530, abs=5e-4)
    assert ratings["rating"].var() == pytest.approx(1.267, abs=5e-4)
    # The first lines of u.data.
    first = [
        [196, 242, 3, 881250949],
        [186, 302, 3, 891717742],
        [22, 377, 1, 878887116],
        [244, 51, 2, 880606923],
    ]
    assert ratings.iloc[:4, :4].to_numpy().tolist() == first


def test_ratings_a_title_are_spread_as_the_chapter_says(ratings):
    counts = ratings["title"].value_counts()
    assert counts.median() == 27
    assert [(counts < n).sum() for n in (2, 5, 10, 20)] == [134, 322, 520, 733]
    assert [(counts >= n).sum() for n in (50, 100)] == [605, 338]
    assert counts.max() == 583


@pytest.mark.parametrize(
    ("title", "count", "mean", "rank"),
    [
        ("Shawshank Redemption, The (1994)", 283, 4.445, 21),
        ("Star Wars (1977)", 583, 4.358, 24),
        ("Silence of the Lambs, The (1991)", 390, 4.290, 33),
        ("Titanic (1997)", 350, 4.246, 46),
        ("L.A. Confidential (1997)", 297, 4.162, 64),
        ("Close Shave, A (1995)", 112, 4.491, 16),
        ("Beautician and the Beast, The (1997)", 86, 2.314, 1415),
        ("Crow: City of Angels, The (1996)", 39, 1.949, 1539),
        ("Home Alone 3 (1997)", 19, 1.895, 1544),
        ("Lawnmower Man 2: Beyond Cyberspace (1996)", 21, 1.714, 1564),
        ("Children of the Corn: The Gathering (1996)", 19, 1.316, 1592),
        ("Dial M for Murder (1954)", 68, 4.000, 135),
        ("Body Snatcher, The (1945)", 22, 3.500, 533),
    ],
)
def test_titles_have_the_counts_means_and_ranks_of_the_chapter(ratings, title, count, mean, rank):
    by_title = ratings.groupby("title")["rating"].agg(["count", "mean"])
    assert by_title.loc[title, "count"] == count
    assert by_title.loc[title, "mean"] == pytest.approx(mean, abs=5e-4)
    # Several titles share a mean; each may take any place among its equals.
    means = by_title["mean"]
    better, not_worse = (means > means[title]).sum(), (means >= means[title]).sum()
    assert better < rank <= not_worse


def test_side_tables_cover_every_user_and_movie(movielens):
    ratings, users, items = movielens
    assert users.columns.tolist() == ["user", "age", "gender", "occupation", "zip"]
    assert items.columns.tolist() == ["movie", "title", "year", "genres"]
    assert users["user"].tolist() == list(range(1, 944))
    assert items["movie"].tolist() == list(range(1, 1683))
    assert users.iloc[0].tolist() == [1, 24, "M", "technician", "85711"]
    assert users["gender"].value_counts().to_dict() == {
        "M": 670,
        "F": 273,
    }  # as its README and many a paper have it
    assert set(ratings["movie"]) == set(items["movie"])
    assert not users.isna().any().any()


def test_titles_years_and_genres_read_as_in_u_item(movielens):
    items = movielens[2].set_index("movie")
    assert items.loc[1].tolist() == ["Toy Story (1995)", 1995, "Animation|Children's|Comedy"]
    assert items.loc[267].tolist() == ["unknown", pd.NA, "unknown"]
    title = "Land Before Time III: The Time of the Great Giving (1995) (V)"
    assert items.loc[1412].tolist() == [title, 1995, "Animation|Children's"]
    assert items["year"].isna().sum() == 1
    assert items["genres"].str.split("|").explode().nunique() == 19


def test_titles_of_ratings_are_those_of_their_movies(movielens):
    ratings, _, items = movielens
    named = ratings.merge(items, on="movie", suffixes=("", "_of_item"))
    assert (named["title"] == named["title_of_item"]).all()
    assert (named["genres"] == named["genres_of_item"]).all()


@pytest.mark.alone
@pytest.mark.usefixtures("movielens")
def test_cached_tables_load_in_less_than_a_second():
    script = (
        "import pandas, time; from collabwidgets import load_movielens; start = time.process_time(); "
        "load_movielens('100k'); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1


def test_keyed_by_movie_every_rating_is_of_a_pair_of_its_own(ratings):
    dls = CollabDataLoaders.from_df(ratings, seed=42)
    assert dls.understood == "users: user, items: movie, ratings: rating, time: timestamp"
    assert (dls.n_users, dls.n_items) == (943, 1682)
    assert dls.classes["movie"][267] == 267
    assert dls.card.n_repeats == 0


def test_keyed_by_title_the_chapter_s_loaders_come_out(ratings):
    dls = CollabDataLoaders.from_df(ratings, item_name="title", bs=64, seed=42)
    assert (dls.n_users, dls.n_items) == (943, 1664)
    assert (dls.n_train, dls.n_valid, len(dls.train)) == (80_000, 20_000, 1250)
    assert dls.classes["user"].o2i[196] == 196
    star_wars = dls.items.index("Star Wars (1977)")
    assert star_wars == dls.classes["title"].index("Star Wars (1977)") == dls.classes["title"].o2i["Star Wars (1977)"]
    assert (dls.items.counts[star_wars], round(float(dls.items.means[star_wars]), 3)) == (583, 4.358)
    assert 10 < (~dls.items.trained[1:]).sum() < 50


def test_keyed_by_title_what_users_rated_under_both_ids_is_counted(ratings):
    twice = len(ratings) - len(ratings.drop_duplicates(["user", "title"]))
    dls = CollabDataLoaders.from_df(ratings, item_name="title")
    assert (dls.n_ratings, dls.card.n_repeats) == (100_000, twice)

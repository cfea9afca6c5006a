"""Titles beside ids: ids stay the keys, titles are what people read, and tables have both."""

import pandas as pd
import pytest

import collabwidgets as cw

RATINGS = pd.DataFrame(
    {
        "userId": [n % 12 for n in range(200)],
        "movieId": [10 * (n % 17) for n in range(200)],
        "rating": [1 + n % 5 for n in range(200)],
    }
)
TITLES = [f"Film {n}" for n in range(17)]
TITLES[3:5] = ["Twice", "Twice"]
TITLES[5] = "Tom &amp; Jerry"
MOVIES = pd.DataFrame({"movieId": [10 * n for n in range(17)], "genres": "Drama", "title": TITLES})


def loaders(items=MOVIES, **kw):
    return cw.CollabDataLoaders.from_df(RATINGS, seed=1, items=items, **kw)


@pytest.fixture(scope="module")
def learn():
    learn = cw.collab_learner(loaders(), 2)
    learn.fit_one_cycle(1)
    return learn


def test_tables_have_titles_and_ids_and_join(learn):
    for table in (learn.biases(min_count=0), learn.neighbors("Film 1", min_count=0), learn.pca(2, min_count=0)):
        assert table.columns[:2].tolist() == ["title", "movieId"]
        merged = table.merge(MOVIES, on="movieId")
        assert len(merged) == len(table)
        assert (merged["title_x"] == merged["title_y"].str.replace("&amp;", "&")).all()


def test_two_items_of_one_title_stay_two(learn):
    assert learn.dls.n_items == 17
    assert learn.dls.items.names.tolist().count("Twice") == 2
    assert learn.dls.items.index("Twice") in (4, 5)
    assert [learn.dls.items.index(known) for known in (30, 40, "40")] == [4, 5, 5]


def test_titles_are_found_by_their_text_and_ids_by_theirs(learn):
    assert (
        learn.recommend({"Film 2": 5}, min_count=0)["movieId"].tolist()
        == learn.recommend({20: 5}, min_count=0)["movieId"].tolist()
    )
    assert learn.predict([3], [20]) == learn.predict(3, 20)
    with pytest.raises(ValueError, match="there is no movieId 'Film 99'"):
        learn.dls.items.index("Film 99")


def test_what_was_joined_and_decoded_is_said():
    dls = loaders(MOVIES.iloc[1:])
    assert dls.notes == (
        "items are shown by title, joined by movieId",
        "1 of 17 items without a title (first: 0)",
        "HTML entities in the title of 1 items were decoded (first: 'Tom &amp; Jerry')",
        "left out of the side columns of items: genres (one value throughout); features= takes them",
    )
    assert dls.items.names[1] == "0"
    assert "Tom & Jerry" in dls.items.names


def test_a_checkpoint_keeps_the_titles(learn, tmp_path):
    loaded = cw.load_learner(learn.save(tmp_path / "m"))
    pd.testing.assert_frame_equal(loaded.biases(min_count=0), learn.biases(min_count=0))


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("sep", [",", "::", "|"])
def test_a_file_of_items_is_read(tmp_path, sep, header):
    lines = [sep.join(("movieId", "title", "genres"))] * header
    lines += [sep.join((str(row.movieId), f"{row.title}: a film", row.genres)) for row in MOVIES.itertuples()]
    (tmp_path / "movies.txt").write_text("\n".join(lines))
    dls = loaders(tmp_path / "movies.txt")
    assert dls.items.names[1:4].tolist() == ["Film 0: a film", "Film 1: a film", "Film 2: a film"]


def test_a_parquet_file_of_items_is_read(tmp_path):
    pytest.importorskip("polars").DataFrame(MOVIES.to_dict("list")).write_parquet(tmp_path / "movies")
    assert loaders(tmp_path / "movies").items.names.tolist() == loaders().items.names.tolist()


def test_users_have_names_too():
    people = pd.DataFrame({"userId": range(12), "name": [f"Ann {n}" for n in range(12)]})
    learn = cw.collab_learner(cw.CollabDataLoaders.from_df(RATINGS, seed=1, users=people), 2)
    table = learn.biases("users", min_count=0)
    assert (table["name"] == "Ann " + table["userId"].astype(str)).all()


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (MOVIES.assign(movieId=MOVIES["movieId"] + 1), r"none of the ids in column 'movieId' of items= \(first: '1'\)"),
        (MOVIES[["movieId"]], "items= has no column beside 'movieId'"),
    ],
)
def test_tables_that_do_not_fit_are_refused(items, sentence):
    with pytest.raises(ValueError, match=sentence):
        loaders(items)


def test_what_is_no_table_is_named_by_its_argument():
    with pytest.raises(TypeError, match="items= is a dict; pass a table of pandas"):
        loaders({10: "Film 1"})


def test_own_columns_of_the_map_are_joined_by_id(learn):
    scatter = cw.PCAScatter(learn, data=MOVIES.assign(year=range(1990, 2007)), color_by="genres", x="year", min_count=0)
    table = scatter.to_frame()
    assert (table["year"] == 1990 + table["movieId"] // 10).all()

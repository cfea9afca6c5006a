"""Side tables become a matrix by row of the vocabulary, as pandas joins and encodes them; context is of training."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import collabwidgets as cw

N = 240
RATINGS = pd.DataFrame(
    {
        "user": [n % 12 for n in range(N)],
        "movie": [10 * (n % 17) for n in range(N)],
        "rating": [1 + n * 7 % 5 for n in range(N)],
        "timestamp": [1_000_000_000 + 1000 * n for n in range(N)],
    }
).assign(title=lambda frame: "Film " + (frame["movie"] // 10 % 15).astype(str).str.zfill(2))  # two titles of two films
MOVIES = pd.DataFrame(
    {
        "movie": [10 * n for n in range(17)],
        "genres": ["Action|Comedy", "Drama", "Comedy", None] * 4 + ["Drama|Action"],
        "country": ["fr", "us", "us", "de", None, "us", "fr", "us"] * 2 + ["us"],
        "length": [80.0 + n if n % 5 else np.nan for n in range(17)],
        "released": pd.date_range("1990-01-01", periods=17, freq="YS"),
    }
)
PEOPLE = pd.DataFrame({"user": range(12), "age": range(20, 32), "member": [n % 3 == 0 for n in range(12)]})


def loaders(ratings=RATINGS, **kw):
    return cw.CollabDataLoaders.from_df(
        ratings, **{"seed": 3, "item_name": "movie", "items": MOVIES, "users": PEOPLE, **kw}
    )


def as_pandas(dls, side):
    features = getattr(dls, side).features
    return pd.DataFrame(features.dense(), columns=features.labels, index=getattr(dls, side).ids)


def test_columns_are_encoded_as_pandas_encodes_them():
    found = as_pandas(loaders(), "items").iloc[1:]
    table = MOVIES.set_index("movie")
    genres = table["genres"].str.get_dummies("|").assign(**{"#na#": table["genres"].isna()}).add_prefix("genres=")
    countries = pd.get_dummies(table["country"].fillna("#na#")).add_prefix("country=")
    days = (table["released"] - pd.Timestamp("1970-01-01")).dt.days
    numbers = pd.DataFrame({"length": table["length"], "released": days})
    numbers = ((numbers - numbers.mean()) / numbers.std(ddof=0)).fillna(0)
    expected = pd.concat([genres, countries, numbers], axis=1).astype(np.float32)
    pd.testing.assert_frame_equal(found.sort_index(axis=1), expected.sort_index(axis=1), check_names=False, rtol=1e-5)


def test_dates_are_read_as_pandas_reads_them():
    texts = ["1066-10-14", "1990-05-01 12:00", "2020-02-29"] * 5 + [None, "1990-05-01"]
    found = as_pandas(loaders(items=MOVIES[["movie"]].assign(released=texts)), "items")["released"].to_numpy()[1:]
    days = pd.Series(pd.to_datetime(pd.Series(texts), format="mixed")).to_numpy(dtype="datetime64[s]").astype(float)
    days[pd.isna(texts)] = np.nan
    expected = np.nan_to_num((days - np.nanmean(days)) / np.nanstd(days))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_decimals_are_numbers():
    lengths = list(map(Decimal, range(90, 90 + len(MOVIES))))
    (column,) = loaders(items=MOVIES[["movie"]].assign(length=lengths)).items.features.columns
    assert (column.kind, column.mean) == ("number", np.mean(range(90, 90 + len(MOVIES))))


def test_flags_are_categories_and_sentences_say_what_was_taken():
    dls = loaders()
    assert dls.users.features.labels == ["age", "member=False", "member=True"]
    assert dls.notes == (
        "side columns of users: age (number), member (2 values)",
        "side columns of items: genres (3 values, several each), country (3 values), length (number), released (date)",
        "4 of 17 items without genres: a category of their own",
        "2 of 17 items without country: a category of their own",
        "4 of 17 items without length: the mean in its place",
    )


def test_a_title_takes_its_first_row_by_the_id_that_both_tables_share():
    dls = loaders(item_name="title")
    found = as_pandas(dls, "items").iloc[1:]
    first = RATINGS.drop_duplicates("title").merge(MOVIES, on="movie").set_index("title")
    expected = first["country"].eq("us").loc[found.index]
    np.testing.assert_array_equal(found["country=us"], expected)
    assert not dls.items.title_name


def test_a_title_takes_its_first_row_of_a_table_of_titles():
    movies = MOVIES.assign(title="Film " + (MOVIES["movie"] // 10 % 15).astype(str).str.zfill(2))
    dls = loaders(item_name="title", items=movies, features=["length"])
    assert "2 rows of items= repeat a title; the first of each counts" in dls.notes
    np.testing.assert_array_equal(
        as_pandas(dls, "items").iloc[1:], as_pandas(loaders(item_name="title", features=["length"]), "items").iloc[1:]
    )


def test_lists_and_tables_of_polars_mean_what_text_and_pandas_mean():
    lists = MOVIES.assign(genres=MOVIES["genres"].fillna("").str.split("|"))
    columns = MOVIES.astype(object).where(MOVIES.notna(), None).to_dict("list")
    polars = pytest.importorskip("polars").DataFrame(columns)
    for table in (lists, polars):
        pd.testing.assert_frame_equal(as_pandas(loaders(items=table), "items"), as_pandas(loaders(), "items"))


def test_ids_that_are_missing_beside_are_said_and_have_the_missing_values():
    dls = loaders(items=MOVIES.drop(1))
    assert any(
        "1 of 17 items are not in items=, so their side columns are missing (first: 10)" in note for note in dls.notes
    )
    row = as_pandas(dls, "items").loc[10]
    assert row[row != 0].index.tolist() == ["genres=#na#", "country=#na#"]
    assert dls.items.features.known.tolist() == [False, True, False, *[True] * 15]


def test_features_choose_and_type_the_columns_of_both_tables():
    assert loaders(features={"age": "category", "length": "auto"}).users.features.labels[:2] == ["age=20", "age=21"]
    assert loaders(features=["length"]).users.features is None
    assert loaders(features=[]).items.features is None


def test_columns_of_no_use_are_left_out_unless_asked_for():
    people = PEOPLE.assign(zip=[f"{n:05}" for n in [0, 0, *range(10)]], planet="Earth")
    dls = loaders(users=people)
    assert dls.users.features.labels == ["age", "member=False", "member=True"]
    left_out = "left out of the side columns of users: zip (10 different values), planet (one value throughout)"
    assert f"{left_out}; features= takes them" in dls.notes
    assert len(loaders(users=people, features=["zip"]).users.features.labels) == 10


def test_nothing_of_a_held_back_rating_leaks_into_features_or_context():
    held = [n % 4 == 0 for n in range(N)]
    places = np.flatnonzero(held)
    changed = RATINGS.copy()
    changed.loc[places, "rating"] = 1
    changed.loc[places, "timestamp"] = 0
    before, after = (loaders(each, split=places.tolist(), context=["timestamp"]) for each in (RATINGS, changed))
    for side in ("users", "items"):
        pd.testing.assert_frame_equal(as_pandas(before, side), as_pandas(after, side))
    assert before.context.train.equal(after.context.train)
    assert before.context.mean == after.context.mean == RATINGS["timestamp"][~np.array(held)].mean()


def test_context_stands_beside_its_rating():
    ratings = RATINGS.assign(day=pd.to_datetime(RATINGS["timestamp"], unit="s"))
    dls = loaders(ratings, context=["timestamp", "day"], missing_rating=3)
    frame = dls.to_frame()
    for part, is_valid in ((dls.context.train, False), (dls.context.valid, True)):
        times = part[:, 0].numpy() * dls.context.scale[0] + dls.context.mean[0]
        order = dls._places[dls.n_train :] if is_valid else dls._places[: dls.n_train]
        np.testing.assert_allclose(times, RATINGS["timestamp"].to_numpy()[order.numpy()], atol=10)
        np.testing.assert_allclose(part[:, 0], part[:, 1], atol=1e-4)
        assert len(part) == (frame["valid"] == is_valid).sum()
    assert abs(dls.context.train.mean(dim=0)).max() < 1e-6


def test_context_of_a_second_table_is_read_there():
    late = RATINGS.iloc[200:]
    dls = loaders(RATINGS.iloc[:200], split=late, context=["timestamp"])
    times = dls.context.valid[:, 0].numpy() * dls.context.scale[0] + dls.context.mean[0]
    np.testing.assert_allclose(times, late["timestamp"], atol=10)


def test_somebody_given_by_attributes_is_a_row_of_the_matrix():
    features = loaders().users.features
    np.testing.assert_array_equal(features.encoded({"age": 24, "member": False}, "user_features"), features.dense()[5])
    np.testing.assert_allclose(features.encoded({}, "user_features"), features.dense()[1:].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"agee": 20},
            r"names 'agee', but the columns of the side table are 'age', 'member'. The nearest spelling is 'age'.",
        ),
        ({"member": "Tru"}, r"'member' has no value 'Tru'. The nearest spelling is 'True'."),
        ({"age": "old"}, r"'age' is 'old', but it must be a number"),
    ],
)
def test_unknown_attributes_are_named(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        loaders().users.features.encoded(given, "user_features")


@pytest.mark.parametrize(
    ("kw", "sentence"),
    [
        ({"features": ["genre"]}, r"features= names 'genre', but the columns .*The nearest spelling is 'genres'."),
        ({"features": {"genres": "text"}}, r"calls 'genres' 'text'; choose one of auto, category, many"),
        ({"features": {"country": "number"}}, r"column 'country' of items= holds no number"),
        ({"features": ["age"], "users": None, "items": None}, r"there is none; pass users= or items= a table"),
        ({"items": MOVIES[["movie"]]}, r"items= has no column beside 'movie'"),
        ({"context": ["time"]}, r"context= names 'time', but the columns of the ratings are 'user', 'movie'"),
        ({"context": ["rating"]}, r"context= names 'rating', which is no context"),
        ({"context": ["title"]}, r"column 'title' holds neither numbers nor dates"),
    ],
)
def test_what_cannot_be_used_is_named(kw, sentence):
    with pytest.raises(ValueError, match=sentence):
        loaders(**kw)


def test_two_shared_columns_of_ids_are_not_guessed_between():
    ratings = RATINGS.assign(asin=RATINGS["movie"])
    with pytest.raises(ValueError, match="share 'movie', 'asin', and either could join them"):
        loaders(ratings, item_name="title", items=MOVIES.assign(asin=MOVIES["movie"]))


def test_movielens_feeds_it_in_a_line(movielens):
    ratings, users, items = movielens
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=42, users=users, items=items)
    assert dls.items.features.shape == (1665, 20)
    assert dls.users.features.labels[:3] == ["age", "gender=F", "gender=M"]
    genres = ratings.drop_duplicates("title").set_index("title")["genres"].str.get_dummies("|").add_prefix("genres=")
    found = as_pandas(dls, "items").iloc[1:][genres.columns]
    assert (found.loc[genres.index] == genres).all(axis=None)


def test_users_and_items_without_a_rating_have_a_row_of_their_own():
    movies = pd.concat([MOVIES, pd.DataFrame({"movie": [5, 999], "genres": "Drama"})])
    dls = loaders(items=movies)
    assert list(dls.classes["movie"])[1:] == sorted(movies["movie"])
    rows = dls.classes["movie"].index([5, 999])
    assert dls.items.counts[rows].tolist() == [0, 0]
    assert not dls.items.trained[rows].any()
    assert dls.items.features.known[1:].all()
    assert "2 items of items= without a rating, known by side columns alone" in dls.notes
    pd.testing.assert_frame_equal(dls.to_frame(), loaders().to_frame())
    assert not set(rows) & set(dls.card.never_trained)


def test_titles_without_side_columns_add_no_rows():
    movies = pd.DataFrame({"movie": range(0, 300, 10), "title": [f"Film {n}" for n in range(30)]})
    assert loaders(items=movies).n_items == 17
    assert loaders(items=movies.assign(year=range(1990, 2020))).n_items == 30


@pytest.mark.parametrize("model", ["dot", "svdpp", "nn"])
def test_no_table_of_what_was_learnt_shows_a_row_that_was_never_rated(model):
    movies = pd.concat([MOVIES, pd.DataFrame({"movie": [5, 999], "genres": "Drama"})])
    people = pd.concat([PEOPLE, pd.DataFrame({"user": [99], "age": [50]})])
    learn = cw.collab_learner(loaders(items=movies, users=people), 3, model=model, seed=1)
    learn.fit_one_cycle(2)
    tables = [learn.pca(2, min_count=0), learn.embeddings()]
    if model != "nn":
        tables.append(learn.biases(min_count=0))
        assert 99 not in learn.biases("users")["user"].tolist()
    for table in tables:
        assert not {5, 999} & set(table["movie"])

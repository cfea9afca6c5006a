"""GroupLens' three formats, on small files; what is broken is said in a sentence and never used."""

import zipfile

import pandas as pd
import pytest

from collabwidgets import load_movielens
from collabwidgets.data import DataUnavailable
from collabwidgets.data.movielens_formats import BrokenTables, read_movielens

SIZES = {"100k": "u", "1m": "dat", "10m": "dat", "25m": "csv", "32m": "csv", "latest-small": "csv"}


@pytest.mark.parametrize(("size", "kind"), SIZES.items())
def test_every_size_is_read_from_a_zip_put_in_the_cache(cache, write_zip, small, size, kind):
    rows, titles, genres = small
    write_zip(cache / f"ml-{size}.zip", kind)
    ratings, items = load_movielens(size, items=True)
    assert ratings.columns.tolist() == ["user", "movie", "rating", "timestamp", "title", "genres"]
    less = 0.5 if kind == "csv" else 0
    due = [(u, m, r - less, t, titles[m], genres[m]) for u, m, r, t in rows]
    assert list(ratings.itertuples(index=False, name=None)) == due
    assert [ratings[c].dtype.kind for c in ("user", "movie", "timestamp")] == ["i"] * 3
    assert items["movie"].tolist() == [1, 2, 3, 4]
    assert items["title"].tolist() == list(titles.values())
    assert items["genres"].tolist() == list(genres.values())
    assert items["year"].tolist() == [1977, 1995, 1995, pd.NA]


@pytest.mark.parametrize("size", SIZES)
def test_the_unpacked_folder_gives_the_tables_of_the_zip(cache, write_zip, size):
    path = write_zip(cache / f"ml-{size}.zip", SIZES[size])
    has_users = size in ("100k", "1m")
    first = load_movielens(size, users=has_users, items=True)
    zipfile.ZipFile(path).extractall(cache)
    (unpacked,) = (entry for entry in cache.iterdir() if entry.is_dir())
    unpacked.rename(cache / f"ml-{size}")
    path.unlink()
    again = load_movielens(size, users=has_users, items=True)
    assert len(first) == 2 + has_users
    for table, kept in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(table, kept)


def test_users_of_100k_and_1m_have_the_same_columns(cache, write_zip):
    write_zip(cache / "ml-100k.zip", "u")
    write_zip(cache / "ml-1m.zip", "dat")
    _, of_100k = load_movielens("100k", users=True)
    _, of_1m = load_movielens("1m", users=True)
    columns = ["user", "age", "gender", "occupation", "zip"]
    assert of_100k.columns.tolist() == of_1m.columns.tolist() == columns
    assert of_100k.values.tolist() == [[1, 24, "M", "technician", "05201"], [2, 53, "F", "none", "T8H1N"]]
    assert of_1m.values.tolist() == [
        [1, 1, "F", "K-12 student", "05201"],
        [2, 56, "M", "self-employed", "70072"],
    ]


@pytest.mark.parametrize("size", ["10m", "25m", "32m", "latest-small"])
def test_sizes_without_a_table_of_users_say_so_before_they_load(cache, size):
    with pytest.raises(ValueError, match="has no table of users, only 100k and 1m do"):
        load_movielens(size, users=True)


def test_10m_in_utf8_and_1m_in_latin1_are_both_read(tmp_path, write_zip):
    line = "1::Star Wars: Épisode (1977)::Drama\n2::B (1990)::Drama\n3::C (1990)::Drama\n"
    for encoding in ("utf-8", "latin-1"):
        path = write_zip(tmp_path / "ml.zip", "dat", movies_dat=line.encode(encoding))
        assert read_movielens(path).items["title"][0] == "Star Wars: Épisode (1977)"


def test_titles_that_two_ids_share_stay_two_movies(tmp_path, write_zip):
    movies = b"movieId,title,genres\n1,Twice (1990),Drama\n2,Twice (1990),Drama\n3,C (1990),(no genres listed)\n"
    path = write_zip(tmp_path / "ml.zip", "csv", movies_csv=movies)
    items = read_movielens(path).items
    assert items["movie"].tolist() == [1, 2, 3]
    assert items["title"].tolist() == ["Twice (1990)", "Twice (1990)", "C (1990)"]


def test_large_sizes_store_each_title_once(cache, write_zip, small, monkeypatch):
    monkeypatch.setattr("collabwidgets.data.movielens_formats._TEXT_AS_CATEGORIES", 5)
    movies = b"movieId,title,genres\n1,Twice (1990),Drama\n2,Twice (1990),Drama\n3,C (1990),Comedy\n"
    write_zip(cache / "ml-25m.zip", "csv", movies_csv=movies)
    ratings = load_movielens("25m")
    assert isinstance(ratings["title"].dtype, pd.CategoricalDtype)
    due = {1: "Twice (1990)", 2: "Twice (1990)", 3: "C (1990)"}
    assert ratings["title"].tolist() == [due[m] for _, m, _, _ in small[0]]


BROKEN = [
    ("u", {"u_item": None}, "is damaged or not in its format .*u.item"),
    ("u", {"u_item": b"1|A (1990)|01-Jan-1995||\n"}, "u.item has 5 columns, 24 are due"),
    ("u", {"u_data": b""}, "u.data is empty"),
    ("u", {"u_item": b"1|A\n2|B|C\n"}, "not in its format"),
    ("u", {"u_data": b"1\t1\tfive\t3\n"}, "column rating is not all numbers"),
    ("u", {"u_data": b"1\t99\t5\t3\n"}, r"1 rated movies have no title \(first: 99\)"),
    ("u", {"u_data": b"1\t1\t\t3\n"}, "column rating is not all numbers"),
    ("dat", {"movies_dat": None}, "is damaged or not in its format .*movies.dat"),
    ("dat", {"movies_dat": b"1::A (1990)\n"}, "movies.dat has 2 fields a line"),
    ("dat", {"movies_dat": b"1::A::X\n1::B::Y\n"}, "movie 1 is listed twice"),
    ("dat", {"ratings_dat": b"1,2,3,4\n"}, "not in its format"),
    ("dat", {"users_dat": b"1::F::1::99::05201\n"}, "not in its format"),
    ("csv", {"movies_csv": b"movieId,title\n1,A\n"}, "a header lacks genres"),
    ("csv", {"ratings_csv": b"<html>404</html>\n"}, "a header lacks user, movie, rating, timestamp"),
    ("csv", {"ratings_csv": b"userId,movieId,rating,timestamp\n"}, "no ratings"),
]


@pytest.mark.parametrize(("kind", "changed", "sentence"), BROKEN)
def test_broken_files_are_refused_in_a_sentence(tmp_path, write_zip, kind, changed, sentence):
    path = write_zip(tmp_path / "ml.zip", kind, **changed)
    with pytest.raises(BrokenTables, match=sentence):
        read_movielens(path)


def test_a_zip_of_something_else_is_refused_with_what_it_holds(tmp_path):
    with zipfile.ZipFile(tmp_path / "ml.zip", "w") as archive:
        archive.writestr("holiday/photo.jpg", b"")
    with pytest.raises(BrokenTables, match=r"no u\.data, ratings\.dat or ratings\.csv but holiday"):
        read_movielens(tmp_path / "ml.zip")


@pytest.mark.parametrize("damage", ["cut", "flipped", "page"])
def test_a_damaged_zip_is_named_in_the_error(cache, write_zip, damage):
    path = write_zip(cache / "ml-25m.zip", "csv", tags_csv=b"x" * 100)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flipped":
        data[60:90] = bytes(255 - b for b in data[60:90])
    else:
        data = b"<html>log in to the network</html>"
    path.write_bytes(data)
    with pytest.raises(DataUnavailable, match=r"ml-25m\.zip cannot be used: .*; delete it\. Get http.*ml-25m\.zip"):
        load_movielens("25m")

"""Every kind of file that ratings come in, each from a small one written here."""

import gzip
import json
import sqlite3
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collabwidgets as cw
from collabwidgets import CollabDataLoaders, read_ratings

RATINGS = pd.DataFrame(
    {
        "userId": [12, 7, 7, 12, 30, 30],
        "title": ["Amélie", "Alien: 3", "Fargo", "Fargo", "Amélie", "Alien: 3"],
        "rating": [4.5, 3.0, 5.0, 2.5, 1.0, 4.0],
        "timestamp": [881250949, 881250950, 881250951, 881250952, 881250953, 881250954],
    }
)


def rows(frame):
    """Users, items and ratings, whatever their columns are called."""
    return list(frame.iloc[:, :3].itertuples(index=False, name=None))


DUE = rows(RATINGS)


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("sep", [",", "\t", ";", "|", "::"])
@pytest.mark.parametrize("header", [True, False])
def test_any_separator_with_and_without_a_header(tmp_path, sep, header):
    lines = [sep.join(map(str, row)) for row in RATINGS.itertuples(index=False)]
    text = "\n".join([sep.join(RATINGS.columns)] * header + lines) + "\n"
    frame = read_ratings(written(tmp_path / "ratings.txt", text))
    assert rows(frame) == DUE
    assert frame.columns.tolist() == (list(RATINGS) if header else ["user", "item", "rating", "timestamp"])
    assert frame.dtypes.iloc[0] == np.int64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_any_encoding(tmp_path, encoding):
    frame = read_ratings(written(tmp_path / "ratings.csv", RATINGS.to_csv(index=False), encoding))
    assert rows(frame) == DUE
    assert frame.columns[0] == "userId"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("header", [True, False])
def test_any_encoding_in_a_zip_or_gz(tmp_path, encoding, header):
    content = RATINGS.to_csv(index=False, header=header).encode(encoding)
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(content))
    path = zipped(tmp_path / "r.zip", ratings_csv=content)
    assert rows(read_ratings(tmp_path / "r.csv.gz")) == rows(read_ratings(path)) == DUE


def test_quotes_decimal_commas_and_blanks(tmp_path):
    text = '"User-ID";"ISBN";"Book-Rating"\n"12";"00345";"4,5"\n"7";"034545104X";"3,0"\n"7";"00345";"5,0"\n'
    frame = read_ratings(written(tmp_path / "books.csv", text))
    assert rows(frame) == [(12, "00345", 4.5), (7, "034545104X", 3.0), (7, "00345", 5.0)]


def test_a_decimal_comma_in_quotes_is_told_from_thousands(tmp_path):
    text = 'user,item,rating\n12,a,"4,5"\n7,b,"3,0"\n7,a,"5,0"\n'
    assert rows(read_ratings(written(tmp_path / "r.csv", text))) == [(12, "a", 4.5), (7, "b", 3.0), (7, "a", 5.0)]
    text = 'user,item,plays\n12,a,"4,500"\n7,b,"3,000"\n7,a,"5,000"\n'
    with pytest.raises(ValueError, match="plays"):
        CollabDataLoaders.from_file(written(tmp_path / "t.csv", text))


def test_titles_with_separators_and_quotes_in_them(tmp_path):
    ratings = RATINGS.assign(title=['"La" Cité, 1', "a;b", "c|d", "c|d", "it's", "a;b"])
    assert rows(read_ratings(written(tmp_path / "r.csv", ratings.to_csv(index=False)))) == rows(ratings)


@pytest.mark.parametrize("title", ["The Man of {}", "Tom &amp; {}", "a b c {}"])
def test_blanks_and_semicolons_in_titles_are_no_separators(tmp_path, title):
    ratings = RATINGS.assign(title=[title.format(n) for n in "aabbcc"])
    assert rows(read_ratings(written(tmp_path / "r.csv", ratings.to_csv(index=False)))) == rows(ratings)


def test_the_index_that_pandas_writes_is_no_user(tmp_path):
    assert rows(read_ratings(written(tmp_path / "r.csv", RATINGS.to_csv()))) == DUE


@pytest.mark.parametrize("above", ["# exported today\n", "Ratings\n\n", "sep=;\n", "\n\n"])
def test_a_heading_above_the_table_is_passed_over(tmp_path, above):
    assert rows(read_ratings(written(tmp_path / "r.csv", above + RATINGS.to_csv(index=False, sep=";")))) == DUE


@pytest.mark.parametrize("order", [[3, 0, 1, 2], [0, 1, 3, 2], [0, 1, 2, 3]])
def test_without_a_header_times_are_told_by_their_values(tmp_path, order):
    text = RATINGS.iloc[:, order].to_csv(index=False, header=False)
    frame = read_ratings(written(tmp_path / "r.csv", text))
    assert rows(frame) == DUE
    assert frame["timestamp"].tolist() == RATINGS["timestamp"].tolist()


def test_null_is_no_rating_and_no_time_but_may_be_a_title(tmp_path):
    text = RATINGS.assign(title="NULL").to_csv(index=False).replace("4.5,881250949", "NULL,NULL")
    text = text.replace(",5.0,", ",NULL,").replace(",2.5,", ",NULL,").replace(",1.0,", ",NULL,")
    frame = read_ratings(written(tmp_path / "ratings.csv", text))
    assert frame.isna().sum().tolist() == [0, 0, 4, 1]


def test_an_encoding_that_is_not_known_is_no_damage(tmp_path):
    path = written(tmp_path / "ratings.csv", RATINGS.to_csv(index=False))
    with pytest.raises(ValueError, match=r"encoding='utf9' is not known; pass one such as 'utf-8'"):
        read_ratings(path, encoding="utf9")


@pytest.mark.parametrize("first", ["5,6", "5,6,2,881250949,1"])
def test_no_line_of_another_width_is_lost_where_there_is_no_header(tmp_path, first):
    text = f"{first}\n{RATINGS.to_csv(index=False, header=False)}"
    assert len(read_ratings(written(tmp_path / "r.csv", text))) == len(RATINGS) + 1


def test_whole_numbers_of_64_bits_stay_numbers(tmp_path):
    ratings = RATINGS.assign(userId=[2**63 - 1, 5, 5, 2**63 - 1, 6, 6])
    assert read_ratings(written(tmp_path / "r.csv", ratings.to_csv(index=False)))["userId"].dtype == np.int64


@pytest.mark.parametrize("number", ["007", "12345678901234567890123", "9223372036854775808123"])
def test_leading_zeros_and_long_numbers_stay_whole(tmp_path, number):
    ratings = RATINGS.assign(userId=[number, "5", "5", number, "6", "6"])
    assert rows(read_ratings(written(tmp_path / "r.csv", ratings.to_csv(index=False)))) == rows(ratings)


def test_whole_numbers_of_64_bits_beside_a_gap_stay_whole(tmp_path):
    text = "user,item,rating\n9007199254740993,1,3\n,2,4\n9007199254740995,2,4\n"
    dls = CollabDataLoaders.from_file(written(tmp_path / "r.csv", text), on_bad="drop", valid_pct=0)
    assert list(map(str, dls.classes["user"])) == ["#na#", "9007199254740993", "9007199254740995"]


def test_text_among_whole_numbers_far_down_makes_all_of_them_text(tmp_path):
    body = "".join(f"{n % 50},{n % 60},{n % 5}\n" for n in range(150_000))
    frame = read_ratings(written(tmp_path / "r.csv", "user,item,rating\n" + body + "anna,3,4\n"))
    assert set(frame["user"]) == {*map(str, range(50)), "anna"}
    assert frame["item"].dtype == np.int64


@pytest.mark.parametrize(("n_before", "n"), [(300, 1), (150_000, 20_000)])
def test_leading_zeros_far_down_are_kept(tmp_path, n_before, n):
    body = "".join(f"{n % 50 + 1},{n % 60 + 1},{n % 5}\n" for n in range(n_before))
    codes = "".join(f"{n % 50 + 1},{n % 60:05},3\n" for n in range(n))
    frame = read_ratings(written(tmp_path / "r.csv", "user,item,rating\n" + body + codes))
    assert frame["item"].iloc[-1] == f"{(n - 1) % 60:05}"
    assert frame["user"].dtype == np.int64


def test_bytes_that_are_no_utf8_far_down_are_read_as_latin_1(tmp_path):
    body = "".join(f"u{n % 50},{n % 60},{n % 5}\n" for n in range(150_000))
    (tmp_path / "r.csv").write_bytes(b"user,item,rating\n" + body.encode() + "josé,3,4\n".encode("latin-1"))
    assert read_ratings(tmp_path / "r.csv")["user"].iloc[-1] == "josé"


@pytest.mark.parametrize(("ending", "module"), [("gz", gzip), ("zst", None)])
def test_compressed_files(tmp_path, ending, module):
    module = module or pytest.importorskip("backports.zstd")
    (tmp_path / f"r.csv.{ending}").write_bytes(module.compress(RATINGS.to_csv(index=False).encode()))
    assert rows(read_ratings(tmp_path / f"r.csv.{ending}")) == DUE


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("kept", [0.3, 0.98])
def test_a_compressed_file_that_was_cut_off_is_damaged_and_a_whole_one_is_read_to_its_end(tmp_path, frames, kept):
    zstd = pytest.importorskip("backports.zstd")
    text = "user,item,rating\n" + "".join(f"u{n * n % 977},i{n % 89},{n % 5}\n" for n in range(60_000))
    pieces = [text[at : at + len(text) // frames + 1] for at in range(0, len(text), len(text) // frames + 1)]
    packed = b"".join(zstd.compress(piece.encode()) for piece in pieces)
    assert len(read_ratings(written_bytes(tmp_path / "whole.csv.zst", packed))) == 60_000
    with pytest.raises(ValueError, match="is damaged"):
        read_ratings(written_bytes(tmp_path / "cut.csv.zst", packed[: int(kept * len(packed))]))


def written_bytes(path, content):
    path.write_bytes(content)
    return path


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def test_of_a_zip_or_folder_the_table_of_ratings_is_taken(tmp_path):
    others = {"README_txt": "hello", "films_csv": "movieId,genres\n1,Drama\n2,Comedy\n"}
    path = zipped(tmp_path / "r.zip", ratings_csv=RATINGS.to_csv(index=False), **others)
    assert rows(read_ratings(path)) == DUE
    zipfile.ZipFile(path).extractall(tmp_path / "folder")
    assert rows(read_ratings(tmp_path / "folder")) == DUE


def test_of_several_tables_that_may_be_meant_all_are_named(tmp_path):
    text = RATINGS.to_csv(index=False)
    with pytest.raises(ValueError, match=r"several tables that may be the ratings: train\.csv, test\.csv; pass"):
        read_ratings(zipped(tmp_path / "r.zip", train_csv=text, test_csv=text))
    with pytest.raises(ValueError, match="holds no table: photo"):
        read_ratings(zipped(tmp_path / "p.zip", photo_png="x"))


@pytest.mark.parametrize("kind", ["u", "dat", "csv"])
def test_movielens_by_zip_and_by_folder_comes_with_titles(tmp_path, write_zip, small, kind):
    path = write_zip(tmp_path / "ml.zip", kind)
    zipfile.ZipFile(path).extractall(tmp_path)
    (folder,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
    for source in (path, folder):
        frame = read_ratings(source)
        assert frame["title"].tolist() == [small[1][movie] for _, movie, *_ in small[0]]
        dls = CollabDataLoaders.from_file(source, seed=1)
        assert "by position" not in dls.understood
        assert dls.items.names.tolist() == ["#na#", *list(small[1].values())[:3]]
        assert list(dls.classes["movieId" if kind == "csv" else "movie"]) == ["#na#", 1, 2, 3]


@pytest.mark.parametrize("kind", ["parquet", "ipc"])
def test_parquet_and_feather(tmp_path, kind):
    polars = pytest.importorskip("polars")
    table = polars.from_dict(RATINGS.assign(text="long").to_dict("list"))
    getattr(table, f"write_{kind}")(tmp_path / "r.bin")
    frame = read_ratings(tmp_path / "r.bin")
    assert rows(frame) == DUE
    assert "text" not in frame


def test_excel(tmp_path):
    pytest.importorskip("openpyxl")
    RATINGS.to_excel(tmp_path / "r.xlsx", index=False)
    assert rows(read_ratings(tmp_path / "r.xlsx")) == DUE


def test_json_lines_and_arrays(tmp_path):
    records = json.loads(RATINGS.assign(text="{}").to_json(orient="records"))
    lines = "".join(json.dumps(record) + "\n" for record in records)
    assert rows(read_ratings(written(tmp_path / "r.json", lines))) == DUE
    assert rows(read_ratings(written(tmp_path / "a.json", json.dumps(records)))) == DUE


def test_files_of_recbole(tmp_path):
    named = RATINGS.set_axis(["user_id:token", "item_id:token", "rating:float", "timestamp:float"], axis=1)
    frame = read_ratings(written(tmp_path / "ml.inter", named.to_csv(index=False, sep="\t")))
    assert rows(frame) == DUE
    assert frame.columns.tolist() == ["user_id", "item_id", "rating", "timestamp"]


def test_titles_of_recbole_are_in_the_file_beside(tmp_path):
    interactions = "user_id:token\titem_id:token\trating:float\n1\t7\t3\n2\t7\t4\n2\t9\t5\n"
    path = written(tmp_path / "ml.inter", interactions)
    written(
        tmp_path / "ml.item",
        "item_id:token\tmovie_title:token_seq\trelease_year:token\n9\tFargo\t1996\n7\tAlien\t1979\n",
    )
    dls = CollabDataLoaders.from_file(path, seed=1)
    assert dls.items.names.tolist() == ["#na#", "Alien", "Fargo"]
    assert dls.made_by.arguments["items"] == str(tmp_path / "ml.item")


def test_blocks_of_netflix(tmp_path):
    text = "1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n2:\n1488844,4,2005-10-19\n"
    assert rows(read_ratings(written(tmp_path / "combined_data_1.txt", text))) == [
        (1488844, 1, 3), (822109, 1, 5), (1488844, 2, 4)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_tables_and_queries_of_databases(tmp_path, kind):
    path = tmp_path / "r.db"
    database = sqlite3 if kind == "sqlite" else pytest.importorskip("duckdb")
    connection = database.connect(str(path))
    connection.execute("CREATE TABLE ratings (userId BIGINT, title TEXT, rating REAL)")
    connection.executemany("INSERT INTO ratings VALUES (?, ?, ?)", DUE)
    connection.commit()
    connection.close()
    assert rows(read_ratings(path)) == DUE
    assert len(read_ratings(path, query="SELECT * FROM ratings WHERE rating > 3")) == 3
    with pytest.raises(ValueError, match=r"cannot answer 'SELECT nothing'"):
        read_ratings(path, query="SELECT nothing")
    connection = database.connect(str(path))
    connection.execute("CREATE TABLE films (title TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(ValueError, match=r"the tables (ratings, films|films, ratings); name one by table="):
        read_ratings(path)
    assert rows(read_ratings(path, table="ratings")) == DUE


PACKED = gzip.compress(b"user,item,rating\n1,2,3\n" * 99, mtime=0)  # no clock: its bytes name the test in each worker
BROKEN = [
    (b"", "is empty"),
    (b"\x7fELF\x02\x01\0\0\1\2\3" * 50, "is no text but a binary file"),
    (b"PK\x03\x04half a zip", "is damaged"),
    (PACKED[:40], "is damaged"),
    (b"SQLite format 3\0" + b"x" * 200, "is damaged"),
    (b'{"user": 1, "item": 2, "rating": 3}\n{"user": 1, "it', "cannot be read as a table"),
    (b"hello\nworld\n", "no column of items .*read with sep="),
    (b"PAR1 PAR1", "is damaged"),
    (PACKED[:20] + b"x" * 99, "is damaged"),
    (b"<!DOCTYPE html><html><body>Sign in, please</body></html>", "is a page of HTML"),
    (b"%PDF-1.4 %", "is a PDF document"),
    (b"user,rating,title\n1,3,Alien\n1,4,Fargo\n2,3,Lion, The\n", "lines of more than 3 fields, as where 'title' has"),
]


@pytest.mark.parametrize(("data", "sentence"), BROKEN)
def test_what_cannot_be_read_is_answered_in_one_sentence(tmp_path, data, sentence):
    (tmp_path / "r.bin").write_bytes(data)
    with pytest.raises(ValueError, match=sentence) as error:
        CollabDataLoaders.from_file(tmp_path / "r.bin")
    assert "r.bin" in str(error.value) or "column" in str(error.value)


def test_a_damaged_file_in_a_folder_is_said_to_be_so(tmp_path):
    (tmp_path / "r.csv.gz").write_bytes(PACKED[:40])
    with pytest.raises(ValueError, match="is damaged"):
        read_ratings(tmp_path)


def test_a_file_that_is_missing_is_said_to_be_so():
    with pytest.raises(FileNotFoundError, match=r"there is no file 'nowhere\.csv'"):
        CollabDataLoaders.from_csv("nowhere.csv")


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    written(tmp_path / "r.csv", RATINGS.to_csv(index=False))
    assert len(CollabDataLoaders.from_file("~/r.csv").to_frame()) == len(RATINGS)


def test_what_is_warned_of_is_warned_of_at_the_callers_line(tmp_path):
    path = written(tmp_path / "r.csv", RATINGS.assign(rating=3).to_csv(index=False))
    for load in (CollabDataLoaders.from_csv, lambda path: CollabDataLoaders.from_df(pd.read_csv(path))):
        with pytest.warns(UserWarning, match="all ratings are 3") as caught:
            load(path)
        assert caught[0].filename == __file__


def test_loaders_of_a_file_are_those_of_its_frame_and_say_how_to_make_it(tmp_path):
    path = written(tmp_path / "ratings.csv", RATINGS.to_csv(index=False, sep=";"))
    dls = CollabDataLoaders.from_file(path, item_name="title", seed=1)
    assert dls.name == "ratings.csv"
    assert dls.understood == "users: userId, items: title, ratings: rating, time: timestamp"
    again = CollabDataLoaders.from_df(eval(dls.origin, {"cw": cw}), item_name="title", seed=1)
    assert (again.checksum, repr(again)) == (dls.checksum, repr(dls))
    assert CollabDataLoaders.from_csv(path, item_name="title", seed=1).checksum == dls.checksum


@pytest.mark.parametrize("text", [RATINGS.to_csv(index=False), RATINGS.to_csv(index=False, quoting=2, sep="\t")])
def test_polars_reads_large_files_as_pandas_does(tmp_path, monkeypatch, text):
    pytest.importorskip("polars")
    path = written(tmp_path / "r.csv", text + text.partition("\n")[2])
    by_pandas = read_ratings(path)
    monkeypatch.setattr("collabwidgets.data.text_tables._LARGE", 0)
    asked = []
    monkeypatch.setattr("collabwidgets.data.text_tables._by_pandas", lambda *how: asked.append(how))
    pd.testing.assert_frame_equal(read_ratings(path), by_pandas)
    assert asked == []


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2**63 - 1), words.map(str.strip).filter(bool), st.integers(1, 10)), min_size=2),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_that_pandas_writes_comes_back_whole(tmp_path_factory, ratings, sep, encoding):
    frame = pd.DataFrame(ratings, columns=["user", "item", "rating"])
    path = tmp_path_factory.mktemp("any") / "r.csv"
    path.write_bytes(frame.to_csv(index=False, sep=sep, quoting=2).encode(encoding))
    found = read_ratings(path, sep=sep)
    assert found["rating"].tolist() == frame["rating"].tolist()
    assert list(map(str, found["item"])) == list(map(str, frame["item"]))
    assert list(map(str, found["user"])) == list(map(str, frame["user"]))


RANDOM = np.random.default_rng(5)
N = 400
USERS, ITEMS = RANDOM.integers(1, 30, N), RANDOM.integers(1, 25, N)
STARS = RANDOM.choice([1, 2, 3, 4, 5], N, p=[0.06, 0.11, 0.27, 0.34, 0.22])
OUT_OF_TEN = 2 * STARS - RANDOM.integers(0, 2, N)


def lines(*columns, sep=",", header=""):
    rows = (sep.join(map(str, row)) for row in zip(*columns, strict=True))
    return "".join(f"{line}\n" for line in filter(None, (header, *rows)))


SHAPES = {
    "MovieLens latest-small": (
        lines(USERS, ITEMS, STARS - 0.5, 964982703 + USERS, header="userId,movieId,rating,timestamp"),
        "users: userId, items: movieId, ratings: rating, time: timestamp",
        "",
    ),
    "Book-Crossing": (
        lines(
            [f'"{n}"' for n in USERS],
            [f'"{n:09}X"' for n in ITEMS],
            [f'"{n}"' for n in np.where(RANDOM.random(N) < 0.6, 0, OUT_OF_TEN)],
            sep=";",
            header='"User-ID";"ISBN";"Book-Rating"',
        ),
        "users: User-ID, items: ISBN, ratings: Book-Rating",
        "missing_rating=0",
    ),
    "Anime": (
        lines(USERS, ITEMS, np.where(RANDOM.random(N) < 0.2, -1, OUT_OF_TEN), header="user_id,anime_id,rating"),
        "users: user_id, items: anime_id, ratings: rating",
        "missing_rating=-1",
    ),
    "Amazon's ratings only": (
        lines([f"B{n:09}" for n in ITEMS], [f"A{n}XK" for n in USERS], STARS - 0.0, 1353196800 + USERS),
        "users: user, items: item, ratings: rating, time: timestamp; by position, as the file has no header",
        "",
    ),
    "Amazon's reviews": (
        lines(
            [
                json.dumps(
                    {"overall": float(s), "reviewerID": f"A{u}", "asin": f"{i:010}", "unixReviewTime": 1353196800}
                )
                for u, i, s in zip(USERS, ITEMS, STARS, strict=True)
            ]
        ),
        "users: reviewerID, items: asin, ratings: overall, time: unixReviewTime",
        "",
    ),
    "Steam-200k": (
        lines(USERS, [f'"Game, {n}"' for n in ITEMS], ["play"] * N, np.round(RANDOM.lognormal(1, 2.5, N), 1), [0] * N),
        "users: column 1, items: column 2, ratings: column 4; by position, as the file has no header",
        'scale="log"',
    ),
    "Last.fm": (
        lines(USERS, ITEMS, RANDOM.zipf(1.4, N), sep="\t", header="userID\tartistID\tweight"),
        "users: userID, items: artistID, ratings: weight",
        'scale="log"',
    ),
    "Yelp": (
        lines(
            [
                json.dumps(
                    {
                        "review_id": "r",
                        "user_id": f"u{u}",
                        "business_id": f"b{i}",
                        "stars": float(s),
                        "date": "2014-02-13",
                    }
                )
                for u, i, s in zip(USERS, ITEMS, STARS, strict=True)
            ]
        ),
        "users: user_id, items: business_id, ratings: stars, time: date",
        "",
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_of_this_field_are_understood_and_odd_values_are_said(tmp_path, shape):
    text, understood, advice = SHAPES[shape]
    dls = CollabDataLoaders.from_file(written(tmp_path / "ratings", text), seed=1)
    assert dls.understood == understood
    assert dls.n_ratings == N
    assert len(dls.notes) == bool(advice)
    assert advice in "".join(dls.notes)

"""The real MovieLens 100K, and small zips written in GroupLens' three formats."""

import zipfile

import pytest

from collabwidgets import load_movielens

# Each format's files as GroupLens writes them: the same five ratings of two users in all three, and a fourth
# movie that nobody rated; titles have a colon, a comma, quotation marks and an accent.
RATINGS = [
    (1, 2, 3, 881250949),
    (1, 1, 5, 881250950),
    (2, 1, 4, 881250951),
    (2, 3, 1, 881250952),
    (2, 2, 2, 881250953),
]
TITLES = {
    1: "Star Wars: Episode IV (1977)",
    2: 'Cité, "La" (1995)',
    3: "American President, The (1995) (V)",
    4: "unknown",
}
GENRES = {1: "Action|Sci-Fi", 2: "Fantasy", 3: "Comedy|Drama", 4: "unknown"}
FLAGS = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|"
    "Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
)


def _u_files():
    flags = {m: "|".join(str(int(g in GENRES[m].split("|"))) for g in FLAGS.split("|")) for m in TITLES}
    items = "".join(f"{m}|{t}|01-Jan-1995|||{flags[m]}\n" for m, t in TITLES.items())
    return {
        "ml-100k/u.data": "".join("\t".join(map(str, row)) + "\n" for row in RATINGS).encode(),
        "ml-100k/u.item": (items + "\n").encode("latin-1"),
        "ml-100k/u.user": b"1|24|M|technician|05201\n2|53|F|none|T8H1N\n",
    }


def _dat_files():
    return {
        "ml-1m/ratings.dat": "".join("::".join(map(str, row)) + "\n" for row in RATINGS).encode(),
        "ml-1m/movies.dat": "".join(f"{m}::{t}::{GENRES[m]}\n" for m, t in TITLES.items()).encode("latin-1"),
        "ml-1m/users.dat": b"1::F::1::10::05201\n2::M::56::16::70072\n",
    }


def _csv_files():
    def quoted(text):
        return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text

    movies = "".join(f"{m},{quoted(t)},{GENRES[m]}\r\n" for m, t in TITLES.items())
    ratings = "".join(f"{u},{m},{r - 0.5},{t}\r\n" for u, m, r, t in RATINGS)
    return {
        "ml-25m/ratings.csv": ("userId,movieId,rating,timestamp\r\n" + ratings).encode(),
        "ml-25m/movies.csv": ("movieId,title,genres\r\n" + movies).encode(),
        "ml-25m/tags.csv": b"userId,movieId,tag,timestamp\r\n",
    }


FILES = {"u": _u_files, "dat": _dat_files, "csv": _csv_files}


@pytest.fixture
def write_zip():
    def write(path, kind, **changed):
        """A zip of the kind u, dat or csv; `changed` replaces the bytes of files, None leaves one out."""
        files = FILES[kind]()
        for name, data in changed.items():
            full = next(f for f in files if f.endswith("/" + name.replace("_", ".")))
            files[full] = data
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                if data is not None:
                    archive.writestr(name, data)
        return path

    return write


@pytest.fixture(scope="session")
def small():
    """What the small zips hold: ratings, titles and genres by movie."""
    return RATINGS, TITLES, GENRES


@pytest.fixture(scope="session")
def movielens():
    """The real ratings, users and items of MovieLens 100K."""
    return load_movielens("100k", users=True, items=True)


@pytest.fixture(scope="session")
def ratings(movielens):
    return movielens[0]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and a machine on which GroupLens cannot be reached."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("COLLABWIDGETS_DATA", str(folder))
    monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", "http://127.0.0.1:9/")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    folder.mkdir()
    return folder

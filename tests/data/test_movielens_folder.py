"""The folder of MovieLens 100K's own files."""

import pandas as pd
import pytest

from collabwidgets.data import DataUnavailable
from collabwidgets.data.movielens import movielens_folder


def test_grouplens_own_files_come_out_of_its_zip_untouched(cache, write_zip):
    write_zip(cache / "ml-100k.zip", "u")
    folder = movielens_folder()
    assert folder == cache / "ml-100k"
    assert (folder / "u.data").read_text().startswith("1\t2\t3\t881250949\n")
    assert "01-Jan-1995" in (folder / "u.item").read_text(encoding="latin-1")
    (folder / "u.info").write_text("mine")
    assert (movielens_folder() / "u.info").read_text() == "mine"  # what is there is not written again


def test_the_chapters_two_tables_are_the_whole_of_movielens(ratings):
    folder = movielens_folder()
    read = pd.read_csv(folder / "u.data", delimiter="\t", header=None, names=["user", "movie", "rating", "timestamp"])
    pd.testing.assert_frame_equal(read, ratings[read.columns])
    titles = pd.read_csv(
        folder / "u.item", delimiter="|", encoding="latin-1", usecols=(0, 1), names=("movie", "title"), header=None
    )
    assert len(titles) == 1682
    merged = read.merge(titles)
    assert merged["title"].tolist() == ratings["title"].tolist()
    users = pd.read_csv(folder / "u.user", sep="|", header=None)
    assert users.shape == (943, 5)
    assert pd.read_csv(folder / "u.item", sep="|", encoding="latin-1", header=None).shape == (1682, 24)


def test_without_any_data_the_error_says_where_to_put_the_zip(cache):
    with pytest.raises(DataUnavailable, match="put it unopened at"):
        movielens_folder()
    assert list(cache.iterdir()) == []

"""Where the files come from, and what a user reads when they cannot be had."""

import contextlib
import http.server
import socket
import subprocess
import threading

import pandas as pd
import pytest

from collabwidgets import load_movielens
from collabwidgets.cli import main
from collabwidgets.data import DataUnavailable
from collabwidgets.data.movielens import cache_folder


@contextlib.contextmanager
def server(folder):
    """A web server of a folder; gives its address and the paths it was asked for."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=folder)

        def log_message(self, *args):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/", asked
        running.shutdown()
        thread.join()


def test_the_cache_is_the_variable_s_folder_else_the_platform_s(monkeypatch, tmp_path):
    monkeypatch.setenv("COLLABWIDGETS_DATA", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("COLLABWIDGETS_DATA", "~/data")
    assert cache_folder() == tmp_path.home() / "data"
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("COLLABWIDGETS_DATA")
        else:
            monkeypatch.setenv("COLLABWIDGETS_DATA", unset)
        assert cache_folder().name == "collabwidgets"


def test_an_unknown_size_lists_the_sizes():
    with pytest.raises(
        ValueError, match="size='100K' is not known; choose one of 100k, 1m, 10m, 25m, 32m, latest-small"
    ):
        load_movielens("100K")


def test_the_zip_of_the_server_is_kept_and_asked_for_once(cache, tmp_path, write_zip, monkeypatch):
    write_zip(tmp_path / "ml-latest-small.zip", "csv")
    with server(tmp_path) as (url, asked):
        monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", url)
        first = load_movielens("latest-small")
        second = load_movielens("latest-small")
    pd.testing.assert_frame_equal(first, second)
    assert asked == ["/ml-latest-small.zip"]
    assert sorted(path.name for path in cache.iterdir()) == ["ml-latest-small.zip"]


def test_a_page_in_place_of_the_zip_is_not_kept(cache, tmp_path, monkeypatch):
    (tmp_path / "ml-1m.zip").write_text("<html>log in</html>")
    with server(tmp_path) as (url, _):
        monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", url)
        with pytest.raises(DataUnavailable, match="is damaged or not in its format"):
            load_movielens("1m")
    assert list(cache.iterdir()) == []


def test_an_answer_of_not_found_is_in_the_error(cache, tmp_path, monkeypatch):
    with server(tmp_path) as (url, _):
        monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", url)
        with pytest.raises(DataUnavailable, match="HTTPError: 404"):
            load_movielens("1m")


def test_a_server_that_never_answers_is_given_up(cache, monkeypatch):
    monkeypatch.setattr("collabwidgets.data.movielens._READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(DataUnavailable, match="ReadTimeout"):
            load_movielens("1m")


def test_without_network_the_error_says_where_to_put_which_zip(cache):
    with pytest.raises(DataUnavailable) as error:
        load_movielens("100k")
    (sentence,) = str(error.value).splitlines()
    url = "http://127.0.0.1:9/ml-100k.zip"
    assert sentence.startswith(f"{cache / 'ml-100k.zip'} with MovieLens 100K is missing and could not be downloaded")
    assert f"Get {url} by any means, put it unopened at {cache / 'ml-100k.zip'}" in sentence
    assert "(ConnectionError: " in sentence
    assert "COLLABWIDGETS_DATA" in sentence
    assert isinstance(error.value, OSError)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
    assert list(cache.iterdir()) == []


def test_the_demo_without_data_and_network_prints_that_sentence(cache, capsys):
    assert main(["demo", "--no-browser"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"collabwidgets: {cache / 'ml-100k.zip'} with MovieLens 100K is missing")
    assert told.count("\n") == 1


def test_nothing_is_asked_of_pip(cache, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(DataUnavailable):
        load_movielens("100k")


def test_a_zip_put_in_place_of_another_is_read_anew(cache, write_zip, small):
    write_zip(cache / "ml-25m.zip", "csv")
    assert len(load_movielens("25m")) == len(small[0])
    data = b"userId,movieId,rating,timestamp\n1,1,4.5,7\n"
    write_zip(cache / "ml-25m.zip", "csv", ratings_csv=data)
    assert load_movielens("25m")["rating"].tolist() == [4.5]


def test_a_cache_that_cannot_be_made_is_said_to_be_so(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COLLABWIDGETS_DATA", str(tmp_path / "file" / "cache"))
    with pytest.raises(OSError, match=r"Not a directory.*COLLABWIDGETS_DATA"):
        load_movielens("1m")

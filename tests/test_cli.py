"""The command line: trains in the terminal, refuses in a sentence, hands its ratings to the served notebook."""

from __future__ import annotations

import socket
import sys
import warnings
from pathlib import Path

import pytest

import collabwidgets as cw
from collabwidgets.app.served import RatingsSource
from collabwidgets.cli import main


@pytest.fixture
def ratings_csv(tmp_path: Path) -> Path:
    ratings, _ = cw.synthetic_ratings(80, 30, 1_500, n_factors=2, seed=3)
    path = tmp_path / "ratings.csv"
    ratings[["rating", "title", "user"]].to_csv(path, index=False)
    return path


COLUMNS = ["--user", "user", "--item", "title", "--rating", "rating"]


def test_train_prints_the_epochs_and_both_ends_of_the_ranking(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(ratings_csv), *COLUMNS, "--epochs", "2", "--factors", "4"]) == 0
    printed = capsys.readouterr().out
    assert "80 users × 30" in printed
    assert "users: user, items: title, ratings: rating\n" in printed
    assert printed.count("Title ") == 10


def test_what_train_has_saved_is_what_the_page_shows_first(
    ratings_csv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLABWIDGETS_RATINGS", "{}")
    monkeypatch.chdir(ratings_csv.parent)
    options = ["--epochs", "2", "--factors", "4", "--seed", "7", "--checkpoint", "model.safetensors"]
    assert main(["train", ratings_csv.name, *COLUMNS, *options]) == 0
    assert "Saved as model.safetensors" in capsys.readouterr().out
    columns = {"user_name": "user", "item_name": "title", "rating_name": "rating"}
    RatingsSource(ratings_csv.name, columns, "model.safetensors").to_environment()
    monkeypatch.chdir("/")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as of another split: it is the one that train was told
        learn = RatingsSource.from_environment().shown()
    assert (learn.status, learn.epoch, learn.n_factors, learn.dls.seed) == ("ready", 2.0, 4, 7)


def test_a_checkpoint_that_is_not_there_is_told_with_what_makes_it(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dashboard", str(ratings_csv), "--checkpoint", "nowhere.safetensors"]) == 1
    assert capsys.readouterr().err == (
        f"collabwidgets: there is no checkpoint nowhere.safetensors; collabwidgets train {ratings_csv} "
        "--checkpoint nowhere.safetensors makes one\n"
    )


def test_a_path_may_begin_at_home(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(ratings_csv.parent))
    assert main(["dashboard", f"~/{ratings_csv.name}", "--checkpoint=~/nowhere.safetensors"]) == 1
    assert f"there is no checkpoint {ratings_csv.parent}/nowhere.safetensors; " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "dashboard"])
def test_a_missing_file_is_told_in_one_sentence(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "nowhere.csv"]) == 1
    assert capsys.readouterr().err == "collabwidgets: there is no file 'nowhere.csv'; pass the path of a table\n"


def test_a_column_that_is_not_there_is_told_before_anything_is_served(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dashboard", str(ratings_csv), "--item", "movie"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert "movie" in told


def test_an_error_of_a_column_names_the_option_that_chooses_it(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratings_csv.write_text("who,item_name,stars\nann,Alien,good\nbob,Fargo,bad\n")
    assert main(["train", str(ratings_csv)]) == 1
    assert "or name another column by --rating" in capsys.readouterr().err
    assert main(["train", str(ratings_csv), "--item", "film"]) == 1
    told = capsys.readouterr().err
    assert "'item_name'" in told
    assert "--item names 'film', but the columns of the ratings are" in told


@pytest.mark.parametrize("command", ["demo", "dashboard ratings.csv"])
@pytest.mark.parametrize("number", ["-1", "two", "1.5"])
def test_a_number_of_warm_kernels_that_is_none_is_told_in_a_sentence(
    command: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), f"--warm-kernels={number}"])
    assert f"'{number}' is not a whole number from 0" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["demo", "dashboard"])
def test_the_help_says_what_a_warm_kernel_costs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "each takes about 215 MB of memory, 0 turns it off" in told


@pytest.mark.parametrize("reads", ["os.environ['QUERY_STRING']", "os.environ['VOILA_REQUEST_URL']"])
def test_a_notebook_that_reads_the_request_before_it_is_there_is_not_kept_warm(
    reads: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = tmp_path / "own.ipynb"
    notebook.write_text(f'{{"cells": [{{"cell_type": "code", "source": "import os; {reads}"}}]}}')
    assert main(["dashboard", str(notebook), "--warm-kernels", "1"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert "leave out --warm-kernels, or read the query by voila.utils.get_query_string()" in told


def test_without_voila_it_says_what_to_install(
    ratings_csv: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "collabwidgets.app.server", raising=False)
    monkeypatch.setitem(sys.modules, "voila", None)
    monkeypatch.setitem(sys.modules, "voila.app", None)
    monkeypatch.setenv("COLLABWIDGETS_RATINGS", "{}")
    assert main(["dashboard", str(ratings_csv), *COLUMNS]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert 'pip install "collabwidgets[app]"' in told


def test_the_served_notebook_reads_the_ratings_of_the_command_line(
    ratings_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLABWIDGETS_RATINGS", "{}")
    monkeypatch.chdir(ratings_csv.parent)
    RatingsSource(ratings_csv.name, {"item_name": "title"}).to_environment()
    monkeypatch.chdir("/")
    learn = RatingsSource.from_environment().learner()
    assert (learn.n_users, learn.n_items, learn.status) == (80, 30, "untrained")
    low, high = learn.model.y_range
    assert low < learn.dls.rating_range[0] < learn.dls.rating_range[1] < high


def test_what_values_look_like_is_printed_with_the_option_to_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{n % 9};{n % 11};{(0, 7, 0, 8, 5)[n % 5] + n % 2 * (n % 5 == 1)}" for n in range(300)]
    path = tmp_path / "books.csv"
    path.write_text("User-ID;ISBN;Book-Rating\n" + "\n".join([*lines, "4;;5", "1;2;1"]))
    options = ["--epochs", "1", "--factors", "2"]
    assert main(["train", str(path), *options]) == 1
    assert "leave them out" in (told := capsys.readouterr().err)
    assert "pass --drop-bad" in told
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(["train", str(path), "--drop-bad", *options]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "users: User-ID, items: ISBN, ratings: Book-Rating\n1 row without an id in 'ISBN' left out\n" in out
    assert "looks like 'not rated'; --missing-rating 0 leaves these out" in out
    assert main(["train", str(path), "--drop-bad", "--missing-rating", "0", *options]) == 0
    assert "with a rating of 0, which stands for none, left out" in capsys.readouterr().out


def test_a_port_that_is_taken_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("voila")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["demo", "--no-browser", "--port", port]) == 1
    assert capsys.readouterr().err == f"collabwidgets: port {port} is taken; pass another, or none to get a free one\n"


def test_titles_and_a_split_are_taken_from_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.csv").write_text("".join(f"{n % 9},{n % 11},{1 + n % 5}\n" for n in range(300)))
    (tmp_path / "m.csv").write_text("id,title\n" + "".join(f"{n},Film {n}\n" for n in range(11)))
    options = ["--items", str(tmp_path / "m.csv"), "--split", "stable:0.3", "--epochs", "1", "--factors", "2"]
    assert main(["train", str(tmp_path / "r.csv"), *options]) == 0
    printed = capsys.readouterr().out
    assert "items are shown by title, joined by item" in printed
    assert printed.count("Film ") == 10

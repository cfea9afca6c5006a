"""What `make movielens` fills the cache with where GroupLens cannot be reached."""

from __future__ import annotations

import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from collabwidgets import load_movielens
from collabwidgets.data.movielens import movielens_folder

SCRIPT = Path(__file__).parents[2] / ".ci" / "movielens.py"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The script's names; the cache is an empty folder, and GroupLens is out of reach."""
    monkeypatch.setenv("COLLABWIDGETS_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr("collabwidgets.data.movielens.GROUPLENS", "http://127.0.0.1:9/")
    return runpy.run_path(str(SCRIPT))


def test_the_wheel_gives_the_tables_and_files_of_grouplens(script, tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        patched.delenv("COLLABWIDGETS_DATA")
        known = load_movielens("100k", users=True, items=True)
    try:
        script["download"]()
    except ValueError as error:
        pytest.skip(f"the index cannot be reached: {error}")
    script["main"]()
    for table, due in zip(load_movielens("100k", users=True, items=True), known, strict=True):
        pd.testing.assert_frame_equal(table, due)
    folder = movielens_folder()
    assert sorted(path.name for path in folder.iterdir()) == ["u.data", "u.genre", "u.item", "u.user"]
    first = (folder / "u.item").read_text(encoding="latin-1").splitlines()[0]
    assert first == "1|Toy Story (1995)||||0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0"
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["ml-100k"]


def test_with_a_full_cache_it_neither_asks_nor_imports(script, tmp_path) -> None:
    (tmp_path / "cache" / "ml-100k").mkdir(parents=True)
    for name in ("u.data", "u.item", "u.user"):
        (tmp_path / "cache" / "ml-100k" / name).touch()
    check = f"import runpy, sys; runpy.run_path({str(SCRIPT)!r}, run_name='__main__'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_another_wheel_under_that_name_is_not_used(script, tmp_path, monkeypatch) -> None:
    with zipfile.ZipFile(tmp_path / "recbole-1.2.1-py3-none-any.whl", "w") as wheel:
        info = "recbole-1.2.1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: recbole\nVersion: 1.2.1\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(SystemExit, match=r"put it unopened(.|\n)*its sha256 is \w{64}, not 9c99"):
        script["main"]()
    assert list((tmp_path / "cache").iterdir()) == []

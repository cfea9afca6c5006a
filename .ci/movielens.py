"""Fill the cache with MovieLens 100K before the demo and the tests: from GroupLens, else from a published wheel.

The wheel, RecBole's, carries the same tables in a layout of its own. pip downloads it; it is checked and opened as a
zip, never installed. The package itself knows nothing of it.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import platformdirs

WHEEL = "recbole==1.2.1"
SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
FILES = ("u.data", "u.item", "u.user")


def main() -> None:
    cache = Path(os.environ.get("COLLABWIDGETS_DATA") or platformdirs.user_cache_path("collabwidgets")).expanduser()
    if all((cache / "ml-100k" / name).is_file() for name in FILES):
        return
    from collabwidgets.data.movielens import DataUnavailable, movielens_folder  # imports torch, so not before the check

    try:
        movielens_folder()
    except DataUnavailable as unavailable:
        try:
            fill(cache, as_grouplens(download()))
        except (OSError, ValueError) as error:
            sys.exit(f"{unavailable}\nNor could {WHEEL}, a wheel with the same tables, be used: {error}")


def download() -> zipfile.ZipFile:
    """The wheel, opened; ValueError when pip cannot get it or it is another file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input"]
        command += ["--disable-pip-version-check", "--ignore-requires-python", "--dest", folder, WHEEL]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f"pip says {(done.stderr.strip().splitlines() or ['nothing'])[-1]}")
        (wheel,) = Path(folder).iterdir()
        data = wheel.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ValueError(f"its sha256 is {hashlib.sha256(data).hexdigest()}, not {SHA256}")
    return zipfile.ZipFile(io.BytesIO(data))


def as_grouplens(wheel: zipfile.ZipFile) -> dict[str, bytes]:
    """The files of MovieLens 100K as GroupLens lays them out, by name.

    The wheel has no release dates and no addresses at IMDb, so these columns of ``u.item`` are empty.
    """
    from collabwidgets.data.movielens_formats import GENRES

    def rows(ending: str) -> list[list[str]]:
        text = wheel.read(f"recbole/dataset_example/ml-100k/ml-100k.{ending}").decode()
        return [line.split("\t") for line in text.splitlines()[1:]]

    items = []
    for movie, name, year, genres in rows("item"):
        title = "unknown" if movie == "267" else f"{name} ({year})"
        items.append([movie, title, "", "", "", *(str(int(genre in genres.split(" "))) for genre in GENRES)])
    tables = {"u.data": ("\t", rows("inter")), "u.item": ("|", items), "u.user": ("|", rows("user"))}
    tables["u.genre"] = ("|", [[genre, str(flag)] for flag, genre in enumerate(GENRES)])
    return {
        name: "".join(separator.join(row) + "\n" for row in table).encode("latin-1")
        for name, (separator, table) in tables.items()
    }


def fill(cache: Path, files: dict[str, bytes]) -> None:
    """Write the folder of the files, all or none."""
    with tempfile.TemporaryDirectory(dir=cache) as work:
        folder = Path(work) / "ml-100k"
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        os.replace(folder, cache / "ml-100k")


if __name__ == "__main__":
    main()

"""Tables kept as one .npz: read in a fraction of a second, written whole or not at all."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .movielens_formats import Tables, items_frame

if TYPE_CHECKING:
    import pandas as pd

_log = logging.getLogger(__name__)
_FORMAT = 1
_WORK = ".part-"
_DAY = 86_400.0


@contextmanager
def work_folder(cache: Path) -> Iterator[Path]:
    """A folder of one's own in the cache, gone afterwards: what is finished in it is moved out by one rename.

    What a killed process left behind is removed a day later.

    Raises
    ------
    OSError
        When the cache cannot be written; the sentence names COLLABWIDGETS_DATA.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for left in cache.glob(_WORK + "*"):
            if time.time() - left.stat().st_mtime > _DAY:
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=cache))
    except OSError as error:
        raise OSError(
            f"the cache folder {str(cache)!r} cannot be written ({error.strerror or error}); "
            "set the environment variable COLLABWIDGETS_DATA to one that can"
        ) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def save_tables(path: Path, tables: Tables, source: str) -> None:
    """Write the tables and, to recognise them by, where they came from."""
    arrays: dict[str, NDArray[Any]] = {"format": np.array(_FORMAT), "source": np.array(source)}
    for frame_name, frame in (("ratings", tables.ratings), ("items", tables.items), ("users", tables.users)):
        if frame is not None:
            for column in frame.columns.drop("year", errors="ignore"):
                arrays[f"{frame_name}.{column}"] = _packed(frame[column])
    with work_folder(path.parent) as work:
        part = work / path.name
        with part.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)


def load_tables(path: Path) -> tuple[Tables, str] | None:
    """The tables and where they came from; None when there are none, or none that this version can read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                return None
            ratings, items, users = (_frame(arrays, name) for name in ("ratings", "items", "users"))
            source = str(arrays["source"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("%s cannot be read (%s); it is made anew", path, error)
        return None
    if ratings is None or items is None:
        return None
    return Tables(ratings, items_frame(items["movie"], items["title"], items["genres"]), users), source


def _packed(column: pd.Series) -> NDArray[Any]:
    """Numbers in the smallest type that holds them; text as its UTF-8 bytes with zeros between."""
    import pandas as pd

    if column.dtype.kind == "i":
        return np.asarray(pd.to_numeric(column, downcast="integer"))
    if column.dtype.kind == "f":
        return np.asarray(column, dtype=np.float32)  # half stars: exact
    return np.frombuffer("\0".join(column.tolist()).encode(), dtype=np.uint8)


def _frame(arrays: Any, name: str) -> pd.DataFrame | None:
    import pandas as pd

    columns: dict[str, Any] = {}
    for key in arrays.files:
        if key.startswith(name + "."):
            values = arrays[key]
            if values.dtype == np.uint8:
                columns[key.split(".")[1]] = pd.Series(values.tobytes().decode().split("\0"), dtype="str")
            else:
                columns[key.split(".")[1]] = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    return pd.DataFrame(columns) if columns else None

"""Where a frame of ratings came from, as Python; known only while its rows are as they came."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from ..plain import plain

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "collabwidgets"
_MAKERS = {"load_movielens": "", "synthetic_ratings": "[0]"}  # and which of what they return the ratings are
_LOOKED_AT = 10_000  # rows, evenly spread, by which a frame is known again


def signed(frame: pd.DataFrame, function: str, args: list[Any], kwargs: dict[str, Any], name: str = "") -> pd.DataFrame:
    """The same frame, which says from now on by which call of ours it was made, and what it is called."""
    frame.attrs[_KEY] = {"call": [function, args, kwargs], "stamp": _stamp(frame), "name": name}
    return frame


def signing(function: Callable[P, tuple[pd.DataFrame, R]]) -> Callable[P, tuple[pd.DataFrame, R]]:
    """Decorate a public function so that the frame it returns first is signed with the call."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> tuple[pd.DataFrame, R]:
        ratings, rest = function(*args, **kwargs)
        given = {name: plain(value) for name, value in kwargs.items()}
        return signed(ratings, function.__name__, list(map(plain, args)), given), rest

    return call


def origin_of(frame: Any) -> str:
    """The expression that makes `frame`, or ``""`` where nobody said so or its rows were changed since.

    pandas hands `attrs` on to what is made from a frame, so its rows are looked at again: their number, and the
    users and ratings of ten thousand of them. It also reads them from files, which may have anything in them: only
    calls of our own functions are said, with the values written as Python.
    """
    said: dict[str, Any] = getattr(frame, "attrs", {}).get(_KEY, {})
    if "call" not in said or said["stamp"] != _stamp(frame):
        return ""
    function, args, kwargs = said["call"]
    if function not in _MAKERS or not all(map(str.isidentifier, kwargs)):
        return ""
    values = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())])
    return f"cw.{function}({values}){_MAKERS[function]}"


def name_of(frame: Any) -> str:
    """What the ratings of `frame` are called, or ``""``: a part of MovieLens is not MovieLens."""
    return str(frame.attrs[_KEY].get("name", "")) if origin_of(frame) else ""


def _stamp(frame: pd.DataFrame) -> list[int]:
    step = max(1, len(frame) // _LOOKED_AT)
    stamp = [len(frame)]
    for name in ("user", "rating"):
        try:
            values = np.asarray(frame[name].to_numpy()[::step], dtype=np.float64)
        except (KeyError, TypeError, ValueError):  # renamed, or other values in its place
            return []
        stamp.append(zlib.crc32(values.tobytes()))
    return stamp

"""Where a frame of ratings came from, as Python; known only while its rows are as they came."""

from __future__ import annotations

import ast
import functools
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "collabwidgets"
_MAKERS = ("load_movielens", "synthetic_ratings")
_LOOKED_AT = 10_000  # rows, evenly spread, by which a frame is known again


def signed(frame: pd.DataFrame, expression: str, name: str = "") -> pd.DataFrame:
    """The same frame, which says from now on by which Python expression it was made, and what it is called."""
    frame.attrs[_KEY] = {"expression": expression, "stamp": _stamp(frame), "name": name}
    return frame


def signing(function: Callable[P, tuple[pd.DataFrame, R]]) -> Callable[P, tuple[pd.DataFrame, R]]:
    """Decorate a public function so that the frame it returns first is signed with the call."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> tuple[pd.DataFrame, R]:
        ratings, rest = function(*args, **kwargs)
        said = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())])
        return signed(ratings, f"cw.{function.__name__}({said})[0]"), rest

    return call


def origin_of(frame: Any) -> str:
    """The expression that makes `frame`, or ``""`` where nobody said so or its rows were changed since.

    pandas hands `attrs` on to what is made from a frame, so its rows are looked at again: their number, and the
    users and ratings of ten thousand of them.
    """
    said: dict[str, Any] | None = getattr(frame, "attrs", {}).get(_KEY)
    if said is None or said["stamp"] != _stamp(frame) or not _is_ours(said["expression"]):
        return ""
    return str(said["expression"])


def name_of(frame: Any) -> str:
    """What the ratings of `frame` are called, or ``""``: a part of MovieLens is not MovieLens."""
    return str(frame.attrs[_KEY].get("name", "")) if origin_of(frame) else ""


def _is_ours(expression: str) -> bool:
    """Whether it calls one of our functions with plain values: a frame may come from a file, with any text in it."""
    call = ast.parse(expression, mode="eval").body
    if isinstance(call, ast.Subscript):
        call = call.value
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in {f"cw.{name}" for name in _MAKERS}:
        return False
    try:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            ast.literal_eval(argument)
    except ValueError:
        return False
    return True


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

"""Remember by which call an object was made, so that it can be said as Python again."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a function: its name, and the optional arguments that differ from their defaults."""

    function: str
    arguments: dict[str, Any]


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that what it returns (of an ``__init__``, the object) has the call in ``made_by``.

    Arguments without a default (the ratings, the loaders) are left out: they are objects of their own.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        made = function(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments
        changed = {
            name: _pythons(value) for name, value in given.items() if _differs(signature.parameters[name], value)
        }
        target: Any = args[0] if function.__name__ == "__init__" else made
        target.made_by = Call(function.__qualname__.removesuffix(".__init__"), changed)
        return made

    return call


def _pythons(value: Any) -> Any:
    """Numbers and arrays of numpy and torch, also in a list or tuple, as Python's numbers and lists."""
    if type(value) in (list, tuple):
        return type(value)(map(_pythons, value))
    return value.tolist() if hasattr(value, "tolist") else value


def _differs(parameter: inspect.Parameter, value: Any) -> bool:
    if parameter.default is inspect.Parameter.empty:
        return False
    return type(value) is not type(parameter.default) or bool(value != parameter.default)

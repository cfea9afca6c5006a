"""An unknown keyword is an error that names the nearest one."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def nearest_keyword(unknown: str, known: Iterable[str]) -> str:
    """The hint of the error: ``Did you mean 'n_factors'?``, or all choices where none is near."""
    choices = list(known)
    near = difflib.get_close_matches(unknown, choices, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"It takes: {', '.join(choices)}."


def checked_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that a misspelt keyword is answered with the nearest one it takes."""
    known = [
        name
        for name, p in inspect.signature(function).parameters.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and name not in ("self", "cls")
    ]

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for keyword in kwargs:
            if keyword not in known:
                name = function.__qualname__.removesuffix(".__init__")
                refuse: Callable[[Iterable[str], str], None] | None = (
                    getattr(args[0], "_refuse", None) if args else None
                )
                if refuse is not None:
                    refuse([keyword], name)
                raise TypeError(f"{name}() has no keyword {keyword!r}. {nearest_keyword(keyword, known)}")
        return function(*args, **kwargs)

    return call

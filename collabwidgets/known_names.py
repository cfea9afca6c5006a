"""Refuse names that an object does not have, and suggest the nearest one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NoReturn

_PACKAGES = (__name__.partition(".")[0], "anywidget", "ipywidgets", "traitlets", "builtins")


def nearest_name(unknown: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Word the hint of an error: ``Did you mean 'n_factors'?``; where no name is near, `otherwise` or all names."""
    choices = list(known)
    near = difflib.get_close_matches(unknown, choices, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]!r}?"
    return otherwise or f"It takes: {', '.join(choices)}."


class KnownNames:
    """Sets only the attributes that its class has: Python would keep a misspelt one and change nothing.

    Private names, and objects of the caller's own subclasses, are free.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if not name.startswith("_") and not hasattr(kind, name) and _is_ours(kind):
            known = [each for each in dir(kind) if not each.startswith("_")]
            hint = nearest_name(name, known, "A name of your own may begin with an underscore.")
            raise AttributeError(f"{kind.__name__} has no {name!r} to be set. {hint}")
        super().__setattr__(name, value)

    @property
    def undo(self) -> NoReturn:
        """Removed, as `redo` was."""
        raise AttributeError(
            "undo() and redo() were removed; set what you want back yourself, as in learn.view.selection = [], "
            "or press Clear"
        )

    redo = undo


def _is_ours(kind: type) -> bool:
    return all(each.__module__.partition(".")[0] in _PACKAGES for each in kind.__mro__)

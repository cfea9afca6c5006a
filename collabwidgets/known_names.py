"""Refuse names that an object does not have, and suggest the nearest one."""

from __future__ import annotations

from typing import Any, NoReturn

from .spelling import did_you_mean

_PACKAGES = (__name__.partition(".")[0], "anywidget", "ipywidgets", "traitlets", "builtins")


class KnownNames:
    """Sets only the attributes that its class has: Python would keep a misspelt one and change nothing.

    Private names, and objects of the caller's own subclasses, are free.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if not name.startswith("_") and not hasattr(kind, name) and _is_ours(kind):
            known = [each for each in dir(kind) if not each.startswith("_")]
            near = did_you_mean(name, known) or " A name of your own may begin with an underscore."
            raise AttributeError(f"{kind.__name__} has no {name!r} to be set.{near}")
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

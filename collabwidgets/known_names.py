"""A misspelt name is an error when it is set, as it is when it is passed: Python would keep it and change nothing."""

from __future__ import annotations

import difflib
from typing import Any, NoReturn

_PACKAGES = (__name__.partition(".")[0], "anywidget", "ipywidgets", "traitlets", "builtins")


class KnownNames:
    """Sets only what its class has; private names, and objects of the caller's own subclasses, are free."""

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if not name.startswith("_") and not hasattr(kind, name) and _is_ours(kind):
            known = [each for each in dir(kind) if not each.startswith("_")]
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]!r}?" if near else "A name of your own may begin with an underscore."
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

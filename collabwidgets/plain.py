"""Numbers as Python has them, whatever library they come from."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """The Python value of a NumPy scalar, or of an array or tensor without dimensions; any other value as it is."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value

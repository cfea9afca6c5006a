"""Numbers as Python has them, whatever library they come from."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any


def plain(value: Any) -> Any:
    """The Python value of a NumPy scalar, or of an array or tensor without dimensions; any other value as it is."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def one_of(name: str, value: Any, choices: Sequence[Any]) -> None:
    """Raise a ValueError that lists the choices, unless the value of that argument is one of them."""
    if value not in choices:
        raise ValueError(f"{name}={value!r} is not known; choose one of {', '.join(map(str, choices))}")


def whole_number(name: str, value: Any, least: int = 1, most: float = math.inf) -> int:
    """A number of something, Python's, numpy's or torch's; a ValueError that names it for one out of range, or none."""
    try:
        number = least - 1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = least - 1
    if not least <= number <= most:
        limit = "" if most == math.inf else f" to {most}"
        raise ValueError(f"{name} must be a whole number from {least}{limit}, not {value!r}")
    return number

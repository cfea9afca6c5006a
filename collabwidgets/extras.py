"""Packages that only an extra installs: say how to get one that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs_extra(name: str) -> Iterator[None]:
    """Turn a failing import inside the block into a sentence with the install line.

    Raises
    ------
    ModuleNotFoundError
        When a package that the extra `name` installs is missing.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f'{(missing.name or "").partition(".")[0]} is missing: pip install "collabwidgets[{name}]"',
            name=missing.name,
        ) from missing

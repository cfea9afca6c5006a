"""Where the built browser code lies; it is made from js/ and not committed."""

from __future__ import annotations

from pathlib import Path


def built_code(name: str) -> str:
    """The text of one built file.

    Raises
    ------
    ImportError
        When it has not been built, with the command that builds it.
    """
    path = Path(__file__).parent / "static" / name
    if not path.is_file():
        raise ImportError(
            f"the widgets' browser code is not built: {path} is missing. In a checkout run "
            "`npm ci && npm run build` in js/ (or `make build`); an installed package always has it"
        )
    return path.read_text(encoding="utf-8")

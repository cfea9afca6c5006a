"""The nearest known name to a misspelt one, for the sentence of an error."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

# difflib takes about 10 µs a name; beyond this many only names with the same first letter are compared.
_COMPARE_ALL = 20_000
_LISTED = 12


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name equal but for case and accents, else the shortest that contains it, else the nearest spelling.

    None when nothing is near, that is, when less than 60 % of the letters match.
    """
    asked = _folded(name)
    if not asked:
        return None
    folded = [_folded(known) for known in names]
    equal = next((known for known, plain in zip(names, folded, strict=True) if plain == asked), None)
    if equal is not None:
        return equal
    containing = [known for known, plain in zip(names, folded, strict=True) if asked in plain]
    if containing and len(asked) > 2:
        return min(containing, key=len)
    first_with = dict(zip(reversed(folded), reversed(names), strict=True))
    candidates = first_with if len(names) <= _COMPARE_ALL else [f for f in first_with if f[:1] == asked[0]]
    close = difflib.get_close_matches(asked, candidates, n=1, cutoff=0.6)
    return first_with[close[0]] if close else None


def did_you_mean(name: str, names: Sequence[str]) -> str:
    """``" The nearest spelling is 'Fargo (1996)'."``, or an empty text."""
    near = nearest(name, names)
    return "" if near is None else f" The nearest spelling is {near!r}."


def did_you_mean_of_few(name: str, names: Sequence[str]) -> str:
    """`did_you_mean`, or all names where none is near: ``" It takes: training, bias."``."""
    return did_you_mean(name, names) or f" It takes: {', '.join(names)}."


def unknown_column(argument: str, name: Any, of_what: str, columns: Iterable[Any]) -> ValueError:
    """What to raise where `argument` names a column that is none of those `of_what`, such as "of the ratings"."""
    known = list(columns)
    there = " ".join(filter(None, ("the columns", of_what)))
    nearest_one = did_you_mean(str(name), list(map(str, known)))
    return ValueError(f"{argument} names {name!r}, but {there} are {listed(known)}.{nearest_one}")


def listed(names: Sequence[Any]) -> str:
    """The first names of many, for the sentence of an error."""
    more = f", … {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return (", ".join(map(repr, names[:_LISTED])) or "none") + more


def matches(words: str, names: Sequence[str]) -> list[int]:
    """Where the names stand that have these words, from the beginning of one of their own on.

    Case, accents and punctuation do not count. Names that are equal but for those are taken before any that say more.
    """
    asked = words_of(words)
    if not asked:
        return []
    plain = [words_of(name) for name in names]
    equal = [at for at, name in enumerate(plain) if name == asked]
    return equal or [at for at, name in enumerate(plain) if f" {asked}" in f" {name}"]


def words_of(text: str) -> str:
    """Lower case, without accents and punctuation: what is compared in a search."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in _folded(text)).split())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()

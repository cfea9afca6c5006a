"""Titles beside ids: a table of items, or of users, joined to the ratings by its ids."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .cells import text_of
from .columns import find_titles
from .readers import read_titles
from .tables import number_columns, opened, picked
from .vocab import NA, Id, Vocab

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Titles:
    """Titles of the ids of a vocabulary, object [n] by row, under the name of their column, and what to say of them."""

    name: str
    names: NDArray[np.object_]
    notes: tuple[str, ...]


def titles_of(vocab: Vocab, table: Any, argument: str) -> Titles:
    """The titles of the ids of a vocabulary; an id without one is called by itself.

    Parameters
    ----------
    vocab : Vocab
        Of the column of ids.
    table : str, Path or table
        A file, or a table of pandas, Polars or PyArrow. It has the ids in a column of the same name, else in one that
        is called as ids are, else in its first; the titles in one called as titles are, else in the first of text.
    argument : str
        What the table was passed as.

    Raises
    ------
    ValueError
        When it has no such columns, or none of the ids.
    """
    if isinstance(table, str | Path):
        frame = read_titles(table, vocab.name)
        key, title = frame.columns
    else:
        whole = opened(table, f"{argument}=")
        key, title = find_titles(list(whole.columns), number_columns(whole), vocab.name)
        frame = picked(whole, [key, title])
    frame = frame.dropna().drop_duplicates(key)
    ids = as_text(frame[key])
    texts = frame[title].astype(str).to_numpy(dtype=object)
    known = dict(zip(ids, texts, strict=True))
    found = [None, *(known.get(str(each)) for each in vocab[1:])]
    if not any(found):
        raise ValueError(
            f"none of the ids in column {key!r} of {argument}= (first: {ids[0] if ids else 'none'!r}) is one of the "
            f"{len(vocab) - 1:,} in {vocab.name!r} (first: {vocab[1]!r}); pass the table that has them"
        )
    return named(vocab, str(title), found, argument, vocab.name)


def named(vocab: Vocab, title: str, texts: Sequence[str | None], argument: str, by: str) -> Titles:
    """Titles of a vocabulary by row, None where there is none, from a column of a table joined by the column `by`."""
    names = np.array([NA, *map(_either, texts[1:], vocab[1:])], dtype=object)
    missing = [each for each, text in zip(vocab[1:], texts[1:], strict=True) if text is None]
    decoded = np.array([html.unescape(name) for name in names], dtype=object)
    changed = np.flatnonzero(decoded != names)
    notes = [f"{argument} are shown by {title}, joined by {by}"]
    if missing:
        notes.append(f"{len(missing):,} of {len(vocab) - 1:,} {argument} without a {title} (first: {missing[0]!r})")
    if len(changed):
        first = names[changed[0]]
        notes.append(f"HTML entities in the {title} of {len(changed):,} {argument} were decoded (first: {first!r})")
    return Titles(title, decoded, tuple(notes))


def _either(text: str | None, known: Id) -> str:
    return str(known) if text is None else text


def as_text(column: pd.Series) -> list[str]:
    """Ids as text; whole floats, which pandas makes of whole numbers beside gaps, without their point."""
    return list(map(text_of, column.tolist()))

"""Side tables: what is known of users or items beside their ratings, joined to the rows of a vocabulary."""

from __future__ import annotations

import html
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..words import counted
from .cells import text_of
from .columns import called_title, find_key, find_titles, known_as_id, same_name
from .features import Features, checked_kinds, features_of
from .ratings import Ratings
from .readers import read_titles
from .tables import number_columns, opened, picked
from .vocab import NA, Id, Vocab

if TYPE_CHECKING:
    import pandas as pd

_TITLES = 0.95  # of the texts of a column that is called nothing known must differ for them to be titles


@dataclass(frozen=True, eq=False)
class Titles:
    """Titles of the ids of a vocabulary, object [n] by row, under the name of their column."""

    name: str
    names: NDArray[np.object_]


Told: TypeAlias = tuple[Titles | None, Features | None]


def with_side_tables(
    ratings: Ratings, table: Any, beside: dict[str, Any], features: Any
) -> tuple[Ratings, dict[str, Told]]:
    """Join side tables to ratings: the ratings, with a row for all users and items, and what is told of these.

    Parameters
    ----------
    ratings : Ratings
    table : opened table
        The one that the ratings were read from.
    beside : dict
        By ``"users"`` and ``"items"`` a table, None, or what gives titles alone: a path, or True for the ratings.
    features
        As of `CollabDataLoaders.from_df`.

    Raises
    ------
    TypeError, ValueError
        When a table cannot be joined, or has nothing to offer; see `checked_kinds` for `features`.
    """
    asked = list(features) if isinstance(features, Mapping | Sequence) else []
    sides = {
        argument: side_table_of(side, argument, getattr(ratings, argument), table, ratings, asked)
        for argument, side in beside.items()
        if side is not None
    }
    if features is not None and not sides:
        raise ValueError("features= chooses columns of side tables, but there is none; pass users= or items= a table")
    kinds = checked_kinds(features, {argument: side.offered for argument, side in sides.items()})
    told: dict[str, Told] = {}
    of_titles, said = [], []
    for argument, side in sides.items():
        whole = side.with_unrated()
        found, notes = features_of(whole.frame, whole.places, kinds[argument], argument)
        if found:  # without side columns nothing could ever be known of the unrated
            side, ratings = whole, with_rows_of(ratings, argument, whole.vocab)
            notes += side.notes
        titles, of_side = side.titles()
        told[argument] = titles, found
        of_titles += of_side
        said += notes
    return replace(ratings, notes=(*ratings.notes, *of_titles, *said)), told


@dataclass(frozen=True, eq=False)
class SideTable:
    """A table as pandas, its columns of ids and titles, and where each row of the vocabulary stands in it, or -1."""

    argument: str
    frame: pd.DataFrame
    key: Hashable
    by: str
    title: Hashable | None
    vocab: Vocab
    places: NDArray[np.int64]
    place_of: dict[str, int]
    n_unrated: int = 0

    @property
    def offered(self) -> list[Hashable]:
        """Columns that may be features: all but ids and titles."""
        others = (name for name in self.frame.columns if name not in (self.key, self.title))
        return [name for name in others if not self._numbers_rows(name)]

    def _numbers_rows(self, name: Hashable) -> bool:
        column = self.frame[name]
        return known_as_id(name) and column.dtype.kind in "iu" and bool(column.is_unique)

    def titles(self) -> tuple[Titles | None, list[str]]:
        """The titles by row of the vocabulary, None where there is no column of them, and sentences on them.

        An id without a title is called by itself, and HTML entities in titles are decoded.
        """
        if self.title is None:
            return None, []
        column = self.frame[self.title].reindex(self.places)
        missing = np.flatnonzero(column.isna()[1:]) + 1
        names = column.astype(object).to_numpy(copy=True)
        names[0], names[missing] = NA, self.vocab[missing]
        texts = np.array([str(name) for name in names], dtype=object)
        decoded = np.array([html.unescape(text) for text in texts], dtype=object)
        changed = np.flatnonzero(decoded != texts)
        notes = [f"{self.argument} are shown by {self.title}, joined by {self.by}"]
        notes += self._some(missing, f"without a {self.title}")
        if len(changed):
            notes.append(
                f"HTML entities in the {self.title} of {len(changed):,} {self.argument} were decoded "
                f"(first: {texts[changed[0]]!r})"
            )
        return Titles(str(self.title), decoded), notes

    def with_unrated(self) -> SideTable:
        """The same with a vocabulary that has a row for every id of the table, where it is joined by these ids."""
        if self.by != self.vocab.name:
            return self
        rated = set(map(str, self.vocab))
        texts = [text for text in self.place_of if text not in rated]
        are_numbers = isinstance(self.vocab[1], int)
        if are_numbers:
            texts = [text for text in texts if text.lstrip("-").isdecimal() and str(int(text)) == text]
        unrated: list[Id] = [int(text) for text in texts] if are_numbers else list(texts)
        vocab = Vocab([*self.vocab, *unrated], self.vocab.name)
        places = np.array([-1, *(self.place_of.get(str(known), -1) for known in vocab[1:])], dtype=np.int64)
        return replace(self, vocab=vocab, places=places, n_unrated=len(texts))

    @property
    def notes(self) -> list[str]:
        """Sentences on the join."""
        missing = np.flatnonzero(self.places[1:] < 0) + 1
        notes = self._some(missing, f"are not in {self.argument}=, so their side columns are missing")
        n_repeated = int(self.frame[self.key].notna().sum()) - len(self.place_of)
        if n_repeated:
            notes.append(f"{n_repeated:,} rows of {self.argument}= repeat a {self.key}; the first of each counts")
        if self.n_unrated:
            one = counted(self.n_unrated, self.argument[:-1])
            notes.append(f"{one} of {self.argument}= without a rating, known by side columns alone")
        return notes

    def _some(self, rows: NDArray[np.int64], what: str) -> list[str]:
        """A sentence on some rows, which names the first; none where there are none."""
        if not len(rows):
            return []
        first = self.vocab[int(rows[0])]
        return [f"{len(rows):,} of {len(self.vocab) - 1:,} {self.argument} {what} (first: {first!r})"]


def with_rows_of(ratings: Ratings, argument: str, vocab: Vocab) -> Ratings:
    """The same ratings with a larger vocabulary of users, or of items."""
    rows = np.array([vocab.o2i[known] for known in getattr(ratings, argument)], dtype=np.int64)
    of_ratings = f"{argument[:-1]}_rows"
    changed: dict[str, Any] = {argument: vocab, of_ratings: rows[getattr(ratings, of_ratings)]}
    return replace(ratings, **changed)


def side_table_of(
    beside: Any, argument: str, vocab: Vocab, table: Any, ratings: Ratings, asked: Sequence[Any] = ()
) -> SideTable:
    """Join what is passed beside ratings to a vocabulary of users, or of items.

    Parameters
    ----------
    beside : table, str, Path or True
        A path, and True for the ratings themselves, give titles alone.
    argument : str
        What it was passed as, ``"users"`` or ``"items"``.
    vocab, table, ratings
        The ids to be joined, the opened table that the ratings were read from, and the ratings.
    asked : sequence
        Columns that are no titles.

    Raises
    ------
    TypeError, ValueError
        When it is no table, or has none of the ids, or nothing beside them.
    """
    shared = title = None
    if beside is True or isinstance(beside, str | Path):
        frame = _titles_alone(table if beside is True else beside, vocab.name)
        key, title = frame.columns
    else:
        frame = _whole(beside, argument)
        key, shared = _key(frame, argument, vocab, table, ratings)
        others = [name for name in frame.columns if name != key and name not in asked]
        title = _title(frame[others]) if not called_title(vocab.name) else None
    wanted: list[str | None] = [None, *map(str, vocab[1:])]
    if shared is not None:
        wanted = _of_first_rating(vocab, shared, table, ratings, argument)
    known = np.flatnonzero(frame[key].notna().to_numpy(dtype=bool))
    ids = _as_text(frame[key].iloc[known])
    place_of = {each: int(place) for each, place in zip(reversed(ids), known[::-1], strict=True)}  # the first counts
    place_of.pop(NA, None)
    places = np.array([-1 if each is None else place_of.get(each, -1) for each in wanted], dtype=np.int64)
    if (places < 0).all():
        raise ValueError(
            f"none of the ids in column {key!r} of {argument}= (first: {ids[0] if ids else 'none'!r}) is one of the "
            f"{len(vocab) - 1:,} in {vocab.name!r} (first: {wanted[1]!r}); pass the table that has them"
        )
    return SideTable(argument, frame, key, shared or vocab.name, title, vocab, places, place_of)


def _titles_alone(table: Any, ids: str) -> pd.DataFrame:
    """The columns of ids and titles of a file, or of the ratings; of several rows for one id the first with both."""
    if isinstance(table, str | Path):
        frame = read_titles(table, ids)
    else:
        frame = picked(table, [*find_titles(list(table.columns), number_columns(table), ids)])
    return frame.dropna().drop_duplicates(frame.columns[0]).reset_index(drop=True)


def _whole(table: Any, argument: str) -> pd.DataFrame:
    """A side table as pandas, its rows counted from 0."""
    whole = opened(table, f"{argument}=")
    frame = picked(whole, list(whole.columns)).reset_index(drop=True)
    names = list(frame.columns)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{argument}= has {names.count(twice)} columns called {twice!r}; rename all but one")
    if len(names) < 2:
        raise ValueError(f"{argument}= has no column beside {names[0] if names else 'none'!r}; pass a table that has")
    return frame


def _key(frame: pd.DataFrame, argument: str, vocab: Vocab, table: Any, ratings: Ratings) -> tuple[Hashable, str | None]:
    """The column of ids of a side table; and its name where it is another one of the ratings."""
    names = list(frame.columns)
    same = [name for name in names if same_name(name, vocab.name)]
    if same:
        return next((name for name in same if str(name) == vocab.name), same[0]), None
    roles = {ratings.users.name, ratings.items.name, ratings.rating_name}
    of_ratings = {str(name) for name in table.columns} - roles
    shared = [name for name in names if str(name) in of_ratings]
    ids = [name for name in shared if known_as_id(name)] or [name for name in shared if _never_repeats(frame[name])]
    if len(ids) > 1:
        raise ValueError(
            f"{argument}= and the ratings share {', '.join(map(repr, ids))}, and either could join them; leave all but "
            f"one out of {argument}=, or give it the column {vocab.name!r}"
        )
    return (ids[0], str(ids[0])) if ids else (find_key(names, vocab.name), None)


def _never_repeats(column: pd.Series) -> bool:
    return bool(column.astype(str).is_unique)  # cells may be lists


def _of_first_rating(vocab: Vocab, shared: str, table: Any, ratings: Ratings, argument: str) -> list[str | None]:
    """By row of the vocabulary what its first rating has in another column of ids."""
    column = picked(table, [shared])[shared].iloc[ratings.places]
    rows, first = np.unique(ratings.user_rows if argument == "users" else ratings.item_rows, return_index=True)
    found: list[str | None] = [None] * len(vocab)
    known = column.iloc[first].set_axis(rows).dropna()
    for row, text in zip(known.index, _as_text(known), strict=True):
        found[row] = text
    return found


def _title(frame: pd.DataFrame) -> Hashable | None:
    """The column of titles: one that is called so, else text that hardly repeats."""
    names: list[Hashable] = list(frame.columns)
    called = next((name for name in names if called_title(name)), None)
    if called is not None:
        return called
    for name in names:
        texts = frame[name].dropna()
        is_text = len(texts) > 0 and all(isinstance(each, str) for each in texts.head(100))
        if is_text and len(set(texts)) >= _TITLES * len(texts):
            return name
    return None


def _as_text(column: pd.Series) -> list[str]:
    """Ids as text; whole floats, which pandas makes of whole numbers beside gaps, without their point."""
    return list(map(text_of, column.tolist()))

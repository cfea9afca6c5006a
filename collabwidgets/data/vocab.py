"""Vocab: ids of the outside ↔ rows of the tables. Row 0 is '#na#', which stands for every unknown id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from ..plain import one_of, plain
from ..spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

NA = "#na#"
Id: TypeAlias = int | str
_ROUNDED = re.compile(r"\d[.,]\d+[Ee]\+\d{2}")  # a long number as a spreadsheet writes it
_KINDS: dict[type, str] = {int: "whole numbers", str: "text"}


class Vocab(Sequence[Id]):
    """The distinct ids of one column, sorted, after ``'#na#'`` at row 0; those added later stand behind them.

    Parameters
    ----------
    ids : iterable of int or of str
        In any order, repeated or not; all of one type, which they keep. A leading ``'#na#'`` is taken for row 0.
    name : str
        What an id is called in the sentences of errors: ``"user"``, ``"title"``.
    in_order : bool
        Keep the order of `ids` instead of sorting them, so that ``Vocab(list(vocab), in_order=True) == vocab``.

    Attributes
    ----------
    o2i : dict
        Id → row, ``'#na#'`` → 0 included.

    Raises
    ------
    ValueError
        When the ids are neither all whole numbers nor all text.

    Examples
    --------
    >>> vocab = Vocab(["Fargo", "Alien"], name="title")
    >>> list(vocab), vocab.index("Fargo")
    (['#na#', 'Alien', 'Fargo'], 2)
    """

    def __init__(self, ids: Iterable[Id], name: str = "id", *, in_order: bool = False):
        known = [_plain(entry) for entry in ids]
        if known and known[0] == NA:
            known = known[1:]
        self.name = name
        ordered = _sorted_ids(known, f"the {name}s of a vocabulary")
        self._ids: list[Id] = [NA, *(dict.fromkeys(known) if in_order else ordered)]
        self.o2i: dict[Id, int] = {known: row for row, known in enumerate(self._ids)}
        self._kind: type = type(self._ids[-1])

    @classmethod
    def from_column(cls, column: pd.Series, name: str | None = None) -> tuple[Vocab, NDArray[np.int64]]:
        """The vocabulary of a column of a frame, and the row of each of its entries, int64 ``[len(column)]``.

        Whole floats (``7.0``) become ints; categories that do not occur get no row.

        Raises
        ------
        ValueError
            On missing ids, ids of mixed types, fractions, floats too large to be exact, dates and other objects, and
            the reserved ``'#na#'``.
        """
        import pandas as pd

        name = str(column.name if name is None else name)
        n_missing = int(column.isna().sum())
        if n_missing:
            raise ValueError(
                f"column {name!r} lacks {n_missing:,} ids; leave out those rows: ratings.dropna([{name!r}])"
            )
        where = f"the ids in column {name!r}"
        if column.dtype.kind == "f":
            _check_digits(column.to_numpy(), where)
        if column.dtype == object:
            # Hashing takes 1, 1.0 and True for one and the same: their types are looked at before.
            _check_kinds(column.tolist(), where)
        if isinstance(column.dtype, pd.CategoricalDtype):
            # Only the categories are looked at: 25 million titles as text would be gigabytes.
            codes, seen = pd.factorize(column.cat.codes.to_numpy())
            entries = column.cat.categories[seen].tolist()
        else:
            codes, distinct = pd.factorize(column)
            entries = distinct.tolist()
        entries = [_plain(entry) for entry in entries]
        rounded = next((entry for entry in entries if isinstance(entry, str) and _ROUNDED.fullmatch(entry)), None)
        if rounded is not None:
            raise ValueError(
                f"{where} have lost their last digits, such as {rounded!r}; export the table again with the column as "
                "text, not as rounded numbers"
            )
        vocab = cls(_sorted_ids(entries, where), name)
        rows = np.array([vocab.o2i[entry] for entry in entries], dtype=np.int64)
        return vocab, rows[codes]

    @overload  # type: ignore[override]
    def index(self, ids: Id, unknown: Literal["raise", "na"] = ...) -> int: ...

    @overload
    def index(
        self, ids: Sequence[Any] | NDArray[Any] | pd.Series, unknown: Literal["raise", "na"] = ...
    ) -> NDArray[np.int64]: ...

    def index(self, ids: Any, unknown: Literal["raise", "na"] = "raise") -> int | NDArray[np.int64]:
        """Row of an id, or rows of a sequence of them, int64 ``[n]``.

        Parameters
        ----------
        ids : int or str, or a sequence, one-dimensional array or Series of them
        unknown : {"raise", "na"}
            What an id without a row means: an error that names the nearest spelling, or row 0.

        Raises
        ------
        ValueError
            On an unknown id when `unknown` is ``"raise"`` (``'#na#'`` is one: it stands for what is not
            known). And, whatever `unknown`, on text asked of a vocabulary of whole numbers or the other way
            round: taken for unknown, all of them would get one and the same prediction.
        """
        one_of("unknown", unknown, ("raise", "na"))
        n_dims = getattr(ids, "ndim", 1)
        if n_dims == 0 or isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
            return self._row(ids, unknown)
        if n_dims != 1:
            raise ValueError(f"ids has {ids.ndim} dimensions; pass one id, or a sequence of them")
        return np.array([self._row(asked, unknown) for asked in ids], dtype=np.int64)

    def _row(self, asked: Any, unknown: str) -> int:
        asked = _plain(asked)
        is_na = isinstance(asked, str) and asked == NA
        if type(asked) is self._kind or is_na:
            row = self.o2i.get(asked, 0)
            if row == 0 and unknown == "raise":
                raise ValueError(self._unknown(asked))
            return row
        if type(asked) in _KINDS or unknown == "raise":
            raise ValueError(
                f"{asked!r} is no {self.name}: the {self.name}s here are {_KINDS[self._kind]} such as "
                f"{self._ids[-1]!r}; ask for them as they are in the ratings"
            )
        return 0

    def with_new(self, ids: Iterable[Id]) -> Vocab:
        """A vocabulary with those of `ids` that this one lacks, sorted, behind its own, whose rows stay.

        Raises
        ------
        ValueError
            When `ids` are of another type, or one is ``'#na#'``.
        """
        new = [asked for asked in ids if self._row(asked, "na") == 0]
        return Vocab([*self, *_sorted_ids(new, f"the new {self.name}s")], self.name, in_order=True) if new else self

    def _unknown(self, asked: Id) -> str:
        if asked == NA:
            return f"{NA!r} stands for an unknown {self.name} and is none itself; ask for an id of the ratings"
        if isinstance(asked, str):
            return f"there is no {self.name} {asked!r}." + did_you_mean(asked, [str(i) for i in self._ids[1:]])
        numbers = [known for known in self._ids[1:] if isinstance(known, int)]
        near = min(numbers, key=lambda known: abs(known - asked))
        return (
            f"there is no {self.name} {asked}. The nearest is {near}; "
            f"the {self.name}s go from {min(numbers)} to {max(numbers)}."
        )

    @property
    def ids(self) -> NDArray[Any]:
        """All ids by row, object ``[n]``; whole numbers of up to 64 bits as int64, where row 0 is 0."""
        if self._kind is int:
            try:
                return np.array([0, *self._ids[1:]], dtype=np.int64)
            except OverflowError:
                pass
        return np.array(self._ids, dtype=object)

    @overload
    def __getitem__(self, row: int) -> Id: ...

    @overload
    def __getitem__(self, row: slice | Sequence[int] | NDArray[np.integer]) -> list[Id]: ...

    def __getitem__(self, row: Any) -> Id | list[Id]:
        """The id of a row; of a slice, a list or a one-dimensional array or tensor of rows, a list of theirs."""
        if isinstance(row, slice) or getattr(row, "ndim", 1 - hasattr(row, "__index__")) == 0:
            found: Id | list[Id] = self._ids[row]
            return found
        return [self._ids[each] for each in row]

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Id]:
        return iter(self._ids)

    def __contains__(self, asked: object) -> bool:
        asked = _plain(asked)
        return type(asked) in _KINDS and asked in self.o2i

    def __eq__(self, other: object) -> bool:
        return self._ids == other._ids if isinstance(other, Vocab) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(repr(known) for known in self._ids[:6])
        return f"Vocab of {len(self) - 1:,} {self.name}s: [{shown}{', …' if len(self) > 6 else ''}]"


def _plain(entry: Any) -> Any:
    """The Python int or str of an id as numpy or pandas may hold it; anything else comes back as it is."""
    if type(entry) in _KINDS:
        return entry
    entry = plain(entry)
    if isinstance(entry, float) and entry.is_integer():
        return int(entry)
    return str(entry) if isinstance(entry, str) else entry


def _sorted_ids(entries: list[Any], where: str) -> list[Id]:
    """The distinct entries in order, when all are whole numbers or all are text; a sentence otherwise."""
    if not entries:
        raise ValueError(f"{where}: there are none; pass at least one id")
    _check_kinds(entries, where)
    distinct = set(entries)
    if NA in distinct:
        raise ValueError(f"{where} contain {NA!r}, which stands for unknown ids; rename that one")
    return sorted(distinct)


def _check_digits(ids: NDArray[np.floating], where: str) -> None:
    """Refuse floats that stand for more than one whole number: two ids may have become one."""
    largest = np.abs(ids).max(initial=0)
    if largest > 2 ** (np.finfo(ids.dtype).nmant + 1):  # up to here whole numbers are floats of their own
        raise ValueError(
            f"{where} are floats as large as {largest:.0f}, which have lost their last digits; read the column as "
            'text or whole numbers, such as pandas.read_csv(..., dtype={"user": "Int64"})'
        )


def _check_kinds(entries: list[Any], where: str) -> None:
    first: dict[type, Any] = {}
    for entry in entries:
        first.setdefault(type(entry), entry)
    examples = {type(example): example for example in map(_plain, first.values())}
    for kind, example in examples.items():
        if kind not in _KINDS:
            raise ValueError(
                f"{where} are neither whole numbers nor text but {kind.__name__} such as {example!r}; convert them "
                "with .astype(int) or .astype(str)"
            )
    if len(examples) > 1:
        found = ", ".join(f"{_KINDS[kind]} such as {example!r}" for kind, example in examples.items())
        raise ValueError(
            f"{where} are of mixed types ({found}); make them one type, for instance by .astype(str), "
            "since 7 and '7' would be two different ids"
        )

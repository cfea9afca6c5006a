"""How a text file of a table is written: its encoding, separator, header, decimal mark and columns of text.

Judged by the first lines; ids with leading zeros are looked for in the first megabyte, and in pieces further down.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Any, TypeAlias

Open: TypeAlias = Callable[[], IO[bytes]]
_HEAD = 1 << 20  # bytes that a file is judged by
_PIECE, _PIECES = 1 << 14, 32  # bytes of a piece that is looked at further down, and how many at most
_SEPARATORS = ("\t", "::", ";", "|", ",", " ")
_ENCODINGS = ["utf_8", "cp1252", "cp1251", "gb18030", "shift_jis", "euc_kr"]  # more are guessed worse
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_RECBOLE = re.compile(r"\w+:(token|float|token_seq|float_seq)")
_NETFLIX = re.compile(r"\d+:\s*")
_LINES = 200  # that a dialect is judged by
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_QUOTED_COMMA = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})")  # three digits may be thousands
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_DIGIT = re.compile(r"\d")
_MAY_LOSE_DIGITS = re.compile(r"\b0\d|\d{20}")
_LOSES_DIGITS = re.compile(r"0\d+|\d{20,}")
_TIME = re.compile(r"(?:[89]\d{8}|1\d{9})(?:\.0|\d{3})?")  # from 1995 to 2033


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes
    ----------
    encoding, sep, decimal : str
    names : list of str
        The columns; of a file without a header made up.
    header : bool
        Whether the first line has the names.
    n_skipped : int
        Lines before the first row: the header, and a heading above it or Excel's ``sep=;``.
    quoted : bool
        Whether quotation marks hold fields together, rather than being text.
    numbers : set of str
        Columns of numbers, as far as was looked.
    text : set of str
        Columns to be read as text, as ids would lose leading zeros or last digits as numbers.
    torn : bool
        Whether some line has more fields than the others, and the last column is text: an unquoted separator in it.
    kind : {"csv", "json", "json lines", "netflix"}
        CSV and its kin, a JSON array, JSON lines, or the blocks of the Netflix Prize.
    """

    encoding: str
    sep: str
    decimal: str
    names: list[str]
    header: bool
    n_skipped: int
    quoted: bool
    numbers: set[str]
    text: set[str]
    torn: bool = False
    kind: str = "csv"


def dialect_of(open_file: Open, where: str, *, sep: str | None = None, encoding: str | None = None) -> Dialect:
    """Look at a file.

    Parameters
    ----------
    open_file : callable
        Opens the file for reading bytes.
    where : str
        The file, as an error names it.
    sep, encoding : str, optional
        What is known of the file; found out by default.

    Raises
    ------
    ValueError
        For what is no text, or empty, and an encoding that Python does not know.
    """
    with open_file() as file:
        head = file.read(_HEAD)
    encoding = encoding or _encoding_of(head, where)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"encoding={encoding!r} is not known; pass one such as 'utf-8' or 'latin-1'") from None
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    first = text.lstrip().partition("\n")[0]
    if first[:1] in ("{", "["):
        row = _first_object(text)
        numbers = {name for name, value in row.items() if isinstance(value, int | float)}
        kind = "json lines" if first[0] == "{" else "json"
        return Dialect(encoding, "", ".", list(row), True, 0, True, numbers, set(), kind=kind)
    if _NETFLIX.fullmatch(first):
        names = ["user", "movie", "rating", "date"]
        return Dialect(encoding, ",", ".", names, False, 0, False, set(names[:3]), set(), kind="netflix")
    dialect = _of_csv(text if len(head) < _HEAD else text[: text.rfind("\n")], encoding, sep, where)
    return replace(dialect, text=dialect.text | _codes_below(open_file, dialect))


def _first_object(text: str) -> dict[str, Any]:
    """The first object of JSON text; empty where there is none."""
    try:
        row: dict[str, Any] = json.JSONDecoder().raw_decode(text, text.index("{"))[0]
        return row
    except ValueError:
        return {}


def _encoding_of(head: bytes, where: str) -> str:
    """The encoding by a byte-order mark, as UTF-8 where it is valid, else by charset-normalizer, else Latin-1.

    Raises
    ------
    ValueError
        For what is no text.
    """
    for mark, name in _BOMS.items():
        if head.startswith(mark):
            return name
    if head.lstrip()[:1] == b"<" or head.startswith(b"%PDF"):
        kind = "PDF document" if head.startswith(b"%PDF") else "page of HTML or XML"
        raise ValueError(f"{where} is a {kind}, not a table; download or export the table itself")
    if b"\0" in head:
        raise ValueError(f"{where} is no text but a binary file of a kind that is not known; export a CSV file of it")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(head[:100_000], cp_isolation=_ENCODINGS).best()
        return best.encoding if best is not None and best.encoding != "utf_8" else "latin-1"


def _of_csv(text: str, encoding: str, sep: str | None, where: str) -> Dialect:
    """The dialect of a file that begins with `text`; a ValueError for an empty one."""
    places, lines = [], []
    for place, line in enumerate(text.splitlines()[:_LINES]):
        if line.strip():
            places.append(place)
            lines.append(line)
    if not lines:
        raise ValueError(f"{where} is empty; pass a file with a line for each rating")
    sep = _separator(lines) if sep is None else sep
    quoted = _is_quoted(lines, sep)
    rows = _rows(lines, sep, quoted)
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda n: (widths[n], n))
    torn = any(any(map(str.strip, row[width:])) for row in rows)
    n_above = next(at for at, row in enumerate(rows) if len(row) == width)
    rows = [row for row in rows if len(row) == width]
    header = _has_header(rows)
    body = rows[1:] if header and len(rows) > 1 else rows
    columns = list(zip(*body, strict=True))
    with_comma = _QUOTED_COMMA if sep == "," else _DECIMAL_COMMA
    decimal = "," if any(any(map(with_comma.fullmatch, column)) for column in columns) else "."
    are_numbers = [_are_numbers(column, decimal) for column in columns]
    names = _unique([name.strip() for name in rows[0]]) if header else _made_up(columns, are_numbers)
    if all(map(_RECBOLE.fullmatch, names)):
        names = [name.partition(":")[0] for name in names]
    numbers = {name for name, is_number in zip(names, are_numbers, strict=True) if is_number}
    text_columns = {*names} - numbers | _codes_among(text.splitlines(), sep, quoted, names)
    torn = torn and names[-1] not in numbers
    # Without a header the lines above the first row of that width are rows too, and reported as bad ones.
    n_skipped = places[n_above] + 1 if header else places[0]
    return Dialect(encoding, sep, decimal, names, header, n_skipped, quoted, numbers, text_columns, torn)


def _codes_below(open_file: Open, dialect: Dialect) -> set[str]:
    """Columns with leading zeros or very long numbers in pieces of a large file, where it can be read in pieces."""
    found: set[str] = set()
    with open_file() as file:
        if type(file) is not io.BufferedReader or dialect.encoding == "utf-16":
            return found
        size = os.fstat(file.fileno()).st_size
        for at in range(_HEAD, size, max(_PIECE, size // _PIECES)):
            file.seek(at)
            lines = file.read(_PIECE).decode(dialect.encoding, errors="replace").splitlines()[1:-1]
            found |= _codes_among(lines, dialect.sep, dialect.quoted, dialect.names)
    return found


def _codes_among(lines: list[str], sep: str, quoted: bool, names: list[str]) -> set[str]:
    """The columns in which some of these lines have numbers that lose digits when read as numbers."""
    found = set()
    for row in (row for line in lines if _MAY_LOSE_DIGITS.search(line) for row in _rows([line], sep, quoted)):
        if len(row) == len(names):
            found |= {name for name, entry in zip(names, row, strict=True) if _LOSES_DIGITS.fullmatch(entry.strip())}
    return found


def _unique(names: list[str]) -> list[str]:
    return [f"{name}.{place}" if name in names[:place] else name for place, name in enumerate(names)]


def _separator(lines: list[str]) -> str:
    """The separator that gives most lines, the first included, the same number of fields.

    Of equally good ones it is the one that gives the most fields, and a blank only if no other will do.
    """

    def fit(sep: str) -> tuple[bool, bool, bool, float, int]:
        widths = [len(row) for row in _rows(lines, sep, _is_quoted(lines, sep))]
        width, n = Counter(widths).most_common(1)[0]
        splits = width > 1 and n > 0.5 * len(lines)
        return (splits, widths[0] == width, sep != " ", round(n / len(lines), 1), width)

    best = max(_SEPARATORS, key=fit)
    return best if fit(best)[0] else ","


def _is_quoted(lines: list[str], sep: str) -> bool:
    """Whether any field is enclosed in quotation marks."""
    end = re.escape(sep)
    field = re.compile(f'(?:^|{end})\\s?"(?:[^"]|"")*"(?={end}|$)')
    return any(map(field.search, lines))


def _rows(lines: list[str], sep: str, quoted: bool) -> list[list[str]]:
    if len(sep) > 1:
        return [line.split(sep) for line in lines]
    return list(csv.reader(lines, delimiter=sep, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE))


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row has names: no cell is a number, or one without a number is above a column of numbers."""
    first, below = rows[0], list(zip(*rows[1:], strict=True))
    if not any(map(_NUMBER.fullmatch, first)):
        return True
    return any(
        not _NUMBER.fullmatch(cell) and _are_numbers(column, ".") for cell, column in zip(first, below, strict=False)
    )


def _made_up(columns: list[tuple[str, ...]], are_numbers: list[bool]) -> list[str]:
    """user, item, rating and timestamp where the third column is numbers, as in most files without a header.

    Times in seconds or milliseconds since 1970 are told by their values, wherever they stand.
    """
    n = len(columns)
    times = [place for place, column in enumerate(columns) if all(map(_TIME.fullmatch, column))]
    time = times[0] if len(times) == 1 else 3
    others = [place for place in range(n) if place != time]
    if 3 <= n <= 4 and len(others) == 3 and are_numbers[others[2]]:
        names = dict(zip([*others, time], ["user", "item", "rating", "timestamp"], strict=True))
        return [names[place] for place in range(n)]
    return [f"column {place}" for place in range(1, n + 1)]


def _are_numbers(column: tuple[str, ...], decimal: str) -> bool:
    """Whether at least half are numbers, and no other has a digit, as ISBNs with letters have."""
    filled = [entry.strip().replace(decimal, ".") for entry in column if entry.strip()]
    others = [entry for entry in filled if not _NUMBER.fullmatch(entry)]
    return bool(filled) and 2 * len(others) <= len(filled) and not any(map(_DIGIT.search, others))

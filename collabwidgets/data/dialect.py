"""How a text file of a table is written: its encoding, separator, header, decimal mark and columns of text.

Judged by the first megabyte; for ids with leading zeros `text_tables` looks further down as well.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass

_SEPARATORS = ("\t", "::", ";", "|", ",", " ")
_ENCODINGS = [
    "utf_8",
    "cp1252",
    "cp1251",
    "gb18030",
    "shift_jis",
    "euc_kr",
]  # more are guessed worse
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINES = 200  # that a dialect is judged by
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_QUOTED_COMMA = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})")  # three digits may be thousands
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
    n_before : int
        Lines before the header, such as a heading or Excel's ``sep=;``.
    quoted : bool
        Whether quotation marks hold fields together, rather than being text.
    numbers : set of str
        Columns of numbers, as far as was looked.
    text : set of str
        Columns to be read as text, as ids would lose leading zeros or last digits as numbers.
    torn : bool
        Whether some line has more fields than the others, and the last column is text: an unquoted separator in it.
    """

    encoding: str
    sep: str
    decimal: str
    names: list[str]
    header: bool
    n_before: int
    quoted: bool
    numbers: set[str]
    text: set[str]
    torn: bool = False

    @property
    def n_skipped(self) -> int:
        """Lines before the first row."""
        return self.n_before + 1 if self.header else 0


def encoding_of(head: bytes, where: str) -> str:
    """The encoding by a byte-order mark, as UTF-8 where it is valid, else by charset-normalizer, else Latin-1.

    Raises
    ------
    ValueError
        For what is no text.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head.lstrip()[:1] == b"<" or head.startswith(b"%PDF"):
        kind = "PDF document" if head.startswith(b"%PDF") else "page of HTML or XML"
        raise ValueError(f"{where} is a {kind}, not a table; download or export the table itself")
    if b"\0" in head:
        zeros = [head[start:2000:2].count(0) for start in (0, 1)]
        if max(zeros) > 10 * min(zeros) + 5:
            return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        raise ValueError(f"{where} is no text but a binary file of a kind that is not known; export a CSV file of it")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(head[:100_000], cp_isolation=_ENCODINGS).best()
        return best.encoding if best is not None and best.encoding != "utf_8" else "latin-1"


def dialect_of(text: str, encoding: str, sep: str | None, where: str) -> Dialect:
    """The dialect of a file that begins with `text`.

    Raises
    ------
    ValueError
        For an empty file.
    """
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
    width = max(Counter(map(len, rows)), key=lambda n: (Counter(map(len, rows))[n], n))
    torn = any(any(map(str.strip, row[width:])) for row in rows)
    rows = [row for row in rows if len(row) == width] or rows
    header = _has_header(rows)
    n_before = _lines_before(lines, sep, quoted, width) if header else 0
    body = rows[1:] if header and len(rows) > 1 else rows
    columns = list(zip(*body, strict=True))
    with_comma = _QUOTED_COMMA if sep == "," else _DECIMAL_COMMA
    decimal = "," if any(any(map(with_comma.fullmatch, column)) for column in columns) else "."
    are_numbers = [_are_numbers(column, decimal) for column in columns]
    names = _unique([name.strip() for name in rows[0]]) if header else _made_up(columns, are_numbers)
    text_columns = {
        name
        for name, column, numbers in zip(names, columns, are_numbers, strict=True)
        if not numbers or any(_LOSES_DIGITS.fullmatch(entry.strip()) for entry in column)
    }
    numbers = {name for name, is_number in zip(names, are_numbers, strict=True) if is_number}
    torn = torn and names[-1] not in numbers
    return Dialect(encoding, sep, decimal, names, header, places[n_before], quoted, numbers, text_columns, torn)


def codes_among(lines: list[str], dialect: Dialect) -> set[str]:
    """The columns in which some of these lines have numbers that lose digits when read as numbers."""
    rows = [row for row in _rows(lines, dialect.sep, dialect.quoted) if len(row) == len(dialect.names)]
    return {
        name
        for name, column in zip(dialect.names, zip(*rows, strict=True), strict=False)
        if any(_LOSES_DIGITS.fullmatch(entry.strip()) for entry in column)
    }


def _unique(names: list[str]) -> list[str]:
    return [f"{name}.{place}" if name in names[:place] else name for place, name in enumerate(names)]


def _lines_before(lines: list[str], sep: str, quoted: bool, width: int) -> int:
    """Count the lines above the first one that has `width` fields; 0 if a field spans several lines."""
    for place, line in enumerate(lines):
        if line.count('"') % 2:
            return 0
        if len(_rows([line], sep, quoted)[0]) >= width:
            return place
    return 0


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
    if not any(_is_number(cell) for cell in first):
        return True
    return any(not _is_number(cell) and _are_numbers(column, ".") for cell, column in zip(first, below, strict=False))


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
    filled = [entry.strip().replace(decimal, ".") for entry in column if entry.strip()]
    return bool(filled) and sum(map(_is_number, filled)) >= 0.5 * len(filled) and not _are_codes(filled)


def _are_codes(filled: list[str]) -> bool:
    """Whether some are whole numbers and others have letters, as ISBNs do."""
    words = [entry for entry in filled if not _is_number(entry)]
    return any(re.search(r"\d", word) for word in words)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().lower() not in ("nan", "inf", "infinity")

"""EpochTable: fastai's table of a fit, growing row by row; live in a notebook, plain lines in a terminal."""

from __future__ import annotations

import html
import sys
import time
from typing import Any, TextIO

from .history import EpochRecord

_COLUMNS = ("epoch", "train_loss", "valid_loss", "time")
_LIVE_SECONDS = 0.25


class EpochTable:
    """Shows each epoch's row as it comes.

    Epochs are counted from 0, as fastai's table does.
    """

    def __init__(self, out: TextIO | None = None):
        self._rows: list[tuple[str, ...]] = []
        self._out = out or sys.stdout
        self._handle = _live_display()
        self._shown = 0.0
        if self._handle is None:
            self._write(_COLUMNS)

    def add(self, record: EpochRecord) -> None:
        """One more epoch is done."""
        row = (
            str(record.epoch - 1),
            f"{record.train_loss:.6f}",
            "–" if record.valid_loss is None else f"{record.valid_loss:.6f}",
            _minutes(record.seconds),
        )
        self._rows.append(row)
        if self._handle is None:
            self._write(row)
        else:
            self._show("")

    def progress(self, share: float) -> None:
        """The fit is `share` (0 to 1) done; a few times a second at most this is shown."""
        if self._handle is not None and time.monotonic() - self._shown > _LIVE_SECONDS:
            self._show(f"{share:.0%} done")

    def note(self, sentence: str) -> None:
        """Something that keeps the first row waiting."""
        if self._handle is not None:
            self._show(sentence)
        else:
            self._out.write(sentence + "\n")
            self._out.flush()

    def end(self, sentence: str) -> None:
        """The fit is over, or was interrupted: the last word, if it is worth one."""
        if self._handle is not None:
            self._show(sentence)
        elif sentence:
            self._out.write(sentence + "\n")

    def _write(self, cells: tuple[str, ...]) -> None:
        self._out.write("  ".join(cell.rjust(10) for cell in cells) + "\n")
        self._out.flush()

    def _show(self, note: str) -> None:
        assert self._handle is not None
        self._shown = time.monotonic()
        plain = "\n".join("  ".join(c.rjust(10) for c in row) for row in (_COLUMNS, *self._rows))
        self._handle.update({"text/html": _html(self._rows, note), "text/plain": f"{plain}\n{note}".rstrip()}, raw=True)


def _live_display() -> Any:
    """A display of the running notebook cell, or None outside of one."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    show: Any = display
    return show({"text/plain": ""}, raw=True, display_id=True)


def _html(rows: list[tuple[str, ...]], note: str) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    foot = f"<p>{html.escape(note)}</p>" if note else ""
    return f"<table><thead>{line(_COLUMNS, 'th')}</thead><tbody>{body}</tbody></table>{foot}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"

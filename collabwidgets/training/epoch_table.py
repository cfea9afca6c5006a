"""EpochTable: fastai's table of a fit, growing row by row; live in a notebook, plain lines in a terminal."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Sequence
from typing import Any

from . import messages
from .events import BatchEnd, Compiling, EpochEnd, Event

_LIVE_SECONDS = 0.25


class EpochTable:
    """A callback that shows each epoch's row as it comes. Epochs are counted from 1, those of earlier fits included.

    Parameters
    ----------
    before, epochs : int
        Epochs that have been trained before the fit, and those of the fit.
    metrics : sequence of str
        Names of the columns after the losses.
    """

    def __init__(self, before: int, epochs: int, metrics: Sequence[str] = ()):
        self._before, self._epochs, self._metrics = before, epochs, tuple(metrics)
        self._lines = [("epoch", "train_loss", "valid_loss", *metrics, "time")]
        self._handle = _live_display()
        self._shown = 0.0
        if self._handle is None:
            self._write(_plain(self._lines))

    def __call__(self, event: Event) -> None:
        match event:
            case Compiling():
                self._say(messages.COMPILING)
            case BatchEnd(step, n_steps, _, _) if self._handle and time.monotonic() - self._shown > _LIVE_SECONDS:
                self._show(f"{messages.place(self._before, self._epochs, step / n_steps)}, {step / n_steps:.0%} done")
            case EpochEnd(record, _):
                losses = (record.train_loss, record.valid_loss, *(record.metrics.get(name) for name in self._metrics))
                numbers = ("–" if loss is None else f"{loss:.6f}" for loss in losses)
                self._lines.append((str(record.epoch), *numbers, _minutes(record.seconds)))
                self._say(_plain(self._lines[-1:]), "")

    def end(self, sentence: str) -> None:
        """The fit is over, or was interrupted: the last word, if it is worth one."""
        self._say(sentence)

    def _say(self, line: str, note: str | None = None) -> None:
        """Print a line, or show the table anew with a note beneath it."""
        if self._handle is not None:
            self._show(line if note is None else note)
        elif line:
            self._write(line)

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def _show(self, note: str) -> None:
        self._shown = time.monotonic()
        shown = {"text/html": _html(self._lines, note), "text/plain": f"{_plain(self._lines)}\n{note}".rstrip()}
        self._handle.update(shown, raw=True)


def _live_display() -> Any:
    """A display of the running notebook cell; None elsewhere, and where a page could not update it.

    An Output widget, which is what ``interact`` shows, knows no updates of what it has shown.
    """
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import display

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None
    parent = kernel.get_parent()["header"] if hasattr(kernel, "get_parent") else {}
    widgets = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
    captured = any(getattr(each, "msg_id", "") == parent.get("msg_id", "") != "" for each in list(widgets.values()))
    if captured or parent.get("msg_type", "execute_request") != "execute_request":
        return None
    show: Any = display
    return show({"text/plain": ""}, raw=True, display_id=True)


def _plain(lines: Sequence[tuple[str, ...]]) -> str:
    return "\n".join("  ".join(cell.rjust(10) for cell in cells) for cells in lines)


def _html(lines: Sequence[tuple[str, ...]], note: str) -> str:
    import pandas as pd

    table = pd.DataFrame(lines[1:], columns=list(lines[0])).to_html(index=False, border=0)
    return f"{table}<p>{html.escape(note)}</p>" if note else table


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"

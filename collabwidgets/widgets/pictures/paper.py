"""Paper: a place of a known size, in inches, on a figure of a known look; and how it becomes a file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from .fonts import FAMILY, complete_fonts

TEXT = 9.0  # points
_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True)
class Look:
    """The colours of a theme, as the widgets have them where the page brings none of its own."""

    background: str
    foreground: str
    soft: str
    line: str
    accent: str
    train: str
    valid: str
    low: str
    middle: str
    high: str
    dark: bool


LOOKS = {
    "light": Look(
        background="#ffffff",
        foreground="#1f1f1f",
        soft="#626262",
        line="#dfdfdf",
        accent="#0072b2",
        train="#0072b2",
        valid="#d55e00",
        low="#c2610c",
        middle="#b9bdc1",
        high="#066aab",
        dark=False,
    ),
    "dark": Look(
        background="#1e1e1e",
        foreground="#e6e6e6",
        soft="#aaaaaa",
        line="#3a3a3a",
        accent="#56b4e9",
        train="#56b4e9",
        valid="#e69f00",
        low="#f59322",
        middle="#6e7378",
        high="#56b4e9",
        dark=True,
    ),
}


class Place:
    """A rectangle of a figure; whatever is put there is measured in inches from its top left corner."""

    def __init__(self, figure: Figure, left: float, top: float, width: float, height: float, look: Look):
        self.figure, self.left, self.top, self.width, self.height = figure, left, top, width, height
        self.look = look

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes in the look's colours, with a thin frame and ticks without marks."""
        x, y = self._fraction(left, top + height)
        page = self.figure.get_size_inches()
        axes = self.figure.add_axes((x, y, width / page[0], height / page[1]), facecolor=self.look.background)
        axes.tick_params(colors=self.look.soft, labelsize=TEXT - 1, length=0, pad=4, which="both")
        for side in _SIDES:
            axes.spines[side].set(color=self.look.line, linewidth=0.8)
        return axes

    def bare(self) -> Axes:
        """Axes over the whole place, without any lines, whose units are inches from the top left corner."""
        axes = self.axes(0, 0, self.width, self.height)
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        axes.set_axis_off()
        return axes

    def text(
        self, x: float, y: float, text: str, *, color: str | None = None, size: float = TEXT, **style: Any
    ) -> Text:
        """A line of text, its baseline at `y`."""
        usual: dict[str, Any] = {"va": "baseline", "parse_math": False}
        return self.figure.text(
            *self._fraction(x, y), clean(text), color=color or self.look.foreground, size=size, **usual | style
        )

    def heading(self, text: str, facts: str = "") -> None:
        """What the picture shows, and of what, in the first line."""
        self.text(0.2, 0.34, text, size=TEXT + 3, weight="bold")
        if facts:
            self.text(self.width - 0.2, 0.34, facts, color=self.look.soft, ha="right")

    def _fraction(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.figure.get_size_inches()
        return (self.left + x) / width, 1 - (self.top + y) / height


@dataclass(frozen=True)
class Picture:
    """Something that can be drawn.

    Attributes
    ----------
    title : str
        Goes into the file's description of itself.
    width, height : float
        Inches.
    draw : callable
        Draws it at a place of that size.
    """

    title: str
    width: float
    height: float
    draw: Callable[[Place], None]


def save(picture: Picture, path: str | os.PathLike[str], kind: str, *, theme: str = "light", dpi: float = 150) -> Path:
    """Write a picture into a file.

    Parameters
    ----------
    picture : Picture
    path : str or Path
        Overwritten if it exists.
    kind : {"png", "svg"}
        In an SVG, text stays text.
    theme : {"light", "dark"}
        ``"auto"`` is light, as paper is.
    dpi : float
        Pixels an inch of a PNG, 20 to 1200.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    FileNotFoundError
        When the folder does not exist.
    ValueError
        When the name says another kind of file, or `dpi` is out of range.

    Warns
    -----
    UserWarning
        Once, when a PNG has letters that are in no installed font.
    """
    path = Path(path).expanduser()
    if path.suffix and path.suffix.lower() != f".{kind}":
        raise ValueError(f"{path.name!r} is no name for {kind.upper()}; let it end in .{kind}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to save {path.name!r} in; make it first")
    if isinstance(dpi, bool) or not isinstance(dpi, (int, float)) or not 20 <= dpi <= 1200:
        raise ValueError(f"dpi must be a number from 20 to 1200, not {dpi!r}")
    look = LOOKS.get(theme, LOOKS["light"])
    # A style that somebody has chosen for their own figures is not ours.
    usual = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    ours = matplotlib.rc_context(usual | {"svg.fonttype": "none", "svg.hashsalt": "collabwidgets"})
    with ours, warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from")  # is said once, below
        figure = Figure(figsize=(picture.width, picture.height), dpi=dpi, facecolor=look.background)
        picture.draw(Place(figure, 0, 0, picture.width, picture.height, look))
        boxes = complete_fonts(figure)
        about: dict[str, Any] = {"Title": clean(picture.title)}
        about |= {"Date": None, "Creator": "collabwidgets"} if kind == "svg" else {"Software": "collabwidgets"}
        figure.savefig(path, format=kind, dpi=dpi, metadata=about)
    if boxes and kind == "png":
        warnings.warn(
            f"no installed font has {len(boxes)} of the letters ({boxes[:10]!r}), so {path.name} shows boxes in their "
            "place; install one, such as Noto Sans, or take save_svg: there text stays text",
            stacklevel=4,
        )
    return path


def clean(text: str) -> str:
    """Anybody's text in one line, without what no file format takes."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def shortened(text: str, most: int) -> str:
    """At most `most` letters; a year in brackets at the end is kept."""
    text = clean(text)
    if len(text) <= most:
        return text
    tail = text[-7:] if text[-7:-5] == " (" and text[-5:-1].isdecimal() and text[-1] == ")" else ""
    return f"{text[: most - 1 - len(tail)].rstrip()}…{tail}"


def text_width(text: str, size: float) -> float:
    """Of a text in the pictures' letters, in inches; `size` in points."""
    font = FontProperties(family=FAMILY, size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def percent(share: float) -> str:
    """``12.4 %``, as the pages write it."""
    return f"{100 * share:.1f} %"


def signed(value: float, digits: int = 2) -> str:
    """``+0.25``, ``−1.03``, ``0.00``; a dash for what is no number."""
    if not abs(value) < float("inf"):
        return "–"
    text = f"{abs(value):.{digits}f}"
    sign = "" if not float(text) else "−" if value < 0 else "+"
    return sign + text

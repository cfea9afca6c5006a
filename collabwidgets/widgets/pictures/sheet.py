"""Sheet: several pictures on one page, and a sentence where a picture would be."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .paper import TEXT, Picture, Place

_HEAD = 0.6
_GAP = 0.15


def sheet_picture(title: str, columns: Sequence[Sequence[Picture]], facts: str = "") -> Picture:
    """Pictures below each other in columns, under one heading."""
    columns = [column for column in columns if column]
    widths = [max(picture.width for picture in column) for column in columns]
    heights = [sum(picture.height for picture in column) + _GAP * (len(column) - 1) for column in columns]

    def draw(place: Place) -> None:
        place.text(0.2, 0.4, title, size=TEXT + 6, weight="bold")
        place.text(place.width - 0.2, 0.4, facts, color=place.look.soft, ha="right")
        left = place.left
        for column, width in zip(columns, widths, strict=True):
            top = place.top + _HEAD
            for picture in column:
                picture.draw(Place(place.figure, left, top, picture.width, picture.height, place.look))
                top += picture.height + _GAP
            left += width + _GAP

    width = sum(widths) + _GAP * (len(widths) - 1)
    return Picture(title, width, _HEAD + max(heights, default=0.0), draw)


def note_picture(title: str, sentence: str) -> Picture:
    """A heading, and why there is nothing under it."""
    lines = textwrap.wrap(sentence, 100)

    def draw(place: Place) -> None:
        place.heading(title)
        for number, line in enumerate(lines):
            place.text(0.2, 0.75 + 0.2 * number, line, color=place.look.soft)

    return Picture(title, 8.0, 1.0 + 0.2 * len(lines), draw)

"""Letters that the pictures' own font lacks: another installed font that has them, or one word that none has."""

from __future__ import annotations

import functools

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

FAMILY = "DejaVu Sans"
_NO_LETTERS = ("Last Resort", "STIXNonUnicode", "STIXSize")  # boxes and parts of formulas


def complete_fonts(figure: Figure) -> str:
    """Let every text of the figure fall back on fonts that have its letters; the letters that no font has."""
    parts = figure.findobj(Text)
    lacking = _missing(FAMILY, frozenset("".join(part.get_text() for part in parts if isinstance(part, Text))))
    if not lacking:
        return ""
    families, without = families_for(frozenset(lacking))
    for part in parts:
        if isinstance(part, Text) and families:
            part.set_fontfamily([FAMILY, *families])
    return "".join(sorted(without))


@functools.lru_cache(maxsize=64)
def families_for(letters: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Installed families that have the letters, as few as come first, and the letters that none has."""
    families: list[str] = []
    left = letters
    for font in font_manager.fontManager.ttflist:
        if font.style != "normal" or font.weight != 400 or font.name.startswith((FAMILY, *_NO_LETTERS)):
            continue
        try:
            without = _missing(font.fname, left)
        except (OSError, RuntimeError):
            continue  # a file that is gone, or no font after all
        if without != left:
            families.append(font.name)
            left = without
        if not left:
            break
    return tuple(families), left


def _missing(font: str, letters: frozenset[str]) -> frozenset[str]:
    """Those of the letters that a font, by its file or its family, lacks."""
    path = font_manager.findfont(font) if font == FAMILY else font
    known = font_manager.get_font(path).get_charmap()
    return frozenset(letter for letter in letters if ord(letter) not in known and not letter.isspace())

"""Words of sentences: numbers with their noun, names with their article, and what stands for a name of no letters."""

from __future__ import annotations

from typing import Any

_NAMELESS = "(no name)"


def counted(n: float, noun: str) -> str:
    """``"1 factor"``, ``"2.5 epochs"``, ``"1,664 titles"``."""
    number = f"{n:,}" if isinstance(n, int) else f"{n:g}"
    return f"{number} {noun}{'' if n == 1 else 's'}"


def at_epoch(epoch: float) -> str:
    """``"epoch 3.4"``, to a tenth; ``"untrained"`` before the first batch."""
    return f"epoch {round(epoch, 1):g}" if epoch else "untrained"


def with_article(noun: str) -> str:
    """``"a title"``, ``"an item"``, ``"a user"``: by the first letters, as columns are called anything."""
    vowel = noun[:1].lower() in tuple("aeiou") and not noun.lower().startswith("use")
    return f"{'an' if vowel else 'a'} {noun}"


def shown_name(name: Any) -> str:
    """A name as it is shown; one without a letter could not be seen."""
    return str(name) if str(name).strip() else _NAMELESS


def shortened(name: Any, most: int = 44) -> str:
    """A name in one line of at most `most` letters; a year in brackets at the end is kept."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(name)).split())
    if len(text) <= most:
        return text
    year = text[-7:] if text[-7:-5] == " (" and text[-1] == ")" else ""
    return f"{text[: most - 1 - len(year)].rstrip()}…{year}"


def rating_unit(y_range: tuple[float, float] | None) -> str:
    """Of ratings: stars only where they look like stars."""
    return "stars" if y_range is not None and 0 <= y_range[0] <= 1 and 4.5 <= y_range[1] <= 6 else "rating"

"""A table of HTML for pages that cannot show widgets (GitHub, a notebook that is not trusted)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def said(*sentences: Any) -> str:
    """Each sentence as a paragraph."""
    return "".join(f"<p>{html.escape(str(sentence))}</p>" for sentence in sentences)


def ends_table(caption: str, frame: pd.DataFrame, most: int = 10) -> str:
    """The first and the last `most` rows of a frame as HTML, everything escaped: names are anybody's text."""
    number = "{:.4g}".format
    table: str = frame.to_html(index=False, max_rows=2 * most, float_format=number, na_rep="–", border=0)
    return said(caption) + table

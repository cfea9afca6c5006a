"""A table of HTML for pages that cannot show widgets (GitHub, a notebook that is not trusted)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def said(*sentences: Any) -> str:
    """Each sentence as a paragraph."""
    return "".join(f"<p>{html.escape(str(sentence))}</p>" for sentence in sentences)


def ends_table(caption: str, frame: pd.DataFrame, most: int = 10) -> str:
    """The first and the last `most` rows of a frame as HTML, everything escaped: names are anybody's text."""
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    body = []
    for position, row in enumerate(frame.itertuples(index=False)):
        if most <= position < len(frame) - most:
            if position == most:
                body.append(f"<tr><td>… {len(frame) - 2 * most:,} more</td></tr>")
            continue
        body.append("<tr>" + "".join(f"<td>{html.escape(_cell(value))}</td>" for value in row) + "</tr>")
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}" if np.isfinite(value) else "–"
    return "" if value is None else str(value)

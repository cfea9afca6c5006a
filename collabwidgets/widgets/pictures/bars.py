"""Bars: a ranking by bias and a list of neighbours, a row each, the numbers beside the bars."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .paper import TEXT, Picture, Place, shortened, signed

MOST_ROWS = 200  # of a picture: more would be no picture, and the table has them all

_WIDTH = 8.0
_ROW = 0.25
_HEAD, _FOOT = 0.92, 0.5  # inches above the first row and under the last
_TITLE_LETTERS = 42
_BAR = (3.7, 5.55)  # where bars begin and end
_COSINES = ("cosine", "centered_cosine")


@dataclass(frozen=True)
class Column:
    """Texts of one column: its header, where its texts end, and one text a row."""

    header: str
    at: float
    texts: Sequence[str]


def ranking_picture(
    frame: pd.DataFrame,
    ends: Sequence[tuple[int, int]],
    *,
    unit: str,
    in_stars: bool = False,
    centered: bool = True,
    facts: str = "",
    selected: Collection[int] = (),
) -> Picture:
    """Biases as bars from 0, with count, mean and both ranks.

    Parameters
    ----------
    frame : DataFrame
        As `interpret.biases` gives it, in the order to be shown.
    ends : sequence of (int, int)
        Stretches of rows to draw; what lies between two is said to be left out.
    unit : str
        ``"logit"``, ``"stars"`` or ``"rating"``: what the bars are drawn in.
    in_stars : bool
        Draw ``effect`` rather than ``bias``.
    centered : bool
        Whether 0 is the average row.
    facts : str
        Beside the heading.
    selected : collection of int
        Rows to mark.
    """
    ends = _at_most(ends, MOST_ROWS)
    positions = np.concatenate([np.arange(start, end) for start, end in ends]) if ends else np.arange(0)
    shown = frame.iloc[positions]
    values = shown["effect" if in_stars else "bias"].to_numpy(np.float64)
    reach = _largest(frame["effect" if in_stars else "bias"])
    gaps = {sum(end - start for start, end in ends[: i + 1]): ends[i + 1][0] - ends[i][1] for i in range(len(ends) - 1)}
    hidden = len(frame) - (ends[-1][1] if ends else 0)
    name = str(frame.columns[0])
    columns = [
        Column("bias", 6.15, [signed(value) for value in values]),
        Column("ratings", 6.75, [f"{count:,}" for count in shown["count"]]),
        Column("mean", 7.25, [f"{mean:.2f}" for mean in shown["mean"]]),
        Column("by mean", 7.85, [f"{place:,}" for place in shown["rank_by_mean"]]),
    ]
    rows = list(zip(shown.index, shown["rank"], shown[name], shown["few"], strict=True))
    where = f"{unit}{', centred' if centered else ', raw'}"
    zero = f"0 is the average {name}. " if centered else ""
    note = f"Bias after allowing for taste. {zero}“by mean” is the rank by mean rating."
    if ends and ends[0][0] == 0 and hidden > 0:
        note = f"{note} {hidden:,} more rows."

    def draw(place: Place) -> None:
        place.heading("Bias ranking", facts)
        axes = place.bare()
        tops = _tops(len(rows), gaps)
        middle, half = sum(_BAR) / 2, (_BAR[1] - _BAR[0]) / 2
        _scale(place, [(_BAR[0], signed(-reach)), (middle, "0"), (_BAR[1], signed(reach))], f"bias, {where}")
        axes.plot([middle] * 2, [_HEAD - 0.05, tops[-1] + _ROW if tops else _HEAD], color=place.look.line, lw=0.8)
        for (row, rank, title, few), value, top in zip(rows, values, tops, strict=True):
            length = half * abs(value) / reach if np.isfinite(value) else 0.0
            left = middle - length if value < 0 else middle
            _bar(axes, left, top, length, place.look.low if value < 0 else place.look.high)
            _row(place, axes, top, f"{rank:,}", str(title), "few" if few else "", row in selected)
        for after, n in gaps.items():
            y = tops[after - 1] + _ROW * 1.68
            place.text(0.7, y, f"… {n:,} more", color=place.look.soft)
        _columns(place, columns, tops)
        place.text(0.2, place.height - 0.18, note, color=place.look.soft, size=TEXT - 1)

    height = _HEAD + (len(rows) + len(gaps)) * _ROW + _FOOT
    return Picture("Bias ranking", _WIDTH, height, draw)


def neighbors_picture(
    frame: pd.DataFrame, title: str, *, metric: str, order: str, facts: str = "", selected: Collection[int] = ()
) -> Picture:
    """Neighbours as bars: cosines on their fixed scale, products and distances relative to the largest.

    Parameters
    ----------
    frame : DataFrame
        As `interpret.neighbors` gives it.
    title : str
        The item in question.
    metric, order : str
        As `interpret.neighbors` takes them.
    facts : str
        Beside the heading.
    selected : collection of int
        Rows to mark.
    """
    frame = frame.iloc[:MOST_ROWS]
    scores = frame["score"].to_numpy(np.float64)
    cosine, far = metric in _COSINES, order == "farthest"
    from_zero = not (far and metric != "euclidean")
    reach = 1.0 if cosine else _largest(scores)
    low = 0.0 if from_zero else -reach
    name = str(frame.columns[0])
    columns = [Column("score", 6.15, [f"{score:.3f}".replace("-", "−") for score in scores])]
    columns.append(Column("ratings", 6.75, [f"{count:,}" for count in frame["count"]]))
    if "n_common" in frame:
        columns.append(Column("both", 7.25, [f"{count:,}" for count in frame["n_common"]]))
    columns.append(Column("length", 7.85, [f"{norm:.2f}" for norm in frame["norm"]]))
    n_hidden = int(frame.attrs.get("n_hidden", 0))
    note = "Near means a similar audience, not a similar plot."
    note += " Cosine ignores length." if cosine else " Smaller is nearer." if metric == "euclidean" else ""
    if n_hidden:
        note += f" {n_hidden:,} {'farther' if far else 'nearer'} hidden by min ratings."
    wording = metric.replace("_", " ").replace("centered", "centred").replace("euclidean", "distance")
    heading = f"{'Farthest from' if far else 'Nearest to'} {shortened(title, 48)}"

    def draw(place: Place) -> None:
        place.heading(heading, facts)
        axes = place.bare()
        tops = _tops(len(frame), {})

        def at(score: float) -> float:
            return _BAR[0] + (_BAR[1] - _BAR[0]) * (min(max(score, low), reach) - low) / (reach - low)

        _scale(place, [(at(value), f"{value:.3g}".replace("-", "−")) for value in {low, 0.0, reach}], wording)
        rows = zip(frame.index, frame[name], frame["weak"], scores, tops, strict=True)
        for number, (row, other, weak, score, top) in enumerate(rows, 1):
            axes.add_patch(_rectangle(_BAR[0], top, _BAR[1] - _BAR[0], place.look.line, 0.5))
            if np.isfinite(score):
                start, end = sorted((at(0.0), at(score)))
                _bar(axes, start, top, end - start, place.look.high)
            _row(place, axes, top, str(number), str(other), "weak" if weak else "", row in selected)
        _columns(place, columns, tops)
        place.text(0.2, place.height - 0.18, note, color=place.look.soft, size=TEXT - 1)

    return Picture(heading, _WIDTH, _HEAD + len(frame) * _ROW + _FOOT, draw)


def _at_most(ends: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The stretches, cut so that there are at most `most` rows in all."""
    kept: list[tuple[int, int]] = []
    for start, end in ends:
        left = most - sum(b - a for a, b in kept)
        if left > 0 and end > start:
            kept.append((start, min(end, start + left)))
    return kept


def _tops(n: int, gaps: dict[int, int]) -> list[float]:
    """Where each row begins; a gap takes the room of a row."""
    return [_HEAD + (i + sum(after <= i for after in gaps)) * _ROW for i in range(n)]


def _scale(place: Place, ends: Sequence[tuple[float, str]], name: str) -> None:
    place.text(sum(_BAR) / 2, _HEAD - 0.32, name, color=place.look.soft, size=TEXT - 1, ha="center")
    for x, text in ends:
        place.text(x, _HEAD - 0.12, text, color=place.look.soft, size=TEXT - 2, ha="center")


def _row(place: Place, axes: Axes, top: float, number: str, title: str, mark: str, selected: bool) -> None:
    base = top + _ROW * 0.68
    if selected:
        axes.add_patch(_rectangle(0.12, top, _WIDTH - 0.2, place.look.accent, 0.13, inset=0.0))
    place.text(0.6, base, number, color=place.look.soft, ha="right")
    place.text(0.7, base, shortened(title, _TITLE_LETTERS - (7 if mark else 0)))
    if mark:
        place.text(_BAR[0] - 0.12, base, mark, color=place.look.valid, size=TEXT - 1.5, ha="right")


def _columns(place: Place, columns: Sequence[Column], tops: Sequence[float]) -> None:
    for column in columns:
        place.text(column.at, _HEAD - 0.12, column.header, color=place.look.soft, size=TEXT - 1, ha="right")
        for text, top in zip(column.texts, tops, strict=True):
            place.text(column.at, top + _ROW * 0.68, text, ha="right")


def _bar(axes: Axes, left: float, top: float, length: float, color: str) -> None:
    bar = _rectangle(left, top, length, color, 1.0)
    bar.set_gid(f"bar-{len(axes.patches)}")
    axes.add_patch(bar)


def _rectangle(left: float, top: float, width: float, color: str, alpha: float, inset: float = 0.05) -> Rectangle:
    return Rectangle((left, top + inset), width, _ROW - 2 * inset, facecolor=color, alpha=alpha, linewidth=0)


def _largest(values: Any) -> float:
    """The largest amount, 1 where there is none: what bars are drawn relative to."""
    amounts = np.abs(np.asarray(values, np.float64))
    return float(np.max(amounts, where=np.isfinite(amounts), initial=0.0)) or 1.0

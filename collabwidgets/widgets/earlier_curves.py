"""The curves of earlier runs, faint and numbered, behind those of the present one in a bqplot figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..loss_curves import Curve, drawn_run

if TYPE_CHECKING:
    import bqplot

    from ..learner import CollabLearner
    from ..training import Run

_GREY = "#7f7f7f"


class EarlierCurves:
    """Three marks, however many runs: smoothed training losses, validation losses, and the runs' numbers."""

    def __init__(self, scales: dict[str, Any]):
        import bqplot

        style = {"scales": scales, "colors": [_GREY], "display_legend": False}
        self._train = bqplot.Lines(x=[], y=[], opacities=[0.45], stroke_width=1.0, **style)
        self._valid = bqplot.Lines(x=[], y=[], opacities=[0.8], stroke_width=1.5, line_style="dashed", **style)
        self.numbers = bqplot.Label(
            x=[],
            y=[],
            text=[],
            scales=scales,
            colors=[_GREY],
            default_size=11,
            font_weight="bold",
            align="end",
            x_offset=-6,
            y_offset=-6,
        )

        self._drawn: tuple[Any, ...] = ([], "", 0.0)
        self._extent: tuple[float, list[float]] = (0.0, [])

    @property
    def marks(self) -> list[bqplot.Mark]:
        """Those that lie behind all others; `numbers` lies before them."""
        return [self._train, self._valid]

    def draw(
        self, runs: Sequence[Run], learn: CollabLearner, x_axis: str, smoothing: float
    ) -> tuple[float, list[float]]:
        """Show these runs; how far they go on the horizontal axis, and the losses that should be in sight."""
        asked = ([run.number for run in runs], x_axis, smoothing)
        if asked != self._drawn:
            self._drawn, self._extent = asked, self._draw(runs, learn, x_axis, smoothing)
        return self._extent

    def _draw(
        self, runs: Sequence[Run], learn: CollabLearner, x_axis: str, smoothing: float
    ) -> tuple[float, list[float]]:
        drawn = [drawn_run(run, learn, x_axis, smoothing) for run in runs]
        train, valid = [each.train for each in drawn], [each.valid for each in drawn]
        _set(self._train, train)
        _set(self._valid, valid)
        ends = [(at[-1], loss[-1]) for at, loss in _ends(train, valid)]
        with self.numbers.hold_sync():
            self.numbers.x, self.numbers.y = (np.array([end[i] for end in ends], np.float64) for i in (0, 1))
            # Beside each other where curves end at one place; a figure space is as wide as a digit.
            self.numbers.text = [f"{run.number}{chr(0x2007) * 2 * i}" for i, run in enumerate(runs)]
        losses = [float(loss) for _, curve in valid for loss in curve if np.isfinite(loss)]
        return max([0.0, *(float(at[-1]) for at, _ in train)]), losses


def _ends(train: list[Curve], valid: list[Curve]) -> list[Curve]:
    """The curve at whose end a run's number stands: of validation, where there is one."""
    return [scored if len(scored[0]) else batches for batches, scored in zip(train, valid, strict=True)]


def _set(line: bqplot.Lines, curves: list[Curve]) -> None:
    """All curves in one mark: rows of equal length, ended by NaN, where a line is broken off."""
    longest = max(2, *(len(at) for at, _ in curves)) if curves else 0  # bqplot takes a single number for none
    x, y = (np.full((len(curves), longest), np.nan) for _ in range(2))
    for row, (at, loss) in enumerate(curves):
        x[row, : len(at)], y[row, : len(at)] = at, loss
    with line.hold_sync():
        line.x, line.y = (x, y) if x.size else (np.empty(0), np.empty(0))

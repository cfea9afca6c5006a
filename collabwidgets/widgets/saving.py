"""Write the figure of a view into a PNG or SVG file, light or dark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..extras import needs_extra
from ..plain import plain

if TYPE_CHECKING:
    from .view import View

# Okabe and Ito's colours, those first that the page has for training and validation.
_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1f1f1f")
_DARK = ("#56b4e9", "#e69f00", "#2fbf91", "#cc79a7", "#f0e442", "#d55e00", "#e6e6e6")


def save(view: View, path: str | os.PathLike[str], kind: str, dpi: float = 150) -> Path:
    """Draw a view in the colours of its theme, whatever style the caller has chosen, and write the figure.

    Parameters
    ----------
    view : View
        Its theme ``"auto"`` is light, as paper is.
    path : str or Path
        Overwritten if it exists.
    kind : {"png", "svg"}
        In an SVG, text stays text.
    dpi : float
        Pixels an inch of a PNG, 20 to 1200.

    Raises
    ------
    RuntimeError
        While the model is untrained.
    FileNotFoundError
        When the folder does not exist.
    ValueError
        When the name says another kind of file, or `dpi` is out of range.
    ModuleNotFoundError
        When matplotlib is missing.
    """
    if view.learner.epoch == 0:
        raise RuntimeError("nothing is trained yet, so there is nothing to draw; learn.fit_one_cycle(5) comes first")
    path = Path(path).expanduser()
    if path.suffix and path.suffix.lower() != f".{kind}":
        raise ValueError(f"{path.name!r} is no name for {kind.upper()}; let it end in .{kind}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to save {path.name!r} in; make it first")
    dpi = plain(dpi)
    if isinstance(dpi, bool) or not isinstance(dpi, (int, float)) or not 20 <= dpi <= 1200:
        raise ValueError(f"dpi must be a number from 20 to 1200, not {dpi!r}")
    with needs_extra("figures"):
        from matplotlib import style
    resolution = {"figure.dpi": dpi if kind == "png" else 72}  # in which names are measured to find room
    with style.context(_style(view.theme) | resolution, after_reset=True):
        about: dict[str, Any] = {"Date": None} if kind == "svg" else {}
        view._to_figure().savefig(path, format=kind, dpi=dpi, metadata=about)
    return path


def _style(theme: str) -> dict[str, Any]:
    from cycler import cycler

    back, front, colors = ("#1e1e1e", "#e6e6e6", _DARK) if theme == "dark" else ("#ffffff", "#1f1f1f", _LIGHT)
    fronts = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return (
        dict.fromkeys(("figure.facecolor", "axes.facecolor"), back)
        | dict.fromkeys(fronts, front)
        | {"axes.prop_cycle": cycler(color=colors), "svg.fonttype": "none", "svg.hashsalt": "collabwidgets"}
    )

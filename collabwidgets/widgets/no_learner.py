"""NoLearner: what stands where a widget would, as long as there is nothing to show."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import anywidget
from traitlets import Enum, Float, Unicode

from .bundle import built_code

if TYPE_CHECKING:
    import pandas as pd

WORDS = "No learner yet."
LINE = "learn = cw.collab_learner(dls)"


class NoLearner(anywidget.AnyWidget):
    """Says that there is no learner yet, and the line that makes one, with a button to copy it.

    What ``BiasTable()`` or ``BiasTable(None)`` returns, and so every widget.

    Parameters
    ----------
    kind : str
        The widget that was asked for.

    Attributes
    ----------
    status : str
        ``"no_model"``; read-only.
    epoch : float
        0; read-only.
    """

    _esm = Unicode(built_code("view.js")).tag(sync=True)
    _store = Unicode(None, allow_none=True).tag(sync=True)
    _kind = Unicode().tag(sync=True)
    _words = Unicode(WORDS).tag(sync=True)
    _line = Unicode(LINE).tag(sync=True)
    status = Enum(("no_model",), "no_model", read_only=True)
    epoch = Float(0.0, read_only=True)

    def __init__(self, kind: str) -> None:
        super().__init__(_kind=kind)

    def to_frame(self) -> pd.DataFrame:
        """There is nothing to show.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(f"{WORDS} {LINE}, then {self._kind}(learn)")

    def __repr__(self) -> str:
        return f"{self._kind}(no learner yet)"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle
        data["text/html"] = f"<p>{html.escape(repr(self))}</p><p>{WORDS} <code>{LINE}</code></p>"
        return data, metadata

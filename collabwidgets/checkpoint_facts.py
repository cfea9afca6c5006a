"""Whether what the header of a checkpoint says can be: whatever is taken over must be of its kind and in its range."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

_STATUSES = ("untrained", "ready", "stopped", "diverged")  # a paused or failed learner is saved as a stopped one
_MAKERS = ("collab_learner", "CollabLearner")


def check_facts(facts: Mapping[str, Any]) -> None:
    """Raise a ValueError that names the first fact which cannot be, a KeyError for one that is missing."""
    for name, (what, fits) in _FACTS.items():
        _check(name, facts[name], what, fits)
    for name, (what, fits) in _PROGRESS.items():
        _check(f"progress.{name}", facts["progress"][name], what, fits)
    runs = [facts["epochs"], *(run["epochs"] for run in facts.get("earlier", []))]
    for place, record in enumerate(record for run in runs for record in run):
        for name, (what, fits) in _RECORD.items():
            _check(f"epochs[{place}].{name}", record[name], what, fits)
    for place, run in enumerate(facts.get("earlier", [])):
        for name in ("number", "n_factors"):
            _check(f"earlier[{place}].{name}", run[name], *_WHOLE)
        _check(f"earlier[{place}].fits", run["fits"], "a list of settings", lambda value: bool(value))


def _check(name: str, value: Any, what: str, fits: Callable[[Any], bool]) -> None:
    if not fits(value):
        raise ValueError(f"{name} is {str(value)[:80]!r}, not {what}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_finite(value: Any) -> bool:
    return _is_number(value) and math.isfinite(value) and value >= 0


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


_WHOLE = ("a whole number from 0", _is_whole)
_FINITE = ("a finite number from 0", _is_finite)
_LOSS = ("a number", _is_number)  # of a training that diverged it may be NaN
_LOSS_OR_NONE = ("a number or null", lambda value: value is None or _is_number(value))
_TEXT = ("a text", lambda value: isinstance(value, str))
_OBJECT = ("an object", lambda value: isinstance(value, dict))

_FACTS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "function": (" or ".join(_MAKERS), lambda value: value in _MAKERS),
    "arguments": _OBJECT,
    "model": _TEXT,
    "y_range": ("two numbers or null", lambda value: value is None or _is_pair(value)),
    "ratings": _WHOLE,
    "split": ("a seed and a share", lambda value: isinstance(value, dict) and _is_whole(value.get("seed"))),
    "status": (f"one of {', '.join(_STATUSES)}", lambda value: value in _STATUSES),
    "message": _TEXT,
    "suggested_lr": ("a finite number or null", lambda value: value is None or _is_finite(value)),
    "epoch": _FINITE,
    "weights_seed": _WHOLE,
    "progress": _OBJECT,
}
_PROGRESS = {"step": _WHOLE, "n_steps": _WHOLE, "epochs": _WHOLE, "seconds": _FINITE}
_RECORD = {
    "epoch": _WHOLE,
    "train_loss": _LOSS,
    "valid_loss": _LOSS_OR_NONE,
    "rmse": _LOSS_OR_NONE,
    "seconds": _FINITE,
    "lr": _FINITE,
}

"""What a page may ask of a learner: a list of commands, each with the settings it takes, all checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..known_names import nearest_name
from ..training.recipe import LIMITS, MOST_FACTORS, SCHEDULES, checked_setting

if TYPE_CHECKING:
    from ..learner import CollabLearner


_FIT = ("lr", "wd", "schedule", "bs", "seed", "patience", "keep_best", "n_factors")

# In Voila any visitor can send any message, so nothing is looked up on the learner by a name that came from
# outside.
_COMMANDS: Mapping[str, tuple[Callable[..., object], tuple[str, ...]]] = {
    "train": (lambda learn, **settings: learn.start(**settings), ("epochs", *_FIT)),
    "pause": (lambda learn: learn.pause(), ()),
    "resume": (lambda learn: learn.resume(), ()),
    "stop": (lambda learn: learn.stop(), ()),
    "step_epoch": (lambda learn, **settings: learn.step_epoch(**settings), _FIT),
    "reset": (lambda learn, **settings: learn.reset(**settings), ("seed", "n_factors")),
    "retrain": (lambda learn, **settings: learn.retrain(**settings), ("epochs", *_FIT)),
}


def run_command(learn: CollabLearner, name: Any, args: Any) -> None:
    """Do what a page asked for.

    Parameters
    ----------
    learn : CollabLearner
    name : str
        ``train``, ``pause``, ``resume``, ``stop``, ``step_epoch``, ``reset`` or ``retrain``.
    args : dict
        Settings by name; one that is ``None`` is left to the learner.

    Raises
    ------
    ValueError, TypeError
        For an unknown command or setting and for a value of the wrong type or out of its range.
    RuntimeError
        When the learner cannot do it now.
    """
    if not isinstance(name, str) or name not in _COMMANDS:
        raise ValueError(f"there is no command {str(name)[:80]!r}; choose one of {', '.join(_COMMANDS)}")
    if not isinstance(args, Mapping):
        raise TypeError(f"the settings of {name!r} must be an object of names and values, not {type(args).__name__}")
    function, known = _COMMANDS[name]
    for key in args:
        if key not in known:
            takes = nearest_name(str(key)[:80], known) if known else "It takes none."
            raise ValueError(f"command {name!r} takes no setting {str(key)[:80]!r}. {takes}")
    function(learn, **{key: _checked(key, value) for key, value in args.items() if value is not None})


def _checked(name: str, value: Any) -> Any:
    if name in LIMITS:
        return checked_setting(name, value)
    if name == "n_factors":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_FACTORS:
            raise ValueError(f"n_factors must be a whole number from 1 to {MOST_FACTORS}, not {value!r}")
    elif name == "schedule":
        if value not in SCHEDULES:
            raise ValueError(f"schedule={str(value)[:80]!r} is not known; choose one of {', '.join(SCHEDULES)}")
    elif not isinstance(value, bool):
        raise TypeError(f"{name} must be true or false, not {value!r}")
    return value

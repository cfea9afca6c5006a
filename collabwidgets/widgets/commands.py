"""What a page may tell a learner to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..training.recipe import N_FACTORS, SETTINGS
from . import protocol

if TYPE_CHECKING:
    from ..learner import CollabLearner


def run_command(learn: CollabLearner, call: protocol.Call) -> None:
    """Do what a page asked for; ``None`` leaves a setting to the learner.

    Raises
    ------
    ValueError
        For a setting out of its range.
    RuntimeError
        When the learner cannot do it now.
    """
    settings = _checked(call, learn.recipe.seed)
    match call:
        case protocol.Train():
            learn.start(**settings)
        case protocol.Retrain():
            learn.retrain(**settings)
        case protocol.StepEpoch():
            learn.step_epoch(**settings)
        case protocol.Reset():
            learn.reset(**settings)
        case protocol.Pause():
            learn.pause()
        case protocol.Resume():
            learn.resume()
        case protocol.Stop():
            learn.stop()
        case protocol.Rerun():
            learn.stability()
        case protocol.CancelRerun():
            learn.session.reruns.cancel()
        case protocol.Ping():
            pass
        case _:
            raise TypeError(f"{type(call).__name__} is no command")


def _checked(call: protocol.Call, seed: int) -> dict[str, Any]:
    """The settings of a call, all checked before any is used; `seed` is the one that the page was given."""
    given = {name: getattr(call, name) for name in call.__struct_fields__}
    if given.get("seed") is not None and float(given["seed"]) == float(seed):
        given["seed"] = seed  # pages have 53 bits of it
    known = {**SETTINGS, "n_factors": N_FACTORS}
    return {name: known[name].checked(value) for name, value in given.items() if value is not None}

"""What a page may tell a learner to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..training.recipe import N_FACTORS, SETTINGS
from . import protocol

if TYPE_CHECKING:
    from ..learner import CollabLearner

# Methods of the learner that are called otherwise than the commands.
_METHODS = {protocol.Train: "start", protocol.Rerun: "stability"}


def run_command(learn: CollabLearner, call: protocol.Call) -> None:
    """Do what a page asked for; ``None`` leaves a setting to the learner.

    Raises
    ------
    ValueError
        For a setting out of its range.
    RuntimeError
        When the learner cannot do it now.
    """
    if isinstance(call, protocol.CancelRerun):
        learn.session.reruns.cancel()
    elif not isinstance(call, protocol.Ping):
        method = _METHODS.get(type(call), str(call.__struct_config__.tag))
        getattr(learn, method)(**_checked(call, learn.recipe.seed))


def _checked(call: protocol.Call, seed: int) -> dict[str, Any]:
    """The settings of a call, all checked before any is used; `seed` is the one that the page was given."""
    given = {name: getattr(call, name) for name in call.__struct_fields__}
    if given.get("seed") is not None and float(given["seed"]) == float(seed):
        given["seed"] = seed  # pages have 53 bits of it
    known = {**SETTINGS, "n_factors": N_FACTORS}
    return {name: known[name].checked(value) for name, value in given.items() if value is not None}

"""What a page may tell a learner to do, and ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..interpret import neighbors
from ..plain import whole_number
from . import protocol

if TYPE_CHECKING:
    from ..learner import CollabLearner

MOST_NEIGHBORS = 100

# Methods of the learner that are called otherwise than the commands.
_METHODS = {protocol.Train: "start", protocol.Rerun: "stability"}


def run_command(learn: CollabLearner, call: protocol.Call) -> protocol.Neighbors | None:
    """Do what a page asked for, or answer it; ``None`` leaves a setting to the learner.

    Raises
    ------
    ValueError
        For a number out of its range, and where the learner has no answer.
    RuntimeError
        When the learner cannot do it now.
    """
    if isinstance(call, protocol.AskNeighbors):
        return _nearest(learn, call)
    if isinstance(call, protocol.CancelRerun):
        learn.session.reruns.cancel()
    elif not isinstance(call, protocol.Ping):
        given = {name: getattr(call, name) for name in call.__struct_fields__}
        seed = learn.recipe.seed
        if given.get("seed") is not None and float(given["seed"]) == float(seed):
            given["seed"] = seed  # pages have 53 bits of it
        method = getattr(learn, _METHODS.get(type(call), str(call.__struct_config__.tag)))
        method(**{name: value for name, value in given.items() if value is not None})
    return None


def _nearest(learn: CollabLearner, asked: protocol.AskNeighbors) -> protocol.Neighbors:
    """The nearest titles, or users, by cosine in all dimensions."""
    snapshot = learn.snapshot.of(asked.kind)
    if snapshot.epoch == 0:
        raise RuntimeError("nothing is trained yet, so what the random weights say is chance")
    whole_number("row", asked.row, 1, len(snapshot.items) - 1)
    whole_number("k", asked.k, 1, MOST_NEIGHBORS)
    # Without the ratings: who rated both is not asked here.
    found = neighbors(snapshot, asked.row, k=asked.k, min_count=asked.min_count)
    return protocol.Neighbors(
        rows=found.index.tolist(), hidden=int(found.attrs["n_hidden"]), revision=snapshot.revision
    )

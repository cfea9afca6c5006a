"""What a page may ask of a learner to show for a moment: answers that no notebook keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ..interpret import PCAFrame, neighbors
from ..plain import whole_number
from . import protocol
from .learner_facts import other_map

if TYPE_CHECKING:
    from ..learner import CollabLearner

Answer = tuple[dict[str, Any], list[bytes]]

MOST_NEIGHBORS = 100
_MOST = 2**31 - 1


def nearest_rows(learn: CollabLearner, row: int, k: int, min_count: int, kind: str = "items") -> protocol.Neighbors:
    """The `k` nearest titles, or users, by cosine in all dimensions.

    Raises
    ------
    ValueError
        When the model has no such factors, or the row was never trained.
    """
    snapshot = learn.snapshot.of(kind)
    found = neighbors(snapshot, row, k=k, min_count=min_count)  # without the ratings: who rated both is not asked here
    return protocol.Neighbors(
        rows=[int(each) for each in found.index], hidden=int(found.attrs["n_hidden"]), revision=snapshot.revision
    )


@runtime_checkable
class HasPast(Protocol):
    """A view whose map can be shown as it was."""

    fit_on: str

    def past_maps(self) -> dict[int, PCAFrame]:
        """The maps of earlier epochs, by epoch, ascending."""
        ...


def answer(learn: CollabLearner, view: object, question: protocol.Call) -> Answer:
    """The answer as JSON and binary buffers: `protocol.Neighbors`, or `protocol.OtherMap` with its scores as a buffer.

    Parameters
    ----------
    learn : CollabLearner
    view : View, optional
        Whose map `AskFrame` asks about.
    question : AskNeighbors or AskFrame

    Raises
    ------
    ValueError
        For numbers out of range, and where the learner has no answer.
    RuntimeError
        While nothing is trained.
    """
    if learn.snapshot.epoch == 0:
        raise RuntimeError("nothing is trained yet, so what the random weights say is chance")
    if isinstance(question, protocol.AskNeighbors):
        whole_number("row", question.row, 1, len(learn.snapshot.of(question.kind).items) - 1)
        whole_number("k", question.k, 1, MOST_NEIGHBORS)
        whole_number("min_count", question.min_count, 0, _MOST)
        return protocol.plain(nearest_rows(learn, question.row, question.k, question.min_count, question.kind)), []
    assert isinstance(question, protocol.AskFrame)
    if not isinstance(view, HasPast):
        raise ValueError("that map is closed; run its cell again")
    maps = view.past_maps()
    frame = maps.get(question.epoch)
    if frame is None:
        raise ValueError(f"epoch {question.epoch} is not kept; of this run {len(maps)} epochs are")
    facts, scores = other_map(frame, view.fit_on)
    return protocol.plain(facts), [scores]

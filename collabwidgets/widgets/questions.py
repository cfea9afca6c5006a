"""What a page may ask of a learner to show for a moment: answers that no notebook keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard, runtime_checkable

from ..interpret import PCAFrame, neighbors
from .published import map_values

if TYPE_CHECKING:
    from ..learner import CollabLearner

Answer = tuple[dict[str, Any], list[bytes]]

MOST_NEIGHBORS = 100
_MOST = 2**31 - 1


def nearest_rows(learn: CollabLearner, row: int, k: int, min_count: int) -> tuple[list[int], int, int]:
    """Rows of the `k` nearest by cosine in all dimensions, how many nearer ones `min_count` hides, and the revision
    of the snapshot they are of.

    Raises
    ------
    ValueError
        When the model has no item factors, or the row was never trained.
    """
    snapshot = learn.snapshot
    found = neighbors(snapshot, row, k=k, min_count=min_count)  # without the ratings: who rated both is not asked here
    return [int(each) for each in found.index], int(found.attrs["n_hidden"]), snapshot.revision


def _neighbors(learn: CollabLearner, row: Any, k: Any, min_count: Any) -> Answer:
    rows, hidden, revision = nearest_rows(
        learn,
        _whole("row", row, 1, len(learn.dls.items) - 1),
        _whole("k", k, 1, MOST_NEIGHBORS),
        _whole("min_count", min_count, 0, _MOST),
    )
    return {"rows": rows, "hidden": hidden, "revision": revision}, []


@runtime_checkable
class HasPast(Protocol):
    """A view whose map can be shown as it was."""

    fit_on: str

    def past_maps(self) -> dict[int, PCAFrame]:
        """The maps of earlier epochs, by epoch, ascending."""
        ...


def _frame(_learn: CollabLearner, view: object, epoch: Any) -> Answer:
    if not isinstance(view, HasPast):
        raise ValueError("that map is closed; run its cell again")
    maps = view.past_maps()
    frame = maps.get(_whole("epoch", epoch, 1, _MOST))
    if frame is None:
        raise ValueError(f"epoch {epoch} is not kept; of this run {len(maps)} epochs are")
    facts = map_values(frame) | {"revision": frame.revision, "fit_on": view.fit_on}
    return facts, [facts.pop("_scores")]


_QUESTIONS: Mapping[str, tuple[Callable[..., Answer], frozenset[str]]] = {
    "neighbors": (_neighbors, frozenset(("row", "k", "min_count"))),
    "frame": (_frame, frozenset(("view", "epoch"))),
}


def is_question(name: Any) -> TypeGuard[str]:
    """Whether `answer` knows it."""
    return isinstance(name, str) and name in _QUESTIONS


def answer(learn: CollabLearner, view: object, name: str, args: Any) -> Answer:
    """What a page asked, as JSON and binary buffers.

    Parameters
    ----------
    learn : CollabLearner
    view : View, optional
        Whose map ``frame`` asks about.
    name : {"neighbors", "frame"}
    args : dict
        ``neighbors``: row, k, min_count. ``frame``: view and epoch.

    Returns
    -------
    dict, list of bytes
        ``neighbors``: rows, hidden, revision. ``frame``: `published.map_values`, revision and fit_on, ``_scores`` as a
        buffer.

    Raises
    ------
    ValueError
        For other arguments, and where the learner has no answer.
    RuntimeError
        While nothing is trained.
    """
    function, takes = _QUESTIONS[name]
    if not isinstance(args, Mapping) or set(args) != takes:
        raise ValueError(f"{name!r} is asked with {', '.join(sorted(takes))}, and nothing else")
    if learn.snapshot.epoch == 0:
        raise RuntimeError("nothing is trained yet, so what the random weights say is chance")
    return function(learn, **{**args, "view": view} if "view" in takes else args)


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {str(value)[:80]}")
    return value

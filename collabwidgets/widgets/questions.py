"""What a page may ask of a learner to show for a moment: answers that no notebook keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..interpret import neighbors
from .wire import number_bytes

if TYPE_CHECKING:
    from ..interpret import PCAFrame
    from ..learner import CollabLearner

Answer = tuple[dict[str, Any], list[bytes]]

MOST_NEIGHBORS = 100
MOST_TRAILS = 200
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


def past_frames(learn: CollabLearner, min_count: int) -> dict[int, PCAFrame]:
    """The maps at the ends of the epochs that are kept, by epoch, in the axes of the present one."""
    return learn.past.frames(learn.pca_frame(min_count=min_count), min_count=min_count)


def _neighbors(learn: CollabLearner, row: Any, k: Any, min_count: Any) -> Answer:
    rows, hidden, revision = nearest_rows(
        learn,
        _whole("row", row, 1, len(learn.dls.items) - 1),
        _whole("k", k, 1, MOST_NEIGHBORS),
        _whole("min_count", min_count, 0, _MOST),
    )
    return {"rows": rows, "hidden": hidden, "revision": revision}, []


def _frame(learn: CollabLearner, epoch: Any, min_count: Any) -> Answer:
    frames = past_frames(learn, _whole("min_count", min_count, 0, _MOST))
    frame = frames.get(_whole("epoch", epoch, 1, _MOST))
    if frame is None:
        raise ValueError(f"epoch {epoch} is not kept; of this run {len(frames)} epochs are")
    facts = {
        "m": frame.k,
        "explained": [float(share) for share in frame.explained_variance_ratio],
        "noise": float(frame.noise_level),
        "correlations": {name.removeprefix("PC"): dict(r) for name, r in frame.correlations.items()},
        "fitCount": len(frame.rows),
    }
    return facts, [number_bytes(frame.scores, np.float32)]


def _trails(learn: CollabLearner, rows: Any, min_count: Any) -> Answer:
    if not isinstance(rows, list) or len(rows) > MOST_TRAILS:
        raise ValueError(f"rows must be a list of at most {MOST_TRAILS} rows")
    wanted = [_whole("row", row, 1, len(learn.dls.items) - 1) for row in rows]
    frames = past_frames(learn, _whole("min_count", min_count, 0, _MOST))
    places = np.array([frame.scores[wanted] for frame in frames.values()])
    m = next((frame.k for frame in frames.values()), 0)
    return {"epochs": list(frames), "m": m}, [number_bytes(places, np.float32)]


_QUESTIONS: Mapping[str, tuple[Callable[..., Answer], frozenset[str]]] = {
    "neighbors": (_neighbors, frozenset(("row", "k", "min_count"))),
    "frame": (_frame, frozenset(("epoch", "min_count"))),
    "trails": (_trails, frozenset(("rows", "min_count"))),
}


def is_question(name: Any) -> bool:
    """Whether `answer` knows it."""
    return isinstance(name, str) and name in _QUESTIONS


def answer(learn: CollabLearner, name: str, args: Any) -> Answer:
    """What a page asked, as JSON and binary buffers.

    Parameters
    ----------
    learn : CollabLearner
    name : {"neighbors", "frame", "trails"}
    args : dict
        ``neighbors``: row, k, min_count. ``frame``: epoch, min_count. ``trails``: rows, min_count.

    Returns
    -------
    dict, list of bytes
        ``neighbors``: rows, hidden, revision. ``frame``: facts of a map, and its scores, float32 [n_items, m].
        ``trails``: epochs and m, and scores, float32 [len(epochs), len(rows), m].

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
    return function(learn, **args)


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {str(value)[:80]}")
    return value

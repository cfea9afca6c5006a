"""Read from a learner what the store publishes: dictionaries of the protocol, and arrays."""

from __future__ import annotations

import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .. import __version__
from ..interpret import PCAFrame
from ..interpret.stability import bias_moves
from ..models.ensemble import members_of
from ..training.recipe import SETTINGS
from ..words import shown_name
from . import protocol
from .synced import TRACEBACK_LETTERS
from .wire import number_bytes, pair_bytes, text_bytes

if TYPE_CHECKING:
    from ..learner import CollabLearner
    from .shown_map import ShownMap

Facts = dict[str, Any]
Arrays = dict[str, bytes]

BATCH_POINTS = 2000
_OF_LOADERS = ("n_users", "n_items", "n_ratings", "n_train", "n_valid", "user_name", "item_name", "rating_mean")
_OF_PROGRESS = ("step", "n_steps", "eta_seconds", "elapsed_seconds")


def side_arrays(learn: CollabLearner) -> Arrays:
    """Names, counts and means of both sides, row 0 included: they change only as ratings are added."""
    values: Arrays = {}
    for prefix, side in (("item", learn.dls.items), ("user", learn.dls.users)):
        values[f"_{prefix}_names"] = text_bytes([shown_name(name) for name in side.names])
        values[f"_{prefix}_counts"] = number_bytes(side.counts, np.int32)
        values[f"_{prefix}_means"] = number_bytes(side.means, np.float32)
        values[f"_{prefix}_known"] = number_bytes(side.trained + 2 * side.cold, np.uint8)
    return values


def data_of(learn: CollabLearner) -> Facts:
    """The data set and the model, as `protocol.Data`."""
    dls = learn.dls
    low, high = dls.rating_range
    without_ratings = "The ratings are not in the checkpoint: cw.load_learner(path, dls)"
    return {
        **{name: getattr(dls, name) for name in _OF_LOADERS},
        **model_of(learn),
        "dataset": dls.name,
        "n_never_trained": len(dls.items.never_trained),
        "default_min_count": dls.items.default_min_count,
        "item_features": str(dls.items.features or ""),
        "rating_min": low,
        "rating_max": high,
        "loss_name": learn.loss_name,
        "baseline": learn.baseline,
        "cannot_train": "" if dls.has_ratings else without_ratings,
        "settings": protocol.SETTING_FACTS,
        "version": __version__,
    }


def model_of(learn: CollabLearner) -> Facts:
    """The part of `protocol.Data` that a reset may change."""
    snapshot, weights = learn.snapshot, learn.session.weights
    return {
        "y_range": snapshot.y_range,
        "model": type(learn.model).__name__,
        "n_factors": learn.n_factors,
        "n_members": len(members_of(learn.model)),
        "can_remake": weights.can_remake,
        "can_resize": weights.can_resize,
        "has_factors": snapshot.item_factors is not None,
        "has_user_factors": snapshot.user_factors is not None,
    }


def status_of(learn: CollabLearner) -> protocol.Status:
    """Where the training is."""
    session, recipe, fits, progress = learn.session, learn.recipe, learn.session.fits, learn.session.progress
    error, reruns = session.error, session.reruns
    return protocol.Status(
        status=cast(protocol.StatusName, learn.status),
        message=learn.message,
        error_detail="" if error is None else "".join(traceback.format_exception(error))[-TRACEBACK_LETTERS:],
        suggested_lr=session.suggested_lr,
        epoch=learn.epoch,
        progress=progress.share,
        **{name: getattr(progress, name) for name in _OF_PROGRESS},
        rerun_progress=reruns.progress.share if reruns.running else None,
        rerun_error=str(reruns.error or ""),
        recipe=protocol.RecipeFacts(
            **{name: getattr(recipe, name) for name in SETTINGS},
            n_factors=learn.n_factors,
            fit_epochs=fits[-1].epochs if fits else recipe.epochs,
        ),
    )


def history_of(learn: CollabLearner) -> tuple[Facts, Arrays]:
    """The part of a `protocol.Picture` that is about epochs and runs, and its curves."""
    history, runs, rows, curves = learn.history, learn.runs, [], []
    for run, name in zip(runs, runs.names, strict=True):
        valid, present = run.valid(), run not in learn.session.earlier
        rows.append(
            protocol.RunRow(
                run=run.number,
                name=name,
                present=present,
                epochs=len(run.epochs),
                valid_loss=None if run.best is None else run.best.valid_loss,
                best_epoch=None if run.best is None else run.best.epoch,
                seconds=run.seconds,
                bs=run.fits[-1].bs,
                points=[0, 0] if present else [len(run.x), len(valid[0])],
            )
        )
        if not present:
            curves += [pair_bytes(run.x, run.loss), pair_bytes(*valid)]
    facts = {
        "run": history.run,
        "history": history.epochs,
        "best_epoch": history.best_epoch,
        "overfit_since": history.overfit_since,
        "frame_epochs": learn.session.weights.past.epochs,
        "runs": rows,
    }
    return facts, {"_batch_loss": pair_bytes(*history.batches(BATCH_POINTS)), "_run_curves": b"".join(curves)}


def snapshot_of(learn: CollabLearner, shown: ShownMap, min_count: int) -> tuple[Facts, Arrays]:
    """The part of a `protocol.Picture` that is about the weights, biases and the map, all of the same snapshot."""
    snapshot, frame = learn.snapshot, None
    if snapshot.item_factors is not None:
        with suppress(ValueError):  # so few titles pass the filter that there are no axes: the views say so
            frame = shown.frame(learn, min_count, snapshot=snapshot)
    facts = {
        "revision": snapshot.revision,
        "epoch": snapshot.epoch,
        "min_count": min_count,
        "map": None if frame is None else map_facts(frame),
    }
    return facts, {
        "_item_bias": _bias_bytes(snapshot.item_bias),
        "_user_bias": _bias_bytes(snapshot.user_bias),
        "_item_spread": _bias_bytes(bias_moves(snapshot, learn.reruns, "items", min_count)),
        "_user_spread": _bias_bytes(bias_moves(snapshot, learn.reruns, "users", 0)),
        "_scores": b"" if frame is None else number_bytes(frame.scores, np.float32),
    }


def map_facts(frame: PCAFrame) -> protocol.MapFacts:
    """What is said of a map, beside its scores."""
    match = frame.axis_match
    return protocol.MapFacts(
        m=frame.k,
        explained_variance=frame.explained_variance_ratio.tolist(),
        noise_level=float(frame.noise_level),
        axis_match=None if match is None or not np.isfinite(match).all() else match.tolist(),
        agreement=None if frame.agreement is None else frame.agreement.tolist(),
        axis_correlations={name.removeprefix("PC"): dict(r) for name, r in frame.correlations.items()},
        correlation_counts=dict(frame.correlation_counts),
        fit_count=len(frame.rows),
    )


def other_map(frame: PCAFrame, fit_on: str) -> tuple[Facts, bytes]:
    """A map that is not the store's as `protocol.OtherMap`, and its scores."""
    facts = protocol.OtherMap(map=map_facts(frame), revision=frame.revision, fit_on=fit_on)
    return protocol.plain(facts), number_bytes(frame.scores, np.float32)


def _bias_bytes(bias: np.ndarray[Any, Any] | None) -> bytes:
    return b"" if bias is None else number_bytes(bias, np.float32)

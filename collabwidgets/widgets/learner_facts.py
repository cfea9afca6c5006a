"""Read from a learner what the store publishes, as structs and arrays of the protocol."""

from __future__ import annotations

import traceback
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from msgspec.structs import replace

from ..interpret import PCAFrame
from ..interpret.stability import bias_moves
from ..models.ensemble import n_members
from ..training.recipe import SETTINGS
from ..words import shown_name
from . import protocol
from .synced import TRACEBACK_LETTERS
from .wire import json_number, number_bytes, pair_bytes, text_bytes

if TYPE_CHECKING:
    from ..learner import CollabLearner
    from ..training import Runs
    from .shown_map import ShownMap

Arrays = dict[str, bytes]

BATCH_POINTS = 2000
NO_MAP = protocol.MapFacts(
    m=0,
    explained_variance=[],
    noise_level=0.0,
    axis_match=None,
    agreement=None,
    axis_correlations={},
    correlation_counts={},
    fit_count=0,
)


def side_arrays(learn: CollabLearner) -> Arrays:
    """Names, counts and means of both sides, row 0 included: they change only as ratings are added."""
    values: Arrays = {}
    for prefix, side in (("item", learn.dls.items), ("user", learn.dls.users)):
        values[f"_{prefix}_names"] = text_bytes([shown_name(name) for name in side.names])
        values[f"_{prefix}_counts"] = number_bytes(side.counts, np.int32)
        values[f"_{prefix}_means"] = number_bytes(side.means, np.float32)
        values[f"_{prefix}_known"] = number_bytes(side.trained + 2 * side.cold, np.uint8)
    return values


def data_of(learn: CollabLearner) -> protocol.Data:
    """The data set and the model."""
    dls = learn.dls
    low, high = dls.rating_range
    return protocol.Data(
        dataset=dls.name,
        n_users=learn.n_users,
        n_items=learn.n_items,
        n_ratings=dls.n_ratings,
        n_train=dls.n_train,
        n_valid=dls.n_valid,
        n_never_trained=len(dls.items.never_trained),
        default_min_count=dls.items.default_min_count,
        user_name=dls.user_name,
        item_name=dls.item_name,
        item_features=str(dls.items.features or ""),
        rating_mean=float(dls.rating_mean),
        rating_min=float(low),
        rating_max=float(high),
        loss_name=learn.loss_name,
        baseline=json_number(learn.baseline),
        cannot_train="" if dls.has_ratings else "The ratings are not in the checkpoint: cw.load_learner(path, dls)",
        settings=protocol.setting_facts(),
        version=_version(),
        **_model_facts(learn),
    )


def with_model(data: protocol.Data, learn: CollabLearner) -> protocol.Data:
    """`data` with the model as it is now: a reset may have changed it."""
    return replace(data, **_model_facts(learn))


def _model_facts(learn: CollabLearner) -> dict[str, Any]:
    snapshot = learn.snapshot
    return {
        "y_range": None if snapshot.y_range is None else list(snapshot.y_range),
        "model": type(learn.model).__name__,
        "n_factors": learn.n_factors,
        "n_members": n_members(learn.model),
        "can_remake": learn.session.weights.can_remake,
        "can_resize": learn.session.weights.can_resize,
        "has_factors": snapshot.item_factors is not None,
        "has_user_factors": snapshot.user_factors is not None,
    }


def status_of(learn: CollabLearner) -> protocol.Status:
    """Where the training is."""
    session, recipe, fits, progress = learn.session, learn.recipe, learn.session.fits, learn.session.progress
    reruns = session.reruns
    return protocol.Status(
        status=cast(protocol.StatusName, learn.status),
        message=learn.message,
        error_detail=""
        if session.error is None
        else "".join(traceback.format_exception(session.error))[-TRACEBACK_LETTERS:],
        suggested_lr=json_number(session.suggested_lr),
        epoch=json_number(learn.epoch, 4) or 0.0,
        progress=json_number(progress.share, 4) or 0.0,
        step=progress.step,
        n_steps=progress.n_steps,
        eta_seconds=json_number(progress.eta_seconds, 1),
        elapsed_seconds=json_number(progress.elapsed_seconds, 1) or 0.0,
        rerun_progress=json_number(reruns.progress.share, 2) if reruns.running else None,
        rerun_error=str(reruns.error or ""),
        recipe=protocol.RecipeFacts(
            **{name: getattr(recipe, name) for name in SETTINGS},
            n_factors=learn.n_factors,
            fit_epochs=fits[-1].epochs if fits else recipe.epochs,
        ),
    )


def epoch_rows(learn: CollabLearner) -> list[dict[str, Any]]:
    """A row an epoch, as `protocol.EpochRow`."""
    numbers = [name for name in protocol.EpochRow.__struct_fields__ if name not in ("epoch", "metrics")]
    return [
        {"epoch": record.epoch}
        | {name: json_number(getattr(record, name)) for name in numbers}
        | {"metrics": {name: json_number(value) for name, value in record.metrics.items()}}
        for record in learn.history.epochs
    ]


def history_of(learn: CollabLearner) -> tuple[dict[str, Any], Arrays]:
    """The part of a `Picture` that is about epochs and runs, and its curves."""
    history, runs, rows, curves = learn.history, learn.runs, [], []
    best = history.best
    for row, run in zip(run_rows(learn, runs), runs, strict=True):
        valid = run.valid()
        rows.append(protocol.RunRow(**row, points=[0, 0] if row["present"] else [len(run.x), len(valid[0])]))
        if not row["present"]:
            curves += [pair_bytes(run.x, run.loss), pair_bytes(*valid)]
    facts = {
        "run": history.run,
        "history": [protocol.EpochRow(**row) for row in epoch_rows(learn)],
        "best_epoch": None if best is None else best.epoch,
        "overfit_since": history.overfit_since,
        "frame_epochs": learn.session.weights.past.epochs,
        "runs": rows,
    }
    return facts, {"_batch_loss": pair_bytes(*history.batches(BATCH_POINTS)), "_run_curves": b"".join(curves)}


def run_rows(learn: CollabLearner, runs: Runs | None = None) -> list[dict[str, Any]]:
    """A row a run, the present one last: run, name, present, epochs, valid_loss and best_epoch, seconds, bs."""
    runs, earlier = learn.runs if runs is None else runs, learn.session.earlier
    return [
        {
            "run": run.number,
            "name": name,
            "present": run not in earlier,
            "epochs": len(run.epochs),
            "valid_loss": None if run.best is None else json_number(run.best.valid_loss),
            "best_epoch": None if run.best is None else run.best.epoch,
            "seconds": json_number(run.seconds, 2),
            "bs": run.fits[-1].bs,
        }
        for run, name in zip(runs, runs.names, strict=True)
    ]


def snapshot_of(learn: CollabLearner, shown: ShownMap, min_count: int) -> tuple[dict[str, Any], Arrays]:
    """The part of a `Picture` that is about the weights, biases and the map, all of the same snapshot."""
    snapshot, frame = learn.snapshot, None
    if snapshot.item_factors is not None:
        with suppress(ValueError):  # so few titles pass the filter that there are no axes: the views say so
            frame = shown.frame(learn, min_count, snapshot=snapshot)
    facts = {
        "revision": snapshot.revision,
        "epoch": json_number(snapshot.epoch, 4) or 0.0,
        "min_count": min_count,
        "map": NO_MAP if frame is None else map_facts(frame),
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
        explained_variance=[float(share) for share in frame.explained_variance_ratio],
        noise_level=float(frame.noise_level),
        axis_match=None if match is None or not np.isfinite(match).all() else [float(m) for m in match],
        agreement=None if frame.agreement is None else [float(r) for r in frame.agreement],
        axis_correlations={name.removeprefix("PC"): dict(r) for name, r in frame.correlations.items()},
        correlation_counts=dict(frame.correlation_counts),
        fit_count=len(frame.rows),
    )


def other_map(frame: PCAFrame, fit_on: str) -> tuple[protocol.OtherMap, bytes]:
    """A map that is not the store's, and its scores."""
    facts = protocol.OtherMap(map=map_facts(frame), revision=frame.revision, fit_on=fit_on)
    return facts, number_bytes(frame.scores, np.float32)


def _bias_bytes(bias: np.ndarray[Any, Any] | None) -> bytes:
    return b"" if bias is None else number_bytes(bias, np.float32)


def _version() -> str:
    try:
        return metadata.version("collabwidgets")
    except metadata.PackageNotFoundError:
        return ""

"""What the store shows of a learner, as values of its traits: plain functions of the learner, called by one
thread."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from ..interpret import PCAFrame
from ..words import shown_name
from .protocol import plain, setting_facts
from .synced import TRACEBACK_LETTERS
from .wire import json_number, number_bytes, pair_bytes, text_bytes

if TYPE_CHECKING:
    from ..learner import CollabLearner
    from ..training import Runs
    from .shown_map import ShownMap

Values = dict[str, Any]

BATCH_POINTS = 2000
_EMPTY_MAP: Values = {
    "_scores": b"",
    "_scores_m": 0,
    "explained_variance": [],
    "noise_level": 0.0,
    "axis_match": None,
    "axis_correlations": {},
    "fit_count": 0,
}


def side_values(learn: CollabLearner) -> Values:
    """Names, counts and means of both sides, row 0 included: the part that never changes."""
    values: Values = {}
    for prefix, side in (("item", learn.dls.items), ("user", learn.dls.users)):
        values[f"_{prefix}_names"] = text_bytes([shown_name(name) for name in side.names])
        values[f"_{prefix}_counts"] = number_bytes(side.counts, np.int32)
        values[f"_{prefix}_means"] = number_bytes(side.means, np.float32)
        values[f"_{prefix}_trained"] = number_bytes(side.trained, np.uint8)
    return values


def data_facts(learn: CollabLearner) -> Values:
    """The part of `meta` that belongs to the data."""
    dls = learn.dls
    low, high = dls.rating_range
    return {
        "dataset": dls.name,
        "n_users": learn.n_users,
        "n_items": learn.n_items,
        "n_ratings": dls.n_ratings,
        "n_train": dls.n_train,
        "n_valid": dls.n_valid,
        "n_never_trained": int((~dls.items.trained[1:]).sum()),
        "user_name": dls.user_name,
        "item_name": dls.item_name,
        "rating_name": dls.rating_name,
        "rating_mean": json_number(dls.rating_mean),
        "rating_min": json_number(low),
        "rating_max": json_number(high),
        "loss_name": learn.loss_name,
        "baseline": json_number(learn.baseline),
        "cannot_train": "" if dls.has_ratings else "The ratings are not in the checkpoint: cw.load_learner(path, dls)",
        "settings": [plain(each) for each in setting_facts()],
        "version": _version(),
    }


def model_facts(learn: CollabLearner) -> Values:
    """The part of `meta` that belongs to the model, and may change with a reset."""
    snapshot = learn.snapshot
    return {
        "y_range": None if snapshot.y_range is None else list(snapshot.y_range),
        "seed": learn.recipe.seed,
        "model": type(learn.model).__name__,
        "n_factors": learn.n_factors,
        "n_members": learn.n_members,
        "can_remake": learn.session.can_remake,
        "can_resize": learn.session.can_resize,
        "has_bias": snapshot.item_bias is not None,
        "has_factors": snapshot.item_factors is not None,
    }


def status_values(learn: CollabLearner) -> Values:
    """Where the training is: small, may be sent several times a second."""
    error, recipe = learn.error, learn.recipe
    return {
        "status": learn.status,
        "message": learn.message,
        "error_detail": "" if error is None else "".join(traceback.format_exception(error))[-TRACEBACK_LETTERS:],
        "suggested_lr": json_number(learn.suggested_lr),
        "epoch": json_number(learn.epoch, 4) or 0.0,
        "progress": json_number(learn.progress, 4) or 0.0,
        "step": learn.session.progress.step,
        "n_steps": learn.session.progress.n_steps,
        "eta_seconds": json_number(learn.session.progress.eta_seconds, 1),
        "elapsed_seconds": json_number(learn.session.progress.elapsed_seconds, 1),
        "engine": learn.engine,
        "recipe": {
            "epochs": recipe.epochs,
            "fit_epochs": learn.session.fits[-1].epochs if learn.session.fits else recipe.epochs,
            "lr": recipe.lr,
            "wd": recipe.wd,
            "schedule": recipe.schedule,
            "bs": recipe.bs,
            "seed": recipe.seed,
            "patience": recipe.patience,
            "keep_best": recipe.keep_best,
            "rescale": recipe.rescale,
            "n_factors": learn.n_factors,
        },
    }


def epoch_rows(learn: CollabLearner) -> list[dict[str, Any]]:
    """A row an epoch: epoch, train_loss, valid_loss, rmse, seconds and lr."""
    return [
        {name: json_number(value) for name, value in asdict(record).items()} | {"epoch": record.epoch}
        for record in learn.history.epochs
    ]


def history_values(learn: CollabLearner) -> Values:
    """The epochs and the thinned batch losses: for whoever comes later."""
    history = learn.history
    best = history.best
    return {
        "run": history.run,
        "history": epoch_rows(learn),
        "best_epoch": None if best is None else best.epoch,
        "overfit_since": history.overfit_since,
        "frame_epochs": learn.session.past.epochs,
        "_batch_loss": pair_bytes(*history.batches(BATCH_POINTS)),
    }


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


def run_values(learn: CollabLearner) -> Values:
    """`run_rows`, and the curves of the earlier runs, of which each row says how many points they have."""
    runs, curves = learn.runs, []
    rows = run_rows(learn, runs)
    for row, run in zip(rows, runs, strict=True):
        valid = run.valid()
        row["points"] = [0, 0] if row["present"] else [len(run.x), len(valid[0])]
        if not row["present"]:
            curves += [pair_bytes(run.x, run.loss), pair_bytes(*valid)]
    return {"runs": rows, "_run_curves": b"".join(curves)}


def picture_values(learn: CollabLearner, shown: ShownMap) -> Values:
    """Biases and the map, all of the same snapshot."""
    min_count, snapshot = learn.view.min_count, learn.snapshot
    frame = None
    if snapshot.item_factors is not None:
        with suppress(ValueError):  # so few titles pass the filter that there are no axes: the views say so
            frame = shown.frame(learn, min_count, snapshot=snapshot)
    return {
        "revision": snapshot.revision,
        "snapshot_epoch": json_number(snapshot.epoch, 4) or 0.0,
        "picture_min_count": min_count,
        "_item_bias": _bias_bytes(snapshot.item_bias),
        "_user_bias": _bias_bytes(snapshot.user_bias),
        **(_EMPTY_MAP if frame is None else map_values(frame)),
    }


def map_values(frame: PCAFrame) -> Values:
    """A map by the names of the store's traits."""
    match = frame.axis_match
    return {
        "_scores": number_bytes(frame.scores, np.float32),
        "_scores_m": frame.k,
        "explained_variance": [float(share) for share in frame.explained_variance_ratio],
        "noise_level": float(frame.noise_level),
        "axis_match": None if match is None or not np.isfinite(match).all() else [float(m) for m in match],
        "axis_correlations": {name.removeprefix("PC"): dict(r) for name, r in frame.correlations.items()},
        "fit_count": len(frame.rows),
    }


def _bias_bytes(bias: np.ndarray[Any, np.dtype[np.float32]] | None) -> bytes:
    return b"" if bias is None else number_bytes(bias, np.float32)


def _version() -> str:
    try:
        return metadata.version("collabwidgets")
    except metadata.PackageNotFoundError:
        return ""

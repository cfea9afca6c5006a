"""Checkpoint: what a learner has learnt and how; and whether it is of some ratings and some model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from .data.without_ratings import DataFacts
from .training import Recipe, Run
from .training.history import EpochRecord

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .data.vocab import Vocab

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A learner's state, without its ratings and without the optimizer's moments.

    Attributes
    ----------
    function : str
        What made the learner: ``"collab_learner"`` or ``"CollabLearner"``.
    arguments : dict
        Its arguments, those of a plain kind; of ``CollabLearner`` the names of tables and no more.
    model : str
        The module's class.
    y_range : (float, float), optional
        Bounds of its predictions.
    weights : dict of str to Tensor
        The module's ``state_dict``, on the CPU.
    users, items : list
        Ids of the rows, ``'#na#'`` left out.
    ratings : int
        Checksum of the training and validation ratings, in their order.
    split : dict
        The loaders' seed and valid_pct, which fixed that order.
    status, message, suggested_lr, epoch, recipe, fits, left, weights_seed
        As of the learner.
    order : uint8 tensor
        State of the generator that the order of the batches is drawn from.
    progress : dict
        Of the last fit: step, n_steps, epochs, seconds.
    epochs : tuple of EpochRecord
    curve : (float32 [n], float32 [n])
        Batch losses, their positions first.
    earlier : tuple of Run
        The trainings before this one, oldest first.
    weights_epoch : float, optional
        The epoch that the weights are of, where those of an earlier one were put back.
    loss : str
        What the losses are, see `training.loss_name`.
    data : DataFacts, optional
        What a learner without ratings knows of them; None in files of before.
    effective : dict of str to Tensor
        Of a model whose tables say more together with the ratings, what they amount to.
    """

    function: str
    arguments: dict[str, Any]
    model: str
    y_range: tuple[float, float] | None
    weights: Mapping[str, Tensor]
    users: list[int | str]
    items: list[int | str]
    ratings: int
    split: dict[str, Any]
    status: str
    message: str
    suggested_lr: float | None
    epoch: float
    recipe: Recipe
    fits: tuple[Recipe, ...]
    left: tuple[float | None, ...]
    weights_seed: int
    order: Tensor
    progress: dict[str, Any]
    epochs: tuple[EpochRecord, ...]
    curve: tuple[Floats, Floats]
    earlier: tuple[Run, ...] = ()
    weights_epoch: float | None = None
    loss: str = "MSE"
    data: DataFacts | None = None
    effective: Mapping[str, Tensor] = field(default_factory=dict)


def split_of(dls: CollabDataLoaders) -> dict[str, Any]:
    """What fixes which ratings are for validation."""
    return {"seed": dls.seed, "valid_pct": dls.valid_pct}


def check_data(checkpoint: Checkpoint, dls: CollabDataLoaders, path: Path) -> None:
    """Raise a ValueError that says what differs unless the rows of `dls` are those of the checkpoint."""
    for name, known in ((dls.user_name, checkpoint.users), (dls.item_name, checkpoint.items)):
        found: Vocab = dls.classes[name]
        ids = list(found)[1:]
        if len(ids) != len(known):
            difference = f"{len(known):,} {name}s, these loaders have {len(ids):,}"
        else:
            row = next((row for row, pair in enumerate(zip(ids, known, strict=True)) if pair[0] != pair[1]), None)
            if row is None:
                continue
            difference = f"other {name}s: row {row + 1} was {known[row]!r}, in these loaders it is {ids[row]!r}"
        raise ValueError(f"{path} was trained on {difference}; load it with loaders of the ratings it was trained on")


def other_ratings(checkpoint: Checkpoint, dls: CollabDataLoaders, path: Path) -> str:
    """What is to be warned of where the ratings of `dls`, or their split, are others; else nothing."""
    if checkpoint.ratings == dls.checksum:
        return ""
    was, found = (
        ", ".join(f"{name}={value}" for name, value in split.items()) for split in (checkpoint.split, split_of(dls))
    )
    differs = f"on another split of them ({was}; these loaders have {found})" if was != found else "on other ratings"
    return (
        f"{path} was trained {differs}: what is validation here may have been trained on there, and its losses are "
        "not those of these ratings"
    )


def check_model(checkpoint: Checkpoint, model: nn.Module, loss: str, path: Path) -> None:
    """Raise a ValueError that says what differs unless the weights are those of such a module."""
    advice = "pass the module that it was saved from, or let cw.load_learner(path, dls) make it"
    wanted = {name: list(value.shape) for name, value in model.state_dict().items()}
    found = {name: list(value.shape) for name, value in checkpoint.weights.items()}
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found or name not in wanted:
            has, lacks = ("the model", path) if name in wanted else (path, "the model")
            raise ValueError(
                f"{path} holds {checkpoint.model}, the model is {type(model).__name__}: "
                f"{has} has {name!r}, {lacks} has not; {advice}"
            )
        if wanted[name] != found[name]:
            raise ValueError(f"{name!r} is {found[name]} in {path} and {wanted[name]} in the model; {advice}")
    if loss != checkpoint.loss:
        raise ValueError(
            f"the losses in {path} are {checkpoint.loss}, the learner's are {loss}; pass the same loss_func="
        )
    y_range = getattr(model, "y_range", None)
    if (None if y_range is None else tuple(map(float, y_range))) != checkpoint.y_range:
        raise ValueError(f"{path} was trained with y_range={checkpoint.y_range}, the model has {y_range}; {advice}")

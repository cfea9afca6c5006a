"""Checkpoint: what a learner has learnt and how, as one safetensors file with JSON in its header; never pickle."""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .training import Recipe
from .training.history import EpochRecord

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .data.vocab import Vocab

Floats = NDArray[np.float32]

_SUFFIX = ".safetensors"
_FORMAT, _VERSION = "collabwidgets", 1
_WEIGHT, _CURVE_X, _CURVE_LOSS, _ORDER = "weight.", "curve.x", "curve.loss", "order"
_IDS = {"users": "ids.users", "items": "ids.items"}


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
    status, message, suggested_lr, epoch, recipe, fits, weights_seed
        As of the learner.
    order : uint8 tensor
        State of the generator that the order of the batches is drawn from.
    progress : dict
        Of the last fit: step, n_steps, epochs, seconds.
    epochs : tuple of EpochRecord
    curve : (float32 [n], float32 [n])
        Batch losses, their positions first.
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
    weights_seed: int
    order: Tensor
    progress: dict[str, Any]
    epochs: tuple[EpochRecord, ...]
    curve: tuple[Floats, Floats]


def checkpoint_path(path: str | os.PathLike[str]) -> Path:
    """The file that is meant: a name without an ending gets ``.safetensors``."""
    path = Path(path)
    return path if path.suffix else path.with_suffix(_SUFFIX)


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Write the file beside its place and then put it there, so that no half of one is ever read.

    Raises
    ------
    FileNotFoundError
        When the folder does not exist.
    """
    from safetensors.torch import save_file

    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in; make it first")
    x, loss = checkpoint.curve
    tensors = {f"{_WEIGHT}{name}": value for name, value in checkpoint.weights.items()}
    tensors |= {_CURVE_X: torch.from_numpy(x), _CURVE_LOSS: torch.from_numpy(loss), _ORDER: checkpoint.order}
    for side, name in _IDS.items():
        # Millions of titles would be too long for the header.
        text = json.dumps(getattr(checkpoint, side), ensure_ascii=False).encode()
        tensors[name] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    facts = {
        "version": _VERSION,
        **{name: getattr(checkpoint, name) for name in _PLAIN},
        "recipe": asdict(checkpoint.recipe),
        "fits": [asdict(recipe) for recipe in checkpoint.fits],
        "epochs": [asdict(record) for record in checkpoint.epochs],
    }
    # Tables that a module uses twice are two copies in the file: it knows no shared memory.
    copies = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        save_file(copies, beside, {_FORMAT: json.dumps(facts, default=_of_numpy)})
        os.chmod(beside, 0o666 & ~_umask())  # a temporary file is for its maker alone
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def read(path: Path) -> Checkpoint:
    """What `write` has written.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When it is damaged, is something else, or was written by a later version.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}; learn.save({path.stem!r}) makes one")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping
    except SafetensorError as error:
        raise ValueError(
            f"{path} is no checkpoint, or is damaged ({error}); take another copy, or train and save anew"
        ) from error
    if _FORMAT not in metadata:
        raise ValueError(f"{path} is a safetensors file, but no checkpoint of a learner; learn.save() writes those")
    try:
        facts = json.loads(metadata[_FORMAT])
        if facts["version"] > _VERSION:
            raise ValueError(
                f"{path} was written by a later version of collabwidgets (format {facts['version']}, this one reads "
                f"{_VERSION}); update it: pip install -U collabwidgets"
            )
        return _checkpoint(facts, tensors)
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is damaged ({type(error).__name__}: {error}); take another copy, or train and save anew"
        ) from error


def _checkpoint(facts: dict[str, Any], tensors: dict[str, Tensor]) -> Checkpoint:
    weights = {name.removeprefix(_WEIGHT): value for name, value in tensors.items() if name.startswith(_WEIGHT)}
    plain = {name: facts[name] for name in _PLAIN}
    return Checkpoint(
        **plain | {"y_range": None if plain["y_range"] is None else tuple(plain["y_range"])},
        weights=weights,
        **{side: json.loads(tensors[name].numpy().tobytes()) for side, name in _IDS.items()},
        recipe=_recipe(facts["recipe"]),
        fits=tuple(_recipe(each) for each in facts["fits"]),
        order=tensors[_ORDER],
        epochs=tuple(EpochRecord(**each) for each in facts["epochs"]),
        curve=(tensors[_CURVE_X].numpy(), tensors[_CURVE_LOSS].numpy()),
    )


_PLAIN = (
    "function",
    "arguments",
    "model",
    "y_range",
    "ratings",
    "split",
    "status",
    "message",
    "suggested_lr",
    "epoch",
    "weights_seed",
    "progress",
)


def _recipe(values: dict[str, Any]) -> Recipe:
    return Recipe(**values | {"moms": tuple(values["moms"])})


def _of_numpy(value: Any) -> Any:
    """A caller's y_range may be of numpy's numbers."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be saved")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def split_of(dls: CollabDataLoaders) -> dict[str, Any]:
    """What fixes which ratings are for validation."""
    return {"seed": dls.seed, "valid_pct": dls.valid_pct}


def ratings_checksum(dls: CollabDataLoaders) -> int:
    """A number that other ratings, or another split of the same, very likely do not have."""
    total = 0
    for part in (dls.train_x, dls.train_y, dls.valid_x, dls.valid_y):
        total = zlib.crc32(part.cpu().numpy().data, total)
    return total


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
    if checkpoint.ratings == ratings_checksum(dls):
        return ""
    was, found = (
        ", ".join(f"{name}={value}" for name, value in split.items()) for split in (checkpoint.split, split_of(dls))
    )
    differs = f"on another split of them ({was}; these loaders have {found})" if was != found else "on other ratings"
    return (
        f"{path} was trained {differs}: what is validation here may have been trained on there, and its losses are "
        "not those of these ratings"
    )


def check_model(checkpoint: Checkpoint, model: nn.Module, path: Path) -> None:
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
    y_range = getattr(model, "y_range", None)
    if (None if y_range is None else tuple(map(float, y_range))) != checkpoint.y_range:
        raise ValueError(f"{path} was trained with y_range={checkpoint.y_range}, the model has {y_range}; {advice}")

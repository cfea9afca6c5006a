"""The file of a checkpoint: safetensors with JSON in its header; never pickle."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .checkpoint import Checkpoint
from .checkpoint_facts import check_facts
from .data.card import DataCard
from .data.side import Side
from .data.vocab import NA, Vocab
from .data.without_ratings import DataFacts
from .models.neural import with_tabular_names
from .training import Recipe, Run
from .training.history import EpochRecord
from .training.session_state import SessionState

_SUFFIX = ".safetensors"
_FORMAT, _VERSION = "collabwidgets", 1
_WEIGHT, _CURVE_X, _CURVE_LOSS, _ORDER = "weight.", "curve.x", "curve.loss", "order"
_IDS = {"users": "ids.users", "items": "ids.items"}
_EFFECTIVE = "effective."
_SIDES = ("users", "items")
_OF_SIDE = ("counts", "means", "trained")


def checkpoint_path(path: str | os.PathLike[str]) -> Path:
    """The file that is meant: a name without an ending gets ``.safetensors``."""
    path = Path(path)
    return path if path.suffix else path.with_suffix(_SUFFIX)


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Write the file beside its place and then put it there, so that no half of one is ever read.

    A paused fit is saved as a stopped one. The ratings are not in the file. The ids of users and items are, and how
    many ratings they have, so that `load` knows whether its ratings are the same, and `load_learner` can show the model
    without any. Earlier runs are in it, but not the maps of earlier epochs, nor the optimizer's moments: a fit after
    loading starts with fresh ones.

    Raises
    ------
    FileNotFoundError
        When the folder does not exist.
    """
    from safetensors.torch import save_file

    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in; make it first")
    session = checkpoint.session
    x, loss = session.curve
    tensors = {f"{_WEIGHT}{name}": value for name, value in checkpoint.weights.items()}
    tensors |= {_CURVE_X: torch.from_numpy(x), _CURVE_LOSS: torch.from_numpy(loss), _ORDER: session.order}
    for place, run in enumerate(session.earlier):
        x_name, loss_name = _curve(place)
        tensors |= {x_name: torch.from_numpy(run.x), loss_name: torch.from_numpy(run.loss)}
    tensors |= {f"{_EFFECTIVE}{name}": value for name, value in checkpoint.effective.items()}
    for side, name in _IDS.items():
        # Millions of titles would be too long for the header.
        text = json.dumps(getattr(checkpoint, side), ensure_ascii=False).encode()
        tensors[name] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    facts = {
        "version": _VERSION,
        **{name: getattr(checkpoint, name) for name in _PLAIN},
        **{name: getattr(session, name) for name in _PLAIN_OF_SESSION},
        "recipe": asdict(session.recipe),
        "fits": [asdict(recipe) for recipe in session.fits],
        "left": list(session.interrupted_at),
        "epochs": [asdict(record) for record in session.epochs],
        "weights_epoch": session.weights_epoch,
        "loss": checkpoint.loss,
        "data": None if checkpoint.data is None else _plain_facts(checkpoint.data),
        "earlier": [
            {
                "number": run.number,
                "n_factors": run.n_factors,
                "fits": [asdict(recipe) for recipe in run.fits],
                "epochs": [asdict(record) for record in run.epochs],
            }
            for run in session.earlier
        ],
    }
    if checkpoint.data is not None:
        for side in _SIDES:
            known = getattr(checkpoint.data, side)
            tensors |= {f"{side}.{name}": torch.from_numpy(getattr(known, name).copy()) for name in _OF_SIDE}
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
        later = facts["version"] > _VERSION
        if not later:
            check_facts(facts)
            return _checkpoint(facts, tensors)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise ValueError(
            f"{path} is damaged ({type(error).__name__}: {error}); take another copy, or train and save anew"
        ) from error
    raise ValueError(
        f"{path} was written by a later version of collabwidgets (format {facts['version']}, this one reads "
        f"{_VERSION}); update it: pip install -U collabwidgets"
    )


def _checkpoint(facts: dict[str, Any], tensors: dict[str, Tensor]) -> Checkpoint:
    weights = {name.removeprefix(_WEIGHT): value for name, value in tensors.items() if name.startswith(_WEIGHT)}
    plain = {name: facts[name] for name in _PLAIN}
    plain["arguments"] = _present_names(plain["arguments"])
    asked = plain["arguments"]
    is_neural = facts["model"] == "EmbeddingNN" or asked.get("use_nn") or asked.get("model") == "nn"
    if is_neural and any(name.endswith("user_factors.weight") for name in weights):
        weights = with_tabular_names(weights)
    torch.Generator().set_state(tensors[_ORDER])  # raises for what is no state
    ids = {side: json.loads(tensors[name].numpy().tobytes()) for side, name in _IDS.items()}
    return Checkpoint(
        **plain | {"y_range": None if plain["y_range"] is None else tuple(plain["y_range"])},
        weights=weights,
        **ids,
        session=_session(facts, tensors),
        loss=facts.get("loss", "MSE"),
        data=_data_facts(facts["data"], tensors, ids) if facts.get("data") else None,
        effective={
            name.removeprefix(_EFFECTIVE): value for name, value in tensors.items() if name.startswith(_EFFECTIVE)
        },
    )


def _session(facts: dict[str, Any], tensors: dict[str, Tensor]) -> SessionState:
    return SessionState(
        **{name: facts[name] for name in _PLAIN_OF_SESSION},
        recipe=_recipe(facts["recipe"]),
        fits=tuple(_recipe(each) for each in facts["fits"]),
        interrupted_at=tuple(facts["left"] if "left" in facts else (None for _ in facts["fits"])),
        weights_epoch=facts.get("weights_epoch"),
        order=tensors[_ORDER],
        epochs=tuple(EpochRecord(**each) for each in facts["epochs"]),
        curve=(tensors[_CURVE_X].numpy(), tensors[_CURVE_LOSS].numpy()),
        earlier=tuple(
            Run(
                number=run["number"],
                fits=tuple(_recipe(each) for each in run["fits"]),
                n_factors=run["n_factors"],
                epochs=tuple(EpochRecord(**each) for each in run["epochs"]),
                x=tensors[x].numpy(),
                loss=tensors[loss].numpy(),
            )
            for run, (x, loss) in ((run, _curve(place)) for place, run in enumerate(facts.get("earlier", [])))
        ),
    )


def _plain_facts(data: DataFacts) -> dict[str, Any]:
    """What of the facts is no array, and the names of the columns."""
    plain = {each.name: getattr(data, each.name) for each in fields(DataFacts) if each.name not in (*_SIDES, "card")}
    return plain | {"card": asdict(data.card), "columns": [getattr(data, side).name for side in _SIDES]}


def _data_facts(plain: dict[str, Any], tensors: dict[str, Tensor], ids: dict[str, list[int | str]]) -> DataFacts:
    columns, card = plain["columns"], plain["card"]
    sides: dict[str, Any] = {
        side: Side(
            name=column,
            names=np.array([NA, *map(str, ids[side])], dtype=object),
            **{name: tensors[f"{side}.{name}"].numpy() for name in _OF_SIDE},
            ids=Vocab(ids[side], column).ids,
        )
        for side, column in zip(_SIDES, columns, strict=True)
    }
    bars = {name: tuple(map(tuple, card[name])) for name in ("values", "per_item", "per_user")}
    rows = {name: tuple(card[name]) for name in ("never_trained", "repeated")}
    others = {name: value for name, value in plain.items() if name not in ("columns", "card")}
    others["rating_range"] = tuple(plain["rating_range"])
    return DataFacts(**others, **sides, card=DataCard(**card | bars | rows))


def _present_names(arguments: dict[str, Any]) -> dict[str, Any]:
    """Rename arguments of `collab_learner` that earlier versions saved."""
    others = {name: value for name, value in arguments.items() if name != "implicit"}
    return others | {"model": "svdpp"} if arguments.get("implicit") else others


def _curve(place: int) -> tuple[str, str]:
    """Names of the curve of an earlier run."""
    return f"run.{place}.x", f"run.{place}.loss"


_PLAIN = (
    "function",
    "arguments",
    "model",
    "y_range",
    "ratings",
    "split",
)
_PLAIN_OF_SESSION = ("status", "message", "suggested_lr", "epoch", "weights_seed", "progress")


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

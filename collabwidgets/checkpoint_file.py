"""The file of a checkpoint: safetensors with JSON in its header; never pickle."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np
import torch
from torch import Tensor

from .checkpoint import Checkpoint
from .data.side import Side
from .data.vocab import NA, Vocab
from .data.without_ratings import DataFacts
from .models.neural import with_tabular_names

_SUFFIX = ".safetensors"
_FORMAT, _VERSION = "collabwidgets", 1
_WEIGHT, _EFFECTIVE, _ORDER, _CURVE = "weight.", "effective.", "order", "curve"
_SIDES = ("users", "items")
# What of each is in the header, as JSON.
_OF_CHECKPOINT = ("function", "arguments", "model", "y_range", "ratings", "split", "loss", "learner")
_OF_SESSION = (
    *("status", "message", "suggested_lr", "epoch", "weights_seed", "weights_epoch", "progress"),
    *("recipe", "fits", "epochs"),
)
_OF_RUN = ("number", "n_factors", "fits", "epochs")
_OF_FEATURES = ("known", "starts", "indices", "values")
_OF_SIDE = ("counts", "means", "trained")  # arrays


def checkpoint_path(path: str | os.PathLike[str]) -> Path:
    """The file that is meant: a name without an ending gets ``.safetensors``."""
    path = Path(path).expanduser()
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
    from safetensors.torch import save

    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in; make it first")
    session, data = checkpoint.session, checkpoint.data
    tensors = {f"{_WEIGHT}{name}": value for name, value in checkpoint.weights.items()}
    tensors |= {f"{_EFFECTIVE}{name}": value for name, value in checkpoint.effective.items()}
    tensors[_ORDER] = session.order
    curves = {_CURVE: session.curve} | {f"run.{place}": (run.x, run.loss) for place, run in enumerate(session.earlier)}
    for name, (x, loss) in curves.items():
        tensors |= {f"{name}.x": torch.from_numpy(x), f"{name}.loss": torch.from_numpy(loss)}
    for side in _SIDES:
        # Millions of titles would be too long for the header.
        tensors[f"ids.{side}"] = _as_bytes(getattr(checkpoint, side))
        if data is not None:
            known = getattr(data, side)
            tensors |= {f"{side}.{name}": torch.from_numpy(getattr(known, name).copy()) for name in _OF_SIDE}
            if known.title_name:
                tensors[f"titles.{side}"] = _as_bytes(known.names.tolist())
            if known.features is not None:
                tensors |= {f"{side}.features.{name}": array for name, array in _arrays_of_features(known).items()}
    facts = {
        "version": _VERSION,
        **{name: getattr(checkpoint, name) for name in _OF_CHECKPOINT},
        **{name: getattr(session, name) for name in _OF_SESSION},
        "left": session.interrupted_at,
        "earlier": [{name: getattr(run, name) for name in _OF_RUN} for run in session.earlier],
        "data": None if data is None else _plain_facts(data),
    }
    header = json.dumps(msgspec.to_builtins(facts, enc_hook=_of_numpy))  # of JSON, but with NaN
    # Tables that a module uses twice are two copies in the file: it knows no shared memory.
    copies = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    beside = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        beside.write_bytes(save(copies, {_FORMAT: header}))  # save_file would make a file for its maker alone
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
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
    """Put the tensors in their places among the facts, and check all by the types of `Checkpoint` and its parts."""

    def under(prefix: str) -> dict[str, Tensor]:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    def curve(name: str) -> dict[str, Any]:
        return {axis: tensors[f"{name}.{axis}"].numpy() for axis in ("x", "loss")}

    torch.Generator().set_state(tensors[_ORDER])  # raises for what is no state
    ids = {side: _of_bytes(tensors[f"ids.{side}"]) for side in _SIDES}
    earlier = [run | curve(f"run.{place}") for place, run in enumerate(facts.get("earlier", []))]
    session = {"interrupted_at": facts.get("left", [None] * len(facts["fits"])), "weights_epoch": None, **facts}
    parts = {
        "arguments": _present_names(facts["arguments"]),
        "weights": _present_weights(under(_WEIGHT), facts),
        "effective": under(_EFFECTIVE),
        "session": session | {"order": tensors[_ORDER], "curve": tuple(curve(_CURVE).values()), "earlier": earlier},
        "data": _data_facts(facts["data"], tensors, ids) if facts.get("data") else None,
    }
    return msgspec.convert({**facts, **ids, **parts}, Checkpoint, dec_hook=lambda _, array: array)


def _as_bytes(texts: list[Any]) -> Tensor:
    """A list as the bytes of its JSON, uint8 [n]."""
    return torch.frombuffer(bytearray(json.dumps(texts, ensure_ascii=False).encode()), dtype=torch.uint8)


def _of_bytes(tensor: Tensor) -> Any:
    return json.loads(tensor.numpy().tobytes())


def _plain_facts(data: DataFacts) -> dict[str, Any]:
    """What of the facts is no array, and the names of the columns."""
    plain = {each.name: getattr(data, each.name) for each in fields(DataFacts) if each.name not in _SIDES}
    sides = [getattr(data, side) for side in _SIDES]
    features = [None if side.features is None else side.features.columns for side in sides]
    return plain | {
        "columns": [side.name for side in sides],
        "titles": [side.title_name for side in sides],
        "features": features,
    }


def _arrays_of_features(side: Side) -> dict[str, Tensor]:
    """The side columns of a side and how much each row counts in what is learnt of them."""
    features = side.features
    assert features is not None
    assert side.train_weights is not None
    arrays = {name: getattr(features, name) for name in _OF_FEATURES} | {"train_weights": side.train_weights}
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


def _side_columns(side: str, columns: list[dict[str, Any]] | None, tensors: dict[str, Tensor]) -> dict[str, Any]:
    """The side columns of a side as they were saved; nothing where it had none."""
    if columns is None:
        return {}
    arrays = {name: tensors[f"{side}.features.{name}"].numpy() for name in (*_OF_FEATURES, "train_weights")}
    return {"train_weights": arrays.pop("train_weights"), "features": {"columns": columns, **arrays}}


def _data_facts(plain: dict[str, Any], tensors: dict[str, Tensor], ids: dict[str, list[int | str]]) -> dict[str, Any]:
    sides = {
        side: {
            "name": column,
            "names": np.array(
                _of_bytes(tensors[f"titles.{side}"]) if title else [NA, *map(str, ids[side])], dtype=object
            ),
            **{name: tensors[f"{side}.{name}"].numpy() for name in _OF_SIDE},
            "ids": Vocab(ids[side], column, in_order=True).ids,
            "title_name": title,
            **_side_columns(side, features, tensors),
        }
        for side, column, title, features in zip(
            _SIDES, plain["columns"], plain.get("titles", ["", ""]), plain.get("features", [None, None]), strict=True
        )
    }
    return plain | sides


def _present_names(arguments: dict[str, Any]) -> dict[str, Any]:
    """Rename arguments of `collab_learner` that earlier versions saved."""
    others = {name: value for name, value in arguments.items() if name != "implicit"}
    return others | {"model": "svdpp"} if arguments.get("implicit") else others


def _present_weights(weights: dict[str, Tensor], facts: dict[str, Any]) -> dict[str, Tensor]:
    """Rename the tables of a neural model that earlier versions saved."""
    asked = facts["arguments"]
    is_neural = facts["model"] == "EmbeddingNN" or asked.get("use_nn") or asked.get("model") == "nn"
    is_former = any(name.endswith("user_factors.weight") for name in weights)
    return with_tabular_names(weights) if is_neural and is_former else weights


def _of_numpy(value: Any) -> Any:
    """A caller's y_range may be of numpy's numbers, or an array or tensor of them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r} cannot be saved")

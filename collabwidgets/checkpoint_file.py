"""The file of a checkpoint: safetensors with JSON in its header; never pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .checkpoint import Checkpoint
from .data.side import Side
from .data.vocab import NA, Vocab
from .data.without_ratings import DataFacts
from .models.neural import with_tabular_names

_SUFFIX = ".safetensors"
_FORMAT, _VERSION = "collabwidgets", 1
_WEIGHT, _EFFECTIVE = "weight.", "effective."
_SIDES = ("users", "items")
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
    arrays: dict[str, Any] = {f"{_WEIGHT}{name}": value for name, value in checkpoint.weights.items()}
    arrays |= {f"{_EFFECTIVE}{name}": value for name, value in checkpoint.effective.items()}
    arrays |= {"curve.x": session.curve[0], "curve.loss": session.curve[1]}
    facts = {
        "version": _VERSION,
        **_plain(checkpoint, "", arrays, ("weights", "effective", "session", "data", *_SIDES)),
        **_plain(session, "", arrays, ("curve", "earlier", "interrupted_at")),
        "left": session.interrupted_at,
        "earlier": [_plain(run, f"run.{place}.", arrays) for place, run in enumerate(session.earlier)],
        "data": None if data is None else _plain_data(data, arrays),
    }
    for side in _SIDES:
        arrays[f"ids.{side}"] = _as_bytes(getattr(checkpoint, side))  # millions would be too long for the header
    header = json.dumps(msgspec.to_builtins(facts))  # of JSON, but with NaN
    # Tables that a module uses twice are two copies in the file: it knows no shared memory.
    copies = {
        name: torch.tensor(value) if isinstance(value, np.ndarray) else value.detach().cpu().contiguous().clone()
        for name, value in arrays.items()
    }
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
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping
            facts = json.loads((file.metadata() or {})[_FORMAT])
        if facts["version"] <= _VERSION:
            return _checkpoint(facts, tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise ValueError(
            f"{path} is no checkpoint of a learner, or is damaged ({type(error).__name__}: {error}); "
            "take another copy, or train and save anew"
        ) from error
    raise ValueError(
        f"{path} was written by a later version of collabwidgets (format {facts['version']}, this one reads "
        f"{_VERSION}); update it: pip install -U collabwidgets"
    )


def _plain(part: Any, prefix: str, arrays: dict[str, Any], elsewhere: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a dataclass for the header; its arrays go to `arrays`, and what is kept `elsewhere` is left out."""
    found = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if isinstance(value, np.ndarray | Tensor):
            arrays[f"{prefix}{each.name}"] = value
        elif each.name not in elsewhere:
            found[each.name] = value
    return found


def _plain_data(data: DataFacts, arrays: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _plain(data, "", arrays, _SIDES) | {"columns": [], "titles": [], "features": []}
    for side in _SIDES:
        known: Side = getattr(data, side)
        arrays |= {f"{side}.{name}": getattr(known, name) for name in _OF_SIDE}
        if known.title_name:
            arrays[f"titles.{side}"] = _as_bytes(known.names.tolist())
        if known.features is not None:
            _plain(known.features, f"{side}.features.", arrays)
            arrays[f"{side}.features.train_weights"] = known.train_weights
        found["columns"].append(known.name)
        found["titles"].append(known.title_name)
        found["features"].append(None if known.features is None else known.features.columns)
    return found


def _checkpoint(facts: dict[str, Any], tensors: dict[str, Tensor]) -> Checkpoint:
    """Put the tensors in their places among the facts, and check all by the types of `Checkpoint` and its parts."""
    torch.Generator().set_state(tensors["order"])  # raises for what is no state
    ids = {side: _of_bytes(tensors[f"ids.{side}"]) for side in _SIDES}
    session = {
        "interrupted_at": facts.get("left", [None] * len(facts["fits"])),
        "weights_epoch": None,
        **facts,
        "order": tensors["order"],
        "curve": (tensors["curve.x"], tensors["curve.loss"]),
        "earlier": [run | _under(f"run.{place}.", tensors) for place, run in enumerate(facts.get("earlier", []))],
    }
    parts = {
        "arguments": _present_names(facts["arguments"]),
        "weights": _present_weights(_under(_WEIGHT, tensors), facts),
        "effective": _under(_EFFECTIVE, tensors),
        "session": session,
        "data": _data_facts(facts["data"], tensors, ids) if facts.get("data") else None,
    }
    return msgspec.convert({**facts, **ids, **parts}, Checkpoint, dec_hook=_array)


def _data_facts(plain: dict[str, Any], tensors: dict[str, Tensor], ids: dict[str, list[int | str]]) -> dict[str, Any]:
    sides = {}
    for place, side in enumerate(_SIDES):
        column, title = plain["columns"][place], plain.get("titles", ["", ""])[place]
        names = _of_bytes(tensors[f"titles.{side}"]) if title else [NA, *map(str, ids[side])]
        features: dict[str, Any] = _under(f"{side}.features.", tensors)
        sides[side] = {
            "name": column,
            "names": np.array(names, dtype=object),
            **{name: tensors[f"{side}.{name}"] for name in _OF_SIDE},
            "ids": Vocab(ids[side], column, in_order=True).ids,
            "title_name": title,
            "train_weights": features.pop("train_weights", None),
            "features": features | {"columns": plain["features"][place]} if features else None,
        }
    return plain | sides


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _array(kind: type, value: Any) -> Any:
    """A tensor of the file as what its field is."""
    return value.numpy() if isinstance(value, Tensor) and kind is not Tensor else value


def _as_bytes(texts: list[Any]) -> NDArray[np.uint8]:
    """A list as the bytes of its JSON, uint8 [n]."""
    return np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8)


def _of_bytes(tensor: Tensor) -> Any:
    return json.loads(tensor.numpy().tobytes())


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

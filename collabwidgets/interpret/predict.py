"""Ratings that a model predicts for pairs named by id, and what an id that it does not know means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..models import Ensemble, TableNames
from ..models.tables import table

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


def predict(
    model: nn.Module, tables: TableNames, dls: CollabDataLoaders, users: Any, items: Any, *, unknown: str
) -> NDArray[np.float32]:
    """See `CollabLearner.predict`."""
    if unknown not in ("raise", "average", "nan"):
        raise ValueError(f"unknown={unknown!r} is not known; choose one of raise, average, nan")
    names = (dls.user_name, dls.item_name)
    columns = [np.atleast_1d(np.asarray(ids, dtype=object)) for ids in (users, items)]
    if len(columns[0]) != len(columns[1]):
        raise ValueError(f"{len(columns[0])} users but {len(columns[1])} items; pass one item for each user")
    how: Literal["raise", "na"] = "raise" if unknown == "raise" else "na"
    x = torch.stack(
        [
            torch.as_tensor(dls.classes[name].index(list(ids), unknown=how), dtype=torch.int64)
            for name, ids in zip(names, columns, strict=True)
        ],
        dim=1,
    )
    parts = model.members if isinstance(model, Ensemble) else [model]
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        predicted = [
            torch.func.functional_call(part, _with_average_rows(part, tables, dls), (x.to(device),)).reshape(-1)
            for part in parts
        ]
    stars: NDArray[np.float32] = torch.stack(predicted).mean(dim=0).float().cpu().numpy()
    if unknown == "nan":
        stars[(x == 0).any(dim=1).numpy()] = np.nan
    return stars


def predict_rows(model: nn.Module, x: torch.Tensor) -> NDArray[np.float32]:
    """Ratings float32 ``[n]`` of pairs named by row, int64 ``[n, 2]``."""
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        predicted: NDArray[np.float32] = model(x.to(device)).reshape(-1).float().cpu().numpy()
    return predicted


def _with_average_rows(model: nn.Module, tables: TableNames, dls: CollabDataLoaders) -> dict[str, torch.Tensor]:
    """The parameters with row 0, which stands for unknown ids, as the mean of the trained rows."""
    changed = {}
    for role, whole_name in vars(tables).items():
        if whole_name is None:
            continue
        name = whole_name.removeprefix("members.0.")
        side = dls.users if role.startswith("user") else dls.items
        values = table(model, name).detach().clone()
        values[0] = values[torch.as_tensor(np.flatnonzero(side.trained), device=values.device)].mean(dim=0)
        changed[name if name in dict(model.named_parameters()) else f"{name}.weight"] = values
    return changed

"""Give a module's tables more rows: those that are there keep their weights bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .ensemble import Ensemble, members_of
from .side_dot import SideDotBias
from .svdpp import SVDpp
from .tables import TableNames, copied, predicts
from .tabular import TabularNN

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_OF_SVDPP = {"user_implicit": "u_implicit", "item_implicit": "i_implicit"}


@dataclass(frozen=True, eq=False)
class Rows:
    """Which row of the former tables each row is, of users or of items.

    Attributes
    ----------
    former : int64 [n]
        A row of the former table; -1 for a new one.
    trained : bool [n_former]
        The former rows that were trained; new rows begin as the mean of these.
    """

    former: NDArray[np.int64]
    trained: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows of the new tables have been trained, bool [n]."""
        return np.where(self.former < 0, False, self.trained[self.former])


def grown_module(module: nn.Module, tables: TableNames, dls: CollabDataLoaders, rows: Mapping[str, Rows]) -> nn.Module:
    """A copy of a module with the rows that the loaders have; those that were there keep their weights.

    Parameters
    ----------
    module : nn.Module
    tables : TableNames
    dls : CollabDataLoaders
        Of the new rows. From its training ratings SVD++ has what was rated; of side columns the values are the same.
    rows : dict of Rows
        Of each ``"user"`` and each ``"item"``.

    Raises
    ------
    ValueError
        When the module has other tables, which cannot be found, for users or items.
    """
    grown, weights = copied(module), grown_weights(module.state_dict(), module, tables, rows)
    for name in _sides(module, tables):
        path, _, leaf = name.rpartition(".")
        part = grown.get_submodule(path)
        setattr(part, leaf, nn.Parameter(weights[name], getattr(part, leaf).requires_grad))
        if isinstance(part, nn.Embedding):
            part.num_embeddings = len(weights[name])
    for part in members_of(grown):
        if isinstance(part, SVDpp):
            part.take_rated(dls.train_x)
        if isinstance(part, TabularNN):
            part.take_columns(dls)
        if isinstance(part, SideDotBias):
            part.take_sides((dls.users.features, dls.items.features))
        if getattr(part, "classes", None) is not None:
            vars(part)["classes"] = dict(dls.classes)
    if not predicts(grown, dls.n_users, dls.n_items):
        raise ValueError(
            f"{type(module).__name__} has tables of users or items beside those that were found ({tables}), so rows "
            "cannot be added; make a learner of all ratings: cw.CollabLearner(dls, model)"
        )
    return grown


def grown_weights(
    weights: Mapping[str, Tensor], module: nn.Module, tables: TableNames, rows: Mapping[str, Rows]
) -> dict[str, Tensor]:
    """A ``state_dict`` with other rows; `module` is one of that kind, of any size.

    Rows that were there keep their weights, and new ones are the mean of those that were trained.
    """
    grown = dict(weights)
    for name, side in _sides(module, tables).items():
        if name not in weights:  # of another module, as whoever loads them will find
            continue
        former, of_side = weights[name], rows[side]
        was, trained = (
            torch.from_numpy(each).to(former.device) for each in (of_side.former, np.flatnonzero(of_side.trained))
        )
        grown[name] = former[was.clamp(min=0)]
        grown[name][was < 0] = former[trained].double().mean(dim=0).to(former.dtype)
    return grown


def _sides(module: nn.Module, tables: TableNames) -> dict[str, str]:
    """The parameters with a row for each "user" or each "item", by name."""
    sides, parameters = {}, {name for name, _ in module.named_parameters()}
    for place, part in enumerate(members_of(module)):
        prefix = f"members.{place}." if isinstance(module, Ensemble) else ""
        for role, name in (vars(tables) | (_OF_SVDPP if isinstance(part, SVDpp) else {})).items():
            if name is not None:
                whole = f"{prefix}{name}"
                sides[whole if whole in parameters else f"{whole}.weight"] = role.split("_")[0]
    return sides

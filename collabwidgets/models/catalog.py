"""The models that `collab_learner` makes by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from ..plain import one_of, whole_number
from .dot import DotProduct, DotProductBias, EmbeddingDotBias, computes_plainly
from .ensemble import Ensemble
from .layers import checked_range
from .neural import EmbeddingNN, get_emb_sz
from .side_dot import SideDotBias, Sides
from .svdpp import SVDpp
from .tables import TableNames
from .tabular import TabularNN

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

MODELS = ("dot", "nn", "svdpp")
MOST_MEMBERS = 256
_PRODUCTS = {DotProduct.forward, DotProductBias.forward, EmbeddingDotBias.forward, SideDotBias.forward}

ModelMaker = Callable[[int, torch.Generator], nn.Module]


def model_maker(
    dls: CollabDataLoaders,
    name: str,
    *,
    y_range: Sequence[float] | None = None,
    emb_szs: Sequence[tuple[int, int]] | Mapping[str, int] | None = None,
    layers: Sequence[int] | None = None,
    members: int = 1,
    side: bool | None = None,
) -> ModelMaker:
    """A function ``(n_factors, generator) -> nn.Module`` that makes fresh models of a kind.

    Parameters
    ----------
    dls : CollabDataLoaders
    name : {"dot", "nn", "svdpp"}
    y_range, emb_szs, layers, members, side
        As in `collab_learner`.

    Raises
    ------
    ValueError
        For another name, `members` or `y_range` out of range, `emb_szs` or `layers` with a model that has no layers,
        and `side` without side columns, or with the neural model. The function raises one for a number of factors
        that `emb_szs` does not have.
    """
    one_of("model", name, MODELS)
    members = whole_number("members", members, most=MOST_MEMBERS)
    if name != "nn" and (emb_szs is not None or layers is not None):
        raise ValueError('emb_szs and layers belong to the neural model; pass model="nn", or leave them out')
    sides = _sides(dls, name, side)
    bounds = checked_range(y_range)
    columns = (dls.classes, dls.user_name, dls.item_name, bounds)

    def dot(n: int, source: torch.Generator) -> nn.Module:
        if any(sides):
            return SideDotBias.from_classes(n, *columns, generator=source, sides=sides)
        return EmbeddingDotBias.from_classes(n, *columns, generator=source)

    def svdpp(n: int, source: torch.Generator) -> nn.Module:
        return SVDpp.from_classes(n, *columns, generator=source, rated=dls.train_x, sides=sides)

    def neural(n: int, source: torch.Generator) -> nn.Module:
        sizes = neural_sizes(dls, emb_szs)
        if n != sizes[1][1]:
            raise ValueError(f"the neural model's items have {sizes[1][1]} factors, by emb_szs; {n} cannot be set")
        widths = [] if layers is None else [int(n) for n in layers]
        if dls.context is None and dls.users.features is None and dls.items.features is None:
            return EmbeddingNN(sizes, widths, bounds, generator=source)
        return TabularNN(sizes, widths, dls, bounds, generator=source)

    make = {"dot": dot, "nn": neural, "svdpp": svdpp}[name]
    if members == 1:
        return make
    return lambda n, source: Ensemble(make(n, source) for _ in range(members))


def _sides(dls: CollabDataLoaders, name: str, side: bool | None) -> Sides:
    """The side columns that a model takes, see `collab_learner`."""
    one_of("side", side, (None, True, False))
    found = (dls.users.features, dls.items.features)
    if side is not None and name == "nn":
        raise ValueError(
            f'side={side} belongs to model="dot" and "svdpp"; leave it out, as the neural model takes what side '
            "columns there are"
        )
    if side and not any(found):
        raise ValueError("side=True, but these loaders have no side columns; pass users= or items= to from_df")
    return found if side or (side is None and name == "svdpp") else (None, None)


def neural_sizes(
    dls: CollabDataLoaders, emb_szs: Sequence[tuple[int, int]] | Mapping[str, int] | None
) -> list[tuple[int, int]]:
    """Rows and columns of the neural model's two tables: as given, else by fastai's rule."""
    if emb_szs is None or isinstance(emb_szs, Mapping):
        return get_emb_sz(dls, emb_szs)
    return [(int(rows), int(columns)) for rows, columns in emb_szs]


def is_dot_product(module: nn.Module, tables: TableNames) -> bool:
    """Whether a module is known, by its class, to predict the dot product of its tables, all of which were found.

    One in half precision rounds as it adds up, and predicts something else by up to a hundredth.
    """
    forward = type(module).forward
    needed = list(vars(tables).values())[: 2 if forward is DotProduct.forward else 4]
    full = all(parameter.dtype in (torch.float32, torch.float64) for parameter in module.parameters())
    return forward in _PRODUCTS and all(needed) and full and computes_plainly(module)

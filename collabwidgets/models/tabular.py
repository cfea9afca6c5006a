"""fastai's tabular model, embeddings beside continuous columns, then layers; and the one of ratings with columns."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from .layers import Embedding, checked_range, sigmoid_range
from .tables import TableNames

if TYPE_CHECKING:
    from ..data.features import Features
    from ..data.loaders import CollabDataLoaders

Size = tuple[int, int]


class TabularModel(nn.Module):
    """Categories become rows of tables, numbers are normalised, and layers make a prediction of both.

    Names, order and starting values of the parameters are those of fastai's class.

    Parameters
    ----------
    emb_szs : sequence of (int, int)
        Rows and columns of the table of each categorical column.
    n_cont : int
        Continuous columns.
    out_sz : int
        Numbers in a prediction.
    layers : sequence of int
        Activations of each hidden layer.
    ps : float or sequence of float, optional
        Dropout after each hidden layer; none by default.
    embed_p : float
        Dropout of the embeddings.
    y_range : (float, float), optional
        Bounds of the prediction.
    use_bn, bn_final, bn_cont : bool
        Batch norm after the hidden layers, after the last one, and of the continuous columns.
    act_cls : nn.Module, optional
        Activation after each hidden layer; `torch.nn.ReLU` by default.
    lin_first : bool
        In a hidden layer, linear and activation come before batch norm and dropout; False turns that round.
    generator : torch.Generator, optional
        Source of the starting weights; torch's global one by default.
    """

    def __init__(
        self,
        emb_szs: Sequence[Size],
        n_cont: int,
        out_sz: int,
        layers: Sequence[int],
        ps: float | Sequence[float] | None = None,
        embed_p: float = 0.0,
        y_range: tuple[float, float] | None = None,
        use_bn: bool = True,
        bn_final: bool = False,
        bn_cont: bool = True,
        act_cls: nn.Module | None = None,
        lin_first: bool = True,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        dropouts = list(ps) if isinstance(ps, Sequence) else [ps or 0.0] * len(layers)
        if len(dropouts) != len(layers):
            raise ValueError(f"ps has {len(dropouts)} dropouts for {len(layers)} layers; pass one each, or one number")
        activation = nn.ReLU(inplace=True) if act_cls is None else act_cls
        self.embeds = nn.ModuleList([Embedding(*size, generator=generator) for size in emb_szs])
        self.emb_drop = nn.Dropout(embed_p)
        self.bn_cont = nn.BatchNorm1d(n_cont) if bn_cont else None
        self.n_emb, self.n_cont, self.y_range = sum(columns for _, columns in emb_szs), n_cont, checked_range(y_range)
        widths = [self.n_emb + n_cont, *layers, out_sz]
        blocks: list[nn.Module] = []
        for place, dropout in enumerate([*dropouts, 0.0]):
            last = place == len(layers)
            norm = use_bn and (bn_final or not last)
            act = None if last else copy.deepcopy(activation)
            blocks.append(LinBnDrop(widths[place], widths[place + 1], norm, dropout, act, lin_first, generator))
        self.layers = nn.Sequential(*blocks)

    def forward(self, x_cat: Tensor, x_cont: Tensor | None = None) -> Tensor:
        """Predictions ``[bs, out_sz]`` from categories int64 ``[bs, m]`` and numbers float32 ``[bs, n_cont]``."""
        parts = []
        if self.n_emb:
            tables = [table(x_cat[:, place]) for place, table in enumerate(self.embeds)]
            parts.append(self.emb_drop(torch.cat(tables, dim=1)))
        if self.n_cont:
            if x_cont is None:
                raise ValueError(f"the model has {self.n_cont} continuous columns; pass them as the second tensor")
            if x_cont.shape[1] != self.n_cont:
                raise ValueError(f"the model has {self.n_cont} continuous columns, but it was given {x_cont.shape[1]}")
            parts.append(x_cont if self.bn_cont is None else self.bn_cont(x_cont))
        out: Tensor = self.layers(torch.cat(parts, dim=1))
        return out if self.y_range is None else sigmoid_range(out, *self.y_range)


def linear(n_in: int, n_out: int, generator: torch.Generator | None, *, bias: bool = True) -> nn.Linear:
    """`nn.Linear` with torch's usual start, but from a generator of one's own."""
    layer = nn.Linear(n_in, n_out, bias=bias, device="meta").to_empty(device="cpu")  # nothing drawn yet
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    if bias:
        bound = 1 / math.sqrt(n_in)
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


class LinBnDrop(nn.Sequential):
    """Linear and activation, batch norm and dropout, in this order or in two halves turned round."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        norm: bool,
        dropout: float,
        activation: nn.Module | None,
        linear_first: bool,
        generator: torch.Generator | None,
    ):
        through: list[nn.Module] = [linear(n_in, n_out, generator, bias=not norm)]
        if activation is not None:
            through.append(activation)
        regular: list[nn.Module] = []
        if norm:
            batch_norm = nn.BatchNorm1d(n_out if linear_first else n_in)
            nn.init.constant_(batch_norm.bias, 1e-3)
            regular.append(batch_norm)
        if dropout:
            regular.append(nn.Dropout(dropout))
        super().__init__(*(through + regular if linear_first else regular + through))


class TabularNN(TabularModel):
    """A `TabularModel` of users and items, whose continuous columns are what else is known of a rating.

    These are the side columns of the user, those of the item, and the context, in this order. Numbers are standardised;
    each value of a category is a column of 0 and 1. Of a side with more than a thousand columns the most frequent are
    taken. Row 0, of unknown ids, has the means.

    Parameters
    ----------
    emb_szs : sequence of two (int, int)
        Rows and columns of the users' and the items' table.
    layers : sequence of int
        Activations of each hidden layer.
    dls : CollabDataLoaders
        Their side columns and context.
    y_range : (float, float), optional
    **others
        Those of `TabularModel`, but for ``n_cont`` and ``out_sz``.
    """

    table_names = TableNames("embeds.0", "embeds.1")
    user_columns: Tensor
    item_columns: Tensor

    def __init__(
        self,
        emb_szs: Sequence[Size],
        layers: Sequence[int],
        dls: CollabDataLoaders,
        y_range: tuple[float, float] | None = None,
        **others: Any,
    ):
        columns = [_matrix(side.features, len(side)) for side in (dls.users, dls.items)]
        n_context = 0 if dls.context is None else len(dls.context.names)
        n_cont = sum(each.shape[1] for each in columns) + n_context
        super().__init__(emb_szs, n_cont=n_cont, out_sz=1, layers=layers, y_range=y_range, **others)
        self.n_context = n_context
        for name, matrix in zip(("user_columns", "item_columns"), columns, strict=True):
            self.register_buffer(name, matrix, persistent=False)

    def take_columns(self, dls: CollabDataLoaders) -> None:
        """Know the side columns of loaders with more rows."""
        for name, side in (("user_columns", dls.users), ("item_columns", dls.items)):
            setattr(self, name, _matrix(side.features, len(side)).to(getattr(self, name).device))

    def forward(self, x_cat: Tensor, x_cont: Tensor | None = None) -> Tensor:
        """Predictions ``[bs]`` from ``x`` int64 ``[bs, 2]`` and the context float32 ``[bs, n_context]``.

        Without a context it is the mean of the training ratings, which is 0 in each column.
        """
        if x_cont is None:
            x_cont = self.item_columns.new_zeros(len(x_cat), self.n_context)
        columns = [self.user_columns[x_cat[:, 0]], self.item_columns[x_cat[:, 1]], x_cont]
        return super().forward(x_cat, torch.cat(columns, dim=1)).squeeze(1)


def _matrix(features: Features | None, n: int) -> Tensor:
    """Side columns float32 ``[n, columns]``; none where there are none."""
    if features is None:
        return torch.zeros(n, 0)
    taken = features.most_frequent()
    matrix = np.empty((n, len(taken)), np.float32)
    for start in range(0, n, 4096):
        rows = np.arange(start, min(start + 4096, n))
        matrix[rows] = features.dense(rows)[:, taken]
    known = features.known
    matrix[0] = matrix[known].mean(axis=0) if known.any() else 0
    return torch.from_numpy(matrix)

"""The tabular model of ratings with side columns of users and items, and the context of each rating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .tables import TableNames
from .tabular import Size, TabularModel

if TYPE_CHECKING:
    from ..data.features import Features
    from ..data.loaders import CollabDataLoaders


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

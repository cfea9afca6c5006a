"""Dot products whose vectors and biases are sums: a row's own, and those of what its side columns say."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .dot import EmbeddingDotBias, YRange
from .layers import Embedding, sigmoid_range

if TYPE_CHECKING:
    from ..data.features import Features

Sides = tuple["Features | None", "Features | None"]

_KNOTS, _SPREADS = 13, 2.5  # of a number: places where its slope may change, from -2.5 to 2.5 standard deviations


@dataclass(frozen=True, eq=False)
class Term:
    """What is added to all rows of a side: a constant sparse matrix times a table of factors, and one of biases.

    Attributes
    ----------
    there, back : float32 [n, m], [m, n]
        The matrix and its transpose, both by rows (CSR): torch would transpose anew at every step.
    factors : nn.Embedding [m, n_factors]
    bias : nn.Embedding [m, 1], optional
    """

    there: Tensor
    back: Tensor
    factors: nn.Embedding
    bias: nn.Embedding | None = None

    def times(self, table: nn.Embedding) -> Tensor:
        """The matrix times one of the tables, float32 ``[n, columns]``."""
        product: Tensor = _Product.apply(table.weight, self.there, self.back)  # type: ignore[no-untyped-call]
        return product


class SideDotBias(EmbeddingDotBias):
    """A biased dot product of vectors to which the vectors of side columns are added; biases likewise.

    The vector of a user, or an item, is its own row of ``u_weight`` plus ``Σ share_c · u_side[c]`` over its side
    columns c, and its bias its own plus ``Σ share_c · u_side_bias[c]``. A category has a row of these tables for each
    value. A number has thirteen, for values from -2.5 to 2.5 standard deviations: the two next to its own share it, so
    that its effect is a piecewise linear function. Shares are ``1/√n`` of n values in one cell, times ``1/√m`` of m
    side columns. Row 0, which stands for unknown ids, has the average of the others' sums.

    Findings are made from these whole vectors. On the CPU a compiled loop trains it.

    Parameters
    ----------
    n_factors : int
        Columns of the factor tables.
    n_users, n_items : int
        Rows of the tables, ``'#na#'`` counted.
    y_range : (float, float), optional
        Bounds of the prediction in stars.
    sides : (Features or None, Features or None)
        ``(dls.users.features, dls.items.features)``; None where nothing is known of a side.
    generator : torch.Generator, optional
        Source of the starting weights.

    Raises
    ------
    ValueError
        If `sides` have another number of rows.
    """

    def __init__(
        self,
        n_factors: int,
        n_users: int,
        n_items: int,
        y_range: YRange | None = None,
        *,
        sides: Sides = (None, None),
        generator: torch.Generator | None = None,
    ):
        super().__init__(n_factors, n_users, n_items, y_range, generator=generator)
        for side, features in zip("ui", sides, strict=True):
            if features is not None:
                n = n_side_rows(features)
                self.add_module(f"{side}_side", Embedding(n, n_factors, generator=generator))
                self.add_module(f"{side}_side_bias", Embedding(n, 1, generator=generator))
        self.take_sides(sides)

    def take_sides(self, sides: Sides) -> None:
        """Let the side columns be those of other rows; their values are the same."""
        for side, features in zip("ui", sides, strict=True):
            if f"{side}_side" not in self._modules:
                continue
            n, m = len(getattr(self, f"{side}_weight").weight), len(getattr(self, f"{side}_side").weight)
            found = None if features is None else (features.shape[0], n_side_rows(features))
            if features is None or found != (n, m):
                raise ValueError(
                    f"the side columns must be of {n} rows and {m} values, as the tables are; found {found}"
                )
            self.take_matrix(f"_{side}_columns", *_shares(features), n, m)

    def take_matrix(
        self, name: str, rows: Tensor, columns: Tensor, shares: Tensor, n_rows: int, n_columns: int
    ) -> None:
        """Register a matrix of shares and its transpose; row 0 becomes the average of the others."""
        # Data, not weights: they move with the module to another device, and no checkpoint holds them.
        matrices = _both_ways(rows, columns, shares, n_rows, n_columns)
        for way, matrix in zip(("", "_back"), matrices, strict=True):
            self.register_buffer(name + way, matrix.to(self.u_weight.weight.device), persistent=False)

    def terms(self, side: str) -> list[Term]:
        """What is added to the users, ``"u"``, or to the items, ``"i"``."""
        if f"{side}_side" not in self._modules:
            return []
        there, back = (getattr(self, f"_{side}_columns{way}") for way in ("", "_back"))
        return [Term(there, back, getattr(self, f"{side}_side"), getattr(self, f"{side}_side_bias"))]

    def forward(self, x: Tensor) -> Tensor:
        names = ("u_weight", "i_weight", "u_bias", "i_bias")
        users, items, *biases = (F.embedding(x[:, side % 2], self.effective(name)) for side, name in enumerate(names))
        match = (users * items).sum(1) + biases[0].squeeze(1) + biases[1].squeeze(1)
        return match if self.y_range is None else sigmoid_range(match, *self.y_range)

    def effective(self, name: str) -> Tensor:
        """A table as the product sees it, with all that is added to it, float32 ``[n, columns]``."""
        weight = super().effective(name)
        for term in self.terms(name[0]):
            table = term.bias if name.endswith("_bias") else term.factors
            if table is not None:
                weight = weight + term.times(table)
        return weight


def n_side_rows(features: Features) -> int:
    """Rows of a table with one for each value of the side columns."""
    return sum(_KNOTS if column.is_number else column.width for column in features.columns)


def _shares(features: Features) -> tuple[Tensor, Tensor, Tensor]:
    """Which values each row has, and what share of their vectors: rows, columns and shares, row 0 left out."""
    found, first = [], 0
    for column in features.columns:
        rows, places, values = features.cells(column)
        of, at, held = rows[rows > 0], places[rows > 0], values[rows > 0].astype(np.float64)
        if column.is_number:
            place = (np.clip(held / _SPREADS, -1, 1) + 1) / 2 * (_KNOTS - 1)
            left = np.minimum(place.astype(np.int64), _KNOTS - 2)
            of, at = np.tile(of, 2), np.concatenate([left, left + 1])
            held = np.concatenate([left + 1 - place, place - left])
        else:
            held = held / np.sqrt(np.bincount(of, minlength=features.shape[0]))[of]
        found.append((of, first + at, held / np.sqrt(len(features.columns))))
        first += _KNOTS if column.is_number else column.width
    of, at, held = (np.concatenate(each) for each in zip(*found, strict=True))
    return torch.from_numpy(of), torch.from_numpy(at).long(), torch.from_numpy(held).float()


class _Product(torch.autograd.Function):
    """A constant sparse matrix times a table."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, there: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        return _times(there, table)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (back,) = ctx.saved_tensors
        return _times(back, grad), None, None


def _times(matrix: Tensor, table: Tensor) -> Tensor:
    wide = torch.promote_types(table.dtype, torch.float32)  # torch has no sparse product of halves on the CPU
    return (matrix.to(wide) @ table.to(wide)).to(table.dtype)


def _both_ways(rows: Tensor, columns: Tensor, shares: Tensor, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:
    """A sparse matrix whose row 0 is the mean of all rows that have something; with its transpose, both CSR."""
    n_known = max(1, int(torch.count_nonzero(torch.bincount(rows))))
    average = torch.bincount(columns, shares, minlength=n_columns) / n_known
    rows = torch.cat([rows, torch.zeros(n_columns, dtype=torch.int64)])
    columns = torch.cat([columns, torch.arange(n_columns)])
    shares = torch.cat([shares, average.float()])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        there = torch.sparse_coo_tensor(
            torch.stack([rows, columns]), shares, (n_rows, n_columns), check_invariants=True
        ).coalesce()
        return there.to_sparse_csr(), there.t().coalesce().to_sparse_csr()

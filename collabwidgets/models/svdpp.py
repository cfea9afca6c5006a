"""SVD++ on both sides: what a user rated, and who rated an item, say something whatever the ratings were."""

from __future__ import annotations

import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .dot import EmbeddingDotBias, YRange
from .layers import Embedding, sigmoid_range


class SVDpp(EmbeddingDotBias):
    """A biased dot product of vectors to which implicit factors are added.

    With ``N(u)`` the items that user ``u`` rated in training and ``N(i)`` the users who rated item ``i``, the
    prediction is the (squeezed) sum of both biases and of the product of

        u_weight[u] + |N(u)|^-1/2 * sum of i_implicit[j] over j in N(u)
        i_weight[i] + |N(i)|^-1/2 * sum of u_implicit[v] over v in N(i)

    The first line is SVD++ (Koren 2008, "Factorization meets the neighborhood", section 4), the second the same for
    items. Findings are made from these whole vectors. Row 0, which stands for unknown ids, has the average of the
    others' implicit parts.

    It wants more decay than the plain product, and larger batches, since each step costs a pass over most of what was
    rated: ``fit_one_cycle(8, 1.5e-3, wd=0.4, bs=512, rescale=True)`` on MovieLens 100K. On the CPU a compiled loop
    trains it. Above a million ratings the loop moves the implicit tables once in several batches, not at every one:
    faster, and not as good; ``engine="autograd"`` moves them at every batch.

    Parameters
    ----------
    n_factors : int
        Columns of the factor tables.
    n_users, n_items : int
        Rows of the tables, ``'#na#'`` counted.
    rated : int64 [n, 2]
        User row and item row of the training ratings, ``dls.train_x``. A pair that stands there twice counts once.
    y_range : (float, float), optional
        Bounds of the prediction in stars.
    generator : torch.Generator, optional
        Source of the starting weights.

    Raises
    ------
    ValueError
        If `rated` is no table of two columns of rows, or names one that is not there.

    Examples
    --------
    >>> learn = cw.CollabLearner(dls, cw.SVDpp(50, len(dls.users), len(dls.items), dls.train_x, (0, 5.5)))
    >>> learn.fit_one_cycle(8, 1.5e-3, wd=0.4, bs=512, rescale=True)
    """

    _rated_by_user: Tensor
    _rated_by_user_back: Tensor
    _raters_of_item: Tensor
    _raters_of_item_back: Tensor

    def __init__(
        self,
        n_factors: int,
        n_users: int,
        n_items: int,
        rated: Tensor,
        y_range: YRange | None = None,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__(n_factors, n_users, n_items, y_range, generator=generator)
        self.u_implicit = Embedding(n_users, n_factors, generator=generator)
        self.i_implicit = Embedding(n_items, n_factors, generator=generator)
        self.take_rated(rated)

    def take_rated(self, rated: Tensor) -> None:
        """Let the implicit parts be those of other training ratings, int64 ``[n, 2]``, of the rows that there are."""
        weight = self.u_implicit.weight
        n_users, n_items = len(weight), len(self.i_implicit.weight)
        users, items = _checked(rated, n_users, n_items)
        # Data, not weights: they move with the module to another device, and no checkpoint holds them.
        for name, product in (
            ("_rated_by_user", _mean_of_neighbours(users, items, n_users, n_items)),
            ("_raters_of_item", _mean_of_neighbours(items, users, n_items, n_users)),
        ):
            for way, matrix in zip(("", "_back"), product, strict=True):
                self.register_buffer(name + way, matrix.to(weight.device), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        users, items = x[:, 0], x[:, 1]
        user_vectors = F.embedding(users, self.effective("u_weight"))
        match = (user_vectors * F.embedding(items, self.effective("i_weight"))).sum(1)
        match = match + self.u_bias(users).squeeze(1) + self.i_bias(items).squeeze(1)
        return match if self.y_range is None else sigmoid_range(match, *self.y_range)

    def effective(self, name: str) -> Tensor:
        """A table as the product sees it: factors with their implicit part, float32 ``[n, columns]``."""
        weight = super().effective(name)
        if name == "u_weight":
            weight = weight + _product(self.i_implicit.weight, self._rated_by_user, self._rated_by_user_back)
        if name == "i_weight":
            weight = weight + _product(self.u_implicit.weight, self._raters_of_item, self._raters_of_item_back)
        return weight


def _product(table: Tensor, there: Tensor, back: Tensor) -> Tensor:
    product: Tensor = _Product.apply(table, there, back)  # type: ignore[no-untyped-call]
    return product


class _Product(torch.autograd.Function):
    """A constant sparse matrix times a table. Both ways are stored: torch would transpose anew at every step."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, there: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        return _times(there, table)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (back,) = ctx.saved_tensors
        return _times(back, grad), None, None


def _times(matrix: Tensor, table: Tensor) -> Tensor:
    if table.dtype in (torch.float16, torch.bfloat16):  # torch has no sparse product of these on the CPU
        return (matrix.float() @ table.float()).to(table.dtype)
    return matrix @ table


def _mean_of_neighbours(rows: Tensor, columns: Tensor, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:
    """``|N|^-1/2`` at each neighbour of a row, the mean of all rows in row 0; with its transpose, both CSR."""
    weights = torch.bincount(rows, minlength=n_rows).float().rsqrt()[rows]
    n_known = max(1, int(torch.count_nonzero(torch.bincount(rows))))
    average = torch.bincount(columns, weights, minlength=n_columns) / n_known
    rows = torch.cat([rows, torch.zeros(n_columns, dtype=torch.int64)])
    columns = torch.cat([columns, torch.arange(n_columns)])
    weights = torch.cat([weights, average.float()])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        there = torch.sparse_coo_tensor(
            torch.stack([rows, columns]), weights, (n_rows, n_columns), check_invariants=True
        ).coalesce()
        return there.to_sparse_csr(), there.t().coalesce().to_sparse_csr()


def _checked(rated: Tensor, n_users: int, n_items: int) -> Tensor:
    """The distinct pairs, int64 ``[2, n]``."""
    if rated.ndim != 2 or rated.shape[1] != 2 or rated.is_floating_point():
        raise ValueError(
            f"rated must be int64 [n, 2], user row and item row of the training ratings (dls.train_x), "
            f"not {rated.dtype} {list(rated.shape)}"
        )
    for name, column, n in (("user", rated[:, 0], n_users), ("item", rated[:, 1], n_items)):
        if len(column) and not 0 <= int(column.min()) <= int(column.max()) < n:
            raise ValueError(f"rated names {name} row {int(column.max())}, but the model has {n}")
    pairs: Tensor = torch.unique(rated[:, 0].cpu() * n_items + rated[:, 1].cpu())  # as one number each: sorted faster
    return torch.stack([pairs // n_items, pairs % n_items])

"""SVD++ on both sides: what a user rated, and who rated an item, say something whatever the ratings were."""

from __future__ import annotations

import torch
from torch import Tensor

from .dot import YRange
from .layers import Embedding
from .side_dot import SideDotBias, Sides, Term


class SVDpp(SideDotBias):
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
    trains it. Above half a million ratings the loop moves the implicit tables, and those of side columns, once in
    several batches, not at every one: faster, and as good; ``engine="autograd"`` moves them at every batch.

    With side columns, `sides`, both vectors and both biases are sums with those of their values too: 0.758 in place of
    0.768 on MovieLens 100K.

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
    sides : (Features or None, Features or None)
        ``(dls.users.features, dls.items.features)``: side columns, whose vectors and biases are added as by
        `SideDotBias`.
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
        sides: Sides = (None, None),
        generator: torch.Generator | None = None,
    ):
        super().__init__(n_factors, n_users, n_items, y_range, sides=sides, generator=generator)
        self.u_implicit = Embedding(n_users, n_factors, generator=generator)
        self.i_implicit = Embedding(n_items, n_factors, generator=generator)
        self.take_rated(rated)

    def take_rated(self, rated: Tensor) -> None:
        """Let the implicit parts be those of other training ratings, int64 ``[n, 2]``, of the rows that there are."""
        n_users, n_items = len(self.u_implicit.weight), len(self.i_implicit.weight)
        users, items = _checked(rated, n_users, n_items)
        for name, rows, others, n_rows, n_others in (
            ("_rated_by_user", users, items, n_users, n_items),
            ("_raters_of_item", items, users, n_items, n_users),
        ):
            shares = torch.bincount(rows, minlength=n_rows).float().rsqrt()[rows]
            self.take_matrix(name, rows, others, shares, n_rows, n_others)

    def terms(self, side: str) -> list[Term]:
        """What was rated, or who rated; then the side columns."""
        of_other = (
            Term(self._rated_by_user, self._rated_by_user_back, self.i_implicit)
            if side == "u"
            else Term(self._raters_of_item, self._raters_of_item_back, self.u_implicit)
        )
        return [of_other, *super().terms(side)]


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

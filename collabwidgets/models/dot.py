"""The dot-product family: how much of each taste a user has, times how much of it an item has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn

from .layers import Embedding, checked_range, sigmoid_range
from .tables import TableNames

YRange = tuple[float, float]


def computes_plainly(module: nn.Module) -> bool:
    """Whether a module computes by its class's ``forward``, from plain embeddings alone, and no hook changes it."""
    parts = list(module.modules())
    changed = any("forward" in vars(part) or part._forward_hooks or part._forward_pre_hooks for part in parts)
    return not changed and all(
        isinstance(part, nn.Embedding)
        and type(part).forward is nn.Embedding.forward
        and part.max_norm is part.padding_idx is None
        and not (part.scale_grad_by_freq or part.sparse)
        for part in parts[1:]
    )


class DotProduct(nn.Module):
    """``user_factors[u] · item_factors[i]``, squeezed into ``y_range`` if one is given.

    Parameters
    ----------
    n_users, n_items : int
        Rows of the two tables, ``'#na#'`` counted (``len(dls.classes[...])``).
    n_factors : int
        Columns.
    y_range : (float, float), optional
        Bounds of the prediction in stars; without it the plain product is the prediction.
    generator : torch.Generator, optional
        Source of the starting weights.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int = 50,
        y_range: YRange | None = None,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.user_factors = Embedding(n_users, n_factors, generator=generator)
        self.item_factors = Embedding(n_items, n_factors, generator=generator)
        self.y_range = checked_range(y_range)

    def forward(self, x: Tensor) -> Tensor:
        match = (self.user_factors(x[:, 0]) * self.item_factors(x[:, 1])).sum(dim=1)
        return match if self.y_range is None else sigmoid_range(match, *self.y_range)


class DotProductBias(nn.Module):
    """`DotProduct` plus one number for each user's generosity and one for each item's appeal."""

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int = 50,
        y_range: YRange | None = None,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.user_factors = Embedding(n_users, n_factors, generator=generator)
        self.user_bias = Embedding(n_users, 1, generator=generator)
        self.item_factors = Embedding(n_items, n_factors, generator=generator)
        self.item_bias = Embedding(n_items, 1, generator=generator)
        self.y_range = checked_range(y_range)

    def forward(self, x: Tensor) -> Tensor:
        users, items = x[:, 0], x[:, 1]
        match = (self.user_factors(users) * self.item_factors(items)).sum(dim=1, keepdim=True)
        match = (match + self.user_bias(users) + self.item_bias(items)).squeeze(1)
        return match if self.y_range is None else sigmoid_range(match, *self.y_range)


class EmbeddingDotBias(nn.Module):
    """The model behind `collab_learner`: a biased dot product with fastai's table names and order.

    Parameters
    ----------
    n_factors : int
        Columns of the factor tables.
    n_users, n_items : int
        Rows of the tables, ``'#na#'`` counted.
    y_range : (float, float), optional
        Bounds of the prediction in stars.
    generator : torch.Generator, optional
        Source of the starting weights, drawn in the order u_weight, i_weight, u_bias, i_bias.
    """

    table_names = TableNames("u_weight", "i_weight", "u_bias", "i_bias")  # of one factor shapes do not tell them apart

    def __init__(
        self,
        n_factors: int,
        n_users: int,
        n_items: int,
        y_range: YRange | None = None,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.y_range = checked_range(y_range)
        self.classes: Mapping[str, Any] | None = None
        self.u_weight = Embedding(n_users, n_factors, generator=generator)
        self.i_weight = Embedding(n_items, n_factors, generator=generator)
        self.u_bias = Embedding(n_users, 1, generator=generator)
        self.i_bias = Embedding(n_items, 1, generator=generator)

    @classmethod
    def from_classes(
        cls,
        n_factors: int,
        classes: Mapping[str, Any],
        user: str | None = None,
        item: str | None = None,
        y_range: YRange | None = None,
        *,
        generator: torch.Generator | None = None,
        **others: Any,
    ) -> Self:
        """A model for ``dls.classes``, which then also answers `bias` and `weight` by name.

        ``user`` and ``item`` name the two entries of ``classes``; left out, they are its first and second. Others
        are passed on to the class.
        """
        names = list(classes)
        user, item = user or names[0], item or names[1]
        model = cls(n_factors, len(classes[user]), len(classes[item]), y_range=y_range, generator=generator, **others)
        model.classes = {user: classes[user], item: classes[item]}
        return model

    def forward(self, x: Tensor) -> Tensor:
        users, items = x[:, 0], x[:, 1]
        match = (self.u_weight(users) * self.i_weight(items)).sum(1)
        match = match + self.u_bias(users).squeeze(1) + self.i_bias(items).squeeze(1)
        return match if self.y_range is None else sigmoid_range(match, *self.y_range)

    def bias(self, arr: Iterable[Any], is_item: bool = True) -> Tensor:
        """Biases of the named items (or users), float32 ``[len(arr)]`` on the CPU; the model stays where it is.

        Raises
        ------
        ValueError
            For a name that is not in the vocabulary, with the nearest spelling.
        """
        return self._rows("i_bias" if is_item else "u_bias", arr, is_item).squeeze(1)

    def weight(self, arr: Iterable[Any], is_item: bool = True) -> Tensor:
        """Factors of the named items (or users), float32 ``[len(arr), n_factors]`` on the CPU."""
        return self._rows("i_weight" if is_item else "u_weight", arr, is_item)

    def effective(self, name: str) -> Tensor:
        """A table as the product sees it, float32 ``[n, columns]``."""
        weight: Tensor = getattr(self, name).weight
        return weight

    def _rows(self, name: str, arr: Iterable[Any], is_item: bool) -> Tensor:
        if self.classes is None:
            raise ValueError("this model was made without classes; use EmbeddingDotBias.from_classes to ask by name")
        vocab = list(self.classes.values())[1 if is_item else 0]
        rows = torch.as_tensor(vocab.index([arr] if isinstance(arr, str) else list(arr)), dtype=torch.int64)
        table = self.effective(name).detach()
        return table[rows.to(table.device)].cpu()

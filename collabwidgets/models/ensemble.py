"""Several models of one kind, whose predictions are averaged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


def members_of(module: nn.Module) -> list[nn.Module]:
    """The models whose predictions are averaged: those of an ensemble, another module alone."""
    return list(module.members) if isinstance(module, Ensemble) else [module]


def first_member(module: nn.Module) -> nn.Module:
    """The model that findings are made from."""
    return members_of(module)[0]


class Ensemble(nn.Module):
    """Models that are trained side by side, each for itself; the prediction is the mean of theirs.

    Factors of different members have nothing to do with each other, so findings are made from the first member alone.

    Parameters
    ----------
    members : iterable of nn.Module
        One or more modules of the same kind and size, from different starting weights.

    Raises
    ------
    ValueError
        Without a member.
    """

    def __init__(self, members: Iterable[nn.Module]):
        super().__init__()
        self.members = nn.ModuleList(members)
        if not len(self.members):
            raise ValueError("members must hold at least one module")

    @property
    def first(self) -> nn.Module:
        """The member that findings are made from."""
        return self.members[0]

    @property
    def y_range(self) -> tuple[float, float] | None:
        """Bounds of the predictions, those of the first member."""
        return getattr(self.first, "y_range", None)

    def forward(self, x: Tensor, *context: Tensor) -> Tensor:
        return torch.stack([member(x, *context).reshape(-1) for member in self.members]).mean(dim=0)

    def bias(self, arr: Iterable[Any], is_item: bool = True) -> Tensor:
        """Biases of the named items (or users) in the first member, float32 ``[len(arr)]``."""
        return self.first.bias(arr, is_item)  # type: ignore[operator,no-any-return]

    def weight(self, arr: Iterable[Any], is_item: bool = True) -> Tensor:
        """Factors of the named items (or users) in the first member, float32 ``[len(arr), n_factors]``."""
        return self.first.weight(arr, is_item)  # type: ignore[operator,no-any-return]

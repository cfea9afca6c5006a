"""Inputs: what a module predicts from, user and item rows, and the context of a rating where it takes that."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch import Tensor, nn

from ..models.ensemble import first_member

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders


@dataclass(frozen=True, eq=False)
class WithContext:
    """Rows and context of ratings, which are sliced and moved together.

    Attributes
    ----------
    x : int64 [n, 2]
    context : float32 [n, c]
    """

    x: Tensor
    context: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows: Tensor | slice) -> WithContext:
        return WithContext(self.x[rows], self.context[rows])

    def to(self, device: str | torch.device) -> WithContext:
        """Both on a device."""
        return WithContext(self.x.to(device), self.context.to(device))

    def split(self, size: int) -> list[WithContext]:
        """Parts of up to `size` ratings."""
        return [self[start : start + size] for start in range(0, max(1, len(self)), size)]


Inputs: TypeAlias = Tensor | WithContext


def called(module: nn.Module, inputs: Inputs) -> Tensor:
    """What the module predicts of some inputs."""
    out: Tensor = module(inputs.x, inputs.context) if isinstance(inputs, WithContext) else module(inputs)
    return out


def takes_context(module: nn.Module) -> bool:
    """Whether `forward` has a second argument for a tensor: one without a default, or with None as its default."""
    second = _second_argument(module)
    return second is not None and second.default in (inspect.Parameter.empty, None)


def inputs_of(module: nn.Module, data: CollabDataLoaders, ds_idx: int = 0) -> Inputs:
    """What the module predicts the training ratings from, or with ``ds_idx=1`` the validation ratings."""
    x = data.valid_x if ds_idx else data.train_x
    if not takes_context(module) or data.context is None:
        return x
    return WithContext(x, data.context.part(ds_idx))


def check_context(module: nn.Module, data: CollabDataLoaders) -> None:
    """Raise a ValueError where a module needs a context and the loaders have none."""
    second = _second_argument(module)
    if second is not None and second.default is inspect.Parameter.empty and data.context is None:
        name = type(first_member(module)).__name__
        raise ValueError(
            f"forward of {name} needs {second.name!r} beside x, the context of each rating, and these loaders have "
            'none; pass context=["timestamp"], or other columns of the ratings, to CollabDataLoaders.from_df'
        )


def _second_argument(module: nn.Module) -> inspect.Parameter | None:
    try:
        arguments = list(inspect.signature(first_member(module).forward).parameters.values())
    except (TypeError, ValueError):  # of compiled code there may be none
        return None
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return arguments[1] if len(arguments) > 1 and arguments[1].kind in by_place else None

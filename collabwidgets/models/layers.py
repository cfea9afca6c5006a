"""The small pieces every model is made of: tables of parameters and the squeeze into the rating range."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def sigmoid_range(x: Tensor, low: float, high: float) -> Tensor:
    """Squeeze logits into the open interval ``(low, high)``: ``sigmoid(x) * (high - low) + low``."""
    return torch.sigmoid(x) * (high - low) + low


def checked_range(y_range: Sequence[float] | None) -> tuple[float, float] | None:
    """Bounds of predictions as two Python floats; a ValueError unless they are two numbers, the lower first."""
    if y_range is None:
        return None
    try:
        bounds = () if isinstance(y_range, str) else tuple(float(bound) for bound in y_range)
    except (TypeError, ValueError):
        bounds = ()
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise ValueError(f"y_range must be two numbers, the lower first, such as (0, 5.5), not {y_range!r}")
    return bounds[0], bounds[1]


class Embedding(nn.Embedding):
    """A table of ``n`` rows of ``ni`` small random numbers.

    The start is fastai's: standard normal, wrapped by ``fmod 2``, times ``std``. It is not
    ``torch.nn.init.trunc_normal_(std=std)``, whose bounds are absolute.

    Parameters
    ----------
    n, ni : int
        Rows and columns.
    std : float
        Scale of the start.
    generator : torch.Generator, optional
        Source of the numbers; torch's global one if none is given.
    """

    def __init__(self, n: int, ni: int, std: float = 0.01, *, generator: torch.Generator | None = None):
        start = torch.empty(n, ni).normal_(generator=generator).fmod_(2).mul_(std)
        super().__init__(n, ni, _weight=start)


def create_params(size: int | tuple[int, ...] | list[int], *, generator: torch.Generator | None = None) -> nn.Parameter:
    """An ``nn.Parameter`` of the given size, drawn from normal(0, 0.01), as the chapter makes its own tables."""
    shape = (size,) if isinstance(size, int) else tuple(size)
    return nn.Parameter(torch.zeros(shape).normal_(0, 0.01, generator=generator))


def embedding_size(n: int) -> int:
    """Columns fastai gives a table of ``n`` rows (``'#na#'`` counted): ``min(600, round(1.6 * n ** 0.56))``."""
    return min(600, round(1.6 * math.pow(n, 0.56)))

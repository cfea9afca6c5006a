"""The chapter's neural models: embeddings side by side, then layers, so that the two sides may differ in size."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .layers import Embedding, embedding_size, sigmoid_range

Size = tuple[int, int]


def get_emb_sz(dls: Any) -> list[Size]:
    """Rows and columns of the users' and the items' embedding, ``'#na#'`` counted, by fastai's rule.

    Examples
    --------
    >>> get_emb_sz(dls)  # MovieLens 100K, by title
    [(944, 74), (1665, 102)]
    """
    return [(n, embedding_size(n)) for n in (dls.n_users, dls.n_items)]


class _SideBySide(nn.Module):
    """What both have in common: the two embeddings of a pair, one after the other, through the layers."""

    user_factors: Embedding
    item_factors: Embedding
    layers: nn.Sequential
    y_range: tuple[float, float] | None

    def forward(self, x: Tensor) -> Tensor:
        both = torch.cat([self.user_factors(x[:, 0]), self.item_factors(x[:, 1])], dim=1)
        out: Tensor = self.layers(both).squeeze(1)
        return out if self.y_range is None else sigmoid_range(out, *self.y_range)


class CollabNN(_SideBySide):
    """Two layers on the embeddings side by side, as the chapter types it.

    Parameters
    ----------
    user_sz, item_sz : (int, int)
        Rows and columns of the two tables, such as `get_emb_sz` gives them.
    y_range : (float, float), optional
        Bounds of the prediction in stars.
    n_act : int
        Activations between the layers.
    generator : torch.Generator, optional
        Source of the starting weights; torch's global one if none is given.
    """

    def __init__(
        self,
        user_sz: Size,
        item_sz: Size,
        y_range: tuple[float, float] | None = (0, 5.5),
        n_act: int = 100,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.user_factors = Embedding(*user_sz, generator=generator)
        self.item_factors = Embedding(*item_sz, generator=generator)
        self.layers = nn.Sequential(
            _linear(user_sz[1] + item_sz[1], n_act, generator), nn.ReLU(), _linear(n_act, 1, generator)
        )
        self.y_range = y_range


class EmbeddingNN(_SideBySide):
    """The model behind ``collab_learner(use_nn=True)``: fastai's tabular model with nothing but the two ids in it.

    Parameters
    ----------
    emb_szs : sequence of two (int, int)
        Rows and columns of the users' and the items' table.
    layers : sequence of int
        Activations of each hidden layer: linear without bias, ReLU, batch norm.
    y_range : (float, float), optional
    generator : torch.Generator, optional
    """

    def __init__(
        self,
        emb_szs: Sequence[Size],
        layers: Sequence[int],
        y_range: tuple[float, float] | None = None,
        *,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        if len(emb_szs) != 2:
            raise ValueError(f"emb_szs has {len(emb_szs)} sizes; pass two, the users' and the items'")
        self.user_factors, self.item_factors = (Embedding(*size, generator=generator) for size in emb_szs)
        widths = [sum(columns for _, columns in emb_szs), *layers]
        hidden: list[nn.Module] = []
        for n_in, n_out in itertools.pairwise(widths):
            norm = nn.BatchNorm1d(n_out)
            nn.init.constant_(norm.bias, 1e-3)
            hidden += [_linear(n_in, n_out, generator, bias=False), nn.ReLU(), norm]
        self.layers = nn.Sequential(*hidden, _linear(widths[-1], 1, generator))
        self.y_range = y_range


def _linear(n_in: int, n_out: int, generator: torch.Generator | None, *, bias: bool = True) -> nn.Linear:
    """`nn.Linear` with torch's usual start, but from a generator of one's own."""
    layer = nn.Linear(n_in, n_out, bias=bias, device="meta").to_empty(device="cpu")  # nothing drawn yet
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    if bias:
        bound = 1 / math.sqrt(n_in)
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer

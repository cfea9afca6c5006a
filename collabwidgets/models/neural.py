"""The chapter's neural models: embeddings side by side, then layers, so that the two sides may differ in size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .layers import Embedding, checked_range, embedding_size, sigmoid_range
from .tables import TableNames
from .tabular import Size, TabularModel, linear


def get_emb_sz(dls: Any, sz_dict: Mapping[str, int] | None = None) -> list[Size]:
    """Rows and columns of the users' and the items' embedding, ``'#na#'`` counted, by fastai's rule.

    The columns of one may be given by the name of its classes: ``{"title": 20}``.

    Examples
    --------
    >>> get_emb_sz(dls)  # MovieLens 100K, by title
    [(944, 74), (1665, 102)]
    """
    chosen, rows = dict(sz_dict or {}), {name: len(vocab) for name, vocab in dls.classes.items()}
    if not chosen.keys() <= rows.keys():
        raise ValueError(f"there are only classes {', '.join(rows)}, not all of {', '.join(chosen)}")
    return [(n, chosen.get(name, embedding_size(n))) for name, n in rows.items()]


class CollabNN(nn.Module):
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
            linear(user_sz[1] + item_sz[1], n_act, generator), nn.ReLU(), linear(n_act, 1, generator)
        )
        self.y_range = checked_range(y_range)

    def forward(self, x: Tensor) -> Tensor:
        both = torch.cat([self.user_factors(x[:, 0]), self.item_factors(x[:, 1])], dim=1)
        out: Tensor = self.layers(both).squeeze(1)
        return out if self.y_range is None else sigmoid_range(out, *self.y_range)


class EmbeddingNN(TabularModel):
    """The model behind ``collab_learner(use_nn=True)``: fastai's tabular model with nothing but the two ids in it.

    Parameters
    ----------
    emb_szs : sequence of two (int, int)
        Rows and columns of the users' and the items' table.
    layers : sequence of int
        Activations of each hidden layer: linear without bias, ReLU, batch norm.
    y_range : (float, float), optional
    **others
        Those of `TabularModel`, but for ``n_cont`` and ``out_sz``.
    """

    table_names = TableNames("embeds.0", "embeds.1")

    def __init__(
        self, emb_szs: Sequence[Size], layers: Sequence[int], y_range: tuple[float, float] | None = None, **others: Any
    ):
        if len(emb_szs) != 2:
            raise ValueError(f"emb_szs has {len(emb_szs)} sizes; pass two, the users' and the items'")
        super().__init__(emb_szs, n_cont=0, out_sz=1, layers=layers, y_range=y_range, **others)

    def forward(self, x_cat: Tensor, x_cont: Tensor | None = None) -> Tensor:
        """Predictions ``[bs]`` from ``x`` int64 ``[bs, 2]``, user row and item row."""
        return super().forward(x_cat, x_cont).squeeze(1)


def with_tabular_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of an `EmbeddingNN` under fastai's names, from those that it had before it was a `TabularModel`."""
    renamed: dict[str, Tensor] = {}
    for name, value in weights.items():
        prefix, table, rest = name.rpartition("user_factors.weight")
        if table:
            empty = torch.zeros(0)
            renamed |= {f"{prefix}bn_cont.{part}": empty for part in ("weight", "bias", "running_mean", "running_var")}
            renamed[f"{prefix}bn_cont.num_batches_tracked"] = torch.tensor(0)
        name = name.replace("user_factors.", "embeds.0.").replace("item_factors.", "embeds.1.")
        prefix, layers, rest = name.rpartition("layers.")
        if layers:
            place, _, rest = rest.partition(".")
            name = f"{prefix}layers.{int(place) // 3}.{int(place) % 3}.{rest}"
        renamed[name] = value
    return renamed

"""How good predictions are: loss, rows side by side, and how often a liked title is ranked high."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from ..data.without_ratings import LoadersWithoutRatings
from ..training.engines.autograd import mean_loss
from ..training.loss import LossFunction, loss_of
from .hit_rate import hit_rate
from .predict import predict_rows

if TYPE_CHECKING:
    import pandas as pd

    from ..data.loaders import CollabDataLoaders


def baseline(dls: CollabDataLoaders, loss_func: LossFunction | None) -> float | None:
    """Loss on the validation ratings of always predicting the training mean; None where there are none."""
    if isinstance(dls, LoadersWithoutRatings):
        return dls.facts.mean_loss
    if not len(dls.valid_y):
        return None
    rated = dls.valid_y.double()
    return float(loss_of(torch.full_like(rated, dls.rating_mean), rated, loss_func))


def part_loss(module: nn.Module, dls: CollabDataLoaders, ds_idx: int, loss_func: LossFunction | None) -> float:
    """Mean loss on a part of the ratings: 0 the training, 1 the validation ratings."""
    return mean_loss(module, *dls.part(ds_idx), loss_func)


def part_predictions(module: nn.Module, dls: CollabDataLoaders, ds_idx: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions and ratings of a part, float32 ``[n]`` each, in its order."""
    x, y = dls.part(ds_idx)
    return torch.from_numpy(predict_rows(module, x)), y.clone()


def some_predictions(module: nn.Module, dls: CollabDataLoaders, ds_idx: int, max_n: int) -> pd.DataFrame:
    """Some ratings of a part beside their predictions, another choice each time."""
    x, y = dls.some(ds_idx, max_n)
    return dls.to_frame(x, y).assign(**{f"{dls.rating_name}_pred": predict_rows(module, x)})


def ranking_hit_rate(
    module: nn.Module, dls: CollabDataLoaders, *, k: int, liked: float | None, most_users: int, seed: int
) -> float:
    """`hit_rate` of a module on the validation ratings of the loaders."""
    if not dls.has_ratings:
        dls.part(1)  # raises: they are not in the checkpoint
    x = dls.valid_x.numpy()
    enough = dls.valid_y.numpy() >= (dls.rating_mean if liked is None else liked)
    known = dls.items.trained.copy()
    known[0] = False
    return hit_rate(
        lambda pairs: predict_rows(module, torch.from_numpy(pairs)),
        dls.train_x.numpy(),
        x[enough & dls.users.trained[x[:, 0]]],
        np.flatnonzero(known),
        k=k,
        most_users=most_users,
        seed=seed,
    )

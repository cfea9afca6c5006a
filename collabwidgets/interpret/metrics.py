"""The loss of a part of the ratings, and its predictions side by side with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ..data.without_ratings import LoadersWithoutRatings
from ..training.loss import LossFunction, loss_of
from ..training.snapshot import Snapshot
from .predict import predicted

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
    return float(loss_of(torch.full_like(rated, dls.rating_mean), rated, loss_func, dls.valid_w))


def part_loss(snapshot: Snapshot, dls: CollabDataLoaders, ds_idx: int, loss_func: LossFunction | None) -> float:
    """Mean loss on a part of the ratings, by their weights: 0 the training, 1 the validation ratings."""
    predictions, ratings = get_preds(snapshot, dls, ds_idx)
    return float(loss_of(predictions, ratings, loss_func, dls.valid_w if ds_idx else dls.train_w))


def get_preds(snapshot: Snapshot, dls: CollabDataLoaders, ds_idx: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions and ratings of a part, float32 ``[n]`` each, in its order: 1 the validation, 0 the training ratings.

    A ValueError when there are no such ratings.
    """
    x, y = dls.part(ds_idx)
    context = None if dls.context is None else dls.context.part(ds_idx)
    return torch.from_numpy(predicted(snapshot, x.numpy(), context)), y.clone()


def show_results(snapshot: Snapshot, dls: CollabDataLoaders, ds_idx: int = 1, max_n: int = 9) -> pd.DataFrame:
    """Up to `max_n` ratings of a part, as in `get_preds`, beside their predictions; another choice each time.

    The columns are the loaders' users, items and ratings, and the last one's name with ``_pred``.
    """
    rows = dls.some(ds_idx, max_n)
    (x, y), context = dls.part(ds_idx), None if dls.context is None else dls.context.part(ds_idx)[rows]
    predictions = predicted(snapshot, x[rows].numpy(), context)
    return dls.to_frame(x[rows], y[rows]).assign(**{f"{dls.rating_name}_pred": predictions})

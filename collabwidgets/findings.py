"""Findings: what can be read out of a learner, without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from . import interpret
from .data.without_ratings import LoadersWithoutRatings
from .interpret.bias import FEW
from .interpret.neighbors import SHORT
from .interpret.pca import AXES, PCAFrame
from .interpret.snapshot import Snapshot
from .models.tables import TableNames
from .predict import predict, predict_rows
from .training import LossFunction, Recipe
from .training.autograd import mean_loss
from .training.loss import loss_of
from .view_state import ViewState
from .worker import TrainingWorker

if TYPE_CHECKING:
    import pandas as pd

    from .data.loaders import CollabDataLoaders


class Findings:
    """The part of `CollabLearner` that answers about titles; what it answers from is the learner's."""

    dls: CollabDataLoaders
    model: nn.Module
    tables: TableNames
    snapshot: Snapshot
    recipe: Recipe
    view: ViewState
    loss_func: LossFunction | None
    _worker: TrainingWorker

    @property
    def n_factors(self) -> int:
        """Columns of the item factors; 0 if the model has none that could be found."""
        return self.snapshot.n_factors

    def biases(self, kind: str = "items", *, min_count: int | None = None, center: bool = True) -> pd.DataFrame:
        """What remains of a title's (or a user's) ratings once taste is allowed for: `interpret.biases`."""
        minimum = (self.view.min_count if kind == "items" else 0) if min_count is None else min_count
        return interpret.biases(self.snapshot, kind=kind, min_count=minimum, center=center)

    def pca(self, k: int = 3, *, min_count: int | None = None, top_n: int | None = None) -> pd.DataFrame:
        """Titles on the first `k` principal components of the item factors: `interpret.fit_pca`.

        Signs and order of the components depend on the weights alone, by the rule that `interpret.fit_pca` names.
        """
        if not 1 <= k <= max(self.n_factors, 1):
            raise ValueError(f"k={k}: the model has {self.n_factors} factors, so k goes from 1 to {self.n_factors}")
        frame = self.pca_frame(k, min_count=min_count, top_n=top_n)
        if frame.k < k:
            raise ValueError(
                f"{len(frame.rows)} {self.dls.item_name}s have {frame.k} components at most, k={k} are asked for: "
                "set min_count lower, or ask for fewer"
            )
        others = [f"PC{i + 1}" for i in range(k, frame.k)]
        return frame.to_frame(self.snapshot).drop(columns=others)

    def pca_frame(self, k: int = AXES, *, min_count: int | None = None, top_n: int | None = None) -> PCAFrame:
        """The fitted components themselves, at least six of them where the model has as many factors."""
        minimum = self.view.min_count if min_count is None else min_count
        return interpret.fit_pca(self.snapshot, k=max(k, AXES), min_count=minimum, top_n=top_n)

    def neighbors(
        self,
        item: Any = None,
        k: int = 10,
        *,
        row: int | Sequence[int] | None = None,
        metric: str = "cosine",
        order: str = "nearest",
        min_count: int | None = None,
        pinned: int | None = None,
        weak_count: float = FEW,
        weak_norm: float = SHORT,
    ) -> pd.DataFrame:
        """Titles whose factors lie nearest to those of `item`: `interpret.neighbors`.

        Name the item by its title, or pass ``row=`` its row; a list of them asks for the mean of several.
        """
        return interpret.neighbors(
            self.snapshot,
            self._item_rows(item) if row is None else row,
            k=k,
            metric=metric,
            order=order,
            min_count=self.view.min_count if min_count is None else min_count,
            ratings=self._rated if self.dls.has_ratings else None,
            pinned=pinned,
            weak_count=weak_count,
            weak_norm=weak_norm,
        )

    def _item_rows(self, item: Any) -> int | list[int]:
        return [self.item_row(each) for each in item] if isinstance(item, list) else self.item_row(item)

    @property
    def _rated(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        both = torch.cat([self.dls.train_x, self.dls.valid_x]).numpy()
        return both[:, 0], both[:, 1]

    def predict(self, users: Any, items: Any, *, unknown: str = "raise") -> NDArray[np.float32]:
        """Predicted ratings in stars, float32 ``[n]``, of pairs named by id: `users` and `items` of equal length.

        Parameters
        ----------
        users, items : sequence, or one id
            As they stand in the ratings table.
        unknown : {"raise", "average", "nan"}
            What an id that was not in the ratings means: an error with the nearest spelling, the mean known user or
            item, or NaN.
        """
        return predict(self.model, self.tables, self.dls, users, items, unknown=unknown)

    @property
    def baseline(self) -> float | None:
        """Loss on the validation ratings of always predicting the training mean; None where there are none."""
        dls = self.dls
        if isinstance(dls, LoadersWithoutRatings):
            return dls.facts.mean_loss
        if not len(dls.valid_y):
            return None
        rated = dls.valid_y.double()
        return float(loss_of(torch.full_like(rated, dls.rating_mean), rated, self.loss_func))

    def validate(self, ds_idx: int = 1) -> list[float]:
        """The loss on the validation ratings, in a list, as fastai has it; with ``ds_idx=0`` on the training ratings.

        Raises
        ------
        ValueError
            When there are no such ratings.
        RuntimeError
            While it trains, since the weights would move under the sum.
        """
        return [mean_loss(self._resting_module(), *self.dls.part(ds_idx), self.loss_func)]

    def get_preds(self, ds_idx: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
        """Predictions and ratings of the validation part, float32 ``[n]`` each, in its order; raises as `validate`.

        With ``ds_idx=0`` those of the training part.
        """
        x, y = self.dls.part(ds_idx)
        return torch.from_numpy(predict_rows(self._resting_module(), x)), y.clone()

    def show_results(self, ds_idx: int = 1, max_n: int = 9) -> pd.DataFrame:
        """Up to `max_n` validation ratings beside their predictions, another choice each time; raises as `validate`.

        Returns
        -------
        DataFrame
            The loaders' columns of users, items and ratings, and the last one's name with ``_pred``.
        """
        x, y = self.dls.some(ds_idx, max_n)
        predicted = predict_rows(self._resting_module(), x)
        return self.dls.to_frame(x, y).assign(**{f"{self.dls.rating_name}_pred": predicted})

    def _resting_module(self) -> nn.Module:
        """The module, or a RuntimeError while its weights move."""
        if self._worker.running:
            raise RuntimeError("the weights move while it trains; pause() first, or wait()")
        return self.model

    def hit_rate(self, k: int = 10, *, liked: float | None = None, most_users: int = 2000) -> float:
        """Share of validation users with a title they liked among the `k` ranked highest: `interpret.hit_rate`.

        Rating error is not ranking quality: a model with a lower loss may rank worse. Titles that a user rated in
        training are left out of that user's ranking, as are titles that were never trained.

        Parameters
        ----------
        k : int
            Titles in a list.
        liked : float, optional
            The rating from which a title counts as liked; by default the mean of the training ratings.
        most_users : int
            Of more users, so many are drawn, by the learner's seed; all else is exact.

        Returns
        -------
        float
            0 to 1; NaN without a validation rating that counts.

        Raises
        ------
        RuntimeError
            While it trains, since the weights would move under the ranking.
        """
        module, dls = self._resting_module(), self.dls
        if not dls.has_ratings:
            dls.part(1)
        enough = dls.valid_y.numpy() >= (dls.rating_mean if liked is None else liked)
        known = dls.items.trained.copy()
        known[0] = False
        return interpret.hit_rate(
            lambda pairs: predict_rows(module, torch.from_numpy(pairs)),
            dls.train_x.numpy(),
            dls.valid_x.numpy()[enough & dls.users.trained[dls.valid_x[:, 0].numpy()]],
            np.flatnonzero(known),
            k=k,
            most_users=most_users,
            seed=self.recipe.seed,
        )

    def item_row(self, item: Any) -> int:
        """The row of an item named as in the ratings table; an error names the nearest spelling."""
        return self.dls.items.index(item)

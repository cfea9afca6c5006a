"""Answers about one user: somebody of the ratings table by id, or somebody new by their ratings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from ..data.without_ratings import LoadersWithoutRatings
from ..models import DotProduct, DotProductBias, EmbeddingDotBias, SVDpp
from ..models.ensemble import first_member
from ..training.snapshot import Snapshot
from .explain import explain
from .fold_in import Folded, fold_in
from .pca import AXES, fit_pca
from .predict import predict_rows
from .product import UserVector, predicted, required_user_factors, user_vector
from .recommend import recommend

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_PROBES = 20  # predictions that are compared with the formula
_RESIDUALS = 100_000  # training ratings that the residual variance is estimated from
_PRODUCTS = {DotProduct.forward, DotProductBias.forward, EmbeddingDotBias.forward, SVDpp.forward}


def check_product(snapshot: Snapshot, module: nn.Module, resting: Callable[[], object]) -> None:
    """Raise a ValueError unless a model predicts the dot product of the snapshot's tables; of an ensemble the first.

    The package's own classes are known; another module is tried on 20 pairs, once `resting` has not raised.
    """
    required_user_factors(snapshot)
    model = first_member(module)
    if type(model).forward in _PRODUCTS:
        return
    resting()
    users, items = (np.flatnonzero(side.trained)[:_PROBES] for side in (snapshot.users, snapshot.items))
    n = min(len(users), len(items))
    pairs = np.stack([users[:n], items[:n]], axis=1)
    found, expected = predict_rows(model, torch.from_numpy(pairs)), predicted(snapshot, pairs)
    if not np.allclose(found, expected, rtol=1e-3, atol=1e-3):
        raise ValueError(
            f"{type(model).__name__} predicts {found[0]:.3f} where user factors times item factors, biases and "
            f"y_range={snapshot.y_range} make {expected[0]:.3f}: it is no dot product of these tables (print(learn))"
        )


def residual_variance(snapshot: Snapshot, dls: CollabDataLoaders) -> float:
    """Variance of a training rating around its prediction, squared rating units; of many ratings a sample."""
    if isinstance(dls, LoadersWithoutRatings):
        return dls.facts.residual_variance or 1.0
    every = max(1, dls.n_train // _RESIDUALS)
    pairs, ratings = dls.train_x[::every].numpy(), dls.train_y[::every].numpy().reshape(-1)
    residuals = ratings - predicted(snapshot, pairs)
    return max(float(residuals @ residuals) / len(residuals), 1e-6)


def fold_in_ratings(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    ratings: Mapping[Any, float] | pd.Series,
    *,
    method: str = "fitted",
    prior_strength: float = 1.0,
) -> Folded:
    """`fold_in` of ratings by title."""
    by_row: dict[int, float] = {}
    for title, rating in dict(ratings).items():
        row = dls.items.index(title)
        if isinstance(rating, bool) or not isinstance(rating, int | float | np.number):
            raise TypeError(f"the rating of {title!r} must be a number, not {type(rating).__name__}")
        by_row[row] = float(rating)
    variance = residual_variance(snapshot, dls)
    return fold_in(snapshot, by_row, method=method, prior_strength=prior_strength, residual_variance=variance)


def vector_of(snapshot: Snapshot, dls: CollabDataLoaders, user: Any) -> UserVector:
    """The vector of a user: an id of the ratings table, a dict or Series of ratings by title, or a vector itself."""
    if isinstance(user, UserVector):
        return user
    if isinstance(user, Mapping) or hasattr(user, "to_dict"):
        return fold_in_ratings(snapshot, dls, user)
    row = _row(dls, user)
    if not dls.users.trained[row]:
        raise ValueError(f"{dls.user_name} {user!r} has no training rating, so nothing is known of them")
    return user_vector(snapshot, row)


def recommend_to(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    user: Any,
    n: int,
    *,
    min_count: int,
    exclude_rated: bool,
    taste_only: bool,
) -> pd.DataFrame:
    """`recommend` to a user as `vector_of` takes them."""
    vector = vector_of(snapshot, dls, user)
    rated = None
    if exclude_rated:
        rated = vector.rows if isinstance(vector, Folded) else _rated_by(dls, user)
    return recommend(snapshot, vector, n, leave_out=rated, min_count=min_count, taste_only=taste_only)


def explain_rating(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    user: Any,
    item: Any,
    *,
    basis: str,
    n_terms: int,
    min_count: int,
) -> pd.DataFrame:
    """`explain` for a user as `vector_of` takes them, with the user's rating of the item in ``attrs["actual"]``."""
    row = dls.items.index(item)
    vector = vector_of(snapshot, dls, user)
    frame = None
    if basis == "pca":
        frame = fit_pca(snapshot, k=max(n_terms, AXES), min_count=min_count)
    terms = explain(snapshot, vector, row, basis=basis, frame=frame, n_terms=n_terms)
    terms.attrs["actual"] = _actual(dls, user, vector, row)
    return terms


def _row(dls: CollabDataLoaders, user: Any) -> int:
    return int(dls.classes[dls.user_name].index(user))


def _rated_by(dls: CollabDataLoaders, user: Any) -> NDArray[np.int64] | None:
    if dls.rated is None:
        warnings.warn(
            f"what {dls.user_name} {user!r} has rated is not in the checkpoint, so it may be among these; "
            "cw.load_learner(path, dls) leaves it out, exclude_rated=False asks for all",
            stacklevel=4,
        )
        return None
    users, items = dls.rated
    found: NDArray[np.int64] = items[users == _row(dls, user)]
    return found


def _actual(dls: CollabDataLoaders, user: Any, vector: UserVector, item: int) -> float | None:
    if isinstance(vector, Folded):
        rated = dict(zip(vector.rows.tolist(), vector.ratings.tolist(), strict=True))
        return rated.get(item)
    row = _row(dls, user)
    for x, y in ((dls.train_x, dls.train_y), (dls.valid_x, dls.valid_y)):
        found = y.reshape(-1)[(x[:, 0] == row) & (x[:, 1] == item)]
        if len(found):
            return float(found[0])
    return None

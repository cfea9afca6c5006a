"""Answers about one user: somebody of the ratings table by id, or somebody new by their ratings."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.without_ratings import LoadersWithoutRatings
from ..plain import one_of, plain
from ..training.snapshot import Snapshot
from .asked import check_known, checked_min_count
from .explain import explain as terms_of
from .fold_in import Folded, with_folded, with_user
from .fold_in import fold_in as fold_in_rows
from .neighbors import neighbors
from .pca import AXES, fit_pca
from .product import by_formula, product_of
from .recommend import reasons
from .recommend import recommend as lists_of
from .top_k import Rated

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

_NO_RATINGS = (np.zeros(0, np.int64), np.zeros(0, np.int64))
_ROUNDING = 1e-6  # of ratings in float32
_RESIDUALS = 100_000  # training ratings that the residual variance is estimated from


def residual_variance(snapshot: Snapshot, dls: CollabDataLoaders) -> float:
    """Variance of a training rating around its prediction, squared rating units; of many ratings a sample."""
    if isinstance(dls, LoadersWithoutRatings):
        return dls.facts.residual_variance or 1.0
    weights = None if dls.train_w is None else dls.train_w.numpy()
    return variance_of(snapshot, dls.train_x.numpy(), dls.train_y.numpy().reshape(-1), weights)


def variance_of(
    snapshot: Snapshot, pairs: NDArray[np.int64], ratings: NDArray[np.float32], weights: NDArray[np.floating] | None
) -> float:
    """Variance of ratings ``[n]`` of pairs int64 ``[n, 2]`` around their predictions, by weight; of many a sample."""
    every = max(1, len(pairs) // _RESIDUALS)
    pairs, ratings = pairs[::every], ratings[::every]
    weights = np.ones(len(ratings)) if weights is None else weights[::every]
    residuals = ratings - by_formula(snapshot, pairs).astype(np.float64)
    return max(float(weights * residuals @ residuals) / float(weights.sum(dtype=np.float64)), 1e-6)


def fold_in(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    ratings: Mapping[Any, float] | pd.Series | pd.DataFrame,
    *,
    method: str = "fitted",
    prior_strength: float = 1.0,
) -> Folded:
    """Fit somebody new, given by ratings by title, to the model, every title staying as it is: `interpret.fold_in`.

    Parameters
    ----------
    ratings : dict or Series by title, or DataFrame
        A frame has the loaders' columns of items and ratings.
    method, prior_strength
        As in `interpret.fold_in`.

    Raises
    ------
    ValueError
        For an unknown title, with the nearest spelling; for one that is rated twice, and a rating out of range.
    """
    snapshot = product_of(snapshot)
    by_row: dict[int, float] = {}
    if isinstance(ratings, pd.DataFrame):
        for name in (dls.item_name, dls.rating_name):
            if name not in ratings:
                raise ValueError(f"the frame has no column {name!r}; pass one user's {dls.item_name}s and ratings")
        ratings = pd.Series(ratings[dls.rating_name].to_numpy(), ratings[dls.item_name])
    for title, given in ratings.items():
        row, rating = dls.items.index(title), plain(given)
        if isinstance(rating, bool) or not isinstance(rating, int | float):
            raise TypeError(f"the rating of {title!r} must be a number, not {type(given).__name__}")
        if row in by_row:
            raise ValueError(f"{title!r} is rated twice; leave one of the ratings out")
        low, high = dls.rating_range
        if not low - _ROUNDING <= rating <= high + _ROUNDING:
            raise ValueError(f"the rating of {title!r} is {rating:g}, but the ratings go from {low:g} to {high:g}")
        by_row[row] = float(rating)
    variance = residual_variance(snapshot, dls)
    return fold_in_rows(
        snapshot, by_row, method=method, prior_strength=plain(prior_strength), residual_variance=variance
    )


def placed(snapshot: Snapshot, dls: CollabDataLoaders, user: Any) -> tuple[Snapshot, int, Folded | None]:
    """A snapshot with a row for a user, which row, and what was folded in, where it was somebody new.

    A user is an id of the ratings table, ratings by title, or what `fold_in` made of them.
    """
    if isinstance(user, Mapping | pd.Series | pd.DataFrame):
        user = fold_in(snapshot, dls, user)
    if isinstance(user, Folded):
        return with_folded(snapshot, user), 0, user
    return snapshot, user_row(snapshot, dls, user), None


def user_row(snapshot: Snapshot, dls: CollabDataLoaders, user: Any) -> int:
    """The row of a user that something is known of (`Snapshot.known_users`), named by id."""
    if np.ndim(user):
        raise TypeError(f"one {dls.user_name} is asked for, not a {type(user).__name__}; pass an id")
    row = int(dls.classes[dls.user_name].index(user))
    check_known(snapshot.users, snapshot.known_users, [row], "choose another")
    return row


def similar_users(
    snapshot: Snapshot, dls: CollabDataLoaders, user: Any, k: int = 10, *, metric: str = "cosine", min_count: int = 0
) -> pd.DataFrame:
    """The users whose factors lie nearest to those of one of them, named by id: `interpret.neighbors`."""
    snapshot, minimum = snapshot.with_cold_rows, checked_min_count(min_count, 0, dls.users)
    row = user_row(snapshot, dls, user)
    return neighbors(snapshot.of("users"), row, k=k, metric=metric, min_count=minimum, ratings=dls.rated)


def recommend(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    usual_count: int,
    user: Any = None,
    k: int = 10,
    *,
    user_features: Mapping[str, Any] | None = None,
    items: Sequence[Any] | None = None,
    min_count: int | None = None,
    exclude: str = "all",
    taste_only: bool = False,
) -> pd.DataFrame:
    """The titles with the highest predictions for one user, or for many: `interpret.recommend`.

    The list of one user has no columns of users and ranks, and one more, ``because``: the ratings of somebody new that
    raised a title most.

    Parameters
    ----------
    user : int, str, dict, Series, DataFrame or Folded; or a list or array of ids, or "all"
        An id of the ratings table, or the ratings of somebody new by title, as in `fold_in`. For many users the
        lists stand below each other, with the columns user, ``rank`` and item; ``"all"`` takes everyone with a training
        rating. A progress bar appears after two seconds, and Ctrl-C or the notebook's stop button ends it.
    k : int
        Titles in a list.
    user_features : dict, optional
        Side columns of somebody new, who has not rated anything, in place of `user`.
    items : sequence, optional
        The only titles to choose from.
    min_count : int, optional
        Ratings that a title must have; by default as in ``learn.view``, and none of `items`.
    exclude : {"all", "train", "none"}
        Leave out what the user has rated; what they rated in training, so that validation titles can appear; or
        nothing.
    taste_only : bool
        Rank by what is the user's own, not by what everybody likes.

    Examples
    --------
    >>> learn.recommend({"Alien (1979)": 5, "Titanic (1997)": 1}, taste_only=True)  # doctest: +SKIP
    >>> learn.recommend("all", 5, exclude="train").to_parquet("lists.parquet")  # doctest: +SKIP
    """
    min_count = checked_min_count(min_count, usual_count if items is None else 0, dls.items)
    snapshot = product_of(snapshot)
    one_of("exclude", exclude, ("all", "train", "none"))
    if isinstance(items, str) or not (items is None or isinstance(items, Iterable)):
        raise TypeError(f"items={items!r} must be a list of {dls.item_name}s; put the one into a list")
    among = None if items is None else np.array([dls.items.index(item) for item in items], dtype=np.int64)
    if (user is None) == (user_features is None):
        raise TypeError("pass a user, or user_features= of somebody who is none of them; one of the two")
    if isinstance(user, pd.Series) and user.name == dls.user_name:
        user = user.to_numpy()  # a column of ids, not ratings by title
    several, folded, rated = _is_list(user), None, _NO_RATINGS
    if several:
        everybody = isinstance(user, str)
        rows = dls.users.trained.nonzero()[0] if everybody else [user_row(snapshot, dls, each) for each in user]
        rated = _ratings_to_exclude(dls, exclude)
    elif user_features is not None:
        snapshot, rows = with_user(snapshot, user_features), [0]
    else:
        snapshot, row, folded = placed(snapshot, dls, user)
        rows = [row]
        if folded is None:
            of_users, of_items = _ratings_to_exclude(dls, exclude)
            rated = of_users[of_users == row], of_items[of_users == row]
        elif exclude != "none":
            rated = np.zeros_like(folded.rows), folded.rows
    lists: dict[str, Any] = {"leave_out": Rated(*rated, len(dls.users)), "among": among, "min_count": min_count}
    found = lists_of(snapshot, np.array(rows, np.int64), k, taste_only=taste_only, **lists)
    if several:
        return found
    found = found.drop(columns=[found.columns[0], "rank"])
    return found.assign(because="" if folded is None else reasons(snapshot, folded, found.index.to_numpy()))


def _is_list(user: Any) -> bool:
    """Whether several users are meant: a list, an array or a tensor of ids, or ``"all"``."""
    if isinstance(user, str | Mapping | pd.Series | pd.DataFrame):
        return isinstance(user, str) and user == "all"
    return isinstance(user, Sequence) or getattr(user, "ndim", 0) == 1


def explain(
    snapshot: Snapshot,
    dls: CollabDataLoaders,
    usual_count: int,
    user: Any,
    item: Any,
    *,
    basis: str = "pca",
    n_terms: int = 6,
) -> pd.DataFrame:
    """One prediction as the terms that the model adds up: `interpret.explain`.

    `user` is one as in `recommend`; the terms add up to ``attrs["prediction"]``, and ``attrs["actual"]`` is the user's
    own rating, None if there is none.
    """
    one_of("basis", basis, ("pca", "raw"))
    row = dls.items.index(item)
    snapshot, user_at, folded = placed(product_of(snapshot), dls, user)
    frame = fit_pca(snapshot, k=max(n_terms, AXES), min_count=usual_count) if basis == "pca" else None
    terms = terms_of(snapshot, user_at, row, frame=frame, n_terms=n_terms)
    terms.attrs["actual"] = _actual(dls, user_at, row, folded)
    return terms


def _ratings_to_exclude(dls: CollabDataLoaders, exclude: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """User row and item row of the ratings that are left out of lists."""
    if exclude == "none":
        return _NO_RATINGS
    if dls.rated is None:
        warnings.warn(
            f"what a {dls.user_name} has rated is not in the checkpoint, so it may be among these; "
            'cw.load_learner(path, dls) leaves it out, exclude="none" asks for all',
            stacklevel=4,
        )
        return _NO_RATINGS
    return dls.rated if exclude == "all" else (dls.train_x[:, 0].numpy(), dls.train_x[:, 1].numpy())


def _actual(dls: CollabDataLoaders, user: int, item: int, folded: Folded | None) -> float | None:
    if folded is not None:
        return dict(zip(folded.rows.tolist(), folded.ratings.tolist(), strict=True)).get(item)
    for x, y in ((dls.train_x, dls.train_y), (dls.valid_x, dls.valid_y)):
        found = y.reshape(-1)[(x[:, 0] == user) & (x[:, 1] == item)]
        if len(found):
            return float(found[0])
    return None

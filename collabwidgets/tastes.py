"""Tastes: what a learner can say to one user, one it was trained on or somebody new."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from . import interpret
from .data.without_ratings import LoadersWithoutRatings
from .findings import Findings
from .interpret.fold_in import Folded
from .interpret.pca import AXES
from .interpret.product import Taste, item_biases, required_user_factors, squeezed, taste_of
from .interpret.snapshot import Snapshot
from .models import DotProduct, DotProductBias, EmbeddingDotBias, Members, SVDpp
from .predict import predict_rows

if TYPE_CHECKING:
    import pandas as pd

_PROBES = 20  # predictions that are compared with the formula
_RESIDUALS = 100_000  # training ratings that the noise is estimated from


class Tastes(Findings):
    """The part of `CollabLearner` that answers about users.

    A user is an id of the ratings table, a dict (or Series) of the ratings of somebody new by title, or what `fold_in`
    made of those. The answers are those of dot-product models, of several members those of the first.
    """

    def fold_in(
        self, ratings: Mapping[Any, float] | pd.Series, *, method: str = "fitted", strength: float = 1.0
    ) -> Folded:
        """Fit somebody new to the model, every title staying as it is: `interpret.fold_in`.

        Parameters
        ----------
        ratings : dict or Series
            Ratings by title, in rating units; may be empty.
        method : {"fitted", "average_user", "nearest_user"}
        strength : float
            How much the average user counts against the ratings; 1 is what the table of users says.

        Returns
        -------
        Folded
            With ``factors`` float64 ``[n_factors]``, ``bias`` and ``pulls``.

        Raises
        ------
        ValueError
            For a title that is not known, with the nearest spelling, and as `interpret.fold_in` says.
        RuntimeError
            While the first fit of a module of your own runs: what kind of model it is is seen when it rests.
        """
        return self._fold(self._product(), ratings, method=method, strength=strength)

    def _fold(
        self, snapshot: Snapshot, ratings: Mapping[Any, float] | pd.Series, *, method: str, strength: float
    ) -> Folded:
        by_row: dict[int, float] = {}
        for title, rating in dict(ratings).items():
            row = self.item_row(title)
            if isinstance(rating, bool) or not isinstance(rating, int | float | np.number):
                raise TypeError(f"the rating of {title!r} must be a number, not {type(rating).__name__}")
            by_row[row] = float(rating)
        return interpret.fold_in(snapshot, by_row, method=method, strength=strength, noise=self._noise(snapshot))

    def recommend(
        self,
        user: Any,
        n: int = 10,
        *,
        min_count: int | None = None,
        exclude_rated: bool = True,
        taste_only: bool = False,
    ) -> pd.DataFrame:
        """The titles with the highest predictions for a user: `interpret.recommend`.

        Parameters
        ----------
        user : int, str, dict, Series or Folded
            An id of the ratings table, or the ratings of somebody new by title.
        n : int
        min_count : int, optional
            Ratings that a title must have; by default the view's.
        exclude_rated : bool
            Leave out what the user has rated.
        taste_only : bool
            Rank by what is the user's own, not by what everybody likes.

        Examples
        --------
        >>> learn.recommend({"Alien (1979)": 5, "Titanic (1997)": 1}, taste_only=True)  # doctest: +SKIP
        """
        snapshot, who = self._asked(user)
        rated = who.rows if isinstance(who, Folded) else self._rated_by(user)
        if exclude_rated and not isinstance(who, Folded) and not self.dls.has_ratings:
            warnings.warn(
                f"what {self.dls.user_name} {user!r} has rated is not in the checkpoint, so it may be among these; "
                "cw.load_learner(path, dls) leaves it out, exclude_rated=False asks for all",
                stacklevel=2,
            )
        return interpret.recommend(
            snapshot,
            who,
            n,
            leave_out=rated if exclude_rated else None,
            min_count=self.view.min_count if min_count is None else min_count,
            taste_only=taste_only,
        )

    def explain(self, user: Any, item: Any, *, basis: str = "pca", n_terms: int = 6) -> pd.DataFrame:
        """One prediction as the terms that the model adds up: `interpret.explain`.

        Parameters
        ----------
        user : int, str, dict, Series or Folded
            An id of the ratings table, or the ratings of somebody new by title.
        item : int or str
            As it stands in the ratings table.
        basis : {"pca", "raw"}
            Principal components, as `pca` gives them, or the factors as training has left them.
        n_terms : int
            Components or factors that are named.

        Returns
        -------
        DataFrame
            As `interpret.explain` gives it, with ``attrs["actual"]``, the user's rating, None if there is none.

        Examples
        --------
        >>> terms = learn.explain(196, "L.A. Confidential (1997)")  # doctest: +SKIP
        >>> terms["value"].sum(), terms.attrs["prediction"]  # doctest: +SKIP
        """
        row = self.item_row(item)
        snapshot, who = self._asked(user)
        frame = None
        if basis == "pca":
            frame = interpret.fit_pca(snapshot, k=max(n_terms, AXES), min_count=self.view.min_count)
        taste = who.taste if isinstance(who, Folded) else who
        found = interpret.explain(snapshot, taste, row, basis=basis, frame=frame, n_terms=n_terms)
        found.attrs["actual"] = self._actual(user, who, row)
        return found

    def _asked(self, user: Any) -> tuple[Snapshot, Taste | Folded]:
        snapshot = self._product()
        if isinstance(user, Folded):
            return snapshot, user
        if isinstance(user, Mapping) or hasattr(user, "to_dict"):
            return snapshot, self._fold(snapshot, user, method="fitted", strength=1.0)
        row = self._user_row(user)
        if not self.dls.users.trained[row]:
            raise ValueError(f"{self.dls.user_name} {user!r} has no training rating, so nothing is known of them")
        return snapshot, taste_of(snapshot, row)

    def _user_row(self, user: Any) -> int:
        return int(self.dls.classes[self.dls.user_name].index(user))

    def _product(self) -> Snapshot:
        """The snapshot, where its tables say all that the model does; else an error that says so."""
        model, snapshot = self.model.first if isinstance(self.model, Members) else self.model, self.snapshot
        required_user_factors(snapshot)
        if type(model).forward in _PRODUCTS:
            return snapshot
        self._resting_module()
        users, items = (np.flatnonzero(side.trained)[:_PROBES] for side in (snapshot.users, snapshot.items))
        n = min(len(users), len(items))
        pairs = torch.from_numpy(np.stack([users[:n], items[:n]], axis=1))
        said, ours = predict_rows(model, pairs), _predicted(snapshot, pairs.numpy())
        if not np.allclose(said, ours, rtol=1e-3, atol=1e-3):
            raise ValueError(
                f"{type(model).__name__} predicts {said[0]:.3f} where user factors times item factors, biases and "
                f"y_range={snapshot.y_range} make {ours[0]:.3f}: it is no dot product of these tables ({self.tables})"
            )
        return snapshot

    def _noise(self, snapshot: Snapshot) -> float:
        """Variance of a rating around its prediction: of the training ratings, of many evenly spread ones."""
        if isinstance(self.dls, LoadersWithoutRatings):
            return self.dls.facts.residual_variance or 1.0
        every = max(1, self.dls.n_train // _RESIDUALS)
        pairs, ratings = self.dls.train_x[::every].numpy(), self.dls.train_y[::every].numpy().reshape(-1)
        residuals = ratings - _predicted(snapshot, pairs)
        return max(float(residuals @ residuals) / len(residuals), 1e-6)

    def _rated_by(self, user: Any) -> NDArray[np.int64]:
        row = self._user_row(user)
        users, items = self._rated
        found: NDArray[np.int64] = items[users == row]
        return found

    def _actual(self, user: Any, who: Taste | Folded, item: int) -> float | None:
        if isinstance(who, Folded):
            rated = dict(zip(who.rows.tolist(), who.ratings.tolist(), strict=True))
            return rated.get(item)
        row = self._user_row(user)
        for x, y in ((self.dls.train_x, self.dls.train_y), (self.dls.valid_x, self.dls.valid_y)):
            found = y.reshape(-1)[(x[:, 0] == row) & (x[:, 1] == item)]
            if len(found):
                return float(found[0])
        return None


_PRODUCTS = {DotProduct.forward, DotProductBias.forward, EmbeddingDotBias.forward, SVDpp.forward}


def _predicted(snapshot: Snapshot, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """By the formula, float64 [n]."""
    users, items = pairs.T
    sums = np.einsum(
        "ij,ij->i", required_user_factors(snapshot)[users], snapshot.required_item_factors[items], dtype=np.float64
    )
    if snapshot.user_bias is not None:
        sums = sums + snapshot.user_bias[users]
    return squeezed(sums + item_biases(snapshot)[items], snapshot.y_range)

"""Fold in a new user: their vector from a few ratings, or from attributes, while every title stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..plain import one_of
from ..training.cold_rows import side_map
from ..training.snapshot import Snapshot
from .asked import check_known
from .product import Doubles, item_biases, required_user_factors, squeezed

_METHODS = ("fitted", "average_user", "nearest_user")
_STEPS = 100
_STILL = 1e-10  # a step this short, against the whole, is the last


@dataclass(frozen=True, eq=False)
class Folded:
    """A new user's vector, and the ratings that it was fitted to.

    Attributes
    ----------
    factors : float64 [k]
    bias : float
        A logit if the model has a y_range, else in rating units; 0 where the model has none.
    rows : int64 [m]
        Items that were rated.
    ratings : float64 [m]
    like : int, optional
        With ``"nearest_user"``, the row of that user.
    pulls : float64 [m, k]
        By how much each rating has moved the vector away from the average user: with ``"fitted"`` they sum to the whole
        way; else there are none (``[0, k]``). The bias moves all titles alike, so it is no reason for one of them.
    """

    factors: Doubles
    bias: float
    rows: NDArray[np.int64]
    ratings: Doubles
    like: int | None
    pulls: Doubles


def fold_in(
    snapshot: Snapshot,
    ratings: Mapping[int, float],
    *,
    method: str = "fitted",
    prior_strength: float = 1.0,
    residual_variance: float = 1.0,
) -> Folded:
    """Fit one new user to frozen items.

    ``"fitted"`` is the most likely vector given the ratings and what users of this model are like: it minimises
    ``Σ (rating − prediction)² / residual_variance + prior_strength · (t − m)ᵀ C⁻¹ (t − m)`` over the vector t of
    factors and bias, where m and C are mean and covariance of the trained users' (the covariance drawn towards equal
    variances, by as many made-up users as t has numbers): maximum a posteriori with a prior read off the table, as in
    empirical Bayes (Salakhutdinov & Mnih 2008, "Bayesian Probabilistic Matrix Factorization", learn that prior beside
    the rest). Few ratings move a new user little from the average one, and most along the ways in which users differ.
    Solved by Gauss–Newton steps, halved while they do not descend.

    Parameters
    ----------
    snapshot : Snapshot
        Of a dot-product model.
    ratings : dict of int to float
        By item row, finite numbers in rating units; may be empty.
    method : {"fitted", "average_user", "nearest_user"}
        Or the mean of the trained users, whatever was rated; or the trained user whose predictions for the rated titles
        come nearest to the ratings, of equals the one with more ratings.
    prior_strength : float
        How much the average user counts against the ratings: above 0; 1 is what the table says.
    residual_variance : float
        Variance of a rating around its prediction, in squared rating units, above 0.

    Returns
    -------
    Folded

    Raises
    ------
    ValueError
        For another method, a prior_strength that is not above 0, an item that nothing is known of,
        ``"nearest_user"`` without a rating, or no dot product.
    """
    one_of("method", method, _METHODS)
    if not (np.isfinite(prior_strength) and prior_strength > 0):
        raise ValueError(f"prior_strength must be a number above 0, not {prior_strength!r}")
    trained = np.flatnonzero(snapshot.users.trained)
    people = with_bias(required_user_factors(snapshot), snapshot.user_bias)[trained]
    rows = np.array(list(ratings), dtype=np.int64)
    given = np.array(list(ratings.values()), dtype=np.float64)
    check_known(snapshot.items, snapshot.known_items, rows, "leave it out")
    design, offsets = with_ones(snapshot.required_item_factors[rows], people), item_biases(snapshot)[rows]
    t, like, pulls = people.mean(axis=0), None, np.empty((0, people.shape[1]))
    if method == "nearest_user":
        if not len(rows):
            raise ValueError("nobody is nearest to somebody without a rating; rate a title, or take 'average_user'")
        errors = ((squeezed(people @ design.T + offsets, snapshot.y_range) - given) ** 2).sum(axis=1)
        at = int(np.lexsort((-snapshot.users.counts[trained], errors))[0])
        t, like = people[at], int(trained[at])
    elif method == "fitted":
        precision = prior_strength * prior_precision(people)
        t, pulls = most_likely(design, offsets, given, snapshot.y_range, t, precision, residual_variance)
    k = snapshot.n_factors
    return Folded(t[:k], float(t[k:].sum()), rows, given, like, pulls[:, :k])


def with_folded(snapshot: Snapshot, folded: Folded) -> Snapshot:
    """A snapshot of a dot-product model with somebody new in row 0 of the users."""
    vectors = {"user_factors": folded.factors, "user_bias": np.array([folded.bias])}

    def fill(role: str, _table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        return (np.zeros(1, np.int64), vectors[role][None].astype(np.float32)) if role in vectors else None

    return replace(snapshot, forward=None).refilled(fill)


def with_user(snapshot: Snapshot, given: Mapping[str, Any]) -> Snapshot:
    """The snapshot with somebody known by attributes alone in row 0 of the users, by the ridge of `side_vectors`.

    Parameters
    ----------
    snapshot : Snapshot
    given : dict
        By side column of the users its value, such as ``{"age": 25, "occupation": "writer"}``; what is left out is the
        mean of all users.

    Raises
    ------
    TypeError, ValueError
        When there are no side columns of users, and for a column or a value that is not known.
    """
    users = snapshot.users
    features = users.features
    if features is None or users.train_weights is None:
        raise ValueError(
            f"user_features= needs side columns of the {users.name}s, and these loaders have none; pass users= a table "
            "to CollabDataLoaders.from_df"
        )
    encoded = features.encoded(given, "user_features")[None]

    def fill(role: str, table: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        if not role.startswith("user"):
            return None
        is_given = role == "user_columns"
        row = encoded.take(features.most_frequent(), axis=1) if is_given else side_map(users, table)(encoded)
        return np.zeros(1, np.int64), row

    return snapshot.refilled(fill)


def with_bias(factors: NDArray[np.float32], bias: NDArray[np.float32] | None) -> Doubles:
    """Factors and, where there is one, bias of each row, float64 ``[n, k]`` or ``[n, k + 1]``."""
    return np.column_stack([factors] if bias is None else [factors, bias]).astype(np.float64)


def with_ones(vectors: NDArray[np.floating], fitted: Doubles) -> Doubles:
    """What multiplies a row of `fitted`, a table of `with_bias`, in its ratings of others, whose factors are given."""
    return np.column_stack([vectors, np.ones(len(vectors))])[:, : fitted.shape[1]].astype(np.float64)


def prior_precision(people: Doubles) -> Doubles:
    """Inverse covariance ``[d, d]`` of the rows ``[n, d]``, shrunk towards a multiple of the identity.

    The identity, times the mean variance, weighs as much as ``d`` rows: few users leave no direction without variance.
    """
    n, d = people.shape
    centred = people - people.mean(axis=0)
    covariance = centred.T @ centred / max(1, n - 1)
    alike = max(float(np.trace(covariance)) / d, 1e-12)
    return np.asarray(np.linalg.inv((n * covariance + d * alike * np.eye(d)) / (n + d)), dtype=np.float64)


def most_likely(
    design: Doubles,
    offsets: Doubles,
    given: Doubles,
    y_range: tuple[float, float] | None,
    mean: Doubles,
    precision: Doubles,
    residual_variance: float,
    weights: Doubles | float = 1.0,
) -> tuple[Doubles, Doubles]:
    """The minimum that `fold_in` names, and by how much each rating has moved it, ``[m, d]``: `Folded.pulls`.

    ``design @ t + offsets`` are the logits of ``given`` float64 ``[m]``; ``mean`` ``[d]`` and ``precision`` ``[d, d]``
    are the prior's, and ``weights`` say how much each square counts.
    """
    roots = np.sqrt(weights) * np.ones(len(given))

    def loss(t: Doubles) -> float:
        residuals = roots * (given - squeezed(design @ t + offsets, y_range))
        return float(residuals @ residuals / residual_variance + (t - mean) @ precision @ (t - mean))

    def slopes(t: Doubles) -> tuple[Doubles, Doubles]:
        predicted = squeezed(design @ t + offsets, y_range)
        if y_range is None:
            return roots[:, None] * design, roots * (given - predicted)
        low, high = y_range
        slope = (predicted - low) * (high - predicted) / (high - low)  # of the scaled sigmoid
        return (roots * slope)[:, None] * design, roots * (given - predicted)

    t, here = mean, loss(mean)
    for _ in range(_STEPS):
        jacobian, residuals = slopes(t)
        curvature = jacobian.T @ jacobian / residual_variance + precision
        step = _solved(curvature, jacobian.T @ residuals / residual_variance - precision @ (t - mean))
        while loss(t + step) > here and np.abs(step).max() > 1e-12:
            step = 0.5 * step
        t, here = t + step, loss(t + step)
        if np.linalg.norm(step) <= _STILL * (1 + np.linalg.norm(t)):
            break
    # At the minimum precision @ (t - mean) is jacobian.T @ residuals / residual_variance: a sum over the ratings.
    jacobian, residuals = slopes(t)
    return t, _solved(precision, (jacobian * residuals[:, None]).T / residual_variance).T


def _solved(matrix: Doubles, right: Doubles) -> Doubles:
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)

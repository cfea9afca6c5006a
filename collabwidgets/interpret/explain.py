"""Explain: one prediction, taken apart into the terms that the model adds up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..plain import whole_number
from ..training.snapshot import Snapshot
from .asked import check_known
from .pca import PCAFrame
from .product import item_biases, required_user_factors, squeezed


def explain(
    snapshot: Snapshot,
    user: int,
    item: int,
    *,
    frame: PCAFrame | None = None,
    n_terms: int = 6,
) -> pd.DataFrame:
    """The terms of a prediction, which sum to the logit (to the rating, in a model without y_range).

    A dot product is the same in every basis of the factors, so its terms are not. With a `frame` they are the
    components of the map, counted from the average title, so that the part which is the same for all titles stands with
    the user's generosity. Without, they are the factors as training has left them, which another seed would turn.

    Parameters
    ----------
    snapshot : Snapshot
        Of a dot-product model.
    user, item : int
        Rows; that of the item must have been trained.
    frame : PCAFrame, optional
        Whose components are the terms; of the same snapshot.
    n_terms : int
        Terms of the product that are named: the first components, or the largest raw factors. The rest is one term.

    Returns
    -------
    DataFrame, a row a term
        ``name``; ``kind``: ``baseline``, ``user``, ``item``, ``component`` or ``factor``, ``others``; ``value``
        float64, a logit; ``user_value`` and ``item_value``, whose product it is where it is one, else NaN. The baseline
        is what an average user and the average title come to; ``user`` the user's generosity and ``item`` the title's
        bias, both against that average. In ``attrs``: ``logit`` and ``prediction``.

    Raises
    ------
    ValueError
        When ``n_terms`` < 0, the item was never trained, or the model is no dot product.
    """
    n_terms = whole_number("n_terms", n_terms, 0)
    check_known(snapshot.items, snapshot.known_items, [item], "its prediction is chance")
    users, vector = required_user_factors(snapshot), snapshot.required_item_factors[item].astype(np.float64)
    known = snapshot.users.trained
    factors, average = users[user].astype(np.float64), users[known].mean(axis=0, dtype=np.float64)
    user_biases = np.zeros(len(users)) if snapshot.user_bias is None else snapshot.user_bias.astype(np.float64)
    user_mean = float(user_biases[known].mean())
    biases = item_biases(snapshot)
    bias_mean = float(biases[snapshot.items.trained].mean())
    origin = np.zeros_like(average)
    if frame is not None:
        origin = frame.center
        directions, kind, called = frame.components[:n_terms], "component", "PC{}"
        order = np.arange(len(directions))
    else:
        order = np.sort(np.argsort(-np.abs(factors * vector), kind="stable")[:n_terms])
        directions, kind, called = np.eye(len(vector))[order], "factor", "factor {}"
    user_values, item_values = directions @ factors, directions @ (vector - origin)
    values = user_values * item_values
    rest = float(factors @ (vector - origin) - values.sum())

    unnamed = len(vector) - len(directions)
    nan = float("nan")
    rows = [
        ("baseline", "baseline", user_mean + bias_mean + float(average @ origin), nan, nan),
        ("generosity", "user", float(user_biases[user]) - user_mean + float((factors - average) @ origin), nan, nan),
        (f"{snapshot.items.name} bias", "item", float(biases[item]) - bias_mean, nan, nan),
    ]
    for place, value, of_user, of_item in zip(order, values, user_values, item_values, strict=True):
        rows.append((called.format(place + 1), kind, float(value), float(of_user), float(of_item)))
    if unnamed:
        rows.append((f"{unnamed} others", "others", rest, nan, nan))
    found = pd.DataFrame(rows, columns=["name", "kind", "value", "user_value", "item_value"])
    logit = float(found["value"].sum())
    found.attrs["logit"] = logit
    found.attrs["prediction"] = float(squeezed(np.array(logit), snapshot.y_range))
    return found

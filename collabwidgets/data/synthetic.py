"""synthetic_ratings(): ratings made from planted factors and biases, returned with the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..plain import whole_number
from .origin import signing

if TYPE_CHECKING:
    import pandas as pd

_EXACT_CELLS = 20_000_000  # pairs up to which each gets a key; beyond, pairs are drawn and repeats drawn anew
_DRAWS = 20


@dataclass(frozen=True, eq=False)
class SyntheticTruth:
    """What synthetic ratings were made from. Ids count from 1: row ``i - 1`` of an array belongs to id ``i``.

    Attributes
    ----------
    user_factors, item_factors : float64 [n_users, n_factors], [n_items, n_factors]
    user_bias, item_bias : float64 [n_users], [n_items]
        In rating units, as the factors' products are.
    mean : float
        What the biases and products are added to.
    noise : float
        Standard deviation of what was added to them; no model's RMSE is below it (rounding and clipping
        aside).
    item_popularity, user_activity : float64 [n_items], [n_users]
        Probabilities, each summing to 1: a pair is chosen in proportion to their product.
    """

    user_factors: NDArray[np.float64]
    item_factors: NDArray[np.float64]
    user_bias: NDArray[np.float64]
    item_bias: NDArray[np.float64]
    mean: float
    noise: float
    item_popularity: NDArray[np.float64]
    user_activity: NDArray[np.float64]

    def expected(self, users: ArrayLike, items: ArrayLike) -> NDArray[np.float64]:
        """Ratings of pairs of ids before noise, clipping and rounding, float64 [n]."""
        u, i = np.asarray(users, dtype=np.int64) - 1, np.asarray(items, dtype=np.int64) - 1
        taste = np.einsum("nk,nk->n", self.user_factors[u], self.item_factors[i])
        found: NDArray[np.float64] = self.mean + self.user_bias[u] + self.item_bias[i] + taste
        return found


@signing
def synthetic_ratings(
    n_users: int,
    n_items: int,
    n_ratings: int,
    n_factors: int = 8,
    seed: int = 0,
    *,
    mean: float = 3.5,
    bias_std: float = 0.4,
    taste_std: float = 0.6,
    noise: float = 0.7,
    exponent: float = 1.0,
    rating_range: tuple[float, float] | None = (0.5, 5.0),
    step: float | None = 0.5,
) -> tuple[pd.DataFrame, SyntheticTruth]:
    """Ratings ``mean + user bias + item bias + user factors · item factors + noise``, each pair at most once.

    Parameters
    ----------
    n_users, n_items, n_ratings : int
        ``n_ratings`` of the ``n_users * n_items`` pairs are rated. Users and items that get none do not
        occur.
    n_factors : int
        0 for biases alone.
    seed : int
        The same seed gives the same ratings.
    mean : float
    bias_std, taste_std, noise : float
        Standard deviations, in rating units, of the biases of either side, of the factors' products, of the
        noise.
    exponent : float
        The r-th most popular item is rated in proportion to ``r ** -exponent`` (Zipf); popularity is
        independent of bias and taste. Users' activity is log-normal.
    rating_range : (float, float), optional
        Ratings are clipped to it; None leaves them.
    step : float, optional
        Ratings are rounded to multiples of it; None leaves them, so that they differ from the truth by noise
        alone.

    Returns
    -------
    ratings : DataFrame
        user, item (int64, from 1), rating (float32), title (categorical text, one of its own for each item),
        in random order.
    truth : SyntheticTruth

    Raises
    ------
    ValueError
        On sizes below 1, more ratings than pairs, negative deviations or an empty range.

    Examples
    --------
    >>> ratings, truth = synthetic_ratings(200, 100, 5_000, n_factors=3, seed=7)
    """
    for name, size in (("n_users", n_users), ("n_items", n_items), ("n_ratings", n_ratings)):
        whole_number(name, size)
    whole_number("n_factors", n_factors, 0)
    if n_ratings > n_users * n_items:
        raise ValueError(
            f"n_ratings={n_ratings:,} is more than the {n_users * n_items:,} pairs of {n_users:,} users and "
            f"{n_items:,} items, each of which is rated at most once; ask for fewer ratings"
        )
    for name, deviation in (("bias_std", bias_std), ("taste_std", taste_std), ("noise", noise)):
        if not 0 <= deviation < np.inf:
            raise ValueError(f"{name}={deviation!r} is no standard deviation; pass a number of at least 0")
    if rating_range is not None and not rating_range[0] < rating_range[1]:
        raise ValueError(f"rating_range={rating_range!r} is empty; pass (low, high) with low < high, or None")
    if step is not None and not 0 < step < np.inf:
        raise ValueError(f"step={step!r} is no distance between ratings; pass one above 0, or None")
    import pandas as pd

    rng = np.random.default_rng(seed)
    popularity = rng.permutation(np.arange(1, n_items + 1, dtype=np.float64) ** -exponent)
    activity = rng.lognormal(0.0, 1.0, n_users)
    # A product of two normal vectors of k entries has the standard deviation scale² · √k.
    scale = np.sqrt(taste_std / np.sqrt(max(n_factors, 1)))
    truth = SyntheticTruth(
        user_factors=rng.normal(0, scale, (n_users, n_factors)),
        item_factors=rng.normal(0, scale, (n_items, n_factors)),
        user_bias=rng.normal(0, bias_std, n_users),
        item_bias=rng.normal(0, bias_std, n_items),
        mean=float(mean),
        noise=float(noise),
        item_popularity=popularity / popularity.sum(),
        user_activity=activity / activity.sum(),
    )
    pairs = _pairs(truth.user_activity, truth.item_popularity, n_ratings, rng)
    users, items = pairs // n_items + 1, pairs % n_items + 1
    ratings = truth.expected(users, items) + rng.normal(0, noise, n_ratings)
    if step is not None:
        ratings = np.round(ratings / step) * step
    if rating_range is not None:
        ratings = np.clip(ratings, *rating_range)
    width = len(str(n_items))
    titles = pd.Categorical.from_codes(items - 1, [f"Title {i:0{width}d}" for i in range(1, n_items + 1)])
    columns = {"user": users, "item": items, "rating": ratings.astype(np.float32), "title": titles}
    return pd.DataFrame(columns), truth


def _pairs(
    activity: NDArray[np.float64], popularity: NDArray[np.float64], n: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """`n` different pairs ``user * n_items + item``, int64 [n], in proportion to the product of weights."""
    n_users, n_items = len(activity), len(popularity)
    if n_users * n_items <= _EXACT_CELLS:
        # The n largest of log weight + Gumbel noise are a weighted draw without replacement (Efraimidis and
        # Spirakis, Weighted random sampling with a reservoir, IPL 97(5), 2006).
        keys = (np.log(activity)[:, None] + np.log(popularity)[None, :]).ravel() + rng.gumbel(size=n_users * n_items)
        return rng.permutation(np.argpartition(keys, len(keys) - n)[-n:]).astype(np.int64)
    chosen = np.empty(0, dtype=np.int64)
    fresh_share = 0.8
    for draw in range(1000):
        # Where the popular pairs are all taken, the last few are drawn evenly rather than for ever.
        even = draw >= _DRAWS
        size = min(int(1.05 * (n - len(chosen)) / fresh_share) + 16, 4 * n)
        users = _draw(None if even else activity, n_users, size, rng)
        items = rng.permutation(_draw(None if even else popularity, n_items, size, rng))
        union = np.unique(np.concatenate([chosen, users * n_items + items]))
        fresh_share = max((len(union) - len(chosen)) / size, 0.01)
        chosen = union
        if len(chosen) >= n:
            break
    return rng.permutation(chosen)[:n]


def _draw(weights: NDArray[np.float64] | None, n: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`size` of the numbers below `n`, in order: counting how often each comes beats looking each up."""
    if weights is None:
        return rng.integers(0, n, size)
    return np.repeat(np.arange(n, dtype=np.int64), rng.multinomial(size, weights))

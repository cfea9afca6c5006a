"""PCA of the item factors, with components that keep their sign and place from one frame to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.side import Side
from ..plain import whole_number
from ..training.snapshot import Snapshot
from .align import FOLLOWED, agreement, assignment, in_place, likeness, pearson

AXES = FOLLOWED  # components of a map
FEWEST = 30  # rows from which a correlation is told: of fewer, chance alone makes a large one
_BLOCK = 4096  # rows turned to float64 at a time; a block of 50 factors stays in the processor's cache


@dataclass(frozen=True, eq=False)
class PCAFrame:
    """A fitted PCA of the item factors at one snapshot; component 1 is row 0 of `components`.

    Attributes
    ----------
    revision : int
        Of the snapshot it was fitted on.
    components : float64 [k, n_factors]
        Orthonormal directions, one a row.
    center : float64 [n_factors]
        Mean of the fitted rows.
    rows : int64 [m]
        Item rows it was fitted on, ascending.
    scores : float32 [n_items, k]
        Coordinates of every trained item, fitted or not, and of those with vectors by their side columns
        (`Snapshot.with_cold_rows`), which are never fitted; NaN for ``'#na#'`` and rows that nothing is known of.
    explained_variance_ratio : float64 [k]
        Share of the fitted rows' variance along each component, 0 to 1; all 0 when the rows are equal.
        Normally descending; near-equal neighbours may stand in the order of the frame before.
    axis_match : float64 [k], optional
        ``|cosine|`` between each component and the one in its place in the frame before, or, in the first frame
        after new weights, ``|r|`` between the scores on them; NaN where that had none; None in a first frame. Below
        0.7 the axis has become another.
    items : Side
        The items' names, counts and means.
    agreement : float64 [k], optional
        How well each component comes back in reruns, see `interpret.align.agreement`; None without reruns.
    """

    revision: int
    components: NDArray[np.float64]
    center: NDArray[np.float64]
    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    explained_variance_ratio: NDArray[np.float64]
    axis_match: NDArray[np.float64] | None
    items: Side
    agreement: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for array in (self.components, self.center, self.rows, self.scores, self.explained_variance_ratio):
            array.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of components."""
        return len(self.components)

    @property
    def n_factors(self) -> int:
        """Dimensions of the space the components live in."""
        return int(self.components.shape[1])

    @property
    def noise_level(self) -> float:
        """Share of each component were the factors random, on average: ``1 / n_factors``."""
        return 1 / self.n_factors

    @cached_property
    def correlations(self) -> dict[str, dict[str, float]]:
        """What the axes go with: ``{"PC1": {"count": r, "mean": r, "year": r}, …}``.

        Pearson's r, over the fitted rows, between the scores and the log count, the mean rating and the year at the end
        of the name, "(1995)". A key is left out where it is undefined (no variance), and where fewer than 30 rows have
        a value (few names with a year).
        """
        found: dict[str, dict[str, float]] = {f"PC{j + 1}": {} for j in range(self.k)}
        for name, values in self._facts.items():
            known = values.dropna()
            if known.nunique() > 1:
                of_each = pearson(self.scores[known.index], known.to_numpy()[:, None])[:, 0]
                for component, r in zip(found.values(), of_each, strict=True):
                    component[str(name)] = float(r)
        return found

    @cached_property
    def correlation_counts(self) -> dict[str, int]:
        """How many rows each correlation is of: ``{"count": n, "mean": n, "year": n}``."""
        return {str(name): int(n) for name, n in self._facts.count().items()}

    @property
    def _facts(self) -> pd.DataFrame:
        side = self.items
        facts = pd.DataFrame({"count": np.log(np.maximum(side.counts, 1)), "mean": side.means, "year": side.years})
        return facts.loc[self.rows].dropna(axis=1, thresh=FEWEST)

    def to_frame(self, k: int | None = None, *, cold: bool = False) -> pd.DataFrame:
        """Coordinates of the fitted items on the first `k` components, by default all, as a table.

        With `cold` also those without a training rating that side columns tell of.

        Returns
        -------
        DataFrame, index ``row``
            Columns: the ids under the side's name, ``PC1`` … ``PCk`` float32, ``count``, ``mean``, and ``known_from``
            as `neighbors` has it, where some have no rating. In ``attrs``, of all components:
            ``explained_variance_ratio`` (list) and ``noise_level``, and ``agreement`` (list) where it is known.

        Raises
        ------
        ValueError
            When there are fewer than `k` components: too few factors, or too few items that pass the filter.
        """
        k, side = self.k if k is None else k, self.items
        if k > self.k:
            raise ValueError(
                f"k={k}: {len(self.rows)} {side.name}s with {self.n_factors} factors have {self.k} components at most; "
                "set min_count lower, or ask for fewer"
            )
        rows = np.union1d(self.rows, np.flatnonzero(side.cold)) if cold else self.rows
        columns: dict[str, Any] = {f"PC{j + 1}": self.scores[rows, j] for j in range(k)}
        columns |= {"count": side.counts[rows], "mean": side.means[rows]}
        if side.cold[rows].any():
            columns["known_from"] = side.known_from(rows)
        frame = side.frame(rows, columns)
        frame.attrs["explained_variance_ratio"] = self.explained_variance_ratio.tolist()
        frame.attrs["noise_level"] = self.noise_level
        if self.agreement is not None:
            frame.attrs["agreement"] = self.agreement.tolist()
        return frame


def fit_pca(
    snapshot: Snapshot,
    *,
    k: int = 6,
    min_count: int = 20,
    top_n: int | None = None,
    previous: PCAFrame | None = None,
    reference: PCAFrame | None = None,
    runs: Sequence[Snapshot] = (),
) -> PCAFrame:
    """Fit principal components of the item factors: centred, not scaled.

    They are the eigenvectors of the rows' covariance, in float64 (Jolliffe 2002, "Principal Component
    Analysis"), a pure function of the arguments. The sign of an eigenvector is arbitrary, and near-equal ones change
    places at the least disturbance, so sign and order need a rule:

    * By itself, a frame has its components in descending order of variance. Each points the way of most of its
      rows, weighted by distance: the scores t on it have ``sum(sign(t) * t**2) >= 0`` (Bro, Acar & Kolda 2008,
      "Resolving the sign ambiguity in the singular value decomposition", J. Chemometrics 22, the sum over the
      rows of the matrix). scikit-learn's `svd_flip` makes the largest loading positive instead. Loadings depend on
      how the factors happen to be turned, scores do not: by this rule a model trained again from other random
      weights mostly gets its axes the same way round. Where the sum is 0, the largest loading is positive.
    * Given `previous`, a frame hands its six strongest components to the places of `previous` so that
      the absolute cosines sum highest, and turns each component to point the way its predecessor did. A
      component over 1.25 times as strong as the heir of a place takes that place, so that components still
      stand in the order of their strength when training has changed it for good.
    * A model trained anew has its factors in a space of its own, where the directions of the old one mean
      nothing. What the two share are the titles, so a frame given a `reference` is matched by the correlation
      of the titles' scores, which counts twice as much as the cosine: in its first frames, which are noise, a
      training goes on as it began, then its components turn to where those of the reference stand.

    Shares, scores and correlations go with their component. Keep `min_count` and `top_n` from frame to
    frame, or the axes move because the fitted rows changed.

    Parameters
    ----------
    snapshot : Snapshot
        With ``item_factors``.
    k : int
        Components wanted, at least 1; *up to*: a model with fewer factors gives that many, and m rows lie in m - 1
        dimensions.
    min_count : int
        Fit on trained items with at least this many ratings.
    top_n : int, optional
        Fit on this many of the most rated trained items instead, whatever `min_count` says; equal counts
        in the order of the rows. All trained items when there are fewer.
    previous : PCAFrame, optional
        The frame shown before, of the same weights as training has moved them since.
    reference : PCAFrame, optional
        A frame of other weights for the same items, with any number of factors.
    runs : sequence of Snapshot
        Of models trained by the same recipe with other seeds; they give the frame its `agreement`, nothing else.

    Returns
    -------
    PCAFrame

    Raises
    ------
    ValueError
        When the model has no item factors, `k` < 1, `top_n` or `min_count` leaves fewer than 2 rows (the message
        names the largest `min_count` that leaves enough), factors are not finite, `previous` has another number of
        factors or items, or `reference` another number of items.

    Examples
    --------
    >>> frame = fit_pca(snapshot, k=3, top_n=1000)  # doctest: +SKIP
    >>> frame.to_frame().plot.scatter("PC1", "PC3")  # doctest: +SKIP
    """
    side, table = snapshot.items, snapshot.required_item_factors
    whole_number("k", k)
    for each in (previous, reference):
        if each is not None and len(each.scores) != len(table):
            raise ValueError(
                f"a frame to follow has {len(each.scores)} rows, the snapshot {len(table)}; pass one of the same items"
            )
    if previous is not None and previous.n_factors != table.shape[1]:
        raise ValueError(
            f"the previous frame has {previous.n_factors} factors, the snapshot {table.shape[1]}; pass it as reference="
        )
    rows = _fitted_rows(side, min_count, top_n)
    k = min(k, table.shape[1], len(rows) - 1)
    center, variances, vectors = _eigen(table[rows])
    near = _by_most_rows(vectors[: max(k, FOLLOWED)], table[rows], center)
    cosines = None if previous is None else previous.components @ near.T
    shared = None if reference is None else pearson(reference.scores[rows], table[rows] @ near.T.astype(np.float32))
    near, order = in_place(near, variances, likeness(cosines, shared))
    components, kept = near[:k], variances[order[:k]]
    total = variances.sum()

    scores = table @ components.T.astype(np.float32)
    scores -= (components @ center).astype(np.float32)
    scores[~snapshot.known_items] = np.nan
    match, known = None, cosines if cosines is not None else shared
    if known is not None:
        match = np.full(k, np.nan)
        both = min(k, len(known))
        match[:both] = np.abs(known[np.arange(both), order[:both]])
    frame = PCAFrame(
        revision=snapshot.revision,
        components=components,
        center=center,
        rows=rows,
        scores=scores,
        explained_variance_ratio=kept / total if total > 0 else np.zeros(k),
        axis_match=match,
        items=side,
    )
    return with_agreement(frame, snapshot, runs)


def lying_as(now: PCAFrame, earlier: Sequence[PCAFrame]) -> list[PCAFrame]:
    """Earlier frames with their components in the order and with the signs of the present one.

    From the last one back, each is matched to the one after it so that the absolute cosines of the components sum
    highest: no component flips, or changes its place, from any frame to the next.

    Parameters
    ----------
    now : PCAFrame
        The present frame.
    earlier : sequence of PCAFrame
        Frames of the same run, fitted on the same rows, oldest first.

    Returns
    -------
    list of PCAFrame
        In the same order; ``axis_match`` is None, as nothing is said of a change in order.
    """
    found, after = [], now
    for frame in reversed(earlier):
        cosines = after.components[: frame.k] @ frame.components.T
        order = np.array(assignment(np.abs(cosines)))
        signs = np.where(cosines[np.arange(len(order)), order] < 0, -1.0, 1.0)
        after = replace(
            frame,
            components=frame.components[order] * signs[:, None],
            scores=frame.scores[:, order] * signs.astype(np.float32),
            explained_variance_ratio=frame.explained_variance_ratio[order],
            axis_match=None,
        )
        found.append(after)
    return found[::-1]


def with_agreement(frame: PCAFrame, snapshot: Snapshot, runs: Sequence[Snapshot]) -> PCAFrame:
    """The frame with its `agreement` in `runs`, by the rows it was fitted on; None without runs, and of users."""
    if not runs or snapshot.exchanged:  # reruns keep no factors of users
        return replace(frame, agreement=None)
    vectors, *others = (each.required_item_factors[frame.rows] for each in (snapshot, *runs))
    return replace(frame, agreement=agreement(frame.components, vectors, others, frame.items.counts[frame.rows]))


def _fitted_rows(side: Side, min_count: int, top_n: int | None) -> NDArray[np.int64]:
    trained = np.flatnonzero(side.trained)
    counts = side.counts[trained]
    if top_n is not None:
        rows = np.sort(trained[np.argsort(-counts, kind="stable")[: whole_number("top_n", top_n, 2)]])
    else:
        rows = trained[counts >= min_count]
    if len(rows) < 2:
        lower = f"set min_count to {np.sort(counts)[-2]} or lower" if len(trained) > 1 else "train on more ratings"
        raise ValueError(
            f"min_count={min_count} leaves {len(rows)} of {len(trained)} trained rows of {side.name!r}; components "
            f"need 2 or more: {lower}"
        )
    return rows


def _eigen(
    factors: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean, variances in descending order, and eigenvectors of the covariance, one a row."""
    n_rows, n_factors = factors.shape
    center = factors.mean(axis=0, dtype=np.float64)
    if not np.isfinite(center).all():
        raise ValueError("the factors hold values that are not finite; reset and train at a lower lr")
    squares = np.zeros((n_factors, n_factors))
    for start in range(0, n_rows, _BLOCK):
        block = factors[start : start + _BLOCK].astype(np.float64)
        block -= center
        squares += block.T @ block
    variances, vectors = np.linalg.eigh(squares / (n_rows - 1))
    return center, np.maximum(variances[::-1], 0), vectors[:, ::-1].T


def _by_most_rows(
    vectors: NDArray[np.float64], factors: NDArray[np.float32], center: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The vectors, each turned by the rule for a frame by itself; see `fit_pca`."""
    scores = factors @ vectors.T.astype(np.float32)
    scores -= (vectors @ center).astype(np.float32)
    lengths = np.abs(scores)
    sums = np.einsum("ij,ij->j", lengths, scores, dtype=np.float64)
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=1, keepdims=True), axis=1)[:, 0]
    balanced = np.abs(sums) <= 1e-5 * np.einsum("ij,ij->j", lengths, lengths, dtype=np.float64)  # 0, but for rounding
    return vectors * np.where(np.where(balanced, largest, sums) < 0, -1.0, 1.0)[:, None]

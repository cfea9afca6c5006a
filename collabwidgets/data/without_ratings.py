"""Loaders whose ratings are gone: what a checkpoint keeps of the data, so that a model can be looked at by itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch

from ..calls import Call
from .batches import Batches, TwoParts
from .card import DataCard
from .context import Context, ContextScale
from .loaders import CollabDataLoaders
from .side import Side
from .vocab import Vocab


@dataclass(frozen=True, eq=False)
class DataFacts:
    """What is kept of the ratings that a model was trained on.

    Attributes
    ----------
    users, items : Side
        Names, counts and means.
    rating_name : str
        The ratings' column.
    name : str
        What the ratings are called.
    rating_range : (float, float)
    rating_mean : float
        Mean training rating.
    n_train, n_valid : int
    valid_pct, seed, bs, val_bs, auto_bs
        As of the loaders.
    checksum : int
        Of the ratings and their split.
    card : DataCard
    mean_loss : float or None
        Loss on the validation ratings of always predicting the mean.
    residual_variance : float or None
        Of a training rating around its prediction by the saved model; None where that is no dot product.
    understood, notes, weight_name, context_scales
        As of the loaders; empty in checkpoints of earlier versions.
    """

    users: Side
    items: Side
    rating_name: str
    name: str
    rating_range: tuple[float, float]
    rating_mean: float
    n_train: int
    n_valid: int
    valid_pct: float
    seed: int
    bs: int
    val_bs: int
    auto_bs: bool
    checksum: int
    card: DataCard
    mean_loss: float | None
    residual_variance: float | None
    understood: str = ""
    notes: tuple[str, ...] = ()
    weight_name: str = ""
    context_scales: tuple[ContextScale, ...] = ()


class LoadersWithoutRatings(CollabDataLoaders):
    """Loaders that know their users, items and facts, and have no rating to train on.

    Parameters
    ----------
    facts : DataFacts
    path : str or Path
        As of the loaders.
    """

    has_ratings = False
    made_by = Call("CollabDataLoaders", {})

    def __init__(self, facts: DataFacts, path: str | Path = "."):
        none = torch.empty(0, dtype=torch.int64)
        TwoParts.__init__(
            self, none.reshape(0, 2), none.float(), None, (none, none), facts.seed, facts.bs, facts.val_bs
        )
        vars(self).update({each.name: getattr(facts, each.name) for each in fields(facts)})
        self.context = Context.of_scales(facts.context_scales)
        self.facts, self.path = facts, Path(path)
        self.user_name, self.item_name = facts.users.name, facts.items.name
        self.classes = {
            side.name: Vocab(np.asarray(side.ids)[1:], side.name, in_order=True) for side in (facts.users, facts.items)
        }
        self.split = f"valid_pct={facts.valid_pct:g}"

    @property
    def valid(self) -> Batches:
        """There are none."""
        raise ValueError(self._no_ratings("validation"))

    def _no_ratings(self, part: str) -> str:
        return (
            f"there are no {part} ratings: this learner came from a checkpoint alone, which holds none; "
            "cw.load_learner(path, dls) loads it with its ratings"
        )

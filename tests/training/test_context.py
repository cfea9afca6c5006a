"""A module whose forward has a second argument gets the context of each rating by it."""

import numpy as np
import pytest
import torch
from torch import nn

import collabwidgets as cw

RATINGS, _ = cw.synthetic_ratings(60, 40, 1500, n_factors=3, seed=1)
RATINGS["timestamp"] = np.random.default_rng(1).integers(8e8, 9e8, len(RATINGS))


def loaders(ratings=RATINGS, context=("timestamp",)):
    return cw.CollabDataLoaders.from_df(ratings, item_name="item", seed=5, context=context)


class Trend(nn.Module):
    """The items' biases, and a trend in time."""

    def __init__(self, n_items):
        super().__init__()
        self.item_bias = cw.Embedding(n_items, 1)
        self.slope = nn.Parameter(torch.zeros(1))

    def forward(self, x, when):
        return self.item_bias(x[:, 1]).squeeze(1) + (when * self.slope).sum(dim=1)


def test_a_module_of_ones_own_gets_the_context():
    times = RATINGS["timestamp"]
    trend = (times - times.mean()) / times.std()
    dls = loaders(RATINGS.assign(rating=3 + 0.5 * trend))
    learn = cw.CollabLearner(dls, Trend(len(dls.items)))
    learn.fit_one_cycle(15, 0.1, wd=0.0)
    scale = float(dls.context.scale[0]) / times.std()
    assert learn.model.slope.item() == pytest.approx(0.5 * scale, abs=0.01)
    assert learn.history.epochs[-1].valid_loss == pytest.approx(learn.validate()[0], abs=1e-6)


def test_a_module_that_needs_a_context_says_so():
    dls = loaders(context=None)
    with pytest.raises(ValueError, match=r"needs 'when' beside x.*context="):
        cw.CollabLearner(dls, Trend(len(dls.items)))

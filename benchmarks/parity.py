"""Every row of the chapter's table on MovieLens 100K: our losses beside those of two published runs.

    python -m benchmarks.parity

The published columns are the project's reference notebook and the book (Howard and Gugger, Deep Learning for Coders,
2020, chapter 8), both made by a fastai that draws its training rows without replacement.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO

import torch
from torch import Tensor, nn

import collabwidgets as cw

SPLIT = 42
SEEDS = range(3)  # of weights and batches; another split moves a validation loss by about 0.01
ROOM = 0.01
DECAYED = (0.800, 0.825)  # where the rows with wd=0.1 must be
MOST_WITH_SIDE_COLUMNS = 0.83  # validation loss

Pair = tuple[float, float]


class OwnTables(nn.Module):
    """The chapter's last model by hand: tables made by `create_params`."""

    def __init__(self, n_users: int, n_movies: int, n_factors: int, y_range: Pair = (0, 5.5)):
        super().__init__()
        self.user_factors = cw.create_params([n_users, n_factors])
        self.user_bias = cw.create_params([n_users])
        self.movie_factors = cw.create_params([n_movies, n_factors])
        self.movie_bias = cw.create_params([n_movies])
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        match = (self.user_factors[x[:, 0]] * self.movie_factors[x[:, 1]]).sum(dim=1)
        match += self.user_bias[x[:, 0]] + self.movie_bias[x[:, 1]]
        return cw.sigmoid_range(match, *self.y_range)


@dataclass(frozen=True)
class Row:
    name: str
    learner: Callable[[cw.CollabDataLoaders, int], cw.CollabLearner]
    wd: float | None
    notebook: Pair  # train and validation loss
    book: Pair

    @property
    def valid_range(self) -> Pair:
        if self.name in ("+ bias, wd=0.1", "own tables, wd=0.1", "collab_learner, wd=0.1"):
            return DECAYED
        ends = sorted((self.notebook[1], self.book[1]))
        return ends[0] - ROOM, ends[1] + ROOM


def dot(kind: type[nn.Module], y_range: Pair | None) -> Callable[[cw.CollabDataLoaders, int], cw.CollabLearner]:
    return lambda dls, seed: cw.CollabLearner(dls, kind(len(dls.users), len(dls.items), 50, y_range), seed=seed)


ROWS = [
    Row("DotProduct", dot(cw.DotProduct, None), None, (0.803, 0.871), (0.361, 0.884)),
    Row("+ y_range (0, 5.5)", dot(cw.DotProduct, (0, 5.5)), None, (0.372, 0.869), (0.378, 0.878)),
    Row("+ user and item bias", dot(cw.DotProductBias, (0, 5.5)), None, (0.290, 0.885), (0.293, 0.893)),
    Row("+ bias, wd=0.1", dot(cw.DotProductBias, (0, 5.5)), 0.1, (0.481, 0.811), (0.491, 0.823)),
    Row(
        "own tables, wd=0.1",
        lambda dls, seed: cw.CollabLearner(dls, OwnTables(len(dls.users), len(dls.items), 50), seed=seed),
        0.1,
        (0.463, 0.814),
        (0.474, 0.824),
    ),
    Row(
        "collab_learner, wd=0.1",
        lambda dls, seed: cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5), seed=seed),
        0.1,
        (0.498, 0.812),
        (0.497, 0.822),
    ),
    Row(
        "CollabNN, wd=0.01",
        lambda dls, seed: cw.CollabLearner(dls, cw.CollabNN(*cw.get_emb_sz(dls)), seed=seed),
        0.01,
        (0.764, 0.860),
        (0.760, 0.868),
    ),
    Row(
        "collab_learner(use_nn=True, layers=[100, 50]), wd=0.1",
        lambda dls, seed: cw.collab_learner(dls, use_nn=True, y_range=(0, 5.5), layers=[100, 50], seed=seed),
        0.1,
        (0.791, 0.850),
        (0.782, 0.865),
    ),
]


def losses(row: Row, dls: cw.CollabDataLoaders, seed: int) -> Pair:
    torch.manual_seed(seed)  # of the modules that are made without a generator
    learn = row.learner(dls, seed)
    with redirect_stdout(StringIO()):
        learn.fit_one_cycle(5, 5e-3, wd=row.wd)
    last = learn.history.epochs[-1]
    assert last.valid_loss is not None
    return last.train_loss, last.valid_loss


def main() -> int:
    dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=SPLIT)
    print(f"Training / validation MSE after five epochs: the split of seed {SPLIT}, median of {len(SEEDS)} seeds.\n")
    print("| row | ours | notebook | book | due | |\n|---|---|---|---|---|---|")
    missed = 0
    for row in ROWS:
        runs = [losses(row, dls, seed) for seed in SEEDS]
        train, valid = (statistics.median(column) for column in zip(*runs, strict=True))
        low, high = row.valid_range
        within = low <= valid <= high
        missed += not within
        published = (f"{pair[0]:.3f} / {pair[1]:.3f}" for pair in (row.notebook, row.book))
        told = " | ".join([f"{train:.3f} / {valid:.3f}", *published, f"{low:.3f} to {high:.3f}"])
        print(f"| {row.name} | {told} | {'' if within else 'MISSED'} |", flush=True)
    train, valid = with_side_columns()
    print(f"\nThe last row with users' and films' side columns and dates: {train:.3f} / {valid:.3f}")
    return missed + (valid > MOST_WITH_SIDE_COLUMNS)


def with_side_columns() -> Pair:
    """Median losses of the neural row on loaders that know users, films and dates."""
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    known = {"users": users, "items": items, "context": ["timestamp"]}
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=SPLIT, **known)
    train, valid = zip(*(losses(ROWS[-1], dls, seed) for seed in SEEDS), strict=True)
    return statistics.median(train), statistics.median(valid)


if __name__ == "__main__":
    sys.exit(main())

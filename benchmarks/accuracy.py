"""Beyond the chapter: what members, implicit factors and side columns gain on MovieLens 100K, and what they cost.

python -m benchmarks.accuracy            the table, three seeds of weights and batches on one split
python -m benchmarks.accuracy --forward  each user's last fifth in time is held out, as it is where one predicts
python -m benchmarks.accuracy --cold     titles without a rating: every rating of a fifth of the titles is held out
python -m benchmarks.accuracy --inner    how the settings were chosen: on a fifth of the training ratings
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import time
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd

import collabwidgets as cw

SPLIT, SEEDS = 42, range(3)
INNER_SPLITS = (42, 0, 1)  # the settings are chosen for the mean over these


@dataclass(frozen=True)
class Row:
    name: str
    model: dict[str, Any]  # of collab_learner
    fit: dict[str, Any]  # of a recipe
    tried: tuple[dict[str, Any], ...] = ()  # beside which it was chosen, by `--inner`


def near(**settings: list[float]) -> tuple[dict[str, Any], ...]:
    """All combinations of the given values."""
    return tuple(dict(zip(settings, values, strict=True)) for values in itertools.product(*settings.values()))


LARGE = {"bs": 512, "rescale": True}
ROWS = [
    Row("the chapter's", {}, {"epochs": 5, "lr": 5e-3, "wd": 0.1}),
    Row(
        "8 members",
        {"members": 8},
        {"epochs": 4, "lr": 5e-3, "wd": 0.07},
        near(epochs=[3, 4, 5], lr=[5e-3], wd=[0.05, 0.07, 0.1]),
    ),
    Row(
        "SVD++",
        {"model": "svdpp", "side": False},
        {"epochs": 8, "lr": 1.5e-3, "wd": 0.4, **LARGE},
        near(epochs=[5, 8, 10], lr=[1e-3, 1.5e-3, 2.5e-3], wd=[0.2, 0.3, 0.4, 0.6]),
    ),
    Row("SVD++ with side columns", {"model": "svdpp"}, {"epochs": 8, "lr": 1.5e-3, "wd": 0.4, **LARGE}),
    Row(
        "SVD++, 8 members",
        {"model": "svdpp", "side": False, "members": 8},
        {"epochs": 8, "lr": 1.5e-3, "wd": 0.4, **LARGE},
    ),
]


def fitted(dls: cw.CollabDataLoaders, row: Row, seed: int) -> tuple[float, float]:
    """Validation loss after the last epoch, and the seconds of the fit."""
    learn, seconds = trained(dls, row, seed)
    last = learn.history.epochs[-1].valid_loss
    assert last is not None
    return last, seconds


def trained(dls: cw.CollabDataLoaders, row: Row, seed: int) -> tuple[cw.CollabLearner, float]:
    """A learner after its fit, and the seconds of that."""
    learn = cw.collab_learner(dls, y_range=(0, 5.5), seed=seed, **row.model)
    settings = dict(row.fit)
    began = time.perf_counter()
    with redirect_stdout(StringIO()):
        learn.fit_one_cycle(settings.pop("epochs"), settings.pop("lr"), **settings)
    return learn, time.perf_counter() - began


def inner(dls: cw.CollabDataLoaders, split: int) -> cw.CollabDataLoaders:
    """Loaders of the training ratings alone, a fifth of which is held out."""
    frame = pd.DataFrame({"user": dls.train_x[:, 0], "item": dls.train_x[:, 1], "rating": dls.train_y})
    return cw.CollabDataLoaders.from_df(frame, seed=split)


def choose(loaders: list[cw.CollabDataLoaders]) -> None:
    print(f"Mean validation MSE on a fifth of the training ratings of {len(loaders)} splits; * is the row's choice.")
    for row in ROWS:
        for settings in row.tried:
            fit = {**row.fit, **settings}
            loss = statistics.mean(fitted(dls, Row(row.name, row.model, fit), 0)[0] for dls in loaders)
            print(f"{row.name}: {settings} {loss:.4f} {'*' if fit == row.fit else ''}", flush=True)


def cold_titles() -> None:
    """Print the MSE of predictions for titles without a training rating, known by genres and year alone."""
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    titles = np.array(sorted(set(ratings["title"])))
    losses: dict[str, list[float]] = defaultdict(list)
    for seed in SEEDS:
        held = np.random.default_rng(seed).permutation(titles)[: len(titles) // 5]
        is_held = ratings["title"].isin(held)
        dls = cw.CollabDataLoaders.from_df(
            ratings, item_name="title", seed=SPLIT, users=users, items=items, split=np.flatnonzero(is_held).tolist()
        )
        asked = ratings[is_held]
        losses["mean of the user"].append(float(((user_means(dls, asked["user"]) - asked["rating"]) ** 2).mean()))
        for row in ROWS[:4]:
            learn, _ = trained(dls, row, seed)
            predicted = learn.predict(asked["user"], asked["title"], clip=True)
            losses[row.name].append(float(((predicted - asked["rating"]) ** 2).mean()))
    print(f"| MovieLens 100K, all ratings of a fifth of the titles held out, mean of {len(SEEDS)} draws | MSE | each |")
    print("|---|---|---|")
    for name, found in losses.items():
        print(f"| {name} | {statistics.mean(found):.3f} | {', '.join(f'{loss:.3f}' for loss in found)} |")


def forward_in_time() -> None:
    """Print the losses where each user's last fifth in time is held out; ratings of one second stay together."""
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    late = ratings.groupby("user")["timestamp"].rank(method="max", pct=True) > 0.8
    dls = cw.CollabDataLoaders.from_df(
        ratings, item_name="title", seed=SPLIT, users=users, items=items, split=np.flatnonzero(late).tolist()
    )
    print(f"| MovieLens 100K, {late.sum():,} ratings ahead in time, mean of {len(SEEDS)} seeds | MSE | each |")
    print("|---|---|---|")
    for row in ROWS[:4]:
        losses = [fitted(dls, row, seed)[0] for seed in SEEDS]
        print(f"| {row.name} | {statistics.mean(losses):.3f} | {', '.join(f'{loss:.3f}' for loss in losses)} |")


def user_means(dls: cw.CollabDataLoaders, users: pd.Series) -> np.ndarray:
    """Mean training rating of each user, drawn to that of all as by five more ratings, float64 ``[len(users)]``."""
    rows, ratings = dls.train_x[:, 0].numpy(), dls.train_y.numpy().astype(np.float64)
    sums = np.bincount(rows, ratings - dls.rating_mean, minlength=len(dls.users))
    means = dls.rating_mean + sums / (np.bincount(rows, minlength=len(dls.users)) + 5)
    return means[dls.classes["user"].index(users)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inner", action="store_true", help="show how the settings were chosen")
    parser.add_argument("--cold", action="store_true", help="measure titles without a rating")
    parser.add_argument("--forward", action="store_true", help="hold out what each user rated last")
    asked = parser.parse_args()
    if asked.cold:
        return cold_titles()
    if asked.forward:
        return forward_in_time()
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    whole = {
        split: cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=split, users=users, items=items)
        for split in INNER_SPLITS
    }
    if asked.inner:
        return choose([inner(dls, split) for split, dls in whole.items()])
    print(
        f"| MovieLens 100K, the split of seed {SPLIT}, median of {len(SEEDS)} seeds | validation MSE | RMSE | seconds |"
    )
    print("|---|---|---|---|")
    for model in ("dot", "svdpp"):  # compiled before the clock runs
        fitted(whole[SPLIT], Row("", {"model": model}, {"epochs": 1, "lr": 1e-3, "bs": 512}), 0)
    for row in ROWS:
        losses, seconds = zip(*(fitted(whole[SPLIT], row, seed) for seed in SEEDS), strict=True)
        loss = statistics.median(losses)
        told = f"{loss:.4f} | {math.sqrt(loss):.4f} | {statistics.median(seconds):.1f}"
        print(f"| {row.name}: `{', '.join(f'{k}={v:g}' for k, v in row.fit.items())}` | {told} |", flush=True)
    return None


if __name__ == "__main__":
    main()

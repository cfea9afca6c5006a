"""Beyond the chapter: what members, implicit factors and side columns gain on MovieLens 100K, and what they cost.

python -m benchmarks.accuracy            the table, three seeds of weights and batches on one split
python -m benchmarks.accuracy --forward  each user's last fifth in time is held out, as it is where one predicts
python -m benchmarks.accuracy --cold     titles without a rating: every rating of a fifth of the titles is held out
python -m benchmarks.accuracy --sample 0.1   a tenth of the ratings, a fifth of these held out; without side columns
python -m benchmarks.accuracy --inner    how the settings were chosen: on a fifth of the training ratings

Each takes `--seeds N`, and `--peers .venv-peers/bin/python` for other libraries on the same splits: by turns, each fit
in a process of its own (`make bench-peers` sets their environment up). Predictions are not clipped.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import collabwidgets as cw

from . import peers

SPLIT = peers.SPLIT
INNER_SPLITS = (42, 0, 1)  # the settings are chosen for the mean over these
KINDS = {
    "random": "a fifth of the ratings held out",
    "forward": "each user's last fifth held out",
    "cold": "all ratings of a fifth of the titles held out",
    "sample": "a sample of the ratings, a fifth of it held out",
}


@dataclass(frozen=True)
class Row:
    name: str
    model: dict[str, Any]  # of collab_learner
    fit: dict[str, Any]  # of a recipe
    tried: tuple[dict[str, Any], ...] = ()  # beside which it was chosen, by `--inner`


def near(**settings: list[float]) -> tuple[dict[str, Any], ...]:
    """All combinations of the given values."""
    return tuple(dict(zip(settings, values, strict=True)) for values in itertools.product(*settings.values()))


Measured = tuple[float, float] | str  # loss and seconds of a fit, or why there are none
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
    Row(
        "SVD++, 8 members",
        {"model": "svdpp", "side": False, "members": 8},
        {"epochs": 8, "lr": 1.5e-3, "wd": 0.4, **LARGE},
    ),
    Row("SVD++ with side columns", {"model": "svdpp"}, {"epochs": 8, "lr": 1.5e-3, "wd": 0.4, **LARGE}),
]


def trained(dls: cw.CollabDataLoaders, row: Row, seed: int) -> tuple[cw.CollabLearner, float]:
    """A learner after its fit, and the seconds of that."""
    learn = cw.collab_learner(dls, y_range=(0, 5.5), seed=seed, **row.model)
    settings = dict(row.fit)
    began = time.perf_counter()
    with redirect_stdout(StringIO()):
        learn.fit_one_cycle(settings.pop("epochs"), settings.pop("lr"), **settings)
    return learn, time.perf_counter() - began


def last_loss(learn: cw.CollabLearner) -> float:
    """Validation loss after the last epoch."""
    last = learn.history.epochs[-1].valid_loss
    assert last is not None
    return last


def inner(dls: cw.CollabDataLoaders, split: int) -> cw.CollabDataLoaders:
    """Loaders of the training ratings alone, a fifth of which is held out."""
    frame = pd.DataFrame({"user": dls.train_x[:, 0], "item": dls.train_x[:, 1], "rating": dls.train_y})
    return cw.CollabDataLoaders.from_df(frame, seed=split)


def choose(loaders: list[cw.CollabDataLoaders]) -> None:
    print(f"Mean validation MSE on a fifth of the training ratings of {len(loaders)} splits; * is the row's choice.")
    for row in ROWS:
        for settings in row.tried:
            fit = {**row.fit, **settings}
            loss = statistics.mean(last_loss(trained(dls, Row(row.name, row.model, fit), 0)[0]) for dls in loaders)
            print(f"{row.name}: {settings} {loss:.4f} {'*' if fit == row.fit else ''}", flush=True)


@dataclass(frozen=True)
class Task:
    """Ratings, their loaders, and which of them are asked for, bool ``[n_ratings]``."""

    ratings: pd.DataFrame
    dls: cw.CollabDataLoaders
    asked: pd.Series


def task(kind: str, seed: int, split: int = SPLIT, share: float = 1) -> Task:
    """One of `KINDS`; the seed draws cold titles and the sample, `split` what is held out at random."""
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    given: dict[str, Any] = {"users": users, "items": items}
    if kind == "cold":
        titles = np.random.default_rng(seed).permutation(sorted(set(ratings["title"])))
        given["split"] = np.flatnonzero(ratings["title"].isin(titles[: len(titles) // 5])).tolist()
    elif kind == "forward":  # ratings of one second stay together
        late = ratings.groupby("user")["timestamp"].rank(method="max", pct=True) > 0.8
        given["split"] = np.flatnonzero(late).tolist()
    elif kind == "sample":
        ratings, given = ratings.sample(frac=share, random_state=seed, ignore_index=True), {}
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=split, **given)
    beside = users.assign(decade=users["age"] // 10)[["user", *peers.USER_COLUMNS]]
    periods = items.assign(period=items["year"] // 5)[["movie", "period"]]
    ratings = ratings.merge(beside, "left", on="user").merge(periods, "left", on="movie")
    return Task(ratings, dls, dls.to_frame()["valid"])


def ours(of: Task, kind: str, seed: int) -> Iterator[tuple[str, Measured]]:
    """By name each loss, and the seconds of the fit."""
    asked = of.ratings[of.asked]

    def loss(predicted: np.ndarray) -> float:
        return float(((predicted - asked["rating"]) ** 2).mean())

    for names in (["user"], ["title"], ["title", "user"]):
        yield f"means of {' and '.join(names)}", (loss(means(of.dls, names, asked)), 0.0)
    for row in ROWS[: -1 if kind == "sample" else None]:  # the last one has side columns
        learn, seconds = trained(of.dls, row, seed)
        # an epoch's loss does not look at side columns, by which titles without a rating are known
        found = loss(learn.predict(asked["user"], asked["title"])) if kind == "cold" else last_loss(learn)
        yield f"{row.name}: `{', '.join(f'{k}={v:g}' for k, v in row.fit.items())}`", (found, seconds)


def theirs(of: Task, kind: str, seed: int, python: str | None) -> Iterator[tuple[str, Measured]]:
    """The same of other libraries; in place of numbers, why there are none."""
    if not python:
        return
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "ratings.csv"
        of.ratings.assign(valid=of.asked).to_csv(table, index=False)
        for row in peers.BEYOND if kind == "sample" else (*peers.BEYOND, *peers.WITH_SIDE_COLUMNS):
            found = peers.run(row, python, table, seed)
            yield f"{row.package}, {row.setting}", found if isinstance(found, str) else (found.mse, found.seconds)


def means(dls: cw.CollabDataLoaders, names: list[str], asked: pd.DataFrame) -> np.ndarray:
    """The training mean, and how far each user, each title, or both by turns lie above it, float64 ``[n]``.

    Each is drawn to 0 as by five more ratings (baseline estimates of Koren 2010, Factor in the Neighbors).
    """
    ratings = dls.train_y.numpy().astype(np.float64) - dls.rating_mean
    rows = {name: dls.train_x[:, ("user", "title").index(name)].numpy() for name in names}
    above = {name: np.zeros(len(dls.classes[name])) for name in names}
    for _ in range(10):
        for name, of in rows.items():
            rest = ratings - sum(above[other][rows[other]] for other in names if other != name)
            above[name] = np.bincount(of, rest, len(above[name])) / (np.bincount(of, minlength=len(above[name])) + 5)
    places = {name: [dls.classes[name].o2i.get(one, 0) for one in asked[name]] for name in names}
    return dls.rating_mean + np.sum([above[name][places[name]] for name in names], axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inner", action="store_true", help="show how the settings were chosen")
    for kind in ("forward", "cold"):
        parser.add_argument(f"--{kind}", action="store_const", const=kind, dest="kind", help=KINDS[kind])
    parser.add_argument("--sample", type=float, metavar="SHARE", help="take a sample of the ratings, no side columns")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", metavar="PYTHON", help="measure other libraries too, which are installed there")
    args = parser.parse_args()
    args.kind = args.kind or ("sample" if args.sample else "random")
    if args.inner:
        return choose([inner(task(args.kind, split, split, args.sample).dls, split) for split in INNER_SPLITS])
    found: dict[str, list[Measured]] = defaultdict(list)
    for seed in range(args.seeds):
        of = task(args.kind, seed, share=args.sample)
        if not seed:  # compiled before the clock runs
            for model in ("dot", "svdpp"):
                trained(of.dls, Row("", {"model": model}, {"epochs": 1, "lr": 1e-3, "bs": 512}), 0)
        for name, measured in itertools.chain(ours(of, args.kind, seed), theirs(of, args.kind, seed, args.peers)):
            print(f"{seed + 1} of {args.seeds}: {name}: {measured}", file=sys.stderr)
            found[name].append(measured)
    print(f"| MovieLens 100K, {KINDS[args.kind]}, means of {args.seeds} | validation MSE | each | seconds |")
    print("|---|---|---|---|")
    for name, each in found.items():
        if failed := [of for of in each if isinstance(of, str)]:
            print(f"| {name} | did not run: {failed[0]} | – | – |")
            continue
        losses, seconds = zip(*each, strict=True)
        told = ", ".join(f"{loss:.4f}" for loss in losses)
        print(f"| {name} | {statistics.mean(losses):.4f} | {told} | {statistics.median(seconds):.1f} |")
    return None


if __name__ == "__main__":
    main()

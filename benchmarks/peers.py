"""Seconds for a fit of MovieLens 100K and its validation loss: ours, plain PyTorch, and four other libraries.

python -m benchmarks.peers --rounds 3

The clock holds the training alone. Imports, the data's preparation, compilation (a fit of 2,000 ratings goes first) and
the validation come before or after it. Each fit has a process and one thread to itself, and the rounds are interleaved.
All get the same table, with a column that says which ratings are held out.
The other libraries live in an environment of their own, which `make bench-peers` sets up.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent.parent
SPLIT = 42  # fastai's from_df and ours hold out the same ratings under the same seed
RECIPE: dict[str, Any] = {"n_epoch": 5, "lr_max": 5e-3, "wd": 0.1}
N_FACTORS, Y_RANGE = 50, (0, 5.5)
USER_COLUMNS, TITLE_COLUMNS = ["gender", "occupation", "decade"], ["genres", "period"]  # side columns, all categories
WARM_UP = 2_000  # ratings
MINUTES = 10  # until a fit is given up
ONE_THREAD = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMBA", "RAYON", "LK", "LK_NUM_BACKEND")
}

Predictions = Any  # of the validation ratings, as an array or as a list
Fit = tuple[Callable[[], object], Callable[[], Predictions]]  # what is timed, and what is asked afterwards


# ---- the fits: (ratings, seed) → train, predict. Each imports what it needs, for it runs where that is installed.


def plain_pytorch(ratings: pd.DataFrame, seed: int) -> Fit:
    from . import speed

    dls, valid_x = _loaders(ratings)
    module = speed.module_for(dls, seed)
    return lambda: speed.plain_torch(dls, seed, module), lambda: module(valid_x).detach()


def our_learner(engine: str) -> Callable[[pd.DataFrame, int], Fit]:
    def prepare(ratings: pd.DataFrame, seed: int) -> Fit:
        import collabwidgets as cw

        dls, valid_x = _loaders(ratings)
        learn = cw.collab_learner(dls, n_factors=N_FACTORS, y_range=Y_RANGE, engine=engine, seed=seed)

        def train() -> None:
            with redirect_stdout(StringIO()):
                learn.fit_one_cycle(**RECIPE)

        return train, lambda: learn.model(valid_x).detach()

    return prepare


def _loaders(ratings: pd.DataFrame) -> tuple[Any, Any]:
    """Our loaders, with the validation put aside so that no epoch ends with one."""
    import torch

    import collabwidgets as cw

    held_out = np.flatnonzero(ratings.valid).tolist()
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", split=held_out, seed=SPLIT)
    dls.valid_x, dls.valid_y = dls.valid_x[:0], dls.valid_y[:0]
    valid = split(ratings)[1]
    rows = [dls.classes[name].index(valid[name]) for name in ("user", "title")]
    return dls, torch.from_numpy(np.stack(rows, axis=1))


def fastai_learner(with_replacement: bool) -> Callable[[pd.DataFrame, int], Fit]:
    def prepare(ratings: pd.DataFrame, seed: int) -> Fit:
        from fastai.callback.core import Callback, CancelValidException
        from fastai.collab import CollabDataLoaders, collab_learner
        from fastai.tabular.core import TabDataLoader, TabularPandas
        from fastai.torch_core import set_seed

        class TrainingOnly(Callback):
            def before_validate(self) -> None:
                raise CancelValidException

        if not with_replacement:
            TabularPandas._dl_type = TabDataLoader  # what it was until 2.7.14
        dls = CollabDataLoaders.from_df(ratings, seed=SPLIT, device="cpu")
        set_seed(seed)
        learn = collab_learner(dls, n_factors=N_FACTORS, y_range=Y_RANGE)

        def train() -> None:
            with learn.no_bar(), learn.no_logging():
                learn.fit_one_cycle(**RECIPE, cbs=TrainingOnly())

        def predict() -> Predictions:
            with learn.no_bar():
                predictions, targets = learn.get_preds(dl=dls.valid)
            held_out = dls.valid.items
            assert np.array_equal(targets.flatten(), held_out.rating)
            return pd.Series(predictions.flatten(), held_out.index).loc[split(ratings)[1].index]

        return train, predict

    return prepare


def surprise(name: str, **settings: int) -> Callable[[pd.DataFrame, int], Fit]:
    def prepare(ratings: pd.DataFrame, seed: int) -> Fit:
        from surprise import Dataset, Reader, prediction_algorithms

        train, valid = split(ratings)
        table = train[["user", "title", "rating"]]
        data = Dataset.load_from_df(table, Reader(rating_scale=(1, 5))).build_full_trainset()
        model = getattr(prediction_algorithms, name)(random_state=seed, **settings)
        return lambda: model.fit(data), lambda: [
            model.predict(user, title, clip=False).est for user, title in zip(valid.user, valid.title, strict=True)
        ]

    return prepare


def lenskit_als(ratings: pd.DataFrame, seed: int) -> Fit:
    from lenskit.als import BiasedMFScorer
    from lenskit.data import ItemList, from_interactions_df
    from lenskit.training import TrainingOptions

    train, valid = split(ratings)
    train = train.drop_duplicates(["user", "title"])  # it refuses pairs that were rated twice; cornac drops them
    data = from_interactions_df(train, user_col="user", item_col="title", rating_col="rating")
    model = BiasedMFScorer(embedding_size=N_FACTORS, epochs=10)

    def predict() -> Predictions:
        predictions = pd.Series(np.nan, valid.index)
        for user, rows in valid.groupby("user"):
            items = ItemList(item_ids=rows.title.to_numpy())
            biases, _ = model.bias.compute_for_items(items, user)
            scores = model(user, items).scores()
            predictions[rows.index] = np.where(np.isnan(scores), biases, scores)  # titles without a training rating
        return predictions

    return lambda: model.train(data, TrainingOptions(rng=seed)), predict


def cornac_mf(ratings: pd.DataFrame, seed: int) -> Fit:
    from cornac.data import Dataset
    from cornac.models import MF

    train, valid = split(ratings)
    data = Dataset.build(train[["user", "title", "rating"]].itertuples(index=False))
    model = MF(k=N_FACTORS, max_iter=20, seed=seed)
    users, titles = (valid[name].map(ids).fillna(-1) for name, ids in (("user", data.uid_map), ("title", data.iid_map)))
    return lambda: model.fit(data), lambda: [
        model.rate(int(user), int(title), clipping=False) for user, title in zip(users, titles, strict=True)
    ]


def myfm_ordinal(*parts: str) -> Callable[[pd.DataFrame, int], Fit]:
    """myFM on ids and `parts`: "side" columns, "implicit" (who rated what, both ways), "time" (user and day, week)."""

    def prepare(ratings: pd.DataFrame, seed: int) -> Fit:
        from myfm import MyFMOrderedProbit, RelationBlock
        from scipy import sparse

        train, valid = split(ratings)
        users = _described(ratings, ("user", "title"), USER_COLUMNS, parts)
        titles = _described(ratings, ("title", "user"), TITLE_COLUMNS, parts)
        days = ratings.timestamp // 86_400
        times = [days.astype(str) + " " + ratings.user.astype(str), days // 7] if "time" in parts else []

        def features(of: pd.DataFrame) -> dict[str, Any]:
            rows = [pd.Index(ratings[name].unique()).get_indexer(of[name]).tolist() for name in ("user", "title")]
            blocks = [sparse.hstack(groups, format="csr") for groups in (users, titles)]
            found = [_one_hot(time[train.index].unique(), time[of.index]) for time in times]
            return {
                "X": sparse.hstack(found, format="csr") if found else None,
                "X_rel": [RelationBlock(*block) for block in zip(rows, blocks, strict=True)],
            }

        model = MyFMOrderedProbit(rank=10, random_seed=seed)
        asked, known = features(valid), features(train)
        groups = [time[train.index].nunique() for time in times] + [group.shape[1] for group in (*users, *titles)]

        def train_it() -> None:
            model.fit(y=train.rating.to_numpy() - 1, n_iter=400, group_shapes=groups, **known)

        return train_it, lambda: model.predict_proba(**asked) @ np.arange(1, 6)

    return prepare


def _described(ratings: pd.DataFrame, names: tuple[str, str], columns: list[str], parts: tuple[str, ...]) -> Any:
    """What myFM is told of each user, or each title, in the order they come in: a sparse matrix a group of features.

    Where a row has several values of a group, each weighs 1 / √(how many).
    """
    from scipy import sparse

    of, other = names
    first, train = ratings.drop_duplicates(of).set_index(of), split(ratings)[0]
    groups = [sparse.identity(len(first))]
    if "implicit" in parts:
        rated, others = pd.factorize(train[other])
        place = (first.index.get_indexer(train[of]), rated)
        groups.append(sparse.csr_matrix((np.ones(len(train)), place), (len(first), len(others))).sign())
    if "side" in parts:
        groups += [sparse.csr_matrix(first[name].astype(str).str.get_dummies("|"), dtype=float) for name in columns]
    return [sparse.diags(np.asarray(group.sum(axis=1)).ravel().clip(1) ** -0.5) @ group for group in groups]


def _one_hot(levels: Any, values: pd.Series) -> Any:
    """A column a level, a row a value, which is empty where the value is no level."""
    from scipy import sparse

    columns = pd.Index(levels).get_indexer(values)
    rows = np.flatnonzero(columns >= 0)
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns[rows])), (len(values), len(levels)))


@dataclass(frozen=True)
class Row:
    package: str
    setting: str
    prepare: Callable[[pd.DataFrame, int], Fit]
    python: str = ""  # where it is installed; "" is the peers' environment


SVD = Row("scikit-surprise", "SVD, 20 epochs", surprise("SVD", n_factors=N_FACTORS))
ALS = Row("lenskit", "BiasedMF by ALS, 10 epochs", lenskit_als)
FASTAI = Row("fastai", "every rating once an epoch, as until 2.7.14", fastai_learner(with_replacement=False))
FUSED = Row("collabwidgets", "fused engine", our_learner("fused"), sys.executable)
ROWS = [
    Row("fastai", "as installed: draws ratings with replacement", fastai_learner(with_replacement=True)),
    FASTAI,
    Row("torch", "a plain loop: DataLoader, autograd, AdamW", plain_pytorch, sys.executable),
    Row("collabwidgets", "autograd engine", our_learner("autograd"), sys.executable),
    FUSED,
    SVD,
    ALS,
    Row("cornac", "MF, 20 epochs", cornac_mf),
]
# Beside our other models, see `benchmarks.accuracy`
BEYOND = [SVD, Row("scikit-surprise", "SVD++, 20 factors, 20 epochs", surprise("SVDpp")), ALS]
WITH_SIDE_COLUMNS = [
    Row("myfm", "ordinal probit, rank 10, 400 sweeps, side columns", myfm_ordinal("side")),
    Row("myfm", "the same and who rated what", myfm_ordinal("side", "implicit")),
    Row("myfm", "the same and when: user and day, week", myfm_ordinal("side", "implicit", "time")),
]
ALL = [*ROWS, *BEYOND, *WITH_SIDE_COLUMNS]


# ---- one fit, in a process of its own


@dataclass(frozen=True)
class Measured:
    version: str
    seconds: float
    mse: float
    clipped_mse: float


def split(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The training and the validation ratings."""
    return ratings[~ratings.valid], ratings[ratings.valid]


def measure(row: Row, ratings: pd.DataFrame, seed: int) -> Measured:
    import torch

    torch.set_num_threads(1)
    train, _ = row.prepare(ratings.head(WARM_UP), seed)
    train()
    train, predict = row.prepare(ratings, seed)
    began = time.perf_counter()
    train()
    seconds = time.perf_counter() - began
    predictions = np.asarray(predict(), dtype=np.float64).reshape(-1)
    truth = split(ratings)[1].rating.to_numpy()
    losses = [float(np.mean((p - truth) ** 2)) for p in (predictions, predictions.clip(1, 5))]
    return Measured(version(row.package), seconds, *losses)


# ---- all of them, by turns


def run(row: Row, python: str, ratings: Path, seed: int) -> Measured | str:
    """One fit's numbers, or why there are none."""
    place = str(ALL.index(row))
    command = [row.python or python, "-m", "benchmarks.peers", "--fit", place, str(ratings), str(seed)]
    try:
        fit = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, timeout=60 * MINUTES
        )
    except FileNotFoundError:
        return f"there is no {python}; `make bench-peers` makes it"
    except subprocess.TimeoutExpired:
        return f"took more than {MINUTES} minutes"
    if fit.returncode != 0:
        return (fit.stderr.strip().splitlines() or [f"ended with code {fit.returncode}"])[-1]
    return Measured(**json.loads(fit.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=str(ROOT / ".venv-peers/bin/python"), help="Python of the other libraries")
    parser.add_argument("--fit", nargs=3, metavar=("ROW", "RATINGS", "SEED"), help="do one fit here and print it")
    args = parser.parse_args()
    if args.fit:
        row, ratings, seed = args.fit
        print(json.dumps(asdict(measure(ALL[int(row)], pd.read_csv(ratings), int(seed)))))
    else:
        compare(args.rounds, args.peers)


def compare(rounds: int, python: str) -> None:
    import collabwidgets as cw

    fits: dict[Row, list[Measured | str]] = {row: [] for row in ROWS}
    with tempfile.TemporaryDirectory() as folder:
        ratings = Path(folder) / "ratings.csv"
        table = cw.load_movielens("100k")[["user", "title", "rating"]]
        held_out = cw.CollabDataLoaders.from_df(table, seed=SPLIT).to_frame()["valid"]
        table.assign(valid=held_out).to_csv(ratings, index=False)
        for seed in range(rounds):
            for row, of in fits.items():
                of.append(run(row, python, ratings, seed))
                word = of[-1] if isinstance(of[-1], str) else f"{of[-1].seconds:.3f} s, {of[-1].mse:.4f}"
                print(f"round {seed + 1} of {rounds}: {row.package}, {row.setting}: {word}", file=sys.stderr)
    print_table({row: median(of) for row, of in fits.items()}, rounds)


def median(fits: list[Measured | str]) -> Measured | str:
    """Each number's median; the first reason if a fit has failed."""
    measured = [fit for fit in fits if isinstance(fit, Measured)]
    if len(measured) < len(fits):
        return next(fit for fit in fits if isinstance(fit, str))
    columns = zip(*((fit.seconds, fit.mse, fit.clipped_mse) for fit in measured), strict=True)
    return Measured(measured[0].version, *map(statistics.median, columns))


def print_table(medians: dict[Row, Measured | str], rounds: int) -> None:
    reference = medians[FASTAI]
    print(
        f"| MovieLens 100K, {N_FACTORS} factors, one thread, medians of {rounds} "
        "| seconds of training | times as fast as fastai | validation MSE |"
    )
    print("|---|---|---|---|")
    for row, of in medians.items():
        if isinstance(of, str):
            print(f"| {row.package}, {row.setting} | did not run: {of} | – | – |")
            continue
        ratio = f"{reference.seconds / of.seconds:.1f} ×" if isinstance(reference, Measured) else "–"
        print(f"| {row.package} {of.version}, {row.setting} | {of.seconds:.3f} | {ratio} | {of.mse:.4f} |")
    gains = [of.mse - of.clipped_mse for of in medians.values() if isinstance(of, Measured)]
    print(f"\nPredictions are not clipped to 1…5; that would lower no loss by more than {max(gains, default=0):.4f}.")


if __name__ == "__main__":
    main()

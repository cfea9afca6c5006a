"""Lists and metrics: the time of recommending to everybody and of evaluating, and of lists among 60,000 titles.

The latter is of some of 100,000 users, beside the bare matrix product and top-k of torch on blocks of the same size.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
import torch

import collabwidgets as cw
from collabwidgets.data.side import Side
from collabwidgets.interpret import recommend
from collabwidgets.interpret.top_k import Rated

K, N_TITLES, N_USERS, N_FACTORS, TOGETHER = 10, 60_000, 100_000, 50, 279
N_RATINGS = 100 * N_USERS


def median(call: Callable[[], object], n: int = 5) -> float:
    """Seconds of the processor that a call takes, of all its threads."""
    seconds = []
    for _ in range(n):
        began = time.process_time()
        call()
        seconds.append(time.process_time() - began)
    return float(np.median(seconds))


def side(name: str, n: int) -> Side:
    """A side of `n` rows beside '#na#', all of them trained."""
    names = np.array(["#na#", *(f"{name} {row}" for row in range(n))], dtype=object)
    return Side(name, names, np.full(n + 1, 50), np.full(n + 1, 3.5), np.arange(n + 1) > 0)


def large() -> tuple[cw.Snapshot, Rated]:
    """Random tables of many users and titles, and random ratings to leave out."""
    rng = np.random.default_rng(0)

    def table(*shape: int) -> np.ndarray:
        return 0.3 * rng.standard_normal(shape, dtype=np.float32)

    snapshot = cw.Snapshot(
        revision=1,
        epoch=1.0,
        users=side("user", N_USERS),
        items=side("title", N_TITLES),
        user_factors=table(N_USERS + 1, N_FACTORS),
        item_factors=table(N_TITLES + 1, N_FACTORS),
        user_bias=table(N_USERS + 1),
        item_bias=table(N_TITLES + 1),
        y_range=(0, 5.5),
        rating_mean=3.5,
    )
    users, items = rng.integers(1, N_USERS + 1, N_RATINGS), rng.integers(1, N_TITLES + 1, N_RATINGS)
    return snapshot, Rated(users, items, N_USERS + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=3000, help="of the 100,000")
    n = parser.parse_args().users
    dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
    learn = cw.collab_learner(dls, n_factors=N_FACTORS, y_range=(0, 5.5))
    learn.fit_one_cycle(5, 5e-3, wd=0.1)
    print(f"MovieLens 100K, lists for all {dls.n_users} users: {median(lambda: learn.recommend('all', K)):.3f} s")
    print(f"MovieLens 100K, evaluate(k={K}): {median(lambda: learn.evaluate(K)):.3f} s")

    snapshot, rated = large()
    people = torch.tensor(snapshot.user_factors[1 : n + 1])
    titles = torch.tensor(snapshot.item_factors[1:]).T

    def bare() -> None:
        for block in people.split(TOGETHER):
            (block @ titles).topk(K, dim=1)

    lists = median(lambda: recommend(snapshot, np.arange(1, n + 1), K, leave_out=rated, min_count=0))
    print(f"{n:,} users × {N_TITLES:,} titles: {lists:.2f} s, {N_USERS / n * lists:.0f} s for {N_USERS:,} users")
    print(f"speed beside the bare product and top-k: {median(bare) / lists:.2f}")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()

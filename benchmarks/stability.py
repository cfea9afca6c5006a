"""How far lists of neighbours come again with another seed, on MovieLens 100K, and what eight reruns cost.

Counted are titles with at least 20 ratings, and their ten nearest among these by cosine. "Two seeds": titles that the
lists of two single runs have in common, the mean over pairs of runs. "Mean of 8": the lists by the mean cosine over
eight runs against those of eight others. Lists of an ensemble are those of its first member.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import collabwidgets as cw
from collabwidgets.interpret.neighbors import nearest
from collabwidgets.interpret.stability import mean_cosines

from .accuracy import ROWS, SPLIT, Row, trained

SEEDS, K, MIN_COUNT = (0, 100), 10, 20
RERUNS = {"the chapter's": 8, "8 members": 0, "SVD++": 8, "SVD++ with side columns": 2}


def lists(snapshot: cw.Snapshot) -> list[set[int]]:
    """The nearest rows of each title."""
    side = snapshot.items
    rows = np.flatnonzero(side.trained & (side.counts >= MIN_COUNT))
    question: dict[str, Any] = {"k": K, "metric": "cosine", "order": "nearest", "min_count": MIN_COUNT}
    return [set(nearest(snapshot, [int(row)], **question)[0].tolist()) for row in rows]


def in_common(some: Sequence[set[int]], others: Sequence[set[int]]) -> float:
    return float(np.mean([len(one & other) for one, other in zip(some, others, strict=True)]))


def rerun(dls: cw.CollabDataLoaders, row: Row, seed: int, runs: int) -> cw.CollabLearner:
    """A learner with its reruns, if any, and prints their time."""
    learn, _ = trained(dls, row, seed)
    if not runs:
        return learn
    wall, work = time.perf_counter(), time.process_time()
    learn.stability(runs).wait()
    print(f"  {runs} reruns: {time.perf_counter() - wall:.2f} s, {time.process_time() - work:.2f} s of the processor")
    return learn


def main() -> None:
    ratings, users, items = cw.load_movielens("100k", users=True, items=True)
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=SPLIT, users=users, items=items)
    rows = {row.name: row for row in ROWS}
    for name, runs in RERUNS.items():
        print(name)
        learners = [rerun(dls, rows[name], seed, runs) for seed in SEEDS]
        single = [[lists(run) for run in (learn.snapshot, *learn.reruns)] for learn in learners]
        pairs = [in_common(one, other) for one, other in zip(*single, strict=True)]
        print(f"  two seeds: {np.mean(pairs):.2f} of {K} ({len(single[0][0])} titles, {len(pairs)} pairs)")
        if not runs:
            continue
        averaged = [lists(mean_cosines(learn.snapshot, learn.reruns)) for learn in learners]
        print(f"  mean of {runs} against {runs} others: {in_common(*averaged):.2f} of {K}")
        agreement = learners[0].pca_frame(6).agreement
        assert agreement is not None
        print(f"  |r| of components 1 to 6: {', '.join(f'{r:.2f}' for r in agreement)}")


if __name__ == "__main__":
    main()

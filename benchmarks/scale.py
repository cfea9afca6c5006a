"""Seconds an epoch and peak memory of the fused engine on synthetic ratings of growing size, each in its own process.

python -m benchmarks.scale            1M and 10M ratings
python -m benchmarks.scale 25         25M as well; some minutes
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time

import torch

import collabwidgets as cw
from collabwidgets.training import EpochEnd, FusedEngine, Recipe, Trainer

from .speed import module_for

SIZES = {1: (6_040, 3_700), 10: (70_000, 10_700), 25: (162_000, 59_000)}  # millions of ratings: users, titles
EPOCHS = 2


def measure(millions: int, bs: int) -> tuple[float, float, float]:
    """Seconds of the faster epoch, validation MSE, and the process' peak memory in GB."""
    torch.set_num_threads(1)
    ratings, _ = cw.synthetic_ratings(*SIZES[millions], millions * 1_000_000, seed=1)
    dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
    del ratings
    trainer = Trainer(
        FusedEngine(module_for(dls, 1)), dls, Recipe(epochs=EPOCHS, bs=bs, wd=0.1), order=torch.Generator()
    )
    records = []
    rss = []
    for event in trainer:
        if isinstance(event, EpochEnd):
            records.append(event.record)
            rss.append(_resident())
    return min(record.seconds for record in records), records[-1].valid_loss, max(rss)


def _resident() -> float:
    with open("/proc/self/statm") as status:
        return int(status.read().split()[1]) * resource.getpagesize() / 1e9


def _in_child(millions: int, bs: int, answers: multiprocessing.Queue) -> None:
    answers.put(measure(millions, bs))


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    context = multiprocessing.get_context("spawn")
    began = time.perf_counter()
    print("| ratings × 50 factors, one thread | batch size | seconds an epoch | memory | validation MSE |")
    print("|---|---|---|---|---|")
    for millions in SIZES:
        if millions > largest:
            break
        answers = context.Queue()
        child = context.Process(target=_in_child, args=(millions, 64, answers))
        child.start()
        seconds, loss, memory = answers.get()
        child.join()
        print(f"| {millions},000,000 | 64 | {seconds:.1f} | {memory:.2f} GB | {loss:.4f} |", flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()

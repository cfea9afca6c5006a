"""Seconds an epoch and peak memory on synthetic ratings of growing size, each in its own process.

python -m benchmarks.scale                  1M and 10M ratings, the chapter's model
python -m benchmarks.scale 25               25M as well; some minutes
python -m benchmarks.scale --model svdpp    SVD++; with --exact its implicit tables move at every batch
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import torch

import collabwidgets as cw
from collabwidgets.training.engines import implicit

SIZES = {1: (6_040, 3_700), 10: (70_000, 10_700), 25: (162_000, 59_000)}  # millions of ratings: users, titles
FITS: dict[str, dict[str, Any]] = {
    "dot": {"lr_max": 5e-3, "wd": 0.1, "bs": 64},
    "svdpp": {"lr_max": 1.5e-3, "wd": 0.4},  # batches of about a thousandth of the ratings
}
EPOCHS = 2


def measure(millions: int, model: str) -> tuple[int, float, float, float]:
    """Batch size, seconds of the faster epoch, validation MSE, and most memory since the ratings were there (GB)."""
    torch.set_num_threads(1)
    ratings, _ = cw.synthetic_ratings(*SIZES[millions], millions * 1_000_000, seed=1)
    Path("/proc/self/clear_refs").write_text("5")  # what it took to make them up does not count
    dls = cw.CollabDataLoaders.from_df(ratings, seed=1)
    del ratings
    learn = cw.collab_learner(dls, model=model, y_range=(0, 5.5), seed=1)
    with redirect_stdout(StringIO()):
        learn.fit_one_cycle(EPOCHS, **FITS[model])
    epochs = learn.history.epochs
    loss = epochs[-1].valid_loss
    assert loss is not None
    return learn.recipe.bs, min(epoch.seconds for epoch in epochs), loss, _most_resident()


def _most_resident() -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) * 1024 / 1e9


def _in_child(millions: int, model: str, exact: bool, answers: multiprocessing.Queue) -> None:
    if exact:
        implicit._EXACT = millions * 1_000_000
    answers.put(measure(millions, model))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("largest", nargs="?", type=int, default=10, help="millions of ratings")
    parser.add_argument("--model", choices=FITS, default="dot")
    parser.add_argument("--exact", action="store_true", help="implicit tables move at every batch")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    began = time.perf_counter()
    print(f"| ratings × 50 factors, {asked.model}, one thread | bs | seconds an epoch | most memory | validation MSE |")
    print("|---|---|---|---|---|")
    for millions in SIZES:
        if millions > asked.largest:
            break
        answers = context.Queue()
        child = context.Process(target=_in_child, args=(millions, asked.model, asked.exact, answers))
        child.start()
        bs, seconds, loss, memory = answers.get()
        child.join()
        print(f"| {millions},000,000 | {bs} | {seconds:.1f} | {memory:.2f} GB | {loss:.4f} |", flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()

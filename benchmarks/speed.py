"""Seconds for the chapter's five epochs by our engines and by plain PyTorch: same split, one thread, interleaved.

python -m benchmarks.speed
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

import collabwidgets as cw
from collabwidgets.training import AutogradEngine, EpochEnd, FusedEngine, Recipe, Trainer, schedule_for

ROUNDS = 5
RECIPE = Recipe(epochs=5, lr=5e-3, wd=0.1)


def ours(engine: type) -> Callable[[cw.CollabDataLoaders, int], float]:
    def fit(dls: cw.CollabDataLoaders, seed: int) -> float:
        trainer = Trainer(engine(module_for(dls, seed)), dls, RECIPE, order=torch.Generator().manual_seed(seed))
        return [event.record for event in trainer if isinstance(event, EpochEnd)][-1].valid_loss

    return fit


def plain_torch(dls: cw.CollabDataLoaders, seed: int, module: torch.nn.Module | None = None) -> float:
    """What one writes without this package: a DataLoader, autograd and AdamW with the same one-cycle schedule."""
    module = module_for(dls, seed) if module is None else module
    optimizer = torch.optim.AdamW(module.parameters(), lr=RECIPE.lr, eps=RECIPE.eps, weight_decay=RECIPE.wd)
    order = torch.Generator().manual_seed(seed)
    batches = DataLoader(
        TensorDataset(dls.train_x, dls.train_y), RECIPE.bs, shuffle=True, drop_last=True, generator=order
    )
    schedule = schedule_for(RECIPE, RECIPE.epochs * len(batches))
    step = 0
    for _ in range(RECIPE.epochs):
        for x, y in batches:
            optimizer.param_groups[0].update(lr=schedule.lr[step], betas=(schedule.mom[step], RECIPE.sqr_mom))
            loss = F.mse_loss(module(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        with torch.no_grad():
            valid_loss = F.mse_loss(module(dls.valid_x), dls.valid_y).item()
    return valid_loss


def module_for(dls: cw.CollabDataLoaders, seed: int) -> torch.nn.Module:
    generator = torch.Generator().manual_seed(seed)
    return cw.EmbeddingDotBias(50, len(dls.users), len(dls.items), (0, 5.5), generator=generator)


FITS = {
    "plain PyTorch (DataLoader, autograd, AdamW)": plain_torch,
    "collabwidgets, autograd engine": ours(AutogradEngine),
    "collabwidgets, fused engine": ours(FusedEngine),
}


def main() -> None:
    torch.set_num_threads(1)
    dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
    ours(FusedEngine)(dls, 0)  # compiled before the clock runs
    seconds: dict[str, list[float]] = {name: [] for name in FITS}
    losses: dict[str, list[float]] = {name: [] for name in FITS}
    for seed in range(ROUNDS):
        for name, fit in FITS.items():
            began = time.perf_counter()
            losses[name].append(fit(dls, seed))
            seconds[name].append(time.perf_counter() - began)
    slowest = statistics.median(seconds["plain PyTorch (DataLoader, autograd, AdamW)"])
    print(
        f"| five epochs of MovieLens 100K, bs 64, one thread, medians of {ROUNDS} | seconds | ratio | validation MSE |"
    )
    print("|---|---|---|---|")
    for name in FITS:
        median = statistics.median(seconds[name])
        print(f"| {name} | {median:.3f} | {slowest / median:.1f} × | {statistics.median(losses[name]):.4f} |")


if __name__ == "__main__":
    main()

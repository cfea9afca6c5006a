"""What does the arithmetic of a fit; `choose_engine` picks."""

from __future__ import annotations

import torch
from torch import nn

from ...models import Ensemble
from ...plain import one_of
from ..loss import LossFunction, loss_name
from ..recipe import ENGINES as KNOWN_ENGINES
from ..trainer import Engine
from .autograd import AutogradEngine
from .ensemble import EnsembleEngine
from .fused import FusedEngine, why_not_fused

__all__ = [
    "ENGINES",
    "AutogradEngine",
    "FusedEngine",
    "checked_device",
    "choose_engine",
    "why_not_fused",
]

ENGINES = ("auto", *KNOWN_ENGINES)


def checked_device(device: str | torch.device | None) -> str | torch.device | None:
    """The device itself, or a ValueError that names those that are there."""
    try:
        torch.empty(0, device=device).tolist()  # of "meta", which holds no numbers, there is no list
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # by what torch was built for
        mps = ["mps"] if torch.backends.mps.is_available() else []
        there = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count())), *mps]
        raise ValueError(f"device={str(device)!r} is not on this machine; choose one of {', '.join(there)}") from error
    return device


def choose_engine(
    module: nn.Module,
    wanted: str = "auto",
    *,
    device: str | torch.device | None = None,
    loss_func: LossFunction | None = None,
) -> Engine:
    """The engine that trains `module`: ``"auto"`` takes the compiled loop where it can.

    Raises
    ------
    ValueError
        When `wanted` is no engine or `device` not there, and when ``"fused"`` is wanted and cannot train this module,
        on this device, by this loss.
    """
    one_of("engine", wanted, ENGINES)
    first = next(module.parameters(), None)
    if first is not None and first.is_meta:
        checked_device(first.device)
    checked_device(device)
    if isinstance(module, Ensemble):
        members = [choose_engine(member, wanted, device=device, loss_func=loss_func) for member in module.members]
        return EnsembleEngine(module, members, loss_func)
    if device is not None and torch.device(device).type != "cpu":
        reason = f"it trains on the CPU, not on device={str(device)!r}"
    elif loss_func is not None:
        reason = f"it knows the mean squared error alone, not {loss_name(loss_func)}"
    else:
        reason = why_not_fused(module)
    if wanted == "fused" and reason:
        raise ValueError(f"the fused engine cannot train this module: {reason}; use engine='autograd'")
    return AutogradEngine(module, device, loss_func) if reason or wanted == "autograd" else FusedEngine(module)

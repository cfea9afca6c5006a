"""What a session says about a fit, in sentences."""

from __future__ import annotations

import math
import sysconfig
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from .history import History

if TYPE_CHECKING:
    from ..data.loaders import CollabDataLoaders

COMPILING = "Compiling, once: this takes some seconds."
RECOVERING = "Loss became NaN. Looking for a learning rate that works."


def place(before: int, epochs: int, share: float) -> str:
    """Where a fit of `epochs` epochs is, `share` (0 to 1) of it done, after `before` epochs of earlier fits."""
    epoch = max(1, math.ceil(share * epochs - 1e-9))
    return f"epoch {epoch} of {epochs}" + (f" of this fit, {before + epoch} in all" if before else "")


def halted(outcome: str, where: str, best_epoch: int | None) -> str:
    """A fit was "paused" or "stopped" at a place; `best_epoch` is the one whose weights were put back, if any were."""
    kept = "weights kept" if best_epoch is None else f"loaded weights of best epoch ({best_epoch})"
    return f"{outcome.capitalize()} at {where}; {kept}."


def failed(error: BaseException) -> str:
    """A fit was ended by an error; of one in code that is not the package's, which function it was in."""
    said = ": ".join(filter(None, (type(error).__name__, str(error))))
    own = [frame.name for frame in traceback.extract_tb(error.__traceback__) if not _is_installed(frame.filename)]
    return f"{said} (in your {own[-1]})" if own else said


def _is_installed(file: str) -> bool:
    """Whether a file is of this package, another library or Python itself."""
    places = (str(Path(__file__).parents[1]), sysconfig.get_path("stdlib"), "<frozen")
    return file.startswith(places) or "site-packages" in file


def finished(epoch: float, seconds: float, history: History, early: bool, best_epoch: int | None) -> str:
    """A fit came to its end; `best_epoch` is the one whose weights were put back, if any were."""
    parts = [f"Trained to epoch {epoch:g} in {seconds:.1f} s."]
    if early:
        parts.append("Stopped early: the validation loss no longer improved.")
    if best_epoch is not None:
        parts.append(f"Loaded weights of best epoch ({best_epoch}).")
    elif history.best is not None:
        parts.append(f"Best validation loss {history.best.valid_loss:.4f} at epoch {history.best.epoch}.")
    return " ".join(parts)


def cold(data: CollabDataLoaders) -> str:
    """How many validation ratings no model can know anything of; nothing where there are none."""
    if not data.n_cold:
        return ""
    return (
        f"{data.n_cold:,} of {data.n_valid:,} validation ratings are scored as '#na#': their {data.user_name} or "
        f"{data.item_name} has no training rating."
    )


def diverged(epoch: int, step: int, suggested_lr: float | None) -> str:
    """The loss became NaN; `suggested_lr` is a learning rate that lowered it in a trial, if one did."""
    trial = (
        "No smaller learning rate lowers it: look for what makes it NaN in the model or the ratings."
        if suggested_lr is None
        else f"In a trial on fresh weights learning rate {suggested_lr:g} lowered it."
    )
    return f"Loss became NaN at epoch {epoch}, step {step}; the weights are those before that epoch. {trial}"

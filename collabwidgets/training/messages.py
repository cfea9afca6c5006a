"""What a session says about a fit that is over, in sentences."""

from __future__ import annotations

from .history import History


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


def diverged(epoch: int, step: int, suggested_lr: float | None) -> str:
    """The loss became NaN; `suggested_lr` is a learning rate that lowered it in a trial, if one did."""
    trial = (
        "No smaller learning rate lowers it: look for what makes it NaN in the model or the ratings."
        if suggested_lr is None
        else f"In a trial on fresh weights learning rate {suggested_lr:g} lowered it."
    )
    return f"Loss became NaN at epoch {epoch}, step {step}; the weights are those before that epoch. {trial}"

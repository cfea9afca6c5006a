"""(module, data, recipe) → events. Nothing here knows a thread, a widget or a clock but its own."""

from .engines import AutogradEngine, FusedEngine, checked_device, why_not_fused
from .events import BatchEnd, Compiling, Diverged, EpochEnd, Event, Finished
from .history import EpochRecord, History, Run, Runs
from .loss import L1LossFlat, LossFunction, MSELossFlat, loss_name, own_loss
from .lr_find import LRFind, lr_find
from .recipe import Recipe
from .schedule import schedule_for
from .snapshot import Snapshot
from .trainer import Trainer

__all__ = [
    "AutogradEngine",
    "BatchEnd",
    "Compiling",
    "Diverged",
    "EpochEnd",
    "EpochRecord",
    "Event",
    "Finished",
    "FusedEngine",
    "History",
    "L1LossFlat",
    "LRFind",
    "LossFunction",
    "MSELossFlat",
    "Recipe",
    "Run",
    "Runs",
    "Snapshot",
    "Trainer",
    "checked_device",
    "loss_name",
    "lr_find",
    "own_loss",
    "schedule_for",
    "why_not_fused",
]

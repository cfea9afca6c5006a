"""(module, data, recipe) → events. Nothing here knows a thread, a widget or a clock but its own."""

from .autograd import AutogradEngine
from .events import BatchEnd, Compiling, Diverged, EpochEnd, Event, Finished
from .fused import FusedEngine, can_fuse
from .history import EpochRecord, History
from .loss import L1LossFlat, LossFunction, MSELossFlat, loss_name, own_loss
from .lr_find import LRFind, lr_find
from .members import MembersEngine
from .recipe import Recipe
from .runs import Run, Runs
from .schedule import Schedule, schedule_for
from .trainer import Engine, Trainer

__all__ = [
    "AutogradEngine",
    "BatchEnd",
    "Compiling",
    "Diverged",
    "Engine",
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
    "MembersEngine",
    "Recipe",
    "Run",
    "Runs",
    "Schedule",
    "Trainer",
    "can_fuse",
    "loss_name",
    "lr_find",
    "own_loss",
    "schedule_for",
]

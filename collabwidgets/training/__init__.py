"""(module, data, recipe) → events. Nothing here knows a thread, a widget or a clock but its own."""

from .autograd import AutogradEngine
from .events import BatchEnd, Compiling, Diverged, EpochEnd, Event, Finished
from .fused import FusedEngine, can_fuse
from .history import EpochRecord, History
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
    "MembersEngine",
    "Recipe",
    "Run",
    "Runs",
    "Schedule",
    "Trainer",
    "can_fuse",
    "schedule_for",
]

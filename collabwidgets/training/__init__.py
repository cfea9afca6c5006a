"""(module, data, recipe) → events. Nothing here knows a thread, a widget or a clock but its own."""

from .autograd import AutogradEngine
from .events import BatchEnd, Diverged, EpochEnd, Event, Finished
from .history import EpochRecord, History
from .recipe import Recipe
from .schedule import Schedule, schedule_for
from .trainer import Engine, Trainer

__all__ = [
    "AutogradEngine",
    "BatchEnd",
    "Diverged",
    "Engine",
    "EpochEnd",
    "EpochRecord",
    "Event",
    "Finished",
    "History",
    "Recipe",
    "Schedule",
    "Trainer",
    "schedule_for",
]

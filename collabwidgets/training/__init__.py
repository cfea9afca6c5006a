"""(module, data, recipe) → events. Nothing here knows a thread, a widget or a clock but its own."""

from .recipe import Recipe
from .snapshot import Snapshot
from .trainer import Trainer

__all__ = ["Recipe", "Snapshot", "Trainer"]

"""What is seen: one store a learner, and the widgets that look at it."""

from .bias_table import BiasTable
from .dashboard import Dashboard
from .neighbor_search import NeighborSearch
from .pca_scatter import PCAScatter
from .store import LearnerStore
from .training_panel import TrainingPanel
from .view import View

__all__ = [
    "BiasTable",
    "Dashboard",
    "LearnerStore",
    "NeighborSearch",
    "PCAScatter",
    "TrainingPanel",
    "View",
]

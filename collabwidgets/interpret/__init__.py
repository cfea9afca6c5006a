"""Findings: from an immutable snapshot to tables; numpy and pandas, no widgets."""

from .bias import biases
from .hit_rate import hit_rate
from .neighbors import neighbors
from .pca import PCAFrame, fit_pca
from .snapshot import Snapshot

__all__ = ["PCAFrame", "Snapshot", "biases", "fit_pca", "hit_rate", "neighbors"]

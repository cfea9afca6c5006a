"""Findings: from an immutable snapshot to tables; numpy and pandas, no widgets."""

from .bias import biases
from .neighbors import neighbors
from .pca import PCAFrame, fit_pca
from .snapshot import Snapshot

__all__ = ["PCAFrame", "Snapshot", "biases", "fit_pca", "neighbors"]

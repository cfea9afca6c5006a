"""Findings: from an immutable snapshot to tables; numpy and pandas, no widgets."""

from .bias import biases
from .explain import explain
from .fold_in import Folded, fold_in
from .hit_rate import hit_rate
from .neighbors import neighbors
from .pca import PCAFrame, fit_pca, pca_table
from .recommend import recommend

__all__ = [
    "Folded",
    "PCAFrame",
    "biases",
    "explain",
    "fit_pca",
    "fold_in",
    "hit_rate",
    "neighbors",
    "pca_table",
    "recommend",
]

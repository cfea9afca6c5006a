"""Findings: from an immutable snapshot to tables; numpy and pandas, no widgets."""

from .bias import biases
from .embeddings import embeddings
from .evaluate import evaluate
from .explain import explain
from .fold_in import fold_in
from .neighbors import neighbors
from .pca import PCAFrame, fit_pca
from .recommend import recommend

__all__ = [
    "PCAFrame",
    "biases",
    "embeddings",
    "evaluate",
    "explain",
    "fit_pca",
    "fold_in",
    "neighbors",
    "recommend",
]

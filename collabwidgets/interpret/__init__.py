"""Findings: from an immutable snapshot to tables; numpy and pandas, no widgets."""

from .bias import biases
from .embeddings import embeddings
from .evaluate import evaluate
from .explain import explain
from .fold_in import fold_in
from .neighbors import neighbors, similar_users
from .pca import PCAFrame, fit_pca, pca_table
from .recommend import recommend, recommend_to_many
from .stability import biases_in_runs, neighbors_in_runs

__all__ = [
    "PCAFrame",
    "biases",
    "biases_in_runs",
    "embeddings",
    "evaluate",
    "explain",
    "fit_pca",
    "fold_in",
    "neighbors",
    "neighbors_in_runs",
    "pca_table",
    "recommend",
    "recommend_to_many",
    "similar_users",
]

"""Train a recommender and look inside it, live, in any notebook.

The public names; each room is imported when it is first used, so that data, models, training and findings work
without a notebook's packages.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_NAMES = {
    "data": "CollabDataLoaders LeaveLast StableSplit TimeSplit Vocab load_movielens read_ratings synthetic_ratings",
    "models": "CollabNN DotProduct DotProductBias Embedding EmbeddingDotBias EmbeddingNN Ensemble SVDpp SideDotBias "
    "TabularModel create_params get_emb_sz sigmoid_range",
    "training": "Recipe Trainer Snapshot",
    "comparison": "compare",
    "learner": "CollabLearner",
    "making": "collab_learner load_learner",
    "map_plot": "plot_pca",
    "plots": "plot_biases plot_loss plot_neighbors",
    "widgets": "BiasTable Dashboard LearnerStore NeighborSearch PCAScatter TrainingPanel",
    "widgets.figures": "loss_figure parabola_figure pca_figure",
}
_ROOM_OF = {name: room for room, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_ROOM_OF)

if TYPE_CHECKING:
    from .comparison import compare
    from .data import (
        CollabDataLoaders,
        LeaveLast,
        StableSplit,
        TimeSplit,
        Vocab,
        load_movielens,
        read_ratings,
        synthetic_ratings,
    )
    from .learner import CollabLearner
    from .making import collab_learner, load_learner
    from .map_plot import plot_pca
    from .models import (
        CollabNN,
        DotProduct,
        DotProductBias,
        Embedding,
        EmbeddingDotBias,
        EmbeddingNN,
        Ensemble,
        SideDotBias,
        SVDpp,
        TabularModel,
        create_params,
        get_emb_sz,
        sigmoid_range,
    )
    from .plots import plot_biases, plot_loss, plot_neighbors
    from .training import Recipe, Snapshot, Trainer
    from .widgets import BiasTable, Dashboard, LearnerStore, NeighborSearch, PCAScatter, TrainingPanel
    from .widgets.figures import loss_figure, parabola_figure, pca_figure


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_ROOM_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

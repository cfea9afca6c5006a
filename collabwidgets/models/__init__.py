"""The chapter's models as plain ``nn.Module``s: ``x`` int64 ``[bs, 2]`` (user row, item row) in, ``[bs]`` out."""

from .dot import DotProduct, DotProductBias, EmbeddingDotBias
from .ensemble import Ensemble
from .layers import Embedding, create_params, embedding_size, sigmoid_range
from .neural import CollabNN, EmbeddingNN, get_emb_sz
from .side_dot import SideDotBias
from .svdpp import SVDpp
from .tables import TableNames, find_tables
from .tabular import TabularModel, TabularNN

__all__ = [
    "CollabNN",
    "DotProduct",
    "DotProductBias",
    "Embedding",
    "EmbeddingDotBias",
    "EmbeddingNN",
    "Ensemble",
    "SVDpp",
    "SideDotBias",
    "TableNames",
    "TabularModel",
    "TabularNN",
    "create_params",
    "embedding_size",
    "find_tables",
    "get_emb_sz",
    "sigmoid_range",
]

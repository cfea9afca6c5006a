"""The chapter's models as plain ``nn.Module``s: ``x`` int64 ``[bs, 2]`` (user row, item row) in, ``[bs]`` out."""

from .dot import DotProduct, DotProductBias, EmbeddingDotBias
from .layers import Embedding, create_params, embedding_size, sigmoid_range
from .tables import TableNames, find_tables

__all__ = [
    "DotProduct",
    "DotProductBias",
    "Embedding",
    "EmbeddingDotBias",
    "TableNames",
    "create_params",
    "embedding_size",
    "find_tables",
    "sigmoid_range",
]

"""Ratings in, integers out: the data sets, the vocabulary, the loaders."""

from .loaders import CollabDataLoaders
from .movielens import DataUnavailable, load_movielens
from .readers import read_ratings
from .side import Side
from .splits import LeaveLast, StableSplit, TimeSplit
from .synthetic import SyntheticTruth, synthetic_ratings
from .vocab import Vocab

__all__ = [
    "CollabDataLoaders",
    "DataUnavailable",
    "LeaveLast",
    "Side",
    "StableSplit",
    "SyntheticTruth",
    "TimeSplit",
    "Vocab",
    "load_movielens",
    "read_ratings",
    "synthetic_ratings",
]

"""Snapshots made by hand, for findings to be checked on."""

import numpy as np
import pytest

from collabwidgets.data.side import Side
from collabwidgets.training import Snapshot


@pytest.fixture(scope="session")
def make_side():
    def make(n, *, name="title", counts=None, means=None, untrained=(), names=None):
        """A side of `n` rows and '#na#'; arrays passed in leave row 0 out."""
        counts = np.full(n, 50) if counts is None else np.asarray(counts)
        trained = np.ones(n + 1, dtype=bool)
        trained[[0, *untrained]] = False
        return Side(
            name=name,
            names=np.array(["#na#", *(names or [f"{name} {row}" for row in range(1, n + 1)])], dtype=object),
            counts=np.concatenate([[0], counts]).astype(np.int32),
            means=np.concatenate([[np.nan], np.full(n, 3.5) if means is None else means]).astype(np.float32),
            trained=trained,
        )

    return make


@pytest.fixture(scope="session")
def make_snapshot(make_side):
    def make(*, item_factors=None, item_bias=None, users=None, items=None, **fields):
        """A snapshot whose tables leave row 0 out; '#na#' gets a row that would win every ranking."""

        def with_na(table):
            return None if table is None else np.concatenate([np.full_like(table[:1], 1000), table])

        sized = item_factors if item_factors is not None else item_bias
        return Snapshot(
            **{
                "revision": 1,
                "epoch": 1.0,
                "users": users or make_side(3, name="user"),
                "items": items or make_side(len(sized)),
                "user_factors": None,
                "item_factors": with_na(item_factors),
                "user_bias": None,
                "item_bias": with_na(item_bias),
                "y_range": (0, 5.5),
                "rating_mean": 3.53,
                **fields,
            }
        )

    return make

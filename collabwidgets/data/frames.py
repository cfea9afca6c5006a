"""Ratings of loaders as tables: ids and numbers under the names of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    import pandas as pd

    from .loaders import CollabDataLoaders


def as_frame(dls: CollabDataLoaders, x: torch.Tensor, y: torch.Tensor) -> pd.DataFrame:
    """A row for each rating: the ids behind the rows ``x`` int64 ``[n, 2]``, and the ratings ``y`` float32 ``[n]``."""
    import pandas as pd

    users, items = dls.classes[dls.user_name], dls.classes[dls.item_name]
    return pd.DataFrame(
        {
            dls.user_name: users[x[:, 0].tolist()],
            dls.item_name: items[x[:, 1].tolist()],
            dls.rating_name: y.tolist(),
        }
    )


def all_as_frame(dls: CollabDataLoaders) -> pd.DataFrame:
    """All ratings by their places in the table they came from, with weights and whether they are held out."""
    import pandas as pd

    x, y, weights = dls.whole()
    frame = as_frame(dls, x, y)
    if weights is not None:
        frame[dls.weight_name] = weights.numpy()
    frame["valid"] = np.arange(len(frame)) >= dls.n_train
    name = None if "place" in frame else "place"
    return frame.set_index(pd.Index(dls._places.numpy(), name=name)).sort_index()

"""Orient the maps of earlier epochs like the present one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .align import assignment
from .pca import PCAFrame


def lying_as(now: PCAFrame, earlier: Sequence[PCAFrame]) -> list[PCAFrame]:
    """Earlier frames with their components in the order and with the signs of the present one.

    From the last one back, each is matched to the one after it so that the absolute cosines of the components sum
    highest: no component flips, or changes its place, from any frame to the next.

    Parameters
    ----------
    now : PCAFrame
        The present frame.
    earlier : sequence of PCAFrame
        Frames of the same run, fitted on the same rows, oldest first.

    Returns
    -------
    list of PCAFrame
        In the same order; ``axis_match`` is None, as nothing is said of a change in order.
    """
    found, after = [], now
    for frame in reversed(earlier):
        cosines = after.components[: frame.k] @ frame.components.T
        order = np.array(assignment(np.abs(cosines)))
        signs = np.where(cosines[np.arange(len(order)), order] < 0, -1.0, 1.0)
        after = replace(
            frame,
            components=frame.components[order] * signs[:, None],
            scores=frame.scores[:, order] * signs.astype(np.float32),
            explained_variance_ratio=frame.explained_variance_ratio[order],
            axis_match=None,
        )
        found.append(after)
    return found[::-1]

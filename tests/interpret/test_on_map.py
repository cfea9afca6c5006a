"""Places on the map by distance, against a plain count."""

from __future__ import annotations

import numpy as np
import pytest

from collabwidgets.interpret.on_map import far_beyond, map_ranks


@pytest.mark.parametrize("equal", [True, False])
def test_the_place_on_the_map_is_one_more_than_the_titles_that_lie_nearer(equal: bool) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=200).astype(np.float32), 40 * rng.normal(size=200).astype(np.float32)
    x[:20] = np.nan
    shown = rng.random(200) < 0.6
    known = np.flatnonzero(shown & np.isfinite(x))
    anchor, rows = int(known[3]), known[[10, 2, 40]]
    scale = (1.0, 1.0) if equal else (np.ptp(x[known]), np.ptp(y[known]))
    distance = np.hypot((x - x[anchor]) / scale[0], (y - y[anchor]) / scale[1])
    expected = [1 + sum(distance[other] < distance[row] for other in known if other != anchor) for row in rows]
    assert map_ranks(x, y, shown, anchor, rows, equal=equal).tolist() == expected


def test_far_begins_after_the_nearest_tenth_and_never_within_the_k_nearest() -> None:
    assert far_beyond(931, 10) == 94
    assert far_beyond(50, 10) == 10

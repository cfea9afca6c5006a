"""One seed, several independent streams: the weights must not depend on how often batches were drawn."""

from __future__ import annotations

import numpy as np
import torch

from .plain import plain

_STREAMS = ("weights", "batches", "members", "trial")


def generator(seed: int, stream: str) -> torch.Generator:
    """A torch generator of its own for one purpose, the same for the same seed.

    The purposes: ``"weights"``, ``"batches"``, ``"members"`` and ``"trial"``.
    """
    state = np.random.SeedSequence([plain(seed), _STREAMS.index(stream)]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))

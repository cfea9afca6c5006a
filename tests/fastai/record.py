"""Take the steps with fastai and write down what came out, in the environment that `make bench-peers` sets up.

ML_100K=folder/of/u.data .venv-peers/bin/python -m tests.fastai.record > tests/fastai/recorded.json
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

from .steps import losses, results


def main() -> None:
    import fastai.collab
    import fastai.losses
    import fastai.tabular.all
    from fastai.tabular.core import TabDataLoader, TabularPandas

    warnings.simplefilter("ignore")
    # A training epoch as a permutation, as it was until 2.7.14 and in the book.
    TabularPandas._dl_type = TabDataLoader
    names = SimpleNamespace(**(vars(fastai.tabular.all) | vars(fastai.losses) | vars(fastai.collab)))
    path = Path(os.environ["ML_100K"])
    with contextlib.redirect_stdout(sys.stderr):
        recorded = results(names, path)
        recorded["losses"] = [losses(names, path, seed) for seed in range(3)]
        recorded["valley"] = [fastai.callback.schedule.valley(list(range(40)), curve(bend), 0)[0] for bend in range(5)]
    json.dump(recorded, sys.stdout, indent=1, ensure_ascii=False)


def curve(bend: int) -> list[float]:
    """A loss that falls, wavers and explodes."""
    from math import exp, sin

    return [exp(-step / 15) + 0.05 * sin(step * (bend + 1)) + exp(step - 33 - bend) for step in range(40)]


if __name__ == "__main__":
    main()

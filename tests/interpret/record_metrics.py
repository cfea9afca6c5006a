"""Measure ranked lists by ranx and LensKit and write down what came out, in the environment of `make bench-peers`.

.venv-peers/bin/python -m tests.interpret.record_metrics > tests/interpret/recorded_metrics.json
"""

from __future__ import annotations

import json
import sys

import numpy as np
from numpy.typing import NDArray

K = 10
LENSKIT = {"ndcg": "NDCG", "mrr": "RecipRank", "recall": "Recall", "precision": "Precision", "hit_rate": "Hit"}
RANX = {"ndcg": "ndcg", "mrr": "mrr", "recall": "recall", "precision": "precision", "hit_rate": "hit_rate"}


def lists() -> tuple[NDArray[np.int64], list[list[int]]]:
    """Lists int64 ``[40, 10]`` of titles from 1 to 60, and the titles that each user liked."""
    rng = np.random.default_rng(3)
    ranked = np.stack([rng.permutation(60)[:K] + 1 for _ in range(40)])
    return ranked, [sorted((rng.permutation(60)[: rng.integers(1, 20)] + 1).tolist()) for _ in range(40)]


def main() -> None:
    from lenskit import metrics
    from lenskit.data import ItemList
    from ranx import Qrels, Run, evaluate

    ranked, liked = lists()
    qrels = Qrels({f"{u:02}": {str(item): 1 for item in items} for u, items in enumerate(liked)})
    run = Run({f"{u:02}": {str(item): float(K - i) for i, item in enumerate(items)} for u, items in enumerate(ranked)})
    found = {"ranx": {name: evaluate(qrels, run, f"{of}@{K}", return_mean=False).tolist() for name, of in RANX.items()}}
    pairs = [
        (ItemList(item_ids=row, ordered=True), ItemList(item_ids=items))
        for row, items in zip(ranked, liked, strict=True)
    ]
    weights = {"weight": metrics.LogRankWeight(offset=1)}  # 1 / log2(place + 1), as ranx has it
    found["lenskit"] = {
        name: [
            float(metrics.call_metric(getattr(metrics, of), recs, test, K, **(weights if name == "ndcg" else {})))
            for recs, test in pairs
        ]
        for name, of in LENSKIT.items()
    }
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()

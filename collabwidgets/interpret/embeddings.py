"""What a model has learnt about each item or user as a plain table, and as the files of TensorBoard's projector."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..training.snapshot import Snapshot


def embeddings(snapshot: Snapshot, kind: str = "items") -> pd.DataFrame:
    """Factors and biases of the items, or of the users, without ``'#na#'`` and rows that were never trained.

    Parameters
    ----------
    snapshot : Snapshot
    kind : {"items", "users"}

    Returns
    -------
    DataFrame, index ``row``: the row in the model's table
        * the side's name (such as ``title``): the id, as it is in the ratings;
        * ``count`` of its ratings, training and validation;
        * ``bias`` float32, where the model has one: a logit if it has a `y_range`, else rating units;
        * ``factor_1`` … ``factor_k`` float32.

    Raises
    ------
    ValueError
        When `kind` is unknown, or the model has neither factors nor biases of that kind.
    """
    turned, one = snapshot.of(kind), kind[:-1]
    side, factors, bias = turned.items, turned.item_factors, turned.item_bias
    if factors is None and bias is None:
        raise ValueError(
            f"the model has neither factors nor biases of the {kind}; name the tables by {one}_factors= and "
            f"{one}_bias= when making the learner"
        )
    rows = np.flatnonzero(side.trained)
    columns: dict[str, Any] = {"count": side.counts[rows]}
    if bias is not None:
        columns["bias"] = bias[rows]
    if factors is not None:
        columns |= {f"factor_{i + 1}": factors[rows, i] for i in range(factors.shape[1])}
    return side.frame(rows, columns)


def save_projector(table: pd.DataFrame, folder: Path) -> Path:
    """Write a table of `embeddings` as ``vectors.tsv`` and ``metadata.tsv``, which TensorBoard's projector loads.

    Returns
    -------
    Path
        The folder, which is made where there is none.

    Raises
    ------
    NotADirectoryError
        When `folder` is a file.
    ValueError
        When the table has no factors.
    """
    factors = [name for name in table if name.startswith("factor_")]
    if not factors:
        raise ValueError("the model has no factors of that kind, so there is nothing to project")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise NotADirectoryError(
            f"{folder} is a file, or lies in one; name a folder, in which vectors.tsv and metadata.tsv are written"
        ) from None
    table[factors].to_csv(folder / "vectors.tsv", sep="\t", header=False, index=False)
    facts = table.drop(columns=factors).astype(str).replace(r"\s+", " ", regex=True)  # the format knows no quotes
    facts.to_csv(folder / "metadata.tsv", sep="\t", index=False, quoting=csv.QUOTE_NONE)
    return folder

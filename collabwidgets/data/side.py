"""Side: one side of the ratings matrix, users or items, as read-only arrays aligned by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..plain import plain
from ..spelling import did_you_mean
from .cells import text_of
from .features import Features
from .vocab import NA, Id, Vocab

if TYPE_CHECKING:
    import pandas as pd

    from .side_table import Titles

MOST_DEFAULT_MIN_COUNT = 20
_ARRAYS: dict[str, Any] = {"names": object, "counts": np.int32, "means": np.float32, "trained": np.bool_}


@dataclass(frozen=True, eq=False)
class Side:
    """Names, rating counts and means of all users, or of all items; row 0 is ``'#na#'``.

    Attributes
    ----------
    name : str
        The column of the ratings these are from, such as ``"title"``.
    names : object [n]
        Ids as text to display.
    counts : int32 [n]
        Ratings in the whole frame, training and validation.
    means : float32 [n]
        Mean of those ratings in the ratings' unit, weighted if they have weights; NaN where there are none.
    trained : bool [n]
        Has at least one training rating. The rest, row 0 among it, are no findings.
    ids : int64 or object [n], optional
        Ids as they are in the ratings, such as 242, where `names` has "242"; row 0 of whole numbers is 0. By default
        the names.
    title_name : str
        The column of titles that `names` are from, where they are titles beside ids; else empty.
    features : Features, optional
        Side columns, where a side table gave some.
    train_weights : float64 [n], optional
        How many training ratings, or the sum of their weights, where that is known.
    """

    name: str
    names: NDArray[np.object_]
    counts: NDArray[np.int32]
    means: NDArray[np.float32]
    trained: NDArray[np.bool_]
    ids: NDArray[Any] | None = None
    title_name: str = ""
    features: Features | None = None
    train_weights: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for field, dtype in _ARRAYS.items():
            values: NDArray[Any] = np.array(getattr(self, field), dtype=dtype)
            values.flags.writeable = False
            object.__setattr__(self, field, values)
        shapes = {field: getattr(self, field).shape for field in _ARRAYS}
        if set(shapes.values()) != {(len(self.names),)} or not len(self.names) or self.names[0] != NA:
            raise ValueError(
                f"the shapes of a side's arrays are {shapes}; pass one value a row in each, and {NA!r}, the name of "
                "unknown ids, in the first row"
            )
        if self.ids is None:
            object.__setattr__(self, "ids", self.names)

    @classmethod
    def from_rows(
        cls,
        vocab: Vocab,
        rows: NDArray[np.int64],
        ratings: NDArray[np.float32],
        is_train: NDArray[np.bool_],
        weights: NDArray[np.float32] | None = None,
        titles: Titles | None = None,
        features: Features | None = None,
    ) -> Side:
        """Count and average the ratings of each row of `vocab`; the arrays have one entry a rating."""
        n = len(vocab)
        counted = ratings if weights is None else ratings.astype(np.float64) * weights
        sums = np.bincount(rows, weights=counted, minlength=n)  # in float64, whatever the ratings are
        of_train = None if weights is None else weights[is_train]
        train_weights = np.bincount(rows[is_train], of_train, minlength=n).astype(np.float64)
        with np.errstate(invalid="ignore"):
            means = sums / np.bincount(rows, weights, minlength=n)
        return cls(
            name=vocab.name,
            names=np.array([str(known) for known in vocab], dtype=object) if titles is None else titles.names,
            counts=np.bincount(rows, minlength=n).astype(np.int32),
            means=means.astype(np.float32),
            trained=train_weights > 0,
            ids=vocab.ids,
            title_name="" if titles is None else titles.name,
            features=features,
            train_weights=train_weights,
        )

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: Id) -> int:
        """Row of a name or an id, which must match exactly; whole numbers are looked up as the text they are shown as.

        Of a title that several have, it is the row with the most ratings; by its id each is found.

        Raises
        ------
        ValueError
            On an unknown name, with the nearest spelling; ``'#na#'`` is one.
        """
        name = plain(name)
        text = text_of(name)
        row = self._rows.get(text, 0) if isinstance(name, str) else 0
        row = row or self._rows_by_id.get(text, 0)
        if row == 0:
            raise ValueError(f"there is no {self.name} {name!r}." + did_you_mean(str(name), self.names[1:].tolist()))
        return row

    def frame(self, rows: NDArray[np.integer], columns: Mapping[str, Any]) -> pd.DataFrame:
        """A table of some rows: their titles, where there are any, ids under the side's name, and `columns`.

        The index, ``row``, has the rows. Ids are under ``name_id`` where one of `columns` or the index has the name.
        """
        import pandas as pd

        taken = self.name in columns or self.name == "row"
        shown = {f"{self.name}_id" if taken else self.name: self._ids[rows]}
        if self.title_name:
            taken = self.title_name in (*columns, *shown, "row")
            shown = {f"{self.title_name}_text" if taken else self.title_name: self.names[rows], **shown}
        return pd.DataFrame({**shown, **columns}, index=pd.Index(rows, name="row"))

    @cached_property
    def _ids(self) -> Any:
        """The ids as pandas holds them, in the dtype that it finds in all of them."""
        import pandas as pd

        return pd.Series(self.ids).array

    @cached_property
    def default_min_count(self) -> int:
        """Ratings that an item must have to be shown unless somebody says otherwise: 20, or the median of the trained
        items where that is less, so that at least half of a small table is seen."""
        counts = self.counts[self.trained]
        return min(MOST_DEFAULT_MIN_COUNT, int(np.median(counts))) if len(counts) else MOST_DEFAULT_MIN_COUNT

    @cached_property
    def cold(self) -> NDArray[np.bool_]:
        """Rows of which the side columns are known and no training rating, bool [n]."""
        if self.features is None or self.train_weights is None:
            return np.zeros(len(self), bool)
        return self.features.known & ~self.trained

    def known_from(self, rows: NDArray[np.integer]) -> list[str]:
        """What is known of some rows, as ``"ratings"`` or ``"0 ratings, from its year and genres"``."""
        shown = ["0 ratings" if not count else "no training rating" for count in self.counts[rows]]
        return [
            f"{few}, from its {self.features}" if cold else "ratings"
            for few, cold in zip(shown, self.cold[rows], strict=True)
        ]

    @property
    def never_trained(self) -> NDArray[np.int64]:
        """Rows whose ratings are all for validation."""
        return np.flatnonzero(~self.trained & (self.counts > 0))

    @cached_property
    def _rows(self) -> dict[str, int]:
        by_count = np.argsort(self.counts, kind="stable")
        return {str(self.names[row]): int(row) for row in by_count}

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """The ids as text, object [n], row 0 included."""
        return self.names if not self.title_name else np.array([NA, *map(str, self._ids[1:])], dtype=object)

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {str(key): row for row, key in enumerate(self.keys.tolist())}

    @cached_property
    def years(self) -> NDArray[np.float64]:
        """The year at the end of each name, "(1995)", float64 [n]; NaN where there is none."""
        import pandas as pd

        ends = pd.Series(self.names).astype(str).str.extract(r"\((\d{4})\)\s*$", expand=False)
        years: NDArray[np.float64] = ends.to_numpy(dtype=np.float64, na_value=np.nan)
        years.flags.writeable = False
        return years

    def __repr__(self) -> str:
        return f"Side({len(self) - 1:,} {self.name}s, {int(self.counts.sum()):,} ratings)"

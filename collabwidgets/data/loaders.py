"""CollabDataLoaders: ratings, split and batched by one seed, as fastai's class of that name does."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from ..calls import Call, remembered
from ..plain import whole_number
from .batches import CHAPTERS_BS, TwoParts, usual_bs
from .card import DataCard, data_card
from .columns import BY_POSITION
from .context import Context, read_context
from .origin import name_of, origin_of
from .ratings import Ratings, check_ratings
from .readers import read_ratings, titles_beside
from .scale import proposed_range
from .side import Side
from .side_table import Told, with_side_tables
from .splits import as_split, checked_share, drawn_parts, parts_of
from .tables import is_table, joined, opened
from .text_tables import NO_HEADER
from .vocab import Vocab
from .weighted import weighted_mean

if TYPE_CHECKING:
    import pandas as pd

_COLUMN_NAMES = ("user_name", "item_name", "rating_name", "time_name", "weight_name")
_MAX_SEED = 2**63 - 1


class CollabDataLoaders(TwoParts):
    """Training and validation ratings of users and items; make it by `from_df` or `from_file`.

    Attributes
    ----------
    user_name, item_name, rating_name : str
        The columns, as text.
    classes : dict of str to Vocab
        ``classes[user_name]`` and ``classes[item_name]``: row → id; ``.o2i``: id → row. Row 0 is ``'#na#'``.
    users, items : Side
        Names, counts, means of all rows, which of them have a training rating, and their side columns.
    context : Context or None
        Numbers beside each rating, where `from_df` was asked for some.
    n_train, n_valid : int
    train_x, valid_x : torch.int64 [n, 2]
        User row, item row.
    train_y, valid_y : torch.float32 [n]
    train_w, valid_w : torch.float32 [n] or None
        Weights of the ratings; None where they have none. Learners count them; batches are without.
    weight_name : str
        The column of weights; empty where there is none.
    rating_range : (float, float)
        Lowest and highest rating of the frame.
    rating_mean : float
        Mean training rating, weighted if ratings have weights.
    valid_pct : float
        Share of the ratings held out.
    split : str
        How they were chosen, such as ``"valid_pct=0.2"``.
    seed : int
        Fixes the split and the order of batches; drawn when none was given.
    bs, val_bs : int
    auto_bs : bool
        Whether there are so many ratings that ``bs="auto"`` has chosen larger batches than the chapter's.
    path : pathlib.Path
    origin : str
        Python that makes the ratings, such as ``"cw.load_movielens('100k')"``; empty where that is not known.
    understood : str
        Which columns were taken, such as ``"users: userId, items: title, ratings: rating, time: timestamp"``.
    notes : tuple of str
        Sentences on what was left out or changed, and on values that hardly are ratings; see the data card.
    name : str
        What the ratings are called, such as ``'MovieLens 100K'``; empty where nobody said so.
    has_ratings : bool
        False for what `load_learner` makes of a checkpoint alone.
    made_by : Call
        The call that made these loaders.
    """

    origin: str = ""
    name: str = ""
    path = Path()
    made_by = Call("CollabDataLoaders", {})

    def __init__(
        self,
        ratings: Ratings,
        parts: tuple[torch.Tensor, torch.Tensor],
        told: Mapping[str, Told],
        context: Context | None,
        *,
        valid_pct: float,
        split: str,
        seed: int,
        bs: int | Literal["auto"],
        val_bs: int | None,
    ):
        batch = usual_bs(len(ratings.values)) if bs == "auto" else bs
        super().__init__(
            torch.from_numpy(np.stack([ratings.user_rows, ratings.item_rows], axis=1)),
            torch.from_numpy(ratings.values),
            None if ratings.weights is None else torch.from_numpy(ratings.weights),
            parts,
            seed,
            batch,
            batch if val_bs is None else val_bs,
        )
        self.auto_bs = bs == "auto" and batch != CHAPTERS_BS
        self.valid_pct, self.split, self.context = valid_pct, split, context
        self.user_name, self.item_name = ratings.users.name, ratings.items.name
        self.rating_name, self.weight_name = ratings.rating_name, ratings.weight_name
        self.understood = ratings.understood
        self.notes: tuple[str, ...] = (*ratings.notes, *(() if context is None else context.notes))
        self.classes: dict[str, Vocab] = {self.user_name: ratings.users, self.item_name: ratings.items}
        self._places = torch.from_numpy(ratings.places)[torch.cat(parts)].to(torch.int32)

        is_train = np.ones(len(ratings.values), dtype=bool)
        is_train[parts[1].numpy()] = False
        values = (ratings.values, is_train, ratings.weights)
        self.users = Side.from_rows(ratings.users, ratings.user_rows, *values, *told.get("users", ()))
        self.items = Side.from_rows(ratings.items, ratings.item_rows, *values, *told.get("items", ()))
        self.rating_range = (float(ratings.values.min()), float(ratings.values.max()))
        self.rating_mean = float(weighted_mean(self.train_y.double(), self.train_w))

    @classmethod
    @remembered
    def from_df(
        cls,
        ratings: Any,
        valid_pct: float = 0.2,
        user_name: Hashable | None = None,
        item_name: Hashable | None = None,
        rating_name: Hashable | None = None,
        seed: int | None = None,
        path: str | Path = ".",
        bs: int | Literal["auto"] = "auto",
        val_bs: int | None = None,
        name: str | None = None,
        *,
        time_name: Hashable | None = None,
        weight_name: Hashable | None = None,
        on_bad: str = "error",
        duplicates: str = "keep",
        missing_rating: float | None = None,
        scale: str | None = None,
        split: Any = None,
        items: Any = None,
        users: Any = None,
        features: Any = None,
        context: Sequence[str] | None = None,
    ) -> CollabDataLoaders:
        """Loaders of a table of ratings, one row a rating.

        Parameters
        ----------
        ratings : table of pandas, Polars, PyArrow or another that narwhals knows
            Named levels of a pandas index count as columns.
        valid_pct : float
            Share of the ratings held out for validation, 0 ≤ valid_pct < 1: the first ``int(valid_pct * n)``
            of ``torch.randperm(n)`` under `seed`. With 0, or so few ratings that this is 0, there is no
            validation: ``n_valid`` is 0 and ``valid`` is empty.
        user_name, item_name, rating_name, time_name : str, optional
            Columns. By default the first that is called as such columns are (``userId``, ``reviewerID``, ``asin``,
            ``title``, ``stars``, ``timestamp`` and others), ids before titles, else the first, the second and the
            third of those that are called nothing known. Ids are whole numbers or text.
        weight_name : str, optional
            The column of weights, numbers above 0: a rating of weight 3 counts as three equal ratings do, in losses,
            metrics and means. The loss of a batch is ``sum(w * l) / sum(w)``. Counts of ratings, and `bs`, are of rows;
            a batch norm sees each row once.
        seed : int, optional
            0 to 2**63 - 1; drawn and kept in ``.seed`` when None. No global generator is read or moved.
        path : str or Path
            Kept as ``.path``, for whoever saves something beside the data.
        bs : int or "auto"
            Ratings in a training batch. ``"auto"`` is the chapter's 64 up to 200,000 ratings; above, the power of two
            nearest to a thousandth of them, at most 16,384, so that an epoch keeps 700 steps or more. Learners then
            train with ``rescale=True``, see `Recipe`: settings go on meaning what they mean at 64.
        val_bs : int, optional
            Ratings in a batch of validation; by default as many.
        name : str, optional
            What the ratings are called, the heading of a dashboard. By default what `load_movielens` calls them, as
            long as none is taken away, else nothing.
        on_bad : {"error", "drop"}
            What to do with rows without an id or without a finite number for a rating: an error that names the first
            three, or leave them out, counted in ``.notes``.
        duplicates : {"keep", "last", "mean"}
            What to do with further ratings of a pair of user and item: keep all as ratings of their own, or make one
            of them, the last in the table with its weight, or their mean, by weight, with the sum of their weights.
        missing_rating : float, optional
            The number that stands for no rating, such as 0 or -1; these rows are left out.
        scale : {None, "log"}
            ``"log"`` trains on log(1 + rating): for counts and hours, whose few large ones would decide everything.
        split : StableSplit, LeaveLast, TimeSplit, str, sequence of int or bool, or table, optional
            Chooses the ratings held out in place of `valid_pct`: by their ids, as the last of each user, or from a time
            on (also written ``"stable:0.2"``, ``"last:1"``, ``"time:2015-01-01"``); by their places in the table,
            fastai's ``valid_idx``; or all of another table, with columns of the same names.
        items, users : table or str or Path or True, optional
            A side table, joined by the column of users or items if it has that, else by the one column of ids that it
            shares with `ratings`; of several rows for one the first counts. Where the ratings have ids, titles are
            what people read, and tables of findings have both; HTML entities in them are decoded. The other columns
            become `Side.features`: categories, several values in one cell (lists, or text such as ``"Action|Comedy"``),
            numbers and dates. A missing value is a category of its own, or the mean; ``.notes`` and the data card say
            what was taken and what was left out. With side columns users and items without a rating have a row too,
            and are known by these alone: see `Snapshot.with_cold_rows`. A text file gives titles alone, as does True,
            where they are in `ratings` itself.
        features : sequence of str, or dict of str to str, optional
            The side columns to take, of both tables, in place of all; in a dict with their kinds: ``"category"``,
            ``"many"``, ``"number"``, ``"date"``, or ``"auto"``. An empty list takes none.
        context : sequence of str, optional
            Columns of `ratings` with numbers or dates that are known when one predicts, such as ``["timestamp"]``: kept
            beside each rating in ``.context``, standardised by the training ratings.

        Raises
        ------
        TypeError
            When `ratings` is no table, or a keyword is unknown.
        ValueError
            On a table that cannot be trained on (see `check_ratings`), a share that leaves no training
            rating, a batch size below 1, and a seed out of range.

        Warns
        -----
        UserWarning
            When the values look like something other than ratings (times, counts, a number for "not rated", one value
            throughout), and when every user has one rating only, as where row numbers are taken for users.

        Examples
        --------
        >>> dls = CollabDataLoaders.from_df(load_movielens(), item_name="title", bs=64, seed=42)
        >>> x, y = dls.one_batch()
        """
        valid_pct = checked_share("valid_pct", valid_pct)
        seed = secrets.randbelow(2**31) if seed is None else whole_number("seed", seed, 0, _MAX_SEED)
        bs = bs if bs == "auto" else whole_number("bs", bs)
        val_bs = None if val_bs is None else whole_number("val_bs", val_bs)
        given = {"user": user_name, "item": item_name, "rating": rating_name, "time": time_name, "weight": weight_name}
        table = opened(ratings)
        if is_table(split):
            table, split = joined(table, opened(split), given)
        how: dict[str, Any] = {"on_bad": on_bad, "duplicates": duplicates, "missing_rating": missing_rating}
        checked = check_ratings(table, given, scale=scale, **how)
        said = f"valid_pct={valid_pct:g}"
        if split is None:
            parts = drawn_parts(len(checked.values), valid_pct, seed)
        else:
            split = as_split(split)
            parts = parts_of(checked, split)
            valid_pct, said = len(parts[1]) / len(checked.values), f"split={split}"
        beside = None if context is None else read_context(context, table, checked, parts)
        checked, told = with_side_tables(checked, table, {"users": users, "items": items}, features)
        loaders = cls(checked, parts, told, beside, valid_pct=valid_pct, split=said, seed=seed, bs=bs, val_bs=val_bs)
        loaders.path = Path(path)
        loaders.origin = origin_of(ratings)
        loaders.name = name_of(ratings) if name is None else str(name)
        return loaders

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        sep: str | None = None,
        encoding: str | None = None,
        table: str | None = None,
        query: str | None = None,
        **kw: Any,
    ) -> CollabDataLoaders:
        """Loaders of a file, folder or database: `read_ratings` reads it, the other keywords are those of `from_df`.

        Their `name` is the file's by default, their titles those of MovieLens or of RecBole's ``.item`` file beside it.

        Examples
        --------
        >>> dls = CollabDataLoaders.from_file("ratings.csv.gz", item_name="title")  # doctest: +SKIP
        """
        options = {name: kw.get(name) for name in _COLUMN_NAMES}
        options |= {"sep": sep, "encoding": encoding, "table": table, "query": query}
        how = {name: value for name, value in options.items() if value is not None}
        ratings = read_ratings(path, **how)
        if kw.get("items") is None and kw.get("item_name") is None:
            kw["items"] = titles_beside(path, ratings)
        loaders = cls.from_df(ratings, **kw)
        if ratings.attrs.get(NO_HEADER):
            columns_said = loaders.understood.replace(BY_POSITION, "")
            loaders.understood = f"{columns_said}; by position, as the file has no header"
        loaders.name = loaders.name or Path(path).name
        said = "".join(f", {name}={value!r}" for name, value in how.items())
        loaders.origin = f"cw.read_ratings({str(path)!r}{said})"
        return loaders

    @classmethod
    def from_csv(cls, csv: str | Path, **kw: Any) -> CollabDataLoaders:
        """fastai's name of `from_file`."""
        return cls.from_file(csv, **kw)

    @property
    def n_users(self) -> int:
        """Users in the ratings. A model's table has a row more, for ``'#na#'``: ``len(dls.classes[user_name])``."""
        return len(self.users) - 1

    @property
    def n_items(self) -> int:
        """Items in the ratings, as `n_users`."""
        return len(self.items) - 1

    @property
    def y_range(self) -> tuple[float, float]:
        """Range of predictions proposed for a model: a tenth of the ratings' span beyond their range."""
        return proposed_range(*self.rating_range)

    @cached_property
    def n_cold(self) -> int:
        """Validation ratings of users or items without a training rating; models score them as ``'#na#'``."""
        users, items = self.valid_x.T.numpy()
        return int(np.count_nonzero(~(self.users.trained[users] & self.items.trained[items])))

    def show_batch(self, max_n: int = 10) -> pd.DataFrame:
        """Up to `max_n` ratings of a training batch as ids and ratings, under the names of their columns."""
        x, y = (part[: whole_number("max_n", max_n)] for part in self.one_batch())
        return self.to_frame(x, y)

    def to_frame(self, x: torch.Tensor | None = None, y: torch.Tensor | None = None) -> pd.DataFrame:
        """Ratings as ids and numbers, under the names of their columns.

        Parameters
        ----------
        x, y : torch.int64 [n, 2] and torch.float32 [n], optional
            Rows and ratings. By default all, with their weights, in the order of the table they came from; the index
            then has their places in it, from 0, and the last column, ``valid``, says which are held out.
        """
        import pandas as pd

        weights, is_whole = None, False
        if x is None or y is None:
            (x, y, weights), is_whole = self.whole(), True
        users, items = self.classes[self.user_name], self.classes[self.item_name]
        ids = {self.user_name: users[x[:, 0].tolist()], self.item_name: items[x[:, 1].tolist()]}
        frame = pd.DataFrame({**ids, self.rating_name: y.tolist()})
        if not is_whole:
            return frame
        if weights is not None:
            frame[self.weight_name] = weights.numpy()
        frame["valid"] = np.arange(len(frame)) >= self.n_train
        name = None if "place" in frame else "place"
        return frame.set_index(pd.Index(self._places.numpy(), name=name)).sort_index()

    @cached_property
    def card(self) -> DataCard:
        """What the ratings are made of, counted when it is first asked for."""
        return data_card(self)

    def __repr__(self) -> str:
        low, high = self.rating_range
        never = len(self.items.never_trained)
        return (
            f"CollabDataLoaders: {self.n_users:,} {self.user_name}s × {self.n_items:,} "
            f"{self.item_name}s, {self.n_ratings:,} ratings ({self.rating_name!r}, {low:g} to {high:g})\n"
            f"  split: {self.n_train:,} training, {self.n_valid:,} validation "
            f"({self.split}), seed={self.seed}, bs={self.bs}{' (auto)' if self.auto_bs else ''}\n"
            f"  {never:,} {self.item_name}s have no training rating; {self.n_cold:,} validation ratings are of such "
            f"{self.item_name}s or {self.user_name}s" + "".join(f"\n  {said}" for said in self.said)
        )

    @property
    def said(self) -> list[str]:
        """What was understood, and the notes, as sentences to show."""
        return [self.understood, *self.notes] if self.understood else list(self.notes)

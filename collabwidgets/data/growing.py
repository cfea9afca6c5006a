"""Add ratings to loaders: new ids stand behind the known ones, and every rating keeps its side of the split."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..spelling import listed
from ..words import counted
from .context import context_values
from .loaders import CollabDataLoaders
from .ratings import Ratings, check_ratings, one_a_pair
from .side_table import Titles, Told, side_table_of, with_rows_of
from .splits import StableSplit, TimeSplit, as_split, drawn_parts
from .tables import is_table, opened

_AT_THE_DOOR = ("on_bad", "duplicates", "missing_rating", "scale")


@dataclass(frozen=True)
class Growth:
    """What a table has added to the ratings of some loaders.

    Attributes
    ----------
    n_ratings : int
        Ratings that were added.
    n_changed : int
        Known ratings that one of the table has changed, see ``duplicates=``.
    new : str
        The new users and items in words, such as ``"12 new users, 3 new titles"``, and what became of them; empty
        where there are none.
    """

    n_ratings: int
    n_changed: int
    new: str

    def __str__(self) -> str:
        changed = f"{self.n_changed:,} changed" if self.n_changed else ""
        return ", ".join(filter(None, (f"{counted(self.n_ratings, 'rating')} added", changed, self.new)))

    def __repr__(self) -> str:
        return f"Growth({self})"


def grown(
    dls: CollabDataLoaders, table: Any, *, users: Any = None, items: Any = None, on_bad: str | None = None
) -> tuple[CollabDataLoaders, Growth]:
    """Loaders of the ratings of `dls` and, behind them, those of a table; `dls` itself stays as it is.

    The table is checked as the first one was, by the same columns and settings. Known users and items keep their rows,
    and a rating its side of the split. New ratings are placed by `StableSplit` or `TimeSplit`; with any other split the
    same share of them, ``dls.valid_pct``, is drawn by the loaders' seed. With ``duplicates="last"`` or ``"mean"`` a
    rating of a known pair changes that one, on its side: the mean is of the number that was kept and the new one.

    Parameters
    ----------
    dls : CollabDataLoaders
        With its ratings.
    table : table of pandas, Polars, PyArrow or another that narwhals knows
    users, items : table or str or Path, optional
        Titles and side columns of the new ids, as in `CollabDataLoaders.from_df`; by default the tables that the
        loaders were made with. A new id that is in none is called by itself, and its side columns are missing; so is a
        value that no known row has. Means and scales of numbers, of the context too, stay as they are.
    on_bad : {"error", "drop"}, optional
        By default as the loaders were made.

    Raises
    ------
    TypeError
        When `table` is no table.
    ValueError
        When the loaders have no ratings, or nothing beside ids where a side table is passed; and on what
        `check_ratings` refuses.
    """
    dls.part(0)  # raises without training ratings
    options, table = dls.made_by.arguments, opened(table)
    at_the_door = {name: options[name] for name in _AT_THE_DOOR if name in options}
    at_the_door |= {} if on_bad is None else {"on_bad": on_bad}
    checked = check_ratings(table, _columns(dls, table), is_whole=False, **at_the_door)
    added = checked
    for argument, name in (("users", dls.user_name), ("items", dls.item_name)):
        added = with_rows_of(added, argument, dls.classes[name].with_new(getattr(added, argument)[1:]))
    given = {"users": users, "items": items}
    told = {argument: _told(dls, argument, side, table, checked, added) for argument, side in given.items()}
    before = _ratings_of(dls, added)
    fresh = np.ones(len(added.values), dtype=bool)
    if options.get("duplicates", "keep") != "keep":
        fresh = ~np.isin(_pairs(added), _pairs(before))
        before = _changed(before, _some(added, ~fresh), options)
    added = _some(added, fresh)
    held_out = _held_out(dls, added)
    context = dls.context
    if context is not None:
        values, _ = context_values(context.names, table, added)
        context = context.with_rows(values, held_out)
    is_valid = torch.from_numpy(np.concatenate([np.arange(dls.n_ratings) >= dls.n_train, held_out]))
    whole = type(dls)(
        _one_below_the_other(before, added),
        (torch.nonzero(~is_valid)[:, 0], torch.nonzero(is_valid)[:, 0]),
        told,
        context,
        valid_pct=dls.valid_pct,
        split=dls.split,
        seed=dls.seed,
        bs=dls.bs,
        val_bs=dls.val_bs,
    )
    for kept in ("auto_bs", "path", "name", "made_by", "understood"):
        setattr(whole, kept, getattr(dls, kept))
    new = new_ids(dls, whole.n_users - dls.n_users, whole.n_items - dls.n_items)
    growth = Growth(len(added.values), int(np.count_nonzero(~fresh)), new)
    whole.notes = (*dls.notes, *added.notes, f"later: {growth}")
    return whole, growth


def new_ids(dls: CollabDataLoaders, n_users: int, n_items: int) -> str:
    """``"12 new users, 3 new titles"``; empty for none."""
    counts = ((n_users, dls.user_name), (n_items, dls.item_name))
    return ", ".join(counted(n, f"new {name}") for n, name in counts if n)


def stable_split(dls: CollabDataLoaders) -> StableSplit | TimeSplit | None:
    """The split of the loaders, if it places each rating by itself, whatever others there are."""
    split = dls.made_by.arguments.get("split")
    if split is None or is_table(split):
        return None
    split = as_split(split)
    return split if isinstance(split, StableSplit | TimeSplit) else None


def _columns(dls: CollabDataLoaders, table: Any) -> dict[str, Hashable | None]:
    """The columns that the loaders were made of, as the table calls them: a name may be a number."""
    options = dls.made_by.arguments
    names = {str(name): name for name in table.columns}
    given = {"user": dls.user_name, "item": dls.item_name, "rating": dls.rating_name}
    given |= {"weight": dls.weight_name} if dls.weight_name else {}
    if not names.keys() >= set(given.values()):
        raise ValueError(
            f"the new ratings have the columns {listed(list(names))}; name them as those of the first ratings are: "
            f"{listed(list(given.values()))}"
        )
    return {role: names[name] for role, name in given.items()} | {"time": options.get("time_name")}


def _ratings_of(dls: CollabDataLoaders, added: Ratings) -> Ratings:
    """The loaders' own ratings, those for training first, by the vocabularies of `added`."""
    x, y, weights = dls.whole()
    return replace(
        added,
        user_rows=x[:, 0].numpy(),
        item_rows=x[:, 1].numpy(),
        values=y.numpy(),
        weights=None if weights is None else weights.numpy(),
        places=dls._places.numpy().astype(np.int64),
    )


def _some(ratings: Ratings, rows: NDArray[np.bool_]) -> Ratings:
    """Some of the ratings."""
    times = None if ratings.times is None else ratings.times[rows]
    return replace(ratings, times=times, **{name: values[rows] for name, values in _per_rating(ratings).items()})


def _one_below_the_other(first: Ratings, second: Ratings) -> Ratings:
    """Two tables as one; the places of the second go on from those of the first."""
    second = replace(second, places=second.places + int(first.places.max()) + 1)
    below = _per_rating(second)
    arrays: dict[str, Any] = {
        name: np.concatenate([values, below[name]]) for name, values in _per_rating(first).items()
    }
    return replace(first, times=None, **arrays)


def _per_rating(ratings: Ratings) -> dict[str, Any]:
    """The arrays with one entry a rating."""
    return {name: value for name, value in vars(ratings).items() if isinstance(value, np.ndarray)}


def _pairs(ratings: Ratings) -> NDArray[np.int64]:
    """A number for the pair of each rating, int64 [n]."""
    return ratings.user_rows * len(ratings.items) + ratings.item_rows


def _changed(before: Ratings, again: Ratings, options: Mapping[str, Any]) -> Ratings:
    """`before` with ratings changed by those given again: into the last, or the mean of both by weight."""
    both, n = _one_below_the_other(before, again), len(before.values)
    is_log = options.get("scale") == "log"
    values = np.expm1(both.values.astype(np.float64)) if is_log else both.values  # what was rated, not its logarithm
    _, values, weights = one_a_pair(_pairs(both), values, both.weights, options["duplicates"])
    values = np.log1p(values[:n]) if is_log else values[:n]
    return replace(before, values=values.astype(np.float32), weights=None if weights is None else weights[:n])


def _held_out(dls: CollabDataLoaders, added: Ratings) -> NDArray[np.bool_]:
    """Which of the added ratings are for validation, bool [n]."""
    split = stable_split(dls)
    if split is not None:
        return split.held_out(added)
    held_out = np.zeros(len(added.values), dtype=bool)
    held_out[drawn_parts(len(held_out), dls.valid_pct, dls.seed)[1].numpy()] = True
    return held_out


def _told(dls: CollabDataLoaders, argument: str, given: Any, table: Any, checked: Ratings, added: Ratings) -> Told:
    """Titles and features of all users, or items; new ones that no table has are called by their id, and unknown.

    `given` is what was passed now, in place of what was when the loaders were made; `checked` has the new ratings by
    their own vocabularies, `added` by the larger ones.
    """
    side, vocab = getattr(dls, argument), getattr(checked, argument)
    features, ids = side.features, getattr(added, argument)[len(side) :]
    if given is not None and not side.title_name and features is None:
        raise ValueError(f"these loaders have neither titles nor side columns of {side.name!r}; leave out {argument}=")
    beside = dls.made_by.arguments.get(argument) if given is None else given
    found = None
    try:
        if ids and beside is not None:
            found = side_table_of(beside, argument, vocab, table, checked)
    except ValueError:  # none of the ids is in it
        if given is not None:
            raise
    rows = vocab.index(ids)
    if features is not None:
        places = np.full(len(rows), -1) if found is None else found.places[rows]
        features = features.with_rows(None if found is None else found.frame, places)
    if not side.title_name:
        return None, features
    titles = None if found is None else found.titles()[0]
    names = np.array(list(map(str, ids)), dtype=object) if titles is None else titles.names[rows]
    return Titles(side.title_name, np.append(side.names, names)), features

"""A trained learner takes in new ratings, users and items; and a checkpoint those of a table that has grown since."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from .calls import Call
from .checkpoint import Checkpoint, check_columns, check_data, check_model, other_ratings
from .data.growing import Growth, grown, new_ids, stable_split
from .interpret.fold_in_rows import fold_in_rows
from .models.catalog import ModelMaker, model_maker, neural_sizes
from .models.growing import Rows, grown_module, grown_weights
from .models.tables import copied

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .learner import CollabLearner


def add_ratings(
    learn: CollabLearner, ratings: Any, *, users: Any = None, items: Any = None, on_bad: str | None = None
) -> Growth:
    """Take in new ratings, users and items; open widgets follow, and the next fit goes on from there.

    `ratings` is a table as for `CollabDataLoaders.from_df`, checked, split and, where it repeats a pair, treated as
    the first one was; `users` and `items` are side tables of new ids. See `data.growing.grown`.

    Trained rows keep their weights bit for bit, and every id its row. New users and items are folded in behind
    them: the most likely rows given their ratings, as `fold_in` has it, first by what is known, then by what was
    folded in. So are known ones that had no training rating before. Without a rating of anything known a row is the
    mean of the trained ones; so is each where the model is no dot product. In SVD++ what was rated grows, and with
    it the vectors of those who rated or were rated. The model becomes a copy with more rows. History and runs stay,
    the maps of earlier epochs go, and a paused fit is stopped. The optimizer's moments start anew.

    Returns
    -------
    Growth
        How many ratings, users and items are new; ``str()`` says it.

    Raises
    ------
    RuntimeError
        While it trains.
    TypeError, ValueError
        For a table that `from_df` would refuse, ids of another type, ratings out of reach of the model, a module
        with tables that were not found, and where the learner has no ratings. Then its ratings have not changed.

    Examples
    --------
    >>> learn.add_ratings(pd.read_csv("this_week.csv"))  # doctest: +SKIP
    Growth(1,204 ratings added, 12 new users, 3 new titles, folded in)
    """
    session, former = learn.session, learn.dls
    with session.resting("add ratings"):
        dls, growth = grown(former, ratings, users=users, items=items, on_bad=on_bad)
        _check_reach(learn, dls)
        session.stop()  # a paused fit ends; it may put back the weights of its best epoch
        known = [vocab[1:] for vocab in former.classes.values()]
        rows = _rows(dls, known, [former.users.trained, former.items.trained])
        module = grown_module(learn.model, session.weights.tables, dls, rows)
        growth = replace(growth, new=_folded_in(learn, module, dls, rows, growth.new))
        session.grow(dls, module, rows, _maker(learn, dls), f"{growth}.")
    return growth


def _rows(
    dls: CollabDataLoaders, known: Sequence[Sequence[int | str]], trained: Sequence[NDArray[np.bool_]]
) -> dict[str, Rows]:
    """The rows of the loaders among the known ones, found by their ids; those of users come first."""
    rows = {}
    for side, vocab, ids, were in zip(("user", "item"), dls.classes.values(), known, trained, strict=True):
        former = {each: row for row, each in enumerate(ids, 1)}
        rows[side] = Rows(np.array([0, *(former.get(each, -1) for each in vocab[1:])], dtype=np.int64), were)
    return rows


def _folded_in(
    learn: CollabLearner, module: nn.Module, dls: CollabDataLoaders, rows: Mapping[str, Rows], new: str
) -> str:
    """Set the rows of a grown module that have not been trained; `new`, the new ids in words, with how that was."""
    folded = fold_in_rows(module, learn.session.weights.tables, dls, rows)
    how = "folded in" if folded else "as the mean of the trained rows, since the model is no dot product"
    return f"{new}, {how}" if new else ""


def _check_reach(learn: CollabLearner, dls: CollabDataLoaders) -> None:
    """Raise a ValueError if a new rating is outside the model's `y_range` and outside the known ratings' range."""
    y_range, (low, high), (was_low, was_high) = learn.snapshot.y_range, dls.rating_range, learn.dls.rating_range
    if y_range is not None and (low < min(y_range[0], was_low) or high > max(y_range[1], was_high)):
        raise ValueError(
            f"with the new ratings they go from {low:g} to {high:g}, which y_range=({y_range[0]:g}, {y_range[1]:g}) "
            "cannot reach; correct them, or make a learner of all ratings with a wider y_range"
        )


def _maker(learn: CollabLearner, dls: CollabDataLoaders) -> ModelMaker | None:
    """What makes fresh weights for the grown ratings, of a learner that `collab_learner` made; else None."""
    if learn.made_by.function != "collab_learner":
        return None
    arguments = with_sizes(learn.made_by.arguments, learn.model.state_dict(), dls)
    learn.made_by = Call("collab_learner", arguments)
    kind = "nn" if arguments.get("use_nn") else arguments.get("model", "dot")
    chosen = {
        name: arguments[name] for name in ("y_range", "emb_szs", "layers", "members", "side") if name in arguments
    }
    return model_maker(dls, kind, **chosen)


def with_sizes(arguments: dict[str, Any], weights: Mapping[str, Tensor], dls: CollabDataLoaders) -> dict[str, Any]:
    """Arguments of `collab_learner` with the sizes of a neural model's tables: the usual rule makes more rows wider."""
    weights = {name.removeprefix("members.0."): value for name, value in weights.items()}
    tables = [weights.get(f"embeds.{side}.weight") for side in range(2)]
    sizes = [(n, t.shape[1]) for n, t in zip((len(dls.users), len(dls.items)), tables, strict=True) if t is not None]
    if len(sizes) < 2 or sizes == neural_sizes(dls, arguments.get("emb_szs")):
        return arguments
    return arguments | {"emb_szs": sizes}


# ---------------------------------------------------------------------- checkpoints


def take(learn: CollabLearner, saved: Checkpoint, file: Path) -> None:
    """Give a learner the weights and the session of a checkpoint read from `file`; warn where it has other rows."""
    saved, said = _fitted_to(learn, saved, file)
    if said:
        warnings.warn(said, stacklevel=3)
    learn.session.take(saved.session, saved.weights)


def _fitted_to(learn: CollabLearner, saved: Checkpoint, file: Path) -> tuple[Checkpoint, str]:
    """A checkpoint with weights for each user and item of the learner's loaders, and what is to be warned of.

    Rows are found by their ids. New ones are folded in as by `add_ratings`.

    Raises
    ------
    ValueError
        When the weights are not of the learner's model, or of users, items or columns that its loaders have not.
    """
    dls = learn.dls
    check_data(saved, dls, file)
    check_columns(saved, dls, learn.model, file)
    vocabs = tuple(dls.classes.values())
    if [list(vocab)[1:] for vocab in vocabs] == [saved.users, saved.items]:
        check_model(saved, learn.model, learn.loss_name, file)
        return saved, other_ratings(saved, dls, file)
    known, facts = (saved.users, saved.items), saved.data
    trained = [np.arange(1 + len(ids)) > 0 for ids in known]
    rows = _rows(dls, known, trained if facts is None else [facts.users.trained, facts.items.trained])
    weights = grown_weights(saved.weights, learn.model, learn.session.weights.tables, rows)
    check_model(replace(saved, weights=weights), learn.model, learn.loss_name, file)
    module = copied(learn.model)
    module.load_state_dict(weights)
    counts = (int(np.count_nonzero(each.former < 0)) for each in rows.values())
    new = _folded_in(learn, module, dls, rows, new_ids(dls, *counts))
    session = replace(saved.session, message=f"{new}.") if new else saved.session
    saved = replace(saved, weights=module.state_dict(), session=session)
    if stable_split(dls) is not None:  # no rating has changed its side
        saved = replace(saved, ratings=dls.checksum)
    elif new:
        new += "; what is validation here may have been trained on there"
    return saved, f"{file}: {new}" if new else other_ratings(saved, dls, file)

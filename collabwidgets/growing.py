"""A trained learner takes in new ratings, users and items; and a checkpoint those of a table that has grown since."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .calls import Call
from .checkpoint import Checkpoint, check_columns, check_data, check_model, other_ratings
from .data.growing import Growth, grown, new_ids, stable_split
from .interpret.fold_in_rows import fold_in_rows
from .models.catalog import ModelMaker, model_maker
from .models.growing import Rows, grown_module, grown_weights
from .models.tables import copied

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders
    from .data.vocab import Vocab
    from .learner import CollabLearner

_FOLDED, _AS_MEAN = "folded in", "as the mean of the trained rows, since the model is no dot product"


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
        of_users, of_items = (_found(vocab, former.classes[name][1:]) for name, vocab in dls.classes.items())
        rows = Rows(of_users, of_items, former.users.trained, former.items.trained)
        tables = session.weights.tables
        module = grown_module(learn.model, tables, dls, rows)
        folded = fold_in_rows(module, tables, dls, rows.known)
        growth = replace(growth, new=_with_how(growth.new, folded))
        session.grow(dls, module, rows, _maker(learn, dls), f"{growth}.")
        learn.view.know(dls.items)
    return growth


def _with_how(new: str, folded: bool) -> str:
    return f"{new}, {_FOLDED if folded else _AS_MEAN}" if new else ""


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
    arguments = dict(learn.made_by.arguments)
    kind = "nn" if arguments.get("use_nn") else arguments.get("model", "dot")
    if kind == "nn":  # by the usual rule, more rows would make wider tables
        factors = (learn.snapshot.user_factors, learn.snapshot.item_factors)
        widths = [table.shape[1] for table in factors if table is not None]
        arguments["emb_szs"] = list(zip((len(dls.users), len(dls.items)), widths, strict=True))
        learn.made_by = Call("collab_learner", arguments)
    chosen = {
        name: arguments[name] for name in ("y_range", "emb_szs", "layers", "members", "side") if name in arguments
    }
    return model_maker(dls, kind, **chosen)


# ---------------------------------------------------------------------- checkpoints


def take(learn: CollabLearner, saved: Checkpoint, file: Path) -> None:
    """Give a learner the weights and the session of a checkpoint read from `file`; warn where it has other rows."""
    saved, said = fitted_to(learn, saved, file)
    if said:
        warnings.warn(said, stacklevel=3)
    learn.session.take(saved.session, saved.weights)


def fitted_to(learn: CollabLearner, saved: Checkpoint, file: Path) -> tuple[Checkpoint, str]:
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
    users, items = _found(vocabs[0], saved.users), _found(vocabs[1], saved.items)
    if saved.data is None:
        trained = [np.arange(1 + len(ids)) > 0 for ids in (saved.users, saved.items)]
    else:
        trained = [saved.data.users.trained, saved.data.items.trained]
    rows = Rows(users, items, *trained)
    tables = learn.session.weights.tables
    weights = grown_weights(saved.weights, learn.model, tables, rows)
    check_model(replace(saved, weights=weights), learn.model, learn.loss_name, file)
    module = copied(learn.model)
    module.load_state_dict(weights)
    folded = fold_in_rows(module, tables, dls, rows.known)
    new = _with_how(new_ids(dls, int((users < 0).sum()), int((items < 0).sum())), folded)
    session = replace(saved.session, message=f"{new}.") if new else saved.session
    saved = replace(saved, weights=module.state_dict(), session=session)
    if stable_split(dls) is not None:  # no rating has changed its side
        saved = replace(saved, ratings=dls.checksum)
    elif new:
        new += "; what is validation here may have been trained on there"
    return saved, f"{file}: {new}" if new else other_ratings(saved, dls, file)


def _found(vocab: Vocab, known: list[int | str]) -> NDArray[np.int64]:
    """Of each row of a vocabulary, the former row with the same id; -1 for none."""
    former = {each: row for row, each in enumerate(known, 1)}
    return np.array([0, *(former.get(each, -1) for each in vocab[1:])], dtype=np.int64)

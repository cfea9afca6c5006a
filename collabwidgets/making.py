"""Learners made by a model's name, and made anew from a checkpoint and the ratings it was trained on."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from . import growing
from .calls import remembered
from .checkpoint import Checkpoint, check_data
from .checkpoint_file import checkpoint_path, read
from .data.scale import out_of_reach
from .data.without_ratings import LoadersWithoutRatings
from .learner import CollabLearner
from .models import DotProduct, DotProductBias, EmbeddingDotBias
from .models.catalog import model_maker, neural_sizes
from .plain import whole_number
from .seeds import generator
from .training import L1LossFlat, LossFunction, checked_device
from .training.events import Callback
from .training.metrics import Metric

if TYPE_CHECKING:
    from .data.loaders import CollabDataLoaders

_ADDED = re.compile(r"\b[ui]_(implicit|side|side_bias)\.")  # tables of what is added to a user or an item


@remembered
def collab_learner(
    dls: CollabDataLoaders,
    n_factors: int = 50,
    *,
    model: str = "dot",
    y_range: Sequence[float] | None = None,
    use_nn: bool = False,
    emb_szs: Sequence[tuple[int, int]] | Mapping[str, int] | None = None,
    layers: Sequence[int] | None = None,
    members: int = 1,
    side: bool | None = None,
    loss_func: LossFunction | None = None,
    metrics: Metric | Iterable[Metric] | None = None,
    callbacks: Callback | Iterable[Callback] | None = None,
    wd: float | None = None,
    engine: str = "auto",
    device: str | torch.device | None = None,
    seed: int | None = None,
    implicit: bool | None = None,
) -> CollabLearner:
    """A learner with a model by name: fastai's dot product with biases, its neural model, or SVD++.

    Parameters
    ----------
    dls : CollabDataLoaders
    n_factors : int
        Columns of the factor tables.
    model : {"dot", "nn", "svdpp"}
        `EmbeddingDotBias`; `EmbeddingNN`, embeddings side by side and layers on them, or `TabularNN`, the same with the
        loaders' side columns and context, where they have any; or `SVDpp`, which adds what
        users rated and who rated an item to the dot product and predicts better: it says how to train it.
    y_range : (float, float), optional
        Bounds of the predictions, a little wider than the ratings: ``(0, 5.5)`` for stars from 1 to 5, or
        ``dls.y_range``.
    use_nn : bool
        fastai's word for ``model="nn"``.
    emb_szs : sequence of two (int, int), or dict of str to int, optional
        Rows and columns of the neural model's tables, ``'#na#'`` counted, or columns by the name of its classes; what
        is left out is as by `get_emb_sz`.
    layers : sequence of int, optional
        Activations of its hidden layers; none by default.
    members : int
        Models to train side by side, from different weights and on differently ordered ratings: predictions and the
        validation loss are those of their average, findings those of the first, the training loss is the mean of
        theirs. The time is that of as many fits.
    side : bool, optional
        Whether vectors and biases are sums with those of the side columns, see `SideDotBias`. By default "svdpp" takes
        the side columns that the loaders have, and "dot" does not; "nn" always does.
    loss_func, metrics, callbacks, wd, engine, device, seed
        As in `CollabLearner`.
    implicit
        No longer taken: ``model="svdpp"`` is the model that it made.

    Raises
    ------
    ValueError, TypeError
        For an argument out of its range, or two that exclude each other.

    Warns
    -----
    UserWarning
        When predictions within `y_range` cannot reach all ratings, or there is none and the ratings span more than 20;
        the training panel says it too.
    """
    if implicit is not None:
        raise TypeError('implicit= is gone, as the word means implicit feedback elsewhere; pass model="svdpp"')
    if use_nn and model not in ("dot", "nn"):
        raise ValueError(f'use_nn=True means model="nn"; it excludes model={model!r}')
    kind = "nn" if use_nn else model
    make = model_maker(dls, kind, y_range=y_range, emb_szs=emb_szs, layers=layers, members=members, side=side)
    n = neural_sizes(dls, emb_szs)[1][1] if kind == "nn" else whole_number("n_factors", n_factors)
    seed = dls.seed if seed is None else seed
    module = make(n, generator(seed, "weights"))
    learn = CollabLearner(
        dls,
        module,
        loss_func=loss_func,
        metrics=metrics,
        callbacks=callbacks,
        remake=make,
        engine=engine,
        device=device,
        wd=wd,
        seed=seed,
    )
    weights = None if dls.train_w is None else dls.train_w.numpy()
    doubt = out_of_reach(y_range, dls.train_y.numpy(), weights) if dls.has_ratings else ""
    if doubt:
        learn.session.message = f"{doubt}."
        warnings.warn(doubt, stacklevel=3)
    learn.session.weights.can_resize = kind != "nn"  # there emb_szs, or get_emb_sz, says how wide each table is
    return learn


def load_learner(
    path: str | os.PathLike[str],
    dls: CollabDataLoaders | None = None,
    *,
    model: nn.Module | None = None,
    loss_func: LossFunction | None = None,
    engine: str | None = None,
    device: str | torch.device | None = None,
) -> CollabLearner:
    """A learner as `CollabLearner.save` left it.

    It predicts bit for bit as the saved one did, and has its history, settings and status. With its ratings a fit goes
    on from there; the optimizer's moments start anew. Without them it can be looked at, predicts, explains, recommends
    and fits somebody new, and does not train.

    Parameters
    ----------
    path : str or Path
        ``.safetensors`` is added to a name without an ending. The file is data; loading it runs no code.
    dls : CollabDataLoaders, optional
        Of the ratings it was trained on, as no ratings are in the file, or of these and more: users and items are
        found by their ids, and new ones are folded in as by `CollabLearner.add_ratings`. Without them the learner's
        loaders are `LoadersWithoutRatings`, and an `SVDpp` or `SideDotBias` becomes the `EmbeddingDotBias` that it
        amounts to.
    model : nn.Module, optional
        For a learner that was given a module of one's own: an object of that class and size, whose weights are
        replaced. What `collab_learner` made is made anew without.
    loss_func : callable, optional
        For a learner that was given a loss of its own: the same one.
    engine, device : optional
        As in `CollabLearner`; by default as they were, and the CPU where there is no such device.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged or something else, when `dls` lack users or items of the file, when the weights do not
        fit `model`, when the loss is another one, and, without `dls`, when the file is of an earlier version that keeps
        no facts of the data.

    Warns
    -----
    UserWarning
        When the ratings, or their split into training and validation, are not those it was trained on, which says how
        many users and items are new; and when it was of a subclass: only the class itself can make that.

    Examples
    --------
    >>> learn.save("movielens")  # doctest: +SKIP
    >>> learn = cw.load_learner("movielens")  # doctest: +SKIP
    >>> learn = cw.load_learner("movielens", dls)  # to train it further  # doctest: +SKIP
    """
    file = checkpoint_path(path)
    saved = read(file)
    if dls is None:
        saved = _by_itself(saved)
        dls = _without_ratings(saved, file)
    check_data(saved, dls, file)
    arguments = dict(saved.arguments)
    arguments["loss_func"] = _loss(saved, file) if loss_func is None else loss_func
    if engine is not None:
        arguments["engine"] = engine
    if device is not None:
        arguments["device"] = device
    try:
        checked_device(arguments.get("device"))
    except ValueError:
        if device is not None:
            raise
        del arguments["device"]
    arguments["seed"] = saved.session.weights_seed
    if saved.function == "collab_learner":
        if model is not None:
            raise ValueError(f"{file} holds a learner that collab_learner makes anew; leave out model=")
        learn = collab_learner(dls, **growing.with_sizes(arguments, saved.weights, dls))
    else:
        learn = CollabLearner(dls, _own_model(saved, dls, file) if model is None else model, **arguments)
    growing.take(learn, saved, file)
    learn.loaded_from = file
    if saved.learner:
        warnings.warn(
            f"{file} was saved by a {saved.learner}, a class of your own, and is now a CollabLearner; make the "
            f"{saved.learner} yourself and call its load() to have one",
            stacklevel=2,
        )
    return learn


def _without_ratings(saved: Checkpoint, file: Path) -> LoadersWithoutRatings:
    if saved.data is None:
        raise ValueError(
            f"{file} was saved by a version that kept nothing of the ratings; pass their loaders: "
            "cw.load_learner(path, dls)"
        )
    return LoadersWithoutRatings(saved.data, file.parent)


def _by_itself(saved: Checkpoint) -> Checkpoint:
    """The same model without what it draws from the ratings: of sums the dot product that they amount to."""
    if not saved.effective:
        return saved
    weights = {name: value for name, value in saved.weights.items() if not _ADDED.search(name)}
    arguments = {name: value for name, value in saved.arguments.items() if name not in ("model", "side")}
    model = "EmbeddingDotBias" if saved.model in ("SVDpp", "SideDotBias") else saved.model
    return replace(saved, weights=weights | dict(saved.effective), arguments=arguments, model=model, effective={})


def _loss(saved: Checkpoint, file: Path) -> LossFunction | None:
    """The loss by its name, where it is one of the package."""
    if saved.loss not in ("MSE", "MAE"):
        raise ValueError(f"{file} was trained with {saved.loss}, a loss of your own; pass it as loss_func=")
    return L1LossFlat() if saved.loss == "MAE" else None


# Models of the package that CollabLearner was given: what makes one of so many users, items and factors.
_NAMED: dict[str, Callable[..., nn.Module]] = {
    "DotProduct": DotProduct,
    "DotProductBias": DotProductBias,
    "EmbeddingDotBias": lambda users, items, k, **others: EmbeddingDotBias(k, users, items, **others),
}


def _own_model(saved: Checkpoint, dls: CollabDataLoaders, file: Path) -> nn.Module:
    make = _NAMED.get(saved.model)
    table = saved.weights.get("u_weight.weight", saved.weights.get("user_factors.weight"))
    if make is None or table is None:
        raise ValueError(
            f"{file} holds the weights of {saved.model}, a module of your own; pass model= an object of that class"
        )
    source = generator(saved.session.weights_seed, "weights")
    return make(len(dls.users), len(dls.items), table.shape[1], y_range=saved.y_range, generator=source)

"""The names of fastai's chapter on collaborative filtering, over ours: ``from collabwidgets.fastai import *``.

In place of the chapter's own imports this line lets its cells run as they are typed. A `Learner` is a `CollabLearner`,
so every widget takes it. Importing this module adds a method to a class of torch, ``Tensor.pca``.

What differs from fastai on purpose: an epoch is a permutation of the ratings, an unknown id is an error, a batch's
ratings are float32 ``[bs]``, and files are safetensors instead of pickle.
"""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import data, making
from .data.movielens import movielens_folder, movielens_sample_folder
from .extras import needs_extra
from .fastai_answers import HERE_IT_IS, Answers, answering
from .learner import CollabLearner
from .models import (
    CollabNN,
    Embedding,
    EmbeddingDotBias,
    EmbeddingNN,
    TabularModel,
    create_params,
    get_emb_sz,
    sigmoid_range,
)
from .training import L1LossFlat, LossFunction, MSELossFlat
from .training.history import validated

with needs_extra("figures"):
    import matplotlib.pyplot as plt

__all__ = [
    "CollabDataLoaders",
    "CollabNN",
    "Embedding",
    "EmbeddingDotBias",
    "EmbeddingNN",
    "F",
    "L",
    "L1LossFlat",
    "Learner",
    "MSELossFlat",
    "Module",
    "Path",
    "TabularModel",
    "Tensor",
    "URLs",
    "collab_learner",
    "create_params",
    "delegates",
    "doc",
    "get_emb_sz",
    "load_learner",
    "nn",
    "np",
    "one_hot",
    "pd",
    "plt",
    "sigmoid_range",
    "tensor",
    "torch",
    "untar_data",
]

T = TypeVar("T")


def __getattr__(name: str) -> NoReturn:
    if name in HERE_IT_IS:
        raise ImportError(f"{name} of fastai is, here: {HERE_IT_IS[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# ---- data


class URLs:
    """The data sets that `untar_data` has."""

    ML_100k = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
    ML_SAMPLE = "https://s3.amazonaws.com/fast-ai-sample/movie_lens_sample.tgz"


def untar_data(url: str) -> Path:
    """The folder of a data set, filled when it is first asked for.

    Parameters
    ----------
    url : str
        ``URLs.ML_100k``: a folder with ``u.data``, ``u.item`` and ``u.user``. ``URLs.ML_SAMPLE``: one with
        ``ratings.csv``, which is not fastai's own file but made in the same way from MovieLens 100K: 100 users who
        rate most, and 100 movies they rate most.

    Raises
    ------
    ValueError
        For any other address.
    OSError
        When the data cannot be had; the message says where to put it.
    """
    folders = {URLs.ML_100k: movielens_folder, URLs.ML_SAMPLE: movielens_sample_folder}
    if url not in folders:
        raise ValueError(f"untar_data has URLs.ML_100k and URLs.ML_SAMPLE, not {url!r}; pd.read_csv reads other files")
    return folders[url]()


class CollabDataLoaders(Answers, data.CollabDataLoaders):
    """`collabwidgets.CollabDataLoaders`, which also answers to fastai's names."""

    _called = "dls"

    @classmethod
    @answering
    def from_df(cls, *args: Any, **settings: Any) -> data.CollabDataLoaders:
        """Number the users and items of a table, see `collabwidgets.CollabDataLoaders.from_df`."""
        return super().from_df(*args, **settings)


# ---- learners


class Learner(Answers, CollabLearner):
    """A `CollabLearner` with the arguments of fastai's ``Learner``, and its defaults.

    Parameters
    ----------
    dls : CollabDataLoaders
    model : nn.Module
    loss_func : callable, optional
        `MSELossFlat()` by default.
    lr : float
        Learning rate of fits that name none.
    wd : float, optional
        Weight decay of fits that name none; 0.01 by default.
    moms : (float, float, float)
        Momenta of a cycle.
    **others
        Those of `CollabLearner`.
    """

    _called = "learn"
    lr = 1e-3
    moms = (0.95, 0.85, 0.95)

    @answering
    def __init__(
        self,
        dls: data.CollabDataLoaders,
        model: nn.Module,
        loss_func: LossFunction | None = None,
        *,
        lr: float = 1e-3,
        wd: float | None = None,
        moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
        **others: Any,
    ):
        super().__init__(dls, model, loss_func=loss_func, wd=wd, **others)
        self.lr, self.moms = lr, moms

    @answering
    def fit_one_cycle(  # type: ignore[override]
        self,
        n_epoch: int,
        lr_max: float | None = None,
        div: float = 25.0,
        div_final: float = 1e5,
        pct_start: float = 0.25,
        wd: float | None = None,
        moms: tuple[float, float, float] | None = None,
        **settings: Any,
    ) -> None:
        """Train by one cycle, see `CollabLearner.fit_one_cycle`; arguments in fastai's order."""
        settings |= {"div": div, "div_final": div_final, "pct_start": pct_start, "moms": moms or self.moms}
        super().fit_one_cycle(n_epoch, self.lr if lr_max is None else lr_max, wd, **settings)

    @answering
    def fit(self, n_epoch: int, lr: float | None = None, wd: float | None = None, **settings: Any) -> None:
        """Train at a constant learning rate, see `CollabLearner.fit`."""
        super().fit(n_epoch, self.lr if lr is None else lr, wd, **settings)

    validate = answering(CollabLearner.validate)
    get_preds = answering(CollabLearner.get_preds)

    def export(self, fname: str | os.PathLike[str] = "export.pkl") -> Path:
        """Write a file for `load_learner`: safetensors, whatever its name ends with."""
        return super().export(fname)

    @property
    def recorder(self) -> Recorder:
        """The losses so far."""
        return Recorder(self)


class Recorder(Answers):
    """What fastai's recorder is asked for, read from the learner's history."""

    _called = "recorder"

    def __init__(self, learn: Learner):
        self._history, self._dls = learn.history, learn.dls

    @property
    def losses(self) -> list[float]:
        """The training loss after each batch, smoothed exponentially."""
        loss = self._history.batches_since(0)[1]
        return list(pd.Series(loss).ewm(alpha=0.02).mean())

    def plot_loss(self, skip_start: int = 5, with_valid: bool = True, ax: Any = None) -> Any:
        """Draw `losses`, and the validation loss at the end of each epoch, over the batches; returns the axes."""
        ax = plt.gca() if ax is None else ax
        at, losses, _ = self._history.batches_since(0)
        steps = range(len(losses))
        ax.plot(steps[skip_start:], self.losses[skip_start:], label="train")
        epochs, valid = validated(self._history.epochs)
        if with_valid and len(epochs):
            ax.plot(np.searchsorted(at, epochs + 1e-4), valid, label="valid")
            ax.legend()
        ax.set(xlabel="steps", ylabel="loss", title="learning curve")
        return ax


@answering
def collab_learner(
    dls: data.CollabDataLoaders,
    n_factors: int = 50,
    use_nn: bool = False,
    emb_szs: Any = None,
    layers: Sequence[int] | None = None,
    config: Any = None,
    y_range: Sequence[float] | None = None,
    loss_func: LossFunction | None = None,
    *,
    lr: float = 1e-3,
    moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
    **others: Any,
) -> Learner:
    """A `Learner` with `EmbeddingDotBias` or, with ``use_nn=True``, `EmbeddingNN`; arguments in fastai's order.

    Parameters
    ----------
    emb_szs : dict or sequence, optional
        Columns of a table by the name of its classes, or rows and columns of both.
    layers : sequence of int, optional
        Of the neural model; by default one of `n_factors`.
    **others
        Those of `Learner` and of `collabwidgets.collab_learner`.
    """
    if config is not None:
        raise TypeError(f"config= of fastai is, here: {HERE_IT_IS['config=']}")
    if use_nn:
        others |= {"emb_szs": emb_szs, "layers": [n_factors] if layers is None else layers}
    learn = making.collab_learner(dls, n_factors, y_range=y_range, use_nn=use_nn, loss_func=loss_func, **others)
    return _as_fastais(learn, lr, moms)


def load_learner(fname: str | os.PathLike[str], cpu: bool = True, **others: Any) -> Learner:
    """The learner that `Learner.export` wrote, by itself, or with its ratings where ``dls=`` are given.

    The file is data: loading it runs no code. See `collabwidgets.load_learner`.
    """
    others = {"device": "cpu"} | others if cpu else others
    return _as_fastais(making.load_learner(fname, **others), Learner.lr, Learner.moms)


def _as_fastais(learn: CollabLearner, lr: float, moms: tuple[float, float, float]) -> Learner:
    learn.__class__ = Learner  # the same object under more names
    assert isinstance(learn, Learner)
    learn.lr, learn.moms = lr, moms
    return learn


# ---- torch and Python, as the chapter has them


class L(list[T]):
    """A list that is also indexed by a list, a tensor or a mask."""

    def __init__(self, items: Any = ()):
        single = isinstance(items, str | bytes) or not isinstance(items, Iterable) or getattr(items, "ndim", 1) == 0
        super().__init__([items] if single else items)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, int | slice | np.integer):
            found = super().__getitem__(at)
            return L(found) if isinstance(at, slice) else found
        places = [place.item() if hasattr(place, "item") else place for place in at]
        if places and all(isinstance(place, bool) for place in places):
            places = [place for place, wanted in enumerate(places) if wanted]
        return L([super(L, self).__getitem__(place) for place in places])


class _BegunByItself(type):
    """Makes a module ready for parameters before its own ``__init__`` runs."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        module: Any = cls.__new__(cls)  # type: ignore[call-overload]
        nn.Module.__init__(module)
        module.__init__(*args, **kwargs)
        return module


class Module(nn.Module, metaclass=_BegunByItself):
    """An `nn.Module` whose subclasses need not call ``super().__init__()``."""

    def __init__(self, *args: Any, **kwargs: Any):
        """Nothing is left to do."""


def tensor(x: Any, *rest: Any, **options: Any) -> Tensor:
    """A tensor of a list, an array, a Series or of several numbers; float64 becomes float32."""
    if rest:
        x = (x, *rest)
    if isinstance(x, pd.Series | pd.Index):
        x = x.to_numpy()
    made = torch.as_tensor(x, **options)
    return made.float() if made.dtype == torch.float64 and "dtype" not in options else made


def one_hot(x: Any, c: int) -> Tensor:
    """A uint8 tensor ``[c]`` of zeros with a one at `x`, or at each of several `x`."""
    hot = torch.zeros(c, dtype=torch.uint8)
    hot[torch.as_tensor(x, dtype=torch.int64)] = 1
    return hot


def pca(x: Tensor, k: int = 2) -> Tensor:
    """Rows of `x` on its first `k` principal components, float32 ``[n, k]``, signs as the decomposition has them."""
    x = x - x.mean(0)
    components: Tensor = torch.linalg.svd(x.T, full_matrices=False).U
    return x @ components[:, :k]


Tensor.pca = pca  # type: ignore[attr-defined]


def delegates(to: Callable[..., Any]) -> Callable[[T], T]:
    """Decorate a function or a class so that its signature shows, for ``**kwargs``, what `to` takes by keyword."""

    def decorate(target: T) -> T:
        signature = inspect.signature(target)  # type: ignore[arg-type]
        own = {name: p for name, p in signature.parameters.items() if p.kind is not p.VAR_KEYWORD}
        taken = [
            p.replace(kind=p.KEYWORD_ONLY)
            for name, p in inspect.signature(to).parameters.items()
            if p.default is not p.empty and name not in own
        ]
        target.__signature__ = signature.replace(parameters=[*own.values(), *taken])  # type: ignore[attr-defined]
        return target

    return decorate


def doc(thing: Any) -> None:
    """Print the signature and the docstring of a function, a class or a method."""
    name = getattr(thing, "__qualname__", type(thing).__name__)
    with contextlib.suppress(TypeError, ValueError):  # of what has no signature
        name += str(inspect.signature(thing))
    print(f"{name}\n\n{inspect.getdoc(thing) or 'It has no docstring.'}")  # noqa: T201 - what it is for

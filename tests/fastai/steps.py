"""Steps of the chapter whose results fastai and this package must agree on, written for either's star import.

`record.py` takes them in an environment with fastai and writes what came out; the tests take them with ours.
"""

from __future__ import annotations

import inspect
import math
from types import SimpleNamespace
from typing import Any

SPLIT = 42  # under this seed both hold out the same ratings
Y_RANGE = (0, 5.5)


def results(names: SimpleNamespace, path: Any) -> dict[str, Any]:
    """What the steps give that has no chance in it, as JSON can hold it."""
    torch, nn, L = names.torch, names.nn, names.L
    ratings = read(names, path)
    dls = names.CollabDataLoaders.from_df(ratings, item_name="title", bs=64, seed=SPLIT)
    x, _ = dls.one_batch()
    classes = {name: [str(known) for known in dls.classes[name]] for name in ("user", "title")}

    class Plain(names.Module):
        def __init__(self):
            self.a = torch.ones(3)

    class Parameter(names.Module):
        def __init__(self):
            self.a = nn.Parameter(torch.ones(3))

    class Layer(names.Module):
        def __init__(self):
            self.a = nn.Linear(1, 3, bias=False)

    class Own(names.TabularModel):
        def __init__(self, emb_szs, layers, **kwargs):
            super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)

    Own = names.delegates(names.TabularModel)(Own)
    dot = names.collab_learner(dls, n_factors=50, y_range=Y_RANGE).model
    neural = names.collab_learner(dls, use_nn=True, y_range=Y_RANGE, layers=[100, 50]).model
    one_layer = names.collab_learner(dls, n_factors=7, use_nn=True).model
    tables = {
        "plain": names.TabularModel([(9, 4), (11, 3)], 2, 1, [6, 5]),
        "turned": names.TabularModel([(9, 4)], 1, 2, [6], lin_first=False, bn_final=True, y_range=Y_RANGE),
        "bare": names.TabularModel([(9, 4), (11, 3)], 2, 1, [6], use_bn=False, bn_cont=False, ps=[0.5]),
    }
    return {
        "ratings": ratings.head(8).values.tolist(),
        "columns": list(ratings.columns),
        "classes": classes,
        "o2i": dls.classes["title"].o2i["Fargo (1996)"],
        "batch": [list(x.shape), str(x.dtype)],
        "sizes": [list(size) for size in names.get_emb_sz(dls)],
        "chosen sizes": [list(size) for size in names.get_emb_sz(dls, {"title": 20})],
        "one hot": [names.one_hot(3, 6).tolist(), names.one_hot([1, 4], 6).tolist(), str(names.one_hot(3, 6).dtype)],
        "lists": [repr(L(made().parameters())) for made in (Plain, Parameter)],
        "layer": [str(type(Layer().a.weight)), [list(p.shape) for p in L(Layer().parameters())]],
        "indexed": [list(L(range(9))[[1, 3]]), list(L("abc")), list(L([1, 2, 3])[[True, False, True]]), list(L(4))],
        "tensors": [
            [str(made.dtype), made.tolist()]
            for made in (names.tensor([1, 2]), names.tensor(1, 2.5), names.tensor(names.np.array([1.5])))
        ],
        "model": repr(dot),
        "parameters": {
            name: [[each, list(p.shape)] for each, p in model.named_parameters()]
            for name, model in {"dot": dot, "neural": neural, "one layer": one_layer, **tables}.items()
        },
        "predictions": {
            "dot": forward(names, dot, torch.tensor([[1, 1], [2, 3], [940, 1600]])),
            "neural": forward(names, neural, torch.tensor([[1, 1], [2, 3], [940, 1600]])),
            "plain": forward(
                names, tables["plain"], torch.tensor([[1, 1], [8, 10]]), torch.tensor([[0.5, -1], [2, 3]])
            ),
            "turned": forward(names, tables["turned"], torch.tensor([[1], [8]]), torch.tensor([[0.5], [2.0]])),
            "bare": forward(names, tables["bare"], torch.tensor([[1, 1], [8, 10]]), torch.tensor([[0.5, -1], [2, 3]])),
        },
        "loss": [
            float(names.MSELossFlat()(torch.tensor([[1.0], [2.5]]), torch.tensor([1.5, 2.0]))),
            repr(names.sigmoid_range(torch.tensor([0.0, 2.0]), 0, 5.5)),
        ],
        "pca": wavy(names, 40, 6).pca(3).tolist(),
        "delegates": list(inspect.signature(Own).parameters)[:9],
    }


def losses(names: SimpleNamespace, path: Any, seed: int) -> dict[str, float]:
    """Validation losses of rows of the chapter's table, after five epochs on the split of `SPLIT`."""
    torch = names.torch
    dls = names.CollabDataLoaders.from_df(read(names, path), item_name="title", bs=64, seed=SPLIT)
    n_users, n_movies = len(dls.classes["user"]), len(dls.classes["title"])

    class DotProductBias(names.Module):
        def __init__(self, n_factors, y_range=Y_RANGE):
            self.user_factors, self.user_bias = names.Embedding(n_users, n_factors), names.Embedding(n_users, 1)
            self.movie_factors, self.movie_bias = names.Embedding(n_movies, n_factors), names.Embedding(n_movies, 1)
            self.y_range = y_range

        def forward(self, x):
            res = (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(dim=1, keepdim=True)
            res += self.user_bias(x[:, 0]) + self.movie_bias(x[:, 1])
            return names.sigmoid_range(res, *self.y_range)

    torch.manual_seed(seed)
    learn = names.Learner(dls, DotProductBias(50), loss_func=names.L1LossFlat())
    learn.fit_one_cycle(5, 5e-3, wd=0.1)
    found = {"absolute error": float(learn.validate()[0])}
    torch.manual_seed(seed)
    learn = names.collab_learner(dls, n_factors=50, y_range=Y_RANGE)
    learn.fit_one_cycle(5, 5e-3, wd=0.1)
    found["collab_learner"] = float(learn.validate()[0])
    preds, targets = learn.get_preds()
    found["mean of get_preds"] = float(((preds.flatten() - targets.flatten()) ** 2).mean())
    return found


def read(names: SimpleNamespace, path: Any) -> Any:
    """The chapter's ratings, with titles."""
    pd = names.pd
    ratings = pd.read_csv(path / "u.data", delimiter="\t", header=None, names=["user", "movie", "rating", "timestamp"])
    movies = pd.read_csv(
        path / "u.item", delimiter="|", encoding="latin-1", usecols=(0, 1), names=("movie", "title"), header=None
    )
    return ratings.merge(movies)


def wavy(names: SimpleNamespace, rows: int, columns: int) -> Any:
    """A table of numbers without chance or symmetry in it."""
    at = names.torch.arange(rows * columns, dtype=names.torch.float32)
    return names.torch.sin(at * math.sqrt(2) + 0.3).reshape(rows, columns)


def forward(names: SimpleNamespace, model: Any, *x: Any) -> list[float]:
    """Predictions by wavy weights, dropout off, batch norms by their fixed statistics."""
    torch = names.torch
    model.eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.numel():
                p.copy_(wavy(names, 1, p.numel()).reshape(p.shape))
        return [round(value, 6) for value in model(*x).flatten().tolist()]

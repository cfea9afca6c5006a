"""Fold in: how well a user who was not trained, but fitted to their ratings afterwards, is predicted.

Of MovieLens 100K, the chapter's five epochs; every user is folded in from their own training ratings, the titles
staying as they are, and compared with the vector that training gave them.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import collabwidgets as cw
from collabwidgets.interpret.fold_in import with_folded
from collabwidgets.interpret.product import by_formula


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    dls = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
    learn = cw.collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    learn.fit_one_cycle(5, 5e-3, wd=0.1)
    snapshot, titles = learn.snapshot, list(dls.classes["title"])
    average = with_folded(snapshot, learn.fold_in({}))
    known, seconds, errors, likeness = dls.items.trained, [], {"trained": [], "folded in": [], "average user": []}, []
    parts = (dls.train_x, dls.train_y), (dls.valid_x, dls.valid_y)
    train, valid = ((x.numpy(), y.numpy().reshape(-1)) for x, y in parts)
    for row in np.flatnonzero(dls.users.trained):
        mine, held = train[0][:, 0] == row, valid[0][:, 0] == row
        ratings = {
            titles[item]: float(rating)
            for (_, item), rating in zip(train[0][mine].tolist(), train[1][mine], strict=True)
        }
        began = time.perf_counter()
        folded = learn.fold_in(ratings)
        seconds.append(time.perf_counter() - began)
        told = {
            "trained": (snapshot, row),
            "folded in": (with_folded(snapshot, folded), 0),
            "average user": (average, 0),
        }
        rows = np.arange(len(titles))
        said = {
            name: by_formula(each, np.stack([np.full(len(rows), at), rows], axis=1))
            for name, (each, at) in told.items()
        }
        likeness.append(np.corrcoef(said["trained"][known], said["folded in"][known])[0, 1])
        for name, stars in said.items():
            errors[name].extend((stars[valid[0][held, 1]] - valid[1][held]) ** 2)
    print(f"correlation of the predictions, trained and folded in: median {np.median(likeness):.3f}, ", end="")
    print(f"5 % below {np.quantile(likeness, 0.05):.3f}")
    for name, squares in errors.items():
        print(f"validation MSE, {name}: {np.mean(squares):.4f}")
    print(f"milliseconds a user, median: {1000 * np.median(seconds):.1f}")


if __name__ == "__main__":
    main()

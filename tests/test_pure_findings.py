"""Findings depend on the snapshot and the arguments alone: never on what was asked, shown or pinned before."""

from __future__ import annotations

import warnings
from functools import cache

import pandas as pd
import pytest

import collabwidgets as cw
from collabwidgets.widgets.store import LearnerStore


@cache
def loaders(data):
    if data == "movielens":
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # two ids share a title
            return cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42)
    ratings, _ = cw.synthetic_ratings(n_users=300, n_items=200, n_ratings=12_000, seed=4)
    return cw.CollabDataLoaders.from_df(ratings, item_name="item", seed=42)


def fitted(data, before=lambda learn: None):
    learn = cw.collab_learner(loaders(data), n_factors=50, y_range=(0, 5.5), seed=7)
    before(learn)
    learn.fit_one_cycle(1)
    return learn


def findings(learn):
    title = learn.dls.items.names[1]
    return {
        "pca": learn.pca(6),
        "biases": learn.biases(),
        "neighbors": learn.neighbors(title, k=7),
    }


def ask_twenty_other_questions(learn):
    asked = [{"min_count": n} for n in (50, 1, 30, 2, 40, 5)] + [{"top_n": n} for n in (100, 20, 60)]
    for question in asked:
        learn.pca(6, **question)
    learn.view.pinned = 3
    for k in (1, 50):
        learn.pca(k)
        learn.pca(k, min_count=1)
        learn.pca_frame(k)
    learn.biases("users")
    learn.biases(min_count=0, center=False)
    learn.neighbors(row=5, k=50, metric="euclidean")
    learn.explain(learn.dls.classes["user"][1], learn.dls.items.names[2])
    learn.view.pinned = 4
    learn.pca()


@pytest.mark.parametrize("data", ["movielens", "planted"])
def test_findings_are_the_same_bit_for_bit_whatever_was_asked_before(data):
    alone = findings(fitted(data))

    learn = fitted(data)
    ask_twenty_other_questions(learn)
    again = findings(learn)
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(again[name], frame, check_exact=True)
        assert again[name].attrs == frame.attrs


@pytest.mark.parametrize("data", ["movielens", "planted"])
@pytest.mark.parametrize("shown", ["before", "after"])
def test_findings_and_the_map_are_the_same_whether_or_not_a_widget_was_there_before_the_fit(data, shown):
    alone = findings(fitted(data))

    widgets = []
    learn = fitted(data, lambda learn: widgets.append(cw.PCAScatter(learn)) if shown == "before" else None)
    scatter = widgets[0] if widgets else cw.PCAScatter(learn)
    for name, frame in findings(learn).items():
        pd.testing.assert_frame_equal(frame, alone[name], check_exact=True)
    on_the_map = scatter.to_frame()
    pd.testing.assert_frame_equal(on_the_map, alone["pca"], check_exact=True)
    LearnerStore.of(learn).close()

"""Every cell of the chapter runs, cell by cell, and what comes out of it can be looked at."""

import inspect

import pytest
import torch

import collabwidgets as cw

from .cells import CELLS

LEARNERS = ("plain", "ranged", "biased", "own", "ready_made", "neural", "tabular", "typed")


@pytest.fixture(scope="module")
def chapter():
    """The names that the cells leave behind, after one epoch where the chapter trains five."""
    space = {"EPOCHS": 1}
    for number, cell in enumerate(CELLS):
        exec(compile(cell, f"cell {number}", "exec"), space)
    yield space
    space["plt"].close("all")


def test_the_cells_print_what_the_book_prints(chapter):
    assert chapter["good"] == pytest.approx(2.142)
    assert chapter["x"].shape == (64, 2)
    assert chapter["same"]
    assert (len(chapter["none"]), len(chapter["one"]), len(chapter["layer"])) == (0, 1, 1)
    assert chapter["kind"] is torch.nn.Parameter
    assert chapter["embs"] == [(944, 74), (1665, 102)]
    assert "(i_weight): Embedding(1665, 50)" in chapter["printed"]
    assert list(inspect.signature(chapter["EmbeddingNN"]).parameters)[:3] == ["emb_szs", "layers", "ps"]


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_of_the_chapter_is_taken_by_every_widget(chapter, name):
    learn = chapter[name]
    assert isinstance(learn, cw.CollabLearner)
    assert learn.epoch == 1
    assert learn.history.best.valid_loss < 1.267  # predict the mean
    assert cw.Dashboard(learn).status == "ready"
    assert len(cw.PCAScatter(learn).to_frame()) == len(learn.pca())
    assert len(cw.NeighborSearch(learn, item=5).to_frame()) == 10


def test_the_lists_by_hand_are_those_of_the_widgets(chapter):
    learn = chapter["ready_made"]
    assert chapter["favourites"] == learn.biases(min_count=0)["title"].head(5).tolist()
    nearest = learn.neighbors("Silence of the Lambs, The (1991)", k=1, min_count=0)
    assert chapter["nearest"] == nearest["title"].iloc[0]

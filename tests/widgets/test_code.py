"""to_code(): the Python of a widget runs, and makes the same widget again."""

import ast

import numpy as np
import pandas as pd
import pytest
from torch import nn

import collabwidgets as cw
from collabwidgets import CollabLearner, collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.models import DotProductBias
from collabwidgets.widgets import BiasTable, Dashboard, LearnerStore, NeighborSearch, PCAScatter, TrainingPanel
from collabwidgets.widgets.view import View


@pytest.fixture
def dls():
    return CollabDataLoaders.from_df(synthetic_ratings(60, 40, 900, seed=3)[0], item_name="title", seed=3, bs=32)


@pytest.fixture
def learn(dls):
    learner = collab_learner(dls, n_factors=5, y_range=(0, 5.5))
    learner.fit_one_cycle(2, 0.01, wd=0.2)
    return learner


def run(code: str, **known) -> View:
    """Run a program as a notebook's cell would; the widget that its last line shows."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    space = dict(known)
    exec(compile(tree, "code", "exec"), space)
    return eval(compile(ast.Expression(last.value), "code", "eval"), space)


def traits(view: View) -> dict:
    return {name: getattr(view, name) for name in view._keywords()}


def assert_same(made: View, view: View) -> None:
    assert type(made).__name__ == type(view).__name__  # traitlets give each widget a class of its own
    assert traits(made) == traits(view)
    assert made.selected_titles == view.selected_titles
    state = view.learner.view
    assert made.learner.view.selection == state.selection
    assert (made.learner.view.primary, made.learner.view.pinned) == (state.primary, state.pinned)
    assert made.learner.view.min_count == state.min_count
    assert (made.learner.view.query, made.linked) == (state.query, view.linked)
    np.testing.assert_allclose(made.learner.snapshot.item_factors, view.learner.snapshot.item_factors, atol=1e-6)
    assert [row.valid_loss for row in made.learner.history.epochs] == pytest.approx(
        [row.valid_loss for row in view.learner.history.epochs]
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda learn: PCAScatter(learn, x=3, y=1, flip_x=True, view_box=[-1, -1, 1, 1.5], theme="dark"),
        lambda learn: PCAScatter(learn, only=[9, 4]),
        lambda learn: BiasTable(learn, n=3, sort_by="count", query="the \"best\" \\ 'one'", min_count=2),
        lambda learn: BiasTable(learn, kind="users", query="user 1"),
        lambda learn: BiasTable(learn, linked=False, selection=[4, 9], min_count=1, controls=["search"]),
        lambda learn: NeighborSearch(learn, item=7, k=3, metric="dot"),
        lambda learn: NeighborSearch(learn, linked=False, item=7, height=500),
        lambda learn: TrainingPanel(learn, epochs=7, lr=2e-3, smoothing=0.9, show_settings=True),
        lambda learn: TrainingPanel(learn),
    ],
)
def test_the_code_of_a_widget_runs_and_makes_it_again(learn, make):
    learn.view.selection, learn.view.pinned, learn.view.min_count = [5, 3], 8, 4
    view = make(learn)
    assert_same(run(view.to_code()), view)


def test_the_code_leaves_the_open_export_out(learn):
    assert BiasTable(learn, show_export=True).to_code().endswith("\n\ncw.BiasTable(learn)\n")


def test_a_dashboard_names_its_views_or_makes_those_that_differ(learn):
    plain = Dashboard(learn)
    assert plain.to_code().endswith("\n\ncw.Dashboard(learn)\n")
    own = BiasTable(learn, n=4)
    board = Dashboard(learn, views=["scatter", own], title="Two of them", layout="teaching", theme="dark")
    made = run(board.to_code())
    assert_same(made, board)
    assert_same(made.bias, own)
    assert_same(made.scatter, board.scatter)
    assert made.training is None
    assert 'views=["scatter", cw.BiasTable(learn, n=4)]' in board.to_code()


def test_every_fit_is_said_with_the_settings_it_had(learn):
    learn.fit(1, 1e-3, bs=64, keep_best=True)
    learn.step_epoch()
    learn.wait()
    learn.fit_one_cycle(1, pct_start=0.5)
    code = TrainingPanel(learn).to_code()
    assert [line for line in code.splitlines() if ".fit" in line] == [
        "learn.fit_one_cycle(2, 0.01, wd=0.2)",
        "learn.fit(1, 0.001, wd=0.01, bs=64, keep_best=True)",
        "learn.fit(1, 0.001, wd=0.01, keep_best=True)",
        "learn.fit_one_cycle(1, 0.005, wd=0.01, pct_start=0.5)",
    ]
    assert_same(run(code), TrainingPanel(learn))


def test_equal_fits_are_a_loop(learn):
    for _ in range(3):
        learn.fit(1, 1e-3)
    code = TrainingPanel(learn).to_code()
    assert "for _ in range(3):\n    learn.fit(1, 0.001, wd=0.01)\n" in code


def test_a_list_by_the_mean_of_runs_is_made_again_and_falls_back_where_the_runs_are_gone(learn):
    learn.stability(2).wait()
    search = NeighborSearch(learn, item=7, average="runs")
    assert search.to_frame().equals(learn.neighbors(row=7, average="runs"))
    made = run(search.to_code())
    assert_same(made, search)
    np.testing.assert_allclose(made.to_frame()["score"], search.to_frame()["score"], atol=1e-6)
    learn.fit(1)
    assert search.to_frame().equals(learn.neighbors(row=7))


def leave(learn: CollabLearner, how: str) -> None:
    """Begin a long fit and leave it in the middle of an epoch."""
    learn.start(epochs=900, lr=1e-3, schedule="constant")
    while learn.epoch < 2.5:
        assert not learn.wait(0.001)
    getattr(learn, how)()
    learn.wait()


def test_a_fit_that_was_left_says_where_in_the_code_of_whatever_came_after(dls, tmp_path):
    learn = collab_learner(dls, n_factors=5, y_range=(0, 5.5))
    ends = []
    for how in ("stop", "pause"):
        leave(learn, how)
        ends.append(f"# that fit was left at epoch {learn.epoch:.4g}; this trains it to its end")
        assert TrainingPanel(learn).to_code().count("# that fit") == len(ends)
        assert ends[-1] in TrainingPanel(learn).to_code()
    learn.fit(1, 1e-3)
    code = TrainingPanel(learn).to_code()
    assert [line for line in code.splitlines() if "that fit was left" in line] == ends
    assert code.index(ends[0]) < code.rindex("learn.fit(900") < code.index(ends[1]) < code.index("learn.fit(1,")
    learn.save(tmp_path / "left")
    loaded = TrainingPanel(cw.load_learner(tmp_path / "left", dls)).to_code()
    assert [line for line in loaded.splitlines() if "that fit was left" in line] == ends


def test_a_reset_begins_the_code_anew(learn):
    learn.reset(seed=11, n_factors=3)
    learn.fit_one_cycle(1)
    view = PCAScatter(learn)
    code = view.to_code()
    assert "cw.collab_learner(dls, n_factors=3, y_range=(0, 5.5), seed=11)" in code
    assert code.count("fit") == 1
    assert "# the earlier runs, before the last reset, are left out\nlearn.fit_one_cycle(1" in code
    assert_same(run(code), view)


def test_a_neural_learner_and_an_untrained_one(dls):
    learn = collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5), wd=0.3)
    view = TrainingPanel(learn)
    assert "fit" not in view.to_code()
    assert_same(run(view.to_code()), view)


def test_modules_of_ones_own_are_asked_for(dls):
    learn = CollabLearner(dls, DotProductBias(len(dls.users), len(dls.items), 4, (0, 5.5)), wd=0.1)
    code = BiasTable(learn).to_code()
    assert "# model: your own module, with fresh weights (DotProductBias)\nlearn = cw.CollabLearner(dls, model" in code
    made = run(code, model=DotProductBias(len(dls.users), len(dls.items), 4, (0, 5.5)))
    assert made.learner.n_factors == 4
    assert made.learner.recipe.wd == 0.1

    class Taste(nn.Module):
        def __init__(self):
            super().__init__()
            self.users, self.films = nn.Embedding(len(dls.users), 3), nn.Embedding(len(dls.items), 3)

        def forward(self, x):
            return (self.users(x[:, 0]) * self.films(x[:, 1])).sum(1)

    code = PCAScatter(CollabLearner(dls, Taste(), item_factors="films")).to_code()
    assert "# model: your own module, with fresh weights (Taste)" in code
    assert run(code, model=Taste()).learner.n_factors == 3


def test_ones_own_ratings_are_named_in_a_comment():
    frame = pd.DataFrame({"who": [1, 1, 2, 2, 3], "what\nelse": list("abacb"), "stars": [1, 2, 3, 4, 5]})
    dls = CollabDataLoaders.from_df(frame, valid_pct=0, seed=1, bs=2)
    code = BiasTable(collab_learner(dls, 2)).to_code()
    assert "# ratings: your own DataFrame of 5 rows (who, what else, stars)\n" in code
    assert run(code, ratings=frame).learner.n_items == 3


def test_a_page_gets_the_code_of_its_view_and_of_no_closed_one(learn, line):
    store, scatter = LearnerStore.of(learn), PCAScatter(learn, x=2, y=3)

    def ask(**args):
        line.say(store, kind="command", id="page-1", call={"name": "code"} | args)
        return line.answers(store)[-1]

    answer = ask(view=scatter._name)
    assert (answer["ok"], answer["value"]) == (True, scatter.to_code())
    closed = ask(view="another")
    assert not closed["ok"]
    assert "that widget is closed" in closed["error"]
    assert not ask()["ok"]


def test_a_loss_of_ones_own_is_in_the_code(dls):
    def cubed(predictions, ratings):
        return (predictions - ratings).abs().pow(3).mean()

    for loss_func in (nn.L1Loss(), cubed):
        learn = collab_learner(dls, n_factors=5, y_range=(0, 5.5), loss_func=loss_func)
        learn.fit_one_cycle(1, 0.01)
        view = BiasTable(learn)
        assert_same(run(view.to_code(), loss_func=loss_func), view)


def test_a_split_is_made_anew_and_a_table_goes_by_its_name():
    ratings, _ = cw.synthetic_ratings(20, 15, 200, seed=1)
    places = list(range(0, 200, 2))
    for split, written in (
        (cw.StableSplit(0.3), "split=cw.StableSplit(pct=0.3, seed=0)"),
        ([1, 5], "split=[1, 5]"),
        (places, "split=split"),
    ):
        learn = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1, split=split), 2)
        code = cw.BiasTable(learn).to_code()
        assert written in code
        assert ("# split: your own" in code) == (split is places)
        space = {"split": split}
        exec(code, space)
        assert space["dls"].checksum == learn.dls.checksum

"""The four widgets and the dashboard: the numbers behind what is seen."""

import itertools
import re
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error
from torch import nn
from traitlets import TraitError

from collabwidgets import CollabLearner, collab_learner
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.widgets import (
    BiasTable,
    Dashboard,
    LearnerStore,
    NeighborSearch,
    PCAScatter,
    TrainingPanel,
)


class Taste(nn.Module):
    def __init__(self, n_users, n_movies):
        super().__init__()
        self.user_factors, self.movie_factors = nn.Embedding(n_users, 4), nn.Embedding(n_movies, 4)

    def forward(self, x):
        return (self.user_factors(x[:, 0]) * self.movie_factors(x[:, 1])).sum(1)


@pytest.fixture
def trained(learn):
    learn.start(epochs=2)
    learn.wait()
    return learn


# ---------------------------------------------------------------------- TrainingPanel


def test_the_panel_begins_with_the_recipe_and_trains_with_its_own_settings(learn):
    panel = TrainingPanel(learn, epochs=2, weight_decay=0.3)
    assert (panel.lr, panel.batch_size, panel.seed, panel.n_factors) == (5e-3, 32, 3, 8)
    panel.lr = 0.01
    panel.train()
    learn.wait()
    assert (learn.recipe.epochs, learn.recipe.lr, learn.recipe.wd) == (2, 0.01, 0.3)
    assert panel.to_frame()["epoch"].tolist() == [1, 2]


def test_metrics_of_a_fit_go_to_the_page_by_their_names(learn, until):
    def mae(predictions, ratings):
        return (predictions - ratings).abs().mean()

    panel, store = TrainingPanel(learn), LearnerStore.of(learn)
    learn.fit(1)
    learn.fit(1, metrics=mae)
    until(lambda: len(store.picture["history"]) == 2)
    predicted, rated = (part.numpy() for part in learn.get_preds())
    told = [row["metrics"] for row in store.picture["history"]]
    assert told == [{}, {"mae": pytest.approx(mean_absolute_error(rated, predicted), rel=1e-5)}]
    assert [row["metrics"] for row in panel.history] == told


def test_one_epoch_more_is_a_fit_of_one_epoch_and_no_wish_for_the_next(learn, until):
    panel = TrainingPanel(learn, epochs=5)
    learn.start(epochs=3)
    learn.wait()
    learn.step_epoch()
    learn.wait()
    store = LearnerStore.of(learn)
    until(
        lambda: (
            (store.status["recipe"]["fit_epochs"], store.status["recipe"]["epochs"], store.status["epoch"])
            == (1, 3, 4.0)
        )
    )
    assert panel.epochs == 3


def test_where_the_training_is_can_be_read_and_observed(learn, until):
    panel, heard = TrainingPanel(learn), []
    panel.observe(lambda change: heard.append((change.name, change.new)), ["progress", "best_epoch", "history"])
    assert (panel.progress, panel.history, panel.best_epoch) == (0.0, [], None)
    learn.start(epochs=2)
    learn.wait()
    until(lambda: {"progress", "best_epoch", "history"} <= {name for name, _ in heard})
    assert panel.progress == 1
    assert panel.step == panel.n_steps == 2 * learn.dls.n_batches(32)
    assert [row["epoch"] for row in panel.history] == [1, 2]
    assert panel.to_frame().iloc[1].to_dict() | {"metrics": {}} == panel.history[1]
    best = panel.to_frame().valid_loss.idxmin() + 1
    assert (panel.best_epoch, panel.overfit_since, panel.eta_seconds) == (best, None, None)
    assert panel.elapsed_seconds > 0
    error = learn.dls.valid_y.double().numpy() - learn.dls.train_y.double().numpy().mean()
    assert panel.baselines == {"mean": pytest.approx((error**2).mean(), rel=1e-5)}
    with pytest.raises(TraitError, match="read-only"):
        panel.progress = 0.5
    learn.reset()  # read at once, whatever the pages have been told
    assert (panel.progress, panel.history, panel.best_epoch) == (learn.session.progress.share, [], None)
    assert [run["epochs"] for run in panel.runs] == [2]


def test_the_page_has_the_limits_of_the_traits(learn):
    panel, settings = TrainingPanel(learn), LearnerStore.of(learn).data["settings"]
    for facts in (each for each in settings if each["name"] in ("lr", "wd", "bs", "patience")):
        setattr(panel, facts["trait"], facts["low"])
        setattr(panel, facts["trait"], facts["high"])
        with pytest.raises(TraitError):
            setattr(panel, facts["trait"], facts["high"] + 1)


def test_the_page_knows_how_many_members_there_are(dls, learn):
    assert LearnerStore.of(learn).data["n_members"] == 1
    assert LearnerStore.of(collab_learner(dls, members=3)).data["n_members"] == 3


def test_the_neural_models_factors_are_said_to_be_fixed(dls, learn):
    assert LearnerStore.of(learn).data["can_resize"] is True
    assert LearnerStore.of(CollabLearner(dls, Taste(len(dls.users), len(dls.items)))).data["can_resize"] is False
    neural = collab_learner(dls, use_nn=True)
    meta = LearnerStore.of(neural).data
    assert (meta["can_remake"], meta["can_resize"]) == (True, False)
    with pytest.raises(ValueError, match="emb_szs"):
        neural.reset(n_factors=neural.n_factors + 1)


def test_the_panel_follows_a_training_that_is_started_elsewhere(learn, until):
    panel = TrainingPanel(learn, epochs=2)
    learn.start(epochs=3, lr=0.02, schedule="constant")
    until(lambda: (panel.epochs, panel.lr, panel.schedule) == (3, 0.02, "constant"))


def test_what_is_typed_in_the_panel_outlasts_a_training_with_another_setting(learn, line, until):
    panel = TrainingPanel(learn)
    line.set(panel, n_factors=30)
    learn.retrain(1, wd=0.7)
    until(lambda: panel.weight_decay == 0.7)
    assert panel.n_factors == 30


def test_a_panel_retrains_with_its_settings_and_by_itself_only_where_it_is_told_to(learn, line):
    panel = TrainingPanel(learn, epochs=1, n_factors=4)
    assert panel.retrain_on_change is False
    line.set(panel, retrain_on_change=True)
    assert panel.retrain_on_change
    assert learn.status == "untrained"
    panel.weight_decay = 0.6
    panel.retrain()
    learn.wait()
    assert (learn.recipe.wd, learn.n_factors, learn.epoch) == (0.6, 4, 1)


def test_what_is_typed_in_the_panel_stays_while_nothing_else_is_asked_for(learn, line, until):
    panel = TrainingPanel(learn)
    line.set(panel, epochs=17)
    learn.view.min_count = 3
    until(
        lambda: panel._store.picture["map"]["fit_count"] == (learn.dls.items.counts[learn.dls.items.trained] >= 3).sum()
    )
    assert panel.epochs == 17


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"epochs": 1001}, {"lr": 0.0}, {"batch_size": 0}, {"smoothing": 1.0}, {"seed": -1}],
)
def test_settings_out_of_range_are_refused(learn, wrong):
    with pytest.raises(TraitError):
        TrainingPanel(learn, **wrong)


def test_no_view_imports_bqplot(learn, monkeypatch):
    monkeypatch.setitem(sys.modules, "bqplot", None)  # an import of it raises
    TrainingPanel(learn)
    Dashboard(learn)


def test_the_number_of_factors_is_locked_once_trained(dls):
    learn = collab_learner(dls, n_factors=8)
    panel = TrainingPanel(learn)
    panel.n_factors = 6
    with pytest.raises(TraitError, match="with retrain_on_change=True 1 to 1024 are possible"):
        panel.n_factors = 0
    panel.train()
    assert learn.wait()
    assert (learn.n_factors, panel.n_factors) == (6, 6)
    with pytest.raises(TraitError, match=r"n_factors=30: .* keeps its 6 factors; before training, after reset\(\) or"):
        panel.n_factors = 30
    assert panel.n_factors == 6
    panel.retrain_on_change = True
    panel.n_factors = 4
    panel.retrain()
    assert learn.wait()
    assert learn.n_factors == 4


# ---------------------------------------------------------------------- BiasTable


def test_the_table_is_the_learners_biases_sorted_and_filtered(trained):
    table = BiasTable(trained, min_count=5)
    assert table.to_frame().equals(trained.biases(min_count=5))
    table.sort_by, table.ascending = "count", True
    assert table.to_frame()["count"].is_monotonic_increasing
    first = table.to_frame()["title"].iloc[0]
    table.query = first.upper()
    assert table.to_frame()["title"].tolist() == [t for t in trained.biases(min_count=5)["title"] if first in t]


def test_a_table_sorts_names_as_its_page_does(dls, trained):
    from collabwidgets.widgets.bias_table import _sorted_as

    names = ["Title 10", "title 9", "Émile", "'Eden", "Title 9"]
    assert sorted(names, key=_sorted_as) == ["'Eden", "Émile", "title 9", "Title 9", "Title 10"]
    by_change = BiasTable(trained, sort_by="rank_change").to_frame()
    assert by_change["rank_change"].is_monotonic_decreasing


def test_columns_are_checked_and_rows_shown_is_the_pages(trained, line):
    table = BiasTable(trained, columns=["bias", "mean"])
    with pytest.raises(TraitError, match=r"any of .'rank', 'title', .*, not the str 'stars'"):
        table.columns = ["stars"]
    assert table.columns == ["bias", "mean"]
    line.set(table, rows_shown=10)
    assert table.rows_shown == 10
    with pytest.raises(TypeError, match="rows_shown"):
        BiasTable(trained, rows_shown=3)


def test_users_have_biases_too(trained):
    frame = BiasTable(trained, kind="users").to_frame()
    assert len(frame) == trained.dls.users.trained.sum()
    assert frame.columns[0] == "user"


def test_a_table_finds_titles_as_people_type_them():
    from collabwidgets.spelling import words_of
    from collabwidgets.widgets.bias_table import _article_first

    assert words_of("the matrix") in words_of(_article_first("Matrix, The (1999)"))
    assert words_of("amelie") in words_of("Fabuleux destin d'Amélie, Le (2001)")


def test_a_table_finds_symbols_as_its_page_does():
    from collabwidgets.widgets.bias_table import _contains

    titles = ["🎬🍿 Movie", "10 Things (1999)", "Romeo +1 Juliet", "... And Justice"]
    found = {query: [t for t in titles if _contains(t, query)] for query in ("🍿", " 🍿 MOVIE", "+1", "...", "1")}
    assert found == {
        "🍿": titles[:1],
        " 🍿 MOVIE": titles[:1],
        "+1": titles[2:3],
        "...": titles[3:],
        "1": titles[1:3],
    }


def test_a_model_without_biases_has_a_table_that_says_so(dls):
    learn = CollabLearner(dls, Taste(len(dls.users), len(dls.items)))
    table = BiasTable(learn)
    with pytest.raises(ValueError, match="bias"):
        table.to_frame()
    assert "bias" in table._repr_mimebundle_()[0]["text/html"]
    LearnerStore.of(learn).close()


# ---------------------------------------------------------------------- PCAScatter


def test_a_map_tells_what_its_axes_keep_and_who_listens_hears_of_the_next_picture(learn, until):
    scatter, heard = PCAScatter(learn, min_count=5), []
    scatter.observe(lambda change: heard.append(change["new"]), "explained_variance")
    before = scatter.explained_variance
    learn.start(epochs=2)
    learn.wait()
    frame = learn.pca_frame(min_count=5)
    until(lambda: scatter.explained_variance == pytest.approx(frame.explained_variance_ratio.tolist()))
    assert heard[-1] == scatter.explained_variance != before
    assert scatter.noise_level == pytest.approx(frame.noise_level)
    assert scatter.axis_correlations["1"] == pytest.approx(frame.correlations["PC1"])
    with pytest.raises(TraitError, match="read-only"):
        scatter.noise_level = 0.5
    with pytest.raises(TypeError, match="explained_variance"):
        PCAScatter(learn, explained_variance=[1.0])


def test_the_map_is_the_learners_pca(trained):
    scatter = PCAScatter(trained, min_count=5)
    assert scatter.to_frame().equals(trained.pca(6, min_count=5))


def test_the_map_does_not_flip_from_one_publication_to_the_next(learn, until):
    from tests.widgets.unpacked import bytes_numbers

    store = LearnerStore.of(learn)
    seen = []
    store.observe(
        lambda _: seen.append(
            bytes_numbers(store._scores, np.float32).reshape(-1, store.picture["map"]["m"])[1:, 0].copy()
        ),
        "_scores",
    )
    for _ in range(6):
        learn.step_epoch()
        learn.wait()
        until(lambda: store.picture["revision"] == learn.snapshot.revision and store.status["status"] == "ready")
    assert len(seen) >= 6
    trained_rows = learn.dls.items.trained[1:]
    for before, after in itertools.pairwise(seen[2:]):
        assert np.corrcoef(before[trained_rows], after[trained_rows])[0, 1] > 0


# ---------------------------------------------------------------------- NeighborSearch


def test_the_search_shows_what_the_learner_finds(trained):
    search = NeighborSearch(trained, k=4, min_count=0)
    assert search.neighbors == []
    assert len(search.to_frame()) == 0
    search.item = 5
    expected = trained.neighbors(row=5, k=4, min_count=0)
    assert search.to_frame().equals(expected)
    assert [row["item"] for row in search.neighbors] == expected.index.tolist()
    assert [row["title"] for row in search.neighbors] == expected["title"].tolist()
    np.testing.assert_allclose([row["score"] for row in search.neighbors], expected["score"])
    assert set(search.neighbors[0]) == {"item", "title", "score", "count", "n_common", "norm", "weak"}


def test_items_may_be_called_item():
    ratings, _ = synthetic_ratings(20, 10, 150, seed=0)
    dls = CollabDataLoaders.from_df(ratings[["user", "item", "rating"]], seed=0)
    learn = collab_learner(dls, n_factors=3, y_range=(0, 5.5))
    learn.fit_one_cycle(1)
    search = Dashboard(learn).neighbors
    search.item, search.min_count = 2, 0
    expected = learn.neighbors(row=2, min_count=0)
    assert [row["item"] for row in search.neighbors] == expected.index.tolist()
    assert [row["title"] for row in search.neighbors] == expected["item"].astype(str).tolist()


@pytest.mark.parametrize("change", [{"k": 2}, {"metric": "dot"}, {"order": "farthest"}, {"min_count": 60}])
def test_each_control_of_the_search_changes_what_is_found(trained, line, change):
    search = NeighborSearch(trained, item=5, min_count=0)
    before = search.neighbors
    target = LearnerStore.of(trained) if "min_count" in change else search
    line.set(target, **change)
    assert search.neighbors != before
    question = {"k": 10, "metric": "cosine", "order": "nearest", "min_count": 0} | change
    expected = trained.neighbors(row=5, **question)
    assert [row["item"] for row in search.neighbors] == expected.index.tolist()
    assert search.n_hidden == expected.attrs["n_hidden"]


def test_the_item_of_a_linked_search_is_the_primary_one(trained, line):
    search, table = NeighborSearch(trained), BiasTable(trained)
    line.set(LearnerStore.of(trained), primary=7)
    assert search.item == 7
    assert search.answered["item"] == 7
    search.item = 9
    assert table.primary == trained.view.primary == 9
    assert NeighborSearch(trained).item == 9
    assert NeighborSearch(trained, item=4).item == trained.view.primary == 4


def test_the_item_of_an_unlinked_search_is_its_own(trained):
    search = NeighborSearch(trained, linked=False, item=5)
    trained.view.primary = 7
    assert search.item == 5
    assert search.answered["item"] == 5
    search.item = 6
    assert trained.view.primary == 7


def test_more_titles_ask_for_the_mean_of_all(trained, line):
    search = NeighborSearch(trained, item=5, min_count=0)
    line.set(search, items=[7, 9, 7])
    assert search.items == [7, 9]
    expected = trained.neighbors(row=[5, 7, 9], min_count=0)
    assert search.to_frame().equals(expected)
    assert [row["item"] for row in search.neighbors] == expected.index.tolist()
    assert search.answered["items"] == [7, 9]
    names = [str(trained.dls.items.names[row]) for row in (5, 7, 9)]
    assert trained.neighbors(names, min_count=0).equals(expected)
    assert repr(search).startswith(f"NeighborSearch({' + '.join(names)}: 10 nearest")
    with pytest.raises(TraitError, match="9999"):
        search.items = [9999]


def test_a_pinned_title_is_compared_with(trained):
    search = NeighborSearch(trained, item=5, min_count=0)
    assert "to_pinned" not in search.neighbors[0]
    trained.view.pinned = 8
    expected = trained.neighbors(row=5, min_count=0, pinned=8)["to_pinned"]
    np.testing.assert_allclose([row["to_pinned"] for row in search.neighbors], expected)
    trained.view.pinned = None


@pytest.fixture(scope="module")
def with_rare():
    """A learner of which some titles have ratings in validation only."""
    ratings, _ = synthetic_ratings(60, 40, 1500, seed=3)
    rare = pd.DataFrame({"user": ratings["user"].iloc[:12].to_numpy(), "title": [f"Rare {n}" for n in range(12)]})
    ratings = pd.concat([ratings, rare.assign(rating=4.0)], ignore_index=True)
    dls = CollabDataLoaders.from_df(ratings, item_name="title", seed=3, bs=32, valid_pct=0.5)
    learner = collab_learner(dls, n_factors=4, y_range=(0, 5.5), seed=3)
    learner.start(epochs=1)
    learner.wait()
    yield learner
    LearnerStore.of(learner).close()


@pytest.fixture
def rare_item(with_rare):
    with_rare.view.primary = with_rare.view.pinned = None
    return next(row for row, is_trained in enumerate(with_rare.dls.items.trained) if row and not is_trained)


def test_a_title_without_a_training_rating_has_no_neighbours_and_breaks_nothing(with_rare, rare_item, tmp_path):
    search = NeighborSearch(with_rare, item=6, min_count=0)
    search.item = rare_item
    assert (search.neighbors, search.n_hidden) == ([], 0)
    assert search.answered["item"] == with_rare.view.primary == rare_item
    assert NeighborSearch(with_rare).neighbors == []
    assert Dashboard(with_rare).neighbors.neighbors == []
    name = with_rare.dls.items.names[rare_item]
    with pytest.raises(ValueError, match=rf"{re.escape(name)} has no training rating, so there are no neighbours"):
        search.save_png(tmp_path / "none.png")
    search.item = 6
    search.items = [rare_item]
    assert search.neighbors == []
    search.items = []
    assert search.neighbors


@pytest.mark.parametrize("pinned", [None, 8])
def test_the_empty_table_of_neighbours_has_the_columns_of_a_full_one(with_rare, rare_item, pinned):
    with_rare.view.pinned = pinned
    search = NeighborSearch(with_rare, min_count=0)
    empty = search.to_frame()
    search.item = rare_item
    assert search.to_frame().equals(empty)
    assert "training rating" not in search._repr_mimebundle_()[0]["text/html"]
    search.item = 6
    full = search.to_frame()
    assert len(empty) == 0 < len(full)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert (empty.index.dtype, empty.index.name) == (full.index.dtype, full.index.name)
    assert empty.attrs == {"anchors": [], "n_hidden": 0}


def test_a_search_around_further_titles_alone_can_be_drawn(trained, tmp_path):
    search = NeighborSearch(trained, items=[5, 6], min_count=0)
    assert search.item is None
    assert "Nearest to the mean of 2 titles" in search.save_svg(tmp_path / "mean.svg").read_text(encoding="utf-8")


def test_weak_evidence_begins_where_one_says(trained):
    search = NeighborSearch(trained, item=5, min_count=0, weak_below={"count": 1000})
    assert search.weak_below == {"count": 1000, "norm": 0.25}
    assert all(row["weak"] for row in search.neighbors)
    with pytest.raises(TraitError, match="weak_below names 'counts'; choose 'count' or 'norm'"):
        search.weak_below = {"counts": 3}
    with pytest.raises(TraitError, match="pass a number from 0 on"):
        search.weak_below = {"norm": -1}


def test_the_neighbours_follow_the_training(learn, until):
    search = NeighborSearch(learn, item=5, min_count=0)
    learn.start(epochs=2)
    learn.wait()
    until(lambda: search.revision == learn.snapshot.revision)
    expected = learn.neighbors(row=5, min_count=0)
    assert [row["item"] for row in search.neighbors] == expected.index.tolist()


# ---------------------------------------------------------------------- Dashboard


def test_a_dashboard_refers_to_its_four_widgets(learn, line):
    board = Dashboard(learn, title="MovieLens", layout="teaching")
    assert board.arrangement == "teaching"
    expected = [
        {"kind": type(view).__name__, "ref": f"anywidget:{view.model_id}"}
        for view in (board.training, board.bias, board.scatter, board.neighbors)
    ]
    assert board._views == expected == line.of(board)[-1].state["_views"]
    board.scatter.selection = [4]
    assert board.selection == board.bias.selection == [4]
    assert board.to_frame().index.tolist() == [4]


def test_a_dashboard_of_some_views_takes_names_and_widgets(learn):
    own = BiasTable(learn, n=3)
    board = Dashboard(learn, views=["scatter", own])
    assert board.bias is own
    assert board.training is None
    board.close()
    assert not own.closed
    assert board.scatter.closed


def test_what_is_set_on_a_dashboard_later_reaches_the_widgets_it_made(learn):
    own = BiasTable(learn, theme="light")
    board = Dashboard(learn, views=["scatter", own])
    board.theme, board.reduced_motion, board.sync_hover = "dark", "on", True
    assert (board.scatter.theme, board.scatter.reduced_motion, board.scatter.sync_hover) == ("dark", "on", True)
    assert own.theme == "light"


def test_a_dashboard_is_not_parted_from_its_own_views(learn):
    with pytest.raises(TraitError, match=r"views=.PCAScatter.learn, linked=False"):
        Dashboard(learn, linked=False)
    alone = PCAScatter(learn, linked=False)
    board = Dashboard(learn, views=["bias", alone], linked=True)
    with pytest.raises(TraitError, match="linked=False would part"):
        board.linked = False
    board.selection = [5]
    assert (board.bias.selection, alone.selection) == ([5], [])


def test_the_data_card_is_counted_when_it_is_first_looked_at(learn, line):
    board = Dashboard(learn)
    assert board._card is None
    line.set(board, tab="data")
    (_, values), (per_title, _), _ = board._card["bars"]
    assert sum(n for *_, n in values) == learn.dls.n_ratings
    assert per_title == f"Ratings per title (median {int(np.median(learn.dls.items.counts[1:]))})"
    sentences = [sentence for sentence, *_ in board._card["notes"]]
    assert sentences[0].startswith("5,000 ratings of 90 titles by 120 users: 46.3 % of all pairs.")
    assert sentences[1] == "Users: user, items: title, ratings: rating."
    assert sentences[2].startswith("Missing is not disliked")
    assert sentences[4].startswith("0 titles rated more than once by the same user")
    assert Dashboard(learn, tab="data")._card == board._card


def test_a_dashboard_of_one_view(learn):
    assert repr(Dashboard(learn, views="bias")) == "Dashboard(bias, untrained)"
    table = BiasTable(learn)
    assert Dashboard(learn, views=table).bias is table


def test_a_dashboard_of_two_learners_is_refused(learn, dls):
    other = CollabLearner(dls, Taste(len(dls.users), len(dls.items)))
    with pytest.raises(ValueError, match="another learner"):
        Dashboard(learn, views=[BiasTable(other)])
    with pytest.raises(ValueError, match="The nearest spelling is 'scatter'"):
        Dashboard(learn, views=["scater"])
    LearnerStore.of(other).close()


def test_views_of_a_dashboard_are_named_once_and_wrong_ones_answered_with_the_choices(learn):
    table = BiasTable(learn)
    assert repr(Dashboard(learn, views="training")) == "Dashboard(training, untrained)"
    assert Dashboard(learn, views=table).bias is table
    for views, sentence in [
        ([], "views is empty; .* list some of 'training', 'bias', 'scatter', 'neighbors' or widgets"),
        (5, "views is 5; pass a list of 'training', 'bias', 'scatter', 'neighbors' or widgets"),
        ([["bias"]], r"views has \['bias'\], which is no view of a dashboard. The nearest spelling is 'bias'"),
        (["training", "training"], "views has 'training' twice: 'training' and 'training'; .* each kind once"),
        (["bias", table], "views has 'bias' twice: 'bias' and BiasTable"),
        (["map"], "views has 'map', which is no view of a dashboard. It takes: training, bias"),
    ]:
        with pytest.raises((TypeError, ValueError), match=sentence):
            Dashboard(learn, views=views)
    with pytest.raises(TraitError, match="not the str 'wide'"):
        Dashboard(learn, layout="wide")


def test_what_was_trained_before_a_widget_was_made_is_there_too(learn, until):
    learn.fit_one_cycle(3)
    scatter = PCAScatter(learn)
    assert scatter.n_frames == 3
    scatter.frame = 0
    assert not np.allclose(scatter.to_frame().PC1, learn.pca().PC1)
    panel = TrainingPanel(learn, second_metric="hit_rate")
    until(lambda: panel.hit_rate is not None)
    assert panel.hit_rate == pytest.approx(learn.hit_rate())
    panel.close()
    scatter.close()

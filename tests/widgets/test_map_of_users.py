"""PCAScatter(kind="users"): a map of users, apart from the selection and filter of titles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from traitlets import TraitError

from collabwidgets import collab_learner, plot_pca
from collabwidgets.data import CollabDataLoaders, synthetic_ratings
from collabwidgets.interpret import fit_pca
from collabwidgets.widgets import PCAScatter
from collabwidgets.widgets.store import SHARED, LearnerStore
from tests.widgets.unpacked import bytes_numbers

from .test_questions import ask


@pytest.fixture
def trained(learn):
    learn.fit_one_cycle(2)
    return learn


def looked_at(learn):
    return {name: getattr(learn.view, name) for name in (*SHARED, "query")}


def test_a_map_of_users_is_fitted_on_their_factors_and_named_by_their_ids(trained):
    users = trained.dls.users
    scatter = PCAScatter(trained, kind="users", min_count=35)
    rows = np.flatnonzero(users.trained & (users.counts >= 35))
    reference = PCA(6).fit(trained.snapshot.user_factors[rows].astype(float))
    np.testing.assert_allclose(scatter.explained_variance, reference.explained_variance_ratio_, rtol=1e-5)
    frame = scatter.to_frame()
    assert frame.index.tolist() == rows.tolist()
    assert frame[users.name].tolist() == [users.ids[row] for row in rows]
    assert frame["count"].tolist() == users.counts[rows].tolist()
    scores = reference.transform(trained.snapshot.user_factors[rows])
    np.testing.assert_allclose(np.abs(frame["PC1"]), np.abs(scores[:, 0]), atol=1e-5)
    sent = bytes_numbers(scatter._map_scores, np.float32).reshape(len(users), 6)
    np.testing.assert_array_equal(sent[rows, 0], frame["PC1"])
    pd.testing.assert_series_equal(trained.pca(1, kind="users", min_count=35)["PC1"].abs(), frame["PC1"].abs())
    log_counts = np.log(users.counts[rows])
    r = np.corrcoef(frame["PC1"], log_counts)[0, 1]
    assert scatter.axis_correlations["1"]["count"] == pytest.approx(r, abs=1e-4)
    assert "year" not in scatter.axis_correlations["1"]


def test_what_is_picked_among_users_leaves_the_titles_alone(trained, line):
    titles = PCAScatter(trained, min_count=40)
    trained.view.selection, trained.view.primary = [3, 5], 3
    before = looked_at(trained)
    users = PCAScatter(trained, kind="users", min_count=10, selection=[7], query="1")
    line.set(users, selection=[8, 9], primary=9, min_count=30, query="12")
    assert (users.selection, users.primary, users.min_count, users.query) == ([8, 9], 9, 30, "12")
    assert users.selected_titles == [str(trained.dls.users.names[row]) for row in (8, 9)]
    assert looked_at(trained) == before
    trained.view.selection = [4]
    assert (titles.selection, users.selection) == ([4], [8, 9])
    assert users.min_count != PCAScatter(trained, kind="users").min_count == trained.dls.users.default_min_count
    with pytest.raises(
        TraitError, match=r"row 500 is no user; rows go from 1 to 120, learn.dls.users.index finds them"
    ):
        users.selection = [500]
    with pytest.raises(TraitError, match=r"takes the row of a user, not '7'; learn.dls.users.index\('7'\) finds it"):
        users.primary = "7"


def test_a_map_of_users_stays_one_and_stays_apart(trained):
    scatter = PCAScatter(trained, kind="users")
    with pytest.raises(TraitError, match="a selection and filter of its own"):
        scatter.linked = True
    with pytest.raises(TraitError, match=r"make another: PCAScatter\(learn, kind='items'\)"):
        scatter.kind = "items"
    with pytest.raises(TraitError, match="none is kept yet"):
        scatter.frame = 0
    assert (scatter.linked, scatter.kind, scatter.n_frames, scatter.past_maps()) == (False, "users", 0, {})


def test_a_map_of_users_moves_while_it_trains_and_ends_with_the_last_weights(learn, line, until):
    scatter, store = PCAScatter(learn, kind="users"), LearnerStore.of(learn)
    line.say(store, kind="beat", client="page", visible=True)
    scatter.set_state({"_visible": True})
    moved = []
    scatter.observe(lambda change: moved.append((learn.status, change.new["revision"])), "_map")
    learn.start(epochs=1000)
    until(lambda: len(moved) == 2)
    learn.stop()
    learn.wait()
    until(lambda: scatter._map["revision"] == learn.snapshot.revision)
    assert [status for status, _ in moved[:2]] == ["training"] * 2
    revisions = [revision for _, revision in moved]
    assert sorted(set(revisions)) == revisions


def test_a_page_asks_for_the_true_neighbours_of_a_user(trained, line):
    scatter = PCAScatter(trained, kind="users", primary=7, k=4, min_count=0)
    answer = ask(line, scatter._store_of_learner, "neighbors", row=7, k=4, min_count=0, kind="users").content
    nearest = trained.similar_users(trained.dls.users.ids[7], 4)
    assert answer["value"]["rows"] == nearest.index.tolist() == scatter.true_neighbors().index.tolist()
    last = len(trained.dls.users)
    refused = ask(line, scatter._store_of_learner, "neighbors", row=last, k=4, min_count=0, kind="users").content
    assert f"row must be a whole number from 1 to {last - 1}" in refused["error"]


def test_columns_of_users_are_colours_and_axes_and_stand_in_the_figure(trained, tmp_path):
    users = trained.dls.users
    table = pd.DataFrame({users.name: users.ids[1:], "age": np.arange(len(users) - 1) + 18.0})
    scatter = PCAScatter(trained, kind="users", data=table, x="age", color_by="age", min_count=0)
    frame = scatter.to_frame()
    assert frame["age"].tolist() == (17.0 + frame.index.to_numpy()).tolist()
    words = scatter.save_svg(tmp_path / "users.svg").read_text()
    assert f"{len(frame)} users" in words.replace("&#160;", " ")
    assert 'data=data, color_by="age", kind="users", min_count=0' in scatter.to_code()
    compile(scatter.to_code(), "program", "exec")
    n = len(trained.pca(kind="users"))
    assert plot_pca(trained, kind="users").get_title(loc="left") == f"{n} users, epoch 2"


def test_a_model_without_factors_of_users_says_so(trained):
    without = replace(trained.snapshot, user_factors=None)
    with pytest.raises(ValueError, match=r"the model has no user factors; .* user_factors="):
        fit_pca(without.of("users"))
    with pytest.raises(ValueError, match="kind='user' is not known; choose one of items, users"):
        trained.pca(kind="user")


def test_side_columns_of_the_loaders_are_colours_and_axes(line):
    ratings, _ = synthetic_ratings(30, 20, 400, seed=3)
    ids = np.unique(ratings["user"])
    people = pd.DataFrame(
        {
            "user": ids,
            "age": [np.nan, *20.0 + np.arange(len(ids) - 1)],  # the mean is the age of one of them
            "jobs": [("cook|smith", "cook", None)[n % 3] for n in range(len(ids))],
            "born": pd.date_range("1970-01-01", periods=len(ids), freq="YS"),
            "count": range(len(ids)),
        }
    )
    dls = CollabDataLoaders.from_df(ratings, item_name="title", seed=3, bs=32, users=people)
    learner = collab_learner(dls, n_factors=4, seed=3)
    learner.fit_one_cycle(1)
    scatter = PCAScatter(learner, kind="users", x="age", y="born", color_by="jobs", min_count=0)
    found = scatter.to_frame().set_index("user")
    table = people.set_index("user").loc[found.index]
    pd.testing.assert_series_equal(found["age"], table["age"])
    assert found["jobs"].tolist() == [None if job is None else job for job in table["jobs"]]
    np.testing.assert_allclose(
        found["born"], table["born"].dt.year + (table["born"].dt.dayofyear - 1) / 365.25, atol=0.01
    )
    assert "count" not in scatter._columns  # the map has its own
    assert "data" not in scatter.to_code().splitlines()[-1]
    assert PCAScatter(learner, kind="users", data={"age": {1: 7.0}})._own_columns["age"].values[dls.users.index(1)] == 7
    LearnerStore.of(learner).close()

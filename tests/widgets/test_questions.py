"""What a page asks of the map's neighbours and earlier epochs, and the same in Python."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from collabwidgets.widgets import PCAScatter
from tests.widgets.unpacked import bytes_numbers


@pytest.fixture
def scatter(learn, until):
    widget = PCAScatter(learn, min_count=30)
    learn.fit_one_cycle(4)
    until(lambda: widget.n_frames == 4)
    return widget


def ask(line, store, name, **args):
    line.say(store, kind="command", id=name, call={"name": name} | args)
    return [each for each in line.of(store) if each.content.get("kind") == "answer"][-1]


def brute_force(learn, row, k, min_count):
    factors, items = learn.snapshot.item_factors.astype(float), learn.dls.items
    cosine = factors @ factors[row] / np.linalg.norm(factors, axis=1) / np.linalg.norm(factors[row])
    order = [int(i) for i in np.argsort(-cosine) if items.trained[i] and i != row]
    shown = [i for i in order if items.counts[i] >= min_count]
    return shown[:k], sum(items.counts[i] < min_count for i in order[:k])


def test_the_true_neighbours_are_those_of_a_search_through_all_titles(line, scatter, learn):
    answer = ask(line, scatter._store_of_learner, "neighbors", row=7, k=5, min_count=30).content
    rows, hidden = brute_force(learn, 7, 5, 30)
    assert answer["value"] == {"rows": rows, "hidden": hidden, "revision": learn.snapshot.revision}


def test_a_true_neighbour_is_far_where_many_titles_lie_nearer_on_the_map(scatter, learn):
    scatter.primary, scatter.k, scatter.y = 7, 5, 3
    found = scatter.true_neighbors()
    rows, hidden = brute_force(learn, 7, 5, 30)
    assert list(found.index) == rows
    assert found.attrs["n_hidden"] == hidden
    map_ = learn.pca(6, min_count=30)[["PC1", "PC3"]]
    distance = np.hypot(*(map_ - learn.pca_frame(min_count=30).scores[7, [0, 2]]).to_numpy(float).T)
    others = distance[map_.index != 7]
    at = {row: distance[i] for i, row in enumerate(map_.index)}
    ranks = [1 + int((others < at[row] - 1e-7).sum()) for row in rows]
    assert found["map_rank"].tolist() == ranks
    assert found["far"].tolist() == [rank > max(5, -(-len(others) // 10)) for rank in ranks]


def test_without_a_primary_title_there_is_nothing_to_be_near_to(scatter):
    with pytest.raises(ValueError, match="no title is primary"):
        scatter.true_neighbors()


def test_an_earlier_epoch_is_asked_for_and_shown(line, scatter, learn):
    store = scatter._store_of_learner
    assert store.picture["frame_epochs"] == [1, 2, 3, 4]
    answer = ask(line, store, "frame", epoch=2, view=scatter._name)
    facts = answer.content["value"]
    scores = bytes_numbers(answer.buffers[0], np.float32).reshape(-1, facts["map"]["m"])
    scatter.frame = 1
    shown = scatter.to_frame()
    assert np.allclose(shown.filter(regex="^PC").to_numpy(), scores[shown.index], atol=1e-6)
    assert shown.attrs["explained_variance_ratio"] == pytest.approx(facts["map"]["explained_variance"])
    now = learn.pca(6, min_count=30)
    assert abs(now["PC1"] - shown["PC1"]).max() > 0.01  # training has moved them since
    scatter.frame = -1
    assert scatter.to_frame().equals(now)


@pytest.mark.parametrize("kw", [{"fit_on": "top_n", "top_n": 40}, {"fit_on": "all"}, {}])
def test_earlier_epochs_are_fitted_and_held_as_the_view_says(scatter, learn, kw):
    own = PCAScatter(learn, **kw)
    items, fitted = learn.dls.items, np.flatnonzero(learn.dls.items.trained)
    if own.fit_on == "top_n":
        fitted = fitted[np.argsort(-items.counts[fitted], kind="stable")[:40]]
    elif own.fit_on == "min_count":
        fitted = fitted[items.counts[fitted] >= 30]
    for epoch, factors in ((each.epoch, each.item_factors) for each in learn.session.weights.past.snapshots):
        own.frame = int(epoch) - 1
        shown = own.to_frame()
        reference = PCA(6).fit(factors[fitted].astype(float)).transform(factors.astype(float))[shown.index]
        ours = shown[[f"PC{i}" for i in range(1, 7)]].to_numpy()
        apart = np.minimum(*(np.abs(ours[:, None] - sign * reference[:, :, None]).max(0) for sign in (1, -1)))
        assert sorted(apart.argmin(axis=0)) == list(range(6))
        assert apart.min(axis=0).max() < 1e-4
    own.frame = -1
    now = own.to_frame()[["PC1", "PC2"]].to_numpy()
    own.frame = own.n_frames - 1  # the last epoch's weights are the present ones: nothing is mirrored on the way back
    assert np.abs(own.to_frame()[["PC1", "PC2"]].to_numpy() - now).max() < 1e-5


def test_no_array_of_an_earlier_epoch_is_in_what_a_notebook_saves(scatter):
    saved = scatter._store_of_learner.get_state()
    assert saved["picture"]["frame_epochs"] == [1, 2, 3, 4]
    large = {name for name, value in saved.items() if isinstance(value, bytes) and len(value) >= 91 * 6 * 4}
    assert large == {"_batch_loss", "_scores"}


def test_a_new_run_begins_at_the_newest_picture_without_earlier_epochs(line, scatter, learn, until):
    scatter.frame = 2
    learn.reset()
    until(lambda: scatter.n_frames == 0)
    assert scatter.frame == -1
    refused = ask(line, scatter._store_of_learner, "neighbors", row=7, k=5, min_count=30).content
    assert not refused["ok"]
    assert "nothing is trained" in refused["error"]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("neighbors", {"row": 0, "k": 5, "min_count": 0}),
        ("neighbors", {"row": 7, "k": 10**6, "min_count": 0}),
        ("neighbors", {"row": 7, "k": 5}),
        ("frame", {"epoch": "2"}),
        ("frame", {"epoch": 77}),
        ("frame", {"epoch": 2, "view": "nobody"}),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(line, scatter, name, args):
    args = args if name == "neighbors" else {"view": scatter._name} | args
    assert not ask(line, scatter._store_of_learner, name, **args).content["ok"]


def test_the_saved_picture_has_the_lines_to_true_neighbours(scatter, tmp_path):
    scatter.primary, scatter.show_neighbors = 7, True
    svg = scatter.save_svg(tmp_path / "map.svg").read_text()
    for row in scatter.true_neighbors().index:
        assert f'id="neighbor-{row}"' in svg
    assert "frame=" not in scatter.to_code()

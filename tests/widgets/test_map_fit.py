"""PCAScatter: a map fitted on other titles than the learner's."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from sklearn.decomposition import PCA
from traitlets import TraitError

from collabwidgets import collab_learner
from collabwidgets.widgets import PCAScatter
from collabwidgets.widgets.store import LearnerStore
from tests.widgets.unpacked import bytes_numbers

SVG = "{http://www.w3.org/2000/svg}"


def sent(scatter):
    """The map of its own that a page would draw, [n_items, m]."""
    return bytes_numbers(scatter._map_scores, np.float32).reshape(-1, scatter._map["map"]["m"])


def shares(learn, rows):
    return PCA(6).fit(learn.snapshot.item_factors[rows].astype(np.float64)).explained_variance_ratio_


@pytest.fixture
def trained(learn):
    learn.view.min_count = 60
    learn.fit_one_cycle(2)
    return learn


@pytest.mark.parametrize("kw", [{"fit_on": "all"}, {"fit_on": "top_n", "top_n": 30}])
def test_a_map_is_fitted_on_what_its_view_says_and_shows_what_passes(trained, kw):
    items = trained.dls.items
    fitted = np.flatnonzero(items.trained)
    if "top_n" in kw:
        fitted = np.sort(fitted[np.argsort(-items.counts[fitted], kind="stable")[:30]])
    scatter = PCAScatter(trained, **kw)
    np.testing.assert_allclose(scatter.explained_variance, shares(trained, fitted), rtol=1e-5)
    assert scatter.fit_count == len(fitted) != len(trained.pca())
    assert scatter._map["fit_on"] == kw["fit_on"]
    frame = scatter.to_frame()
    assert frame.index.tolist() == np.flatnonzero(items.trained & (items.counts >= 60)).tolist()
    reference = PCA(2).fit(trained.snapshot.item_factors[fitted]).transform(trained.snapshot.item_factors)
    for at in (0, 1):
        ours = frame[f"PC{at + 1}"].to_numpy()
        np.testing.assert_allclose(np.abs(ours), np.abs(reference[frame.index, at]), atol=1e-5)
        np.testing.assert_array_equal(sent(scatter)[frame.index, at], ours)


def test_a_map_of_few_titles_has_as_many_axes_as_they_span(trained, until, tmp_path):
    counts = np.sort(trained.dls.items.counts[trained.dls.items.trained])
    for place in (-2, -4):
        trained.view.min_count = int(counts[place])
        scatter, m = PCAScatter(trained), int((counts >= counts[place]).sum()) - 1
        assert m < 6
        until(lambda m=m, scatter=scatter: len(scatter.explained_variance) == m)
        assert sum(scatter.explained_variance) == pytest.approx(1)
        assert list(scatter.to_frame().filter(regex="^PC")) == [f"PC{i + 1}" for i in range(m)]
        scatter.y = min(2, m)
        assert scatter.save_svg(tmp_path / "few.svg").exists()
    trained.view.min_count = int(counts[-1]) + 1
    with pytest.raises(ValueError, match=r"leaves 0 of .* set min_count to \d+ or lower"):
        scatter.to_frame()


def test_a_view_goes_back_to_the_map_that_all_share(trained, until):
    scatter = PCAScatter(trained, fit_on="all")
    assert scatter._map
    scatter.fit_on = "min_count"
    until(lambda: not scatter._map)
    assert scatter.explained_variance == LearnerStore.of(trained).picture["map"]["explained_variance"]
    assert scatter.fit_count == len(trained.pca())
    scatter.fit_on = "all"
    until(lambda: bool(scatter._map))


def test_a_view_with_a_filter_of_its_own_has_axes_of_its_own(trained):
    scatter = PCAScatter(trained, linked=False, min_count=0)
    assert scatter.fit_count == int(trained.dls.items.trained.sum())
    assert LearnerStore.of(trained).picture["map"]["fit_count"] < scatter.fit_count


def frames(learn, line, scatter, n=4):
    """Maps of its own after each of `n` epochs, as sent."""
    found = []
    for _ in range(n):
        learn.fit_one_cycle(1, 2e-2)
        scatter.to_frame()
        found.append(scatter._frame())
    return found


def test_signs_follow_from_picture_to_picture(trained, line):
    held = frames(trained, line, PCAScatter(trained, fit_on="all"))
    for before, after in itertools.pairwise(held):
        assert ((before.components * after.components).sum(1) >= 0).all()
        np.testing.assert_allclose(after.axis_match, np.abs((before.components * after.components).sum(1)), atol=1e-9)


def test_own_maps_come_in_step_with_the_store_none_while_unseen_and_the_last_one_always(dls, line, until):
    learn = collab_learner(dls, n_factors=8, y_range=(0, 5.5), seed=3, engine="autograd")
    scatter, store = PCAScatter(learn, fit_on="all"), LearnerStore.of(learn)
    until(lambda: store.picture["revision"] == learn.snapshot.revision)
    line.say(store, kind="beat", client="page", visible=True)
    before = len(line.of(scatter))
    learn.start(epochs=3)
    learn.wait()
    until(
        lambda: bool(scatter._map) and scatter._map["revision"] == learn.snapshot.revision == store.picture["revision"]
    )
    maps = [message for message in line.of(scatter)[before:] if "_map" in message.names]
    assert len(maps) == 1  # nobody sees it: the final state alone
    scatter.set_state({"_visible": True})
    before, pictures = len(line.of(scatter)), len([m for m in line.of(store) if "_scores" in m.names])
    learn.start(epochs=3)
    learn.wait()
    until(lambda: scatter._map["revision"] == learn.snapshot.revision == store.picture["revision"])
    maps = [message for message in line.of(scatter)[before:] if "_map" in message.names]
    of_store = [m for m in line.of(store) if "_scores" in m.names][pictures:]
    assert 1 <= len(maps) <= len(of_store)
    assert {m.thread for m in maps} == {"collabwidgets-publisher"}
    assert {m.state["_map"]["revision"] for m in maps} <= {m.state["picture"]["revision"] for m in of_store}
    store.close()


def test_titles_and_axes_of_the_saved_picture_say_what_is_shown(trained, tmp_path):
    def words(**kw):
        return PCAScatter(trained, **kw).save_svg(tmp_path / "map.svg").read_text()

    assert "; fitted on all" in words(fit_on="all")
    assert "; fitted on the 30 most rated" in words(fit_on="top_n", top_n=30)
    assert "mean rating" in words(x="count", y="mean")
    assert words(label_by="none", n_labels=9).count("Title ") < words(n_labels=9).count("Title ")


def test_a_map_narrowed_to_some_titles_is_so_in_every_twin(trained, tmp_path):
    scatter = PCAScatter(trained)
    axes = scatter.to_frame()
    rows = axes.index[[7, 2, 5]].tolist()
    scatter.set_state({"only": rows})  # as a page's button does
    narrowed = scatter.to_frame()
    np.testing.assert_array_equal(narrowed, axes.loc[sorted(rows)])
    drawn = ElementTree.parse(scatter.save_svg(tmp_path / "map.svg"))
    points = next(group for group in drawn.iter(f"{SVG}g") if group.get("id") == "points")
    assert len([*points.iter(f"{SVG}use"), *points.iter(f"{SVG}path")]) == 3
    assert any("only 3 titles (≥ 60 ratings)" in "".join(text.itertext()) for text in drawn.iter(f"{SVG}text"))
    assert repr(scatter).startswith("PCAScatter(only 3 titles, ")
    for wrong, words in (([], "at least one row"), ([10**6], "is no title")):
        with pytest.raises(TraitError, match=words):
            scatter.only = wrong


def test_where_it_cannot_be_drawn_the_ends_of_its_axes_stand_and_no_random_numbers(learn):
    learn.view.min_count = 60
    assert "before training the map is of random weights" in PCAScatter(learn)._repr_mimebundle_()[0]["text/html"]
    learn.fit_one_cycle(2)
    scatter = PCAScatter(learn, x=3, y="count")
    frame = scatter.to_frame()
    page = scatter._repr_mimebundle_()[0]["text/html"]
    assert re.findall("<th>(.*?)</th>", page) == ["title", "PC3", "count"]
    ranked = frame.sort_values("PC3", kind="stable")["title"].tolist()
    assert re.findall("<td>(Title [0-9]+)</td>", page) == [*ranked[:10], *ranked[-10:]]


def test_an_earlier_epoch_that_is_not_kept_is_refused_with_those_that_are(trained):
    scatter = PCAScatter(trained)
    with pytest.raises(TraitError, match=r"frame=99 is no earlier epoch: 2 are kept, so frame goes from 0 to 1; -1 is"):
        scatter.frame = 99
    assert scatter.frame == -1
    scatter.frame = 1
    with pytest.raises(TraitError, match="frame=2 is no"):
        PCAScatter(trained, frame=2)

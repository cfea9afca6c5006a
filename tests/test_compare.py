"""Two learners side by side."""

import numpy as np
import pytest

import collabwidgets as cw


@pytest.fixture(scope="module")
def both():
    ratings, _ = cw.synthetic_ratings(60, 50, 2000, n_factors=4, seed=2)
    dls = cw.CollabDataLoaders.from_df(ratings, item_name="title", bs=32, seed=5)
    pair = [cw.collab_learner(dls, n, y_range=y_range) for n, y_range in ((4, (0, 5.5)), (6, None))]
    for epochs, learn in enumerate(pair, 2):
        learn.fit_one_cycle(epochs, 1e-2)
    return cw.compare(*pair, names=("small", "large"))


def test_losses_stand_beside_each_other_by_epoch(both):
    table = both.losses()
    assert table.index.tolist() == [1, 2, 3]
    small = [row.valid_loss for row in both.a.history.epochs]
    np.testing.assert_array_equal(table["valid_loss, small"], [*small, np.nan])
    assert table["train_loss, large"].tolist() == [row.train_loss for row in both.b.history.epochs]


def test_the_chart_has_both_validation_losses(both):
    ax = both.plot()
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert list(lines) == ["small, train", "small, validation", "large, train", "large, validation"]
    assert lines["large, validation"].get_ydata() == pytest.approx([row.valid_loss for row in both.b.history.epochs])


def test_biases_are_those_of_each_and_the_largest_differences_come_first(both):
    table = both.biases(min_count=0)
    for name, learn in zip(both.names, (both.a, both.b), strict=True):
        alone = learn.biases(min_count=0).set_index("title")
        np.testing.assert_array_equal(table[f"effect, {name}"], alone.loc[table["title"], "effect"])
        np.testing.assert_array_equal(table[f"rank, {name}"], alone.loc[table["title"], "rank"])
    np.testing.assert_allclose(table["difference"], table["effect, large"] - table["effect, small"])
    assert (table["difference"].abs().diff().dropna() <= 0).all()


def test_neighbours_are_those_of_each(both):
    title = both.a.biases()["title"].iloc[0]
    table = both.neighbors(title, 5, min_count=0)
    lists = [learn.neighbors(title, 5, min_count=0) for learn in (both.a, both.b)]
    for name, alone in zip(both.names, lists, strict=True):
        assert table[f"title, {name}"].tolist() == alone["title"].tolist()
        assert table[f"score, {name}"].tolist() == alone["score"].tolist()
    assert table.index.tolist() == [1, 2, 3, 4, 5]
    assert table.attrs["in_both"] == len(set(lists[0]["title"]) & set(lists[1]["title"]))


def test_learners_without_a_common_title_are_refused(both):
    ratings, _ = cw.synthetic_ratings(60, 50, 2000, n_factors=4, seed=2)
    ratings["title"] = "Another " + ratings["title"].astype(str)
    other = cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, item_name="title", seed=5), 4)
    with pytest.raises(ValueError, match="no title of 'a' is one of 'b'; compare learners on ratings of the same"):
        cw.compare(both.a, other).biases()


def test_two_learners_need_two_names(both):
    with pytest.raises(ValueError, match="pass two different names"):
        cw.compare(both.a, both.b, ("one", "one"))


def test_what_is_no_learner_is_named(both):
    with pytest.raises(TypeError, match="compare takes two learners, not an int"):
        cw.compare(both.a, 3)
    with pytest.raises(ValueError, match="names=3: pass two different names"):
        cw.compare(both.a, both.b, names=3)

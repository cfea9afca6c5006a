"""Ratings added to loaders: ids keep their rows, ratings their side, and the numbers are those of one whole table."""

import numpy as np
import pandas as pd
import pytest
import torch

import collabwidgets as cw
from collabwidgets import CollabDataLoaders, StableSplit, TimeSplit
from collabwidgets.data.growing import grown

RANDOM = np.random.default_rng(5)


def table(users, items, n):
    return pd.DataFrame(
        {
            "user": RANDOM.choice(users, n),
            "item": RANDOM.choice(items, n),
            "rating": RANDOM.integers(1, 6, n),
            "timestamp": RANDOM.integers(0, 400, n),
        }
    )


FIRST = table(range(10, 40), [f"m{n}" for n in range(20)], 500)
LATER = table([3, 12, 15, 99], ["a new one", "m4", "m7", "zz"], 60)
WHOLE = pd.concat([FIRST, LATER], ignore_index=True)


def loaders(ratings=FIRST, **options):
    return CollabDataLoaders.from_df(ratings, seed=4, bs=16, **options)


def test_known_ids_keep_their_rows_and_new_ones_stand_behind():
    dls = loaders()
    more, growth = grown(dls, LATER)
    for name, new in (("user", [3, 99]), ("item", ["a new one", "zz"])):
        assert list(more.classes[name]) == [*dls.classes[name], *new]
    assert str(growth) == "60 ratings added, 2 new users, 2 new items"
    assert (growth.n_ratings, growth.n_changed) == (60, 0)
    assert str(growth) in more.notes[-1]
    assert (dls.n_ratings, dls.n_users) == (500, 30)  # itself it is as before


def test_counts_means_and_range_are_those_of_both_tables_together():
    more, _ = grown(loaders(), LATER.assign(rating=LATER["rating"] * 1.5))
    both = pd.concat([FIRST, LATER.assign(rating=LATER["rating"] * 1.5)])
    for name, side in (("user", more.users), ("item", more.items)):
        groups = both.groupby(name)["rating"].agg(["count", "mean"]).loc[list(side.ids[1:])]
        np.testing.assert_array_equal(side.counts[1:], groups["count"])
        np.testing.assert_allclose(side.means[1:], groups["mean"], rtol=1e-6)
    assert more.rating_range == (1, both["rating"].max())
    frame = more.to_frame()
    assert more.rating_mean == pytest.approx(frame.loc[~frame["valid"], "rating"].mean())
    assert list(frame["user"]) == list(both["user"])
    assert list(frame["item"]) == list(both["item"])


def test_ratings_keep_their_side_and_the_same_share_of_new_ones_is_held_out():
    dls = loaders(valid_pct=0.3)
    more, _ = grown(dls, LATER)
    sides = more.to_frame()["valid"].to_numpy()
    np.testing.assert_array_equal(sides[:500], dls.to_frame()["valid"])
    assert sides[500:].sum() == 18
    np.testing.assert_array_equal(sides, grown(dls, LATER)[0].to_frame()["valid"])
    again, _ = grown(more, LATER)
    assert again.n_ratings == 620
    np.testing.assert_array_equal(again.to_frame()["valid"][:560], sides)


@pytest.mark.parametrize("split", [StableSplit(0.3), "stable:0.3", TimeSplit(300), "time:300"])
def test_a_split_that_can_place_new_ratings_places_them_as_in_one_table(split):
    more, _ = grown(loaders(split=split), LATER)
    assert more.to_frame().equals(loaders(WHOLE, split=split).to_frame())


@pytest.mark.parametrize("duplicates", ["last", "mean"])
@pytest.mark.parametrize("scale", [None, "log"])
def test_a_pair_that_is_rated_again_changes_on_its_side(duplicates, scale):
    first = FIRST.drop_duplicates(["user", "item"])
    dls = loaders(first, duplicates=duplicates, scale=scale)
    later = LATER.drop_duplicates(["user", "item"])
    more, growth = grown(dls, later)
    known = first.merge(later, on=["user", "item"])
    assert growth.n_changed == len(known) > 0
    assert growth.n_ratings == len(later) - len(known)
    both = pd.concat([first, later]).groupby(["user", "item"])["rating"]
    expected = both.last() if duplicates == "last" else both.mean()
    found = more.to_frame().set_index(["user", "item"])
    values = np.expm1(found["rating"]) if scale == "log" else found["rating"]
    np.testing.assert_allclose(values, expected.loc[found.index], rtol=1e-5)
    before = dls.to_frame().set_index(["user", "item"])["valid"]
    assert found.loc[before.index, "valid"].equals(before)


def test_titles_of_new_ids_come_from_where_the_others_came_from():
    titles = pd.DataFrame(
        {"item": [f"m{n}" for n in range(20)] + ["zz"], "title": [f"T {n}" for n in range(20)] + ["Z"]}
    )
    dls = loaders(items=titles)
    assert list(grown(dls, LATER)[0].items.names[-2:]) == ["a new one", "Z"]
    named = titles.assign(item=["a new one"] * 21, title="Named")
    more, _ = grown(dls, LATER, items=named)
    assert list(more.items.names[-2:]) == ["Named", "zz"]
    assert list(more.items.names[:21]) == list(dls.items.names)
    with pytest.raises(ValueError, match="neither titles nor side columns of 'user'; leave out users="):
        grown(dls, LATER, users=titles)


def test_side_columns_of_new_ids_are_those_of_known_ones_with_the_same_values():
    kinds = ["a|b", "b", "c"]
    films = pd.DataFrame(
        {"item": [f"m{n}" for n in range(20)], "kinds": [kinds[n % 3] for n in range(20)], "year": range(1990, 2010)}
    )
    dls = loaders(items=films)
    more = pd.DataFrame({"item": ["a new one", "zz"], "kinds": ["a|b", "never seen"], "year": [1993, np.nan]})
    grew, _ = grown(dls, LATER, items=more)
    matrix, labels = grew.items.features.dense(), grew.items.features.labels
    np.testing.assert_array_equal(matrix[: len(dls.items)], dls.items.features.dense())
    np.testing.assert_array_equal(matrix[-2], matrix[grew.items.index("m3")])  # also a|b, of 1993
    assert (matrix[-1] == 0).all()
    assert list(grew.items.features.known[-2:]) == [True, True]
    untold = grown(dls, LATER)[0].items.features
    assert untold.labels == labels
    assert (untold.dense()[-2:] == 0).all()
    assert list(untold.known[-2:]) == [False, False]


def test_context_and_weights_stand_beside_the_new_ratings():
    first, later = (each.assign(weight=RANDOM.uniform(0.5, 3, len(each))) for each in (FIRST, LATER))
    dls = loaders(first, weight_name="weight", context=["timestamp"])
    more, _ = grown(dls, later)
    both = pd.concat([first, later], ignore_index=True)
    places, x = more._places.numpy(), more.context
    np.testing.assert_allclose(np.concatenate([more.train_w, more.valid_w]), both["weight"][places], rtol=1e-6)
    standardised = (both["timestamp"] - dls.context.mean[0]) / dls.context.scale[0]
    np.testing.assert_allclose(np.concatenate([x.train, x.valid])[:, 0], standardised[places], rtol=1e-5, atol=1e-6)
    frame = both.iloc[places[: more.n_train]]
    assert more.rating_mean == pytest.approx(np.average(frame["rating"], weights=frame["weight"]))
    with pytest.raises(ValueError, match=r"name them as .*first ratings are: .*'weight'"):
        grown(dls, LATER)


def test_ratings_with_context_are_changed_where_all_of_them_were_known():
    first = FIRST.drop_duplicates(["user", "item"])
    dls = loaders(first, duplicates="last", context=["timestamp"])
    more, growth = grown(dls, first.head(3).assign(rating=9))
    assert (growth.n_ratings, growth.n_changed) == (0, 3)
    assert more.to_frame()["rating"].head(3).tolist() == [9, 9, 9]
    assert torch.equal(more.context.train, dls.context.train)


def test_a_mean_of_weighted_ratings_is_by_weight():
    first = FIRST.drop_duplicates(["user", "item"]).assign(weight=2.0)
    pair = first.iloc[:1].assign(rating=5 - first["rating"].iloc[0], weight=6.0)
    more, _ = grown(loaders(first, weight_name="weight", duplicates="mean"), pair)
    at = int(np.flatnonzero(more._places.numpy() == 0)[0])
    rating, weight = (torch.cat(each)[at] for each in ((more.train_y, more.valid_y), (more.train_w, more.valid_w)))
    assert rating == pytest.approx((2 * first["rating"].iloc[0] + 6 * pair["rating"].iloc[0]) / 8)
    assert weight == 8


def test_a_table_is_checked_as_the_first_was():
    dls = loaders(missing_rating=0, on_bad="drop")
    bad = LATER.astype({"rating": object})
    bad.loc[[0, 1], "rating"] = [0, "five"]
    assert grown(dls, bad)[1].n_ratings == 58
    with pytest.raises(ValueError, match="1 row with a rating in 'rating' that is no number or too large a one"):
        grown(dls, bad, on_bad="error")
    one = LATER[LATER["user"] == 99].assign(rating=5)  # of one user and one value
    assert str(grown(dls, one)[1]).endswith("1 new user, 2 new items")
    with pytest.raises(ValueError, match="'x' is no user: the users here are whole numbers"):
        grown(dls, LATER.assign(user="x"))
    with pytest.raises(ValueError, match=r"have the columns 'user', 'item', 'stars'.*name them as .*'rating'"):
        grown(dls, LATER.rename(columns={"rating": "stars"}))
    with pytest.raises(TypeError, match="ratings is a str; pass a table"):
        grown(dls, "ratings.csv")


def test_a_table_without_a_header_is_added_by_position():
    renamed = dict(zip(FIRST.columns, range(4), strict=True))
    dls = loaders(FIRST.rename(columns=renamed))
    assert grown(dls, LATER.rename(columns=renamed))[1].n_ratings == 60


def test_loaders_without_ratings_say_so(tmp_path):
    learn = cw.collab_learner(loaders(), n_factors=2)
    alone = cw.load_learner(learn.save(tmp_path / "m"))
    with pytest.raises(ValueError, match="no training ratings: this learner came from a checkpoint alone"):
        alone.add_ratings(LATER)

"""The bias ranking against closed forms, a loop over rows, and torch's sigmoid."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from collabwidgets.interpret import biases


def test_rows_are_ranked_as_a_plain_sort_ranks_them(make_snapshot, make_side):
    rng = np.random.default_rng(0)
    bias, counts, means = rng.normal(size=60), rng.integers(0, 100, 60), rng.uniform(1, 5, 60)
    items = make_side(60, counts=counts, means=means, untrained=(3, 20, 41))
    frame = biases(make_snapshot(item_bias=bias, items=items), min_count=30)

    shown = [row for row in range(1, 61) if row not in (3, 20, 41) and counts[row - 1] >= 30]
    by_bias = sorted(shown, key=lambda row: -bias[row - 1])
    by_mean = sorted(shown, key=lambda row: -np.float32(means[row - 1]))
    trained = [row for row in range(1, 61) if row not in (3, 20, 41)]
    center = np.mean([np.float32(bias[row - 1]) for row in trained], dtype=float)
    assert frame.index.tolist() == by_bias
    assert frame.index.name == "row"
    assert frame["rank"].tolist() == list(range(1, len(shown) + 1))
    assert frame["rank_by_mean"].tolist() == [by_mean.index(row) + 1 for row in by_bias]
    assert frame["rank_change"].tolist() == [by_mean.index(row) - by_bias.index(row) for row in by_bias]
    assert frame["title"].tolist() == [f"title {row}" for row in by_bias]
    assert frame["count"].tolist() == [counts[row - 1] for row in by_bias]
    np.testing.assert_allclose(frame["mean"], [means[row - 1] for row in by_bias], rtol=1e-6)
    np.testing.assert_allclose(frame["bias"], [bias[row - 1] - center for row in by_bias], atol=1e-6)


@pytest.mark.parametrize(
    ("mean", "bias", "stars"),
    [
        (3.53, 0.25, 0.30),
        (3.53, 0.5, 0.58),
        (3.53, 1.0, 1.03),
        (4.5, 0.25, 0.19),
        (4.5, 0.5, 0.35),
        (4.5, 1.0, 0.58),
    ],
)
def test_effect_in_stars_is_that_of_the_table(make_snapshot, mean, bias, stars):
    frame = biases(make_snapshot(item_bias=[bias, -bias], rating_mean=mean))  # their centre is 0
    assert frame.loc[1, "effect"] == pytest.approx(stars, abs=0.005)


@given(
    st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=20),
    st.floats(0.05, 0.95),
    st.floats(-10, 10),
    st.floats(0.5, 20),
)
def test_effect_is_torchs_sigmoid_moved_from_the_mean(make_snapshot, bias, share, low, width):
    mean = low + share * width
    frame = biases(make_snapshot(item_bias=bias, y_range=(low, low + width), rating_mean=mean))
    logit = torch.logit(torch.tensor(share, dtype=torch.float64))
    centered = torch.tensor(bias, dtype=torch.float64) - np.mean(bias)
    expected = torch.sigmoid(logit + centered) * width + low - mean
    np.testing.assert_allclose(frame["effect"].sort_index(), expected, atol=1e-9)


def test_effect_without_a_range_is_the_bias_itself(make_snapshot):
    frame = biases(make_snapshot(item_bias=[1.0, 2, 6], y_range=None))
    assert frame["effect"].tolist() == frame["bias"].tolist() == [3, -1, -2]


def test_a_mean_outside_the_range_leaves_the_effect_unknown(make_snapshot):
    frame = biases(make_snapshot(item_bias=[1.0, 2], y_range=(0, 1), rating_mean=3.5))
    assert frame["effect"].isna().all()
    assert frame["bias"].tolist() == [0.5, -0.5]


def test_centred_biases_leave_all_predictions_unchanged(make_snapshot, make_side):
    rng = np.random.default_rng(1)
    user_factors, item_factors = rng.normal(size=(4, 5)), rng.normal(size=(6, 5))
    user_bias, item_bias = rng.normal(2, 1, 4), rng.normal(-1, 1, 6)
    snapshot = make_snapshot(
        users=make_side(4, name="user"),
        item_bias=item_bias,
        user_bias=np.concatenate([[0], user_bias]),
    )
    of_users, of_items = biases(snapshot, kind="users"), biases(snapshot, kind="items")
    constant = of_users.attrs["mean_bias"] + of_items.attrs["mean_bias"]
    match = user_factors @ item_factors.T
    before = match + user_bias[:, None] + item_bias
    after = (
        match + of_users["bias"].sort_index().to_numpy()[:, None] + of_items["bias"].sort_index().to_numpy() + constant
    )
    np.testing.assert_allclose(after, before, atol=1e-5)
    assert of_users.index.name == "row"
    assert abs(of_items["bias"].mean()) < 1e-12


def test_uncentred_biases_are_the_models_own(make_snapshot):
    centered, raw = (biases(make_snapshot(item_bias=[1.0, 2, 6]), center=c) for c in (True, False))
    assert raw["bias"].tolist() == [6, 2, 1]
    assert raw["effect"].tolist() == centered["effect"].tolist()


def test_the_centre_is_that_of_all_trained_rows_whatever_is_shown(make_snapshot, make_side):
    items = make_side(4, counts=[5, 50, 50, 50], untrained=(4,))
    frame = biases(make_snapshot(item_bias=[0.0, 3, 6, 900], items=items), min_count=20)
    assert frame["bias"].to_dict() == {3: 3, 2: 0}


def test_equal_biases_and_equal_means_keep_the_order_of_rows(make_snapshot):
    frame = biases(make_snapshot(item_bias=[1.0, 2, 1, 2]))
    assert frame.index.tolist() == [2, 4, 1, 3]
    assert frame["rank_by_mean"].tolist() == [2, 4, 1, 3]


def test_few_means_under_twenty_ratings(make_snapshot, make_side):
    frame = biases(make_snapshot(item_bias=[0.0, 0], items=make_side(2, counts=[19, 20])))
    assert frame["few"].to_dict() == {1: True, 2: False}


def test_a_filter_that_hides_all_gives_an_empty_table_with_its_columns(make_snapshot):
    frame = biases(make_snapshot(item_bias=[0.0, 1]), min_count=51)
    assert frame.empty
    assert frame.columns.tolist() == [
        "title",
        "bias",
        "effect",
        "count",
        "mean",
        "rank",
        "rank_by_mean",
        "rank_change",
        "few",
    ]


def test_errors_say_what_to_do(make_snapshot, make_side):
    snapshot = make_snapshot(item_bias=[0.0, np.nan])
    with pytest.raises(ValueError, match="kind='movies' is not known; choose one of items, users"):
        biases(snapshot, kind="movies")
    with pytest.raises(ValueError, match=r"the model has no user biases; .* user_bias="):
        biases(snapshot, kind="users")
    with pytest.raises(ValueError, match="not finite"):
        biases(snapshot)
    with pytest.raises(ValueError, match="no title has a training rating"):
        biases(make_snapshot(item_bias=[0.0], items=make_side(1, untrained=(1,))))

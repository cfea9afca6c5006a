"""Neighbours against a loop over all pairs written from the definitions."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from collabwidgets.interpret import neighbors

METRICS = ["cosine", "centered_cosine", "euclidean", "dot"]


def brute_force(vectors, trained, counts, anchor, metric, order, min_count, k):
    """The definitions, a row at a time; rows of dictionaries by row number."""
    rows = [row for row in vectors if trained[row] and row != anchor]
    center = [
        math.fsum(column) / sum(trained.values())
        for column in zip(*(vectors[r] for r in vectors if trained[r]), strict=True)
    ]

    def dot(a, b):
        return math.fsum(x * y for x, y in zip(a, b, strict=True))

    def score(a, b):
        if metric == "centered_cosine":
            a, b = ([x - c for x, c in zip(v, center, strict=True)] for v in (a, b))
        if metric == "dot":
            return dot(a, b)
        if metric == "euclidean":
            return math.dist(a, b)
        scale = math.hypot(*a) * math.hypot(*b)
        return dot(a, b) / scale if scale > 1e-9 else 0.0

    sign = 1 if (metric == "euclidean") == (order == "nearest") else -1
    scores = {row: score(vectors[row], vectors[anchor]) for row in rows}
    best = sorted(rows, key=lambda row: (sign * round(scores[row], 9), row))
    shown = [row for row in best if counts[row] >= min_count][:k]
    return shown, scores, sum(counts[row] < min_count for row in best[:k])


@pytest.mark.parametrize("order", ["nearest", "farthest"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(5))
def test_all_metrics_equal_brute_force(make_snapshot, make_side, metric, order, seed):
    rng = np.random.default_rng(seed)
    n = 200
    factors = (rng.normal(size=(n, 8)) * rng.uniform(0, 2, (n, 1)) + rng.normal(size=8)).astype(np.float32)
    counts, untrained = rng.integers(1, 60, n), rng.choice(np.arange(2, n + 1), 30, replace=False)
    snapshot = make_snapshot(item_factors=factors, items=make_side(n, counts=counts, untrained=untrained))
    found = neighbors(snapshot, 1, k=12, metric=metric, order=order)
    shown, scores, n_hidden = brute_force(
        dict(enumerate(factors.tolist(), 1)),
        dict(enumerate(snapshot.items.trained[1:].tolist(), 1)),
        dict(enumerate(counts.tolist(), 1)),
        1,
        metric,
        order,
        20,
        12,
    )
    assert found.index.tolist() == shown
    np.testing.assert_allclose(found["score"], [scores[row] for row in shown], rtol=1e-9)
    assert found.attrs["n_hidden"] == n_hidden
    assert n_hidden > 0


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from([-2, -1, 0, 0, 1, 2]), min_size=width, max_size=width),
            min_size=1,
            max_size=12,
        )
    ),
    st.sampled_from(METRICS),
    st.sampled_from(["nearest", "farthest"]),
    st.integers(1, 14),
    st.data(),
)
def test_ties_zero_vectors_and_filters_equal_brute_force(make_snapshot, make_side, rows, metric, order, k, data):
    n = len(rows)
    counts = data.draw(st.lists(st.integers(15, 25), min_size=n, max_size=n))
    snapshot = make_snapshot(item_factors=np.array(rows, dtype=np.float32), items=make_side(n, counts=counts))
    found = neighbors(snapshot, 1, k=k, metric=metric, order=order)
    shown, scores, n_hidden = brute_force(
        dict(enumerate(rows, 1)), dict.fromkeys(range(1, n + 1), True), dict(enumerate(counts, 1)),
        1, metric, order, 20, k,
    )  # fmt: skip
    np.testing.assert_allclose(found["score"], [scores[row] for row in shown], atol=1e-9)
    np.testing.assert_allclose(found["score"], [scores[row] for row in found.index], atol=1e-9)
    if metric in ("dot", "euclidean"):  # exact on whole numbers, so equal scores are equal to the last bit
        assert found.index.tolist() == shown
        assert found.attrs["n_hidden"] == n_hidden


@pytest.mark.parametrize("metric", METRICS)
def test_equal_vectors_tie_and_stand_in_the_order_of_their_rows(make_snapshot, metric):
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(9001, 50)).astype(np.float32)
    twins = np.sort(rng.choice(np.arange(1, 9001), 40, replace=False))
    factors[twins] = factors[0] * 1.01
    found = neighbors(make_snapshot(item_factors=factors), 1, k=25, metric=metric)
    assert found.index.tolist() == (twins[:25] + 1).tolist()
    assert found["score"].nunique() == 1


def test_scores_equal_scikit_learns_at_60_000_titles(make_snapshot):
    factors = np.random.default_rng(4).normal(0.2, 1, (60_000, 50)).astype(np.float32)
    snapshot = make_snapshot(item_factors=factors)
    wide = factors.astype(np.float64)
    centered = wide - wide.mean(axis=0)
    for metric, reference in {
        "cosine": -cosine_similarity(wide[:1], wide)[0],
        "centered_cosine": -cosine_similarity(centered[:1], centered)[0],
        "euclidean": euclidean_distances(wide[:1], wide)[0],
        "dot": -(wide @ wide[0]),
    }.items():
        reference[0] = np.inf
        found = neighbors(snapshot, 1, k=50, metric=metric)
        assert found.index.tolist() == (np.argsort(reference)[:50] + 1).tolist()


def test_a_large_constant_does_not_blur_distances_or_centred_cosines(make_snapshot):
    """float32 products lose what tells these apart; the exact scores of the second look must not."""
    rng = np.random.default_rng(5)
    factors = (300 + rng.integers(-8, 9, (500, 6)) / 8).astype(np.float32)
    wide = factors.astype(np.float64)
    snapshot = make_snapshot(item_factors=factors)
    distances = euclidean_distances(wide[:1] - 300, wide - 300)[0]
    found = neighbors(snapshot, 1, k=20, metric="euclidean")
    np.testing.assert_allclose(found["score"], np.sort(distances[1:])[:20], rtol=1e-12)
    centered = wide - wide.mean(axis=0)
    found = neighbors(snapshot, 1, k=20, metric="centered_cosine")
    cosines = np.sort(cosine_similarity(centered[:1], centered[1:])[0])[::-1][:20]
    np.testing.assert_allclose(found["score"], cosines, atol=1e-9)


@pytest.mark.parametrize("metric", ["cosine", "centered_cosine"])
def test_vectors_of_length_zero_have_cosine_zero(make_snapshot, metric):
    for value in (0.0, 0.1):
        snapshot = make_snapshot(item_factors=np.full((7, 3), value, dtype=np.float32))
        scores = neighbors(snapshot, 2, metric=metric)["score"]
        expected = 1.0 if metric == "cosine" and value else 0.0
        np.testing.assert_allclose(scores, expected, rtol=1e-12)


def test_very_short_vectors_are_ranked_by_their_direction(make_snapshot):
    factors = np.array([[1, 0], [1e-22, 1e-23], [1e-25, 0], [0, 1e-30], [-1, 0]], dtype=np.float32)
    assert neighbors(make_snapshot(item_factors=factors), 1, k=2).index.tolist() == [3, 2]


def test_na_and_rows_never_trained_are_in_no_answer(make_snapshot, make_side):
    factors = np.random.default_rng(6).normal(size=(30, 4)).astype(np.float32)
    factors[[4, 9]] = [np.nan, np.inf, 0, 0]
    factors[14] = factors[0]
    snapshot = make_snapshot(item_factors=factors, items=make_side(30, untrained=(5, 10, 15)))
    for metric in METRICS:
        for order in ("nearest", "farthest"):
            found = neighbors(snapshot, 1, k=100, metric=metric, order=order)
            assert sorted(found.index) == sorted(set(range(2, 31)) - {5, 10, 15})
            assert found["score"].notna().all()


def test_n_common_counts_distinct_users_as_a_join_does(make_snapshot, make_side):
    rng = np.random.default_rng(7)
    users, items = rng.integers(1, 41, 3000), rng.integers(1, 61, 3000)  # with pairs rated twice
    snapshot = make_snapshot(item_factors=rng.normal(size=(60, 4)).astype(np.float32), users=make_side(40, name="user"))
    found = neighbors(snapshot, 9, k=59, ratings=(users.astype(np.int32), items))
    rated = pd.DataFrame({"user": users, "item": items}).drop_duplicates()
    both = rated.merge(rated[rated["item"] == 9], on="user").groupby("item_x").size()
    assert len(found) == 59
    assert found["n_common"].tolist() == both.reindex(found.index, fill_value=0).tolist()


def test_n_common_is_zero_where_nobody_rated_both(make_snapshot):
    snapshot = make_snapshot(item_factors=np.eye(3, dtype=np.float32))
    found = neighbors(snapshot, 1, ratings=(np.array([1, 2]), np.array([1, 2])))
    assert found["n_common"].to_dict() == {2: 0, 3: 0}
    assert "n_common" not in neighbors(snapshot, 1)


def test_weak_is_few_ratings_or_a_short_vector(make_snapshot, make_side):
    lengths = np.array([1, 1, 1, 1, 0.249, 0.251])
    counts = [50, 19, 20, 50, 50, 50]
    snapshot = make_snapshot(item_factors=np.stack([lengths, 0 * lengths], axis=1), items=make_side(6, counts=counts))
    found = neighbors(snapshot, 1, min_count=0)
    assert found["weak"].to_dict() == {2: True, 3: False, 4: False, 5: True, 6: False}
    np.testing.assert_allclose(found["norm"].sort_index(), lengths[1:], rtol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("order", ["nearest", "farthest"])
def test_several_anchors_are_the_mean_of_their_unit_vectors(make_snapshot, metric, order):
    """By numpy in one line a metric; the lengths differ by a factor of a thousand and must not matter."""
    rng = np.random.default_rng(8)
    factors = (rng.normal(0.3, 1, (200, 6)) * 10.0 ** rng.uniform(-2, 1, (200, 1))).astype(np.float32)
    anchors = [3, 17, 90]
    wide = factors.astype(np.float64)
    if metric == "centered_cosine":
        wide -= wide.mean(axis=0)
    own = wide[[row - 1 for row in anchors]]
    if metric != "euclidean":
        own /= np.linalg.norm(own, axis=1, keepdims=True)
    aim = own.mean(axis=0)
    scores = {
        "cosine": cosine_similarity(aim[None], wide)[0],
        "centered_cosine": cosine_similarity(aim[None], wide)[0],
        "euclidean": euclidean_distances(aim[None], wide)[0],
        "dot": wide @ aim,
    }[metric]
    upwards = (metric == "euclidean") == (order == "nearest")
    expected = [row + 1 for row in np.argsort(scores if upwards else -scores) if row + 1 not in anchors][:12]
    found = neighbors(make_snapshot(item_factors=factors), anchors, k=12, metric=metric, order=order)
    assert found.index.tolist() == expected
    np.testing.assert_allclose(found["score"], scores[found.index - 1], rtol=1e-9)


def test_one_anchor_in_a_list_or_named_twice_is_that_anchor(make_snapshot):
    snapshot = make_snapshot(item_factors=np.random.default_rng(9).normal(size=(40, 5)).astype(np.float32))
    for metric in METRICS:
        assert neighbors(snapshot, [7, 7], metric=metric).equals(neighbors(snapshot, 7, metric=metric))
    nothing = neighbors(snapshot, [])
    assert nothing.empty
    assert nothing.columns.equals(neighbors(snapshot, 7).columns)


def test_users_of_any_anchor_are_counted_once(make_snapshot):
    snapshot = make_snapshot(item_factors=np.eye(4, dtype=np.float32))
    rated = (np.array([1, 1, 1, 2, 2, 3, 3]), np.array([1, 2, 3, 2, 4, 3, 4]))
    assert neighbors(snapshot, [1, 2], min_count=0, ratings=rated)["n_common"].to_dict() == {3: 1, 4: 1}


@pytest.mark.parametrize("metric", METRICS)
def test_the_score_against_a_pinned_title_is_the_one_found_from_there(make_snapshot, metric):
    snapshot = make_snapshot(item_factors=np.random.default_rng(10).normal(size=(60, 5)).astype(np.float32))
    found = neighbors(snapshot, 4, k=59, metric=metric, pinned=9)
    from_there = neighbors(snapshot, 9, k=59, metric=metric)["score"]
    others = [row for row in found.index if row != 9]
    np.testing.assert_allclose(found["to_pinned"][others], from_there[others], rtol=1e-12)
    assert "to_pinned" not in neighbors(snapshot, 4)


def test_where_evidence_becomes_weak_can_be_moved(make_snapshot, make_side):
    factors = np.array([[1, 0], [0.4, 0], [1, 0]])
    snapshot = make_snapshot(item_factors=factors, items=make_side(3, counts=[50, 50, 30]))
    assert not neighbors(snapshot, 1)["weak"].any()
    assert neighbors(snapshot, 1, weak_norm=0.5)["weak"].to_dict() == {2: True, 3: False}
    assert neighbors(snapshot, 1, weak_count=31)["weak"].to_dict() == {2: False, 3: True}


def test_the_anchor_may_itself_have_few_ratings(make_snapshot, make_side):
    snapshot = make_snapshot(item_factors=np.eye(3), items=make_side(3, counts=[1, 30, 30]))
    assert neighbors(snapshot, 1).index.tolist() == [2, 3]


def test_a_filter_that_hides_all_says_how_many_it_hides(make_snapshot):
    found = neighbors(make_snapshot(item_factors=np.eye(5)), 1, k=3, min_count=51)
    assert found.empty
    assert found.attrs["n_hidden"] == 3


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"metric": "manhattan"}, "metric='manhattan' is not known; choose one of cosine, centered_cosine"),
        ({"order": "closest"}, "order='closest' is not known; choose one of nearest, farthest"),
        ({"k": 0}, "k must be a whole number from 1, not 0"),
        ({"item": 0}, "row 0 is no title; rows go from 1 to 4"),
        ({"item": 5}, "row 5 is no title; rows go from 1 to 4"),
        ({"item": -1}, "row -1 is no title"),
        ({"item": 2}, "title 2 has no training rating"),
    ],
)
def test_errors_say_what_to_do(make_snapshot, make_side, keywords, message):
    snapshot = make_snapshot(item_factors=np.eye(4), items=make_side(4, untrained=(2,)))
    with pytest.raises(ValueError, match=message):
        neighbors(snapshot, **{"item": 1, **keywords})


def test_a_title_in_place_of_a_row_is_answered(make_snapshot):
    with pytest.raises(TypeError, match="item is 'Fargo'; pass the number of its row"):
        neighbors(make_snapshot(item_factors=np.eye(4)), "Fargo")


def test_a_model_without_factors_or_with_broken_ones_is_answered(make_snapshot):
    with pytest.raises(ValueError, match="the model has no item factors"):
        neighbors(make_snapshot(item_bias=[0.0, 1]), 1)
    for broken in (np.nan, np.inf, 1e38):
        with pytest.raises(ValueError, match="not finite"):
            neighbors(make_snapshot(item_factors=np.array([[1.0], [broken], [2.0]])), 1)

"""Sides: arrays aligned by row, that nobody can change."""

import numpy as np
import pytest

import collabwidgets as cw
from collabwidgets.data import Side


def side(**changed):
    fields = {
        "name": "title",
        "names": ["#na#", "Alien (1979)", "Fargo (1996)"],
        "counts": [0, 3, 0],
        "means": [np.nan, 4, np.nan],
        "trained": [False, True, False],
    }
    return Side(**fields | changed)


def test_arrays_have_their_types_and_are_read_only():
    made = side()
    assert [made.counts.dtype, made.means.dtype, made.trained.dtype] == [np.int32, np.float32, np.bool_]
    for values in (made.names, made.counts, made.means, made.trained):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = values[1]


def test_arrays_are_copies_of_what_was_passed():
    counts = np.array([0, 3, 0], dtype=np.int32)
    made = side(counts=counts)
    counts[1] = 99
    assert made.counts[1] == 3


def test_a_name_leads_to_its_row():
    assert side().index("Fargo (1996)") == 2
    assert side(names=["#na#", "12", "34"]).index(34) == 2


def test_a_whole_float_is_the_number_it_stands_for():
    numbered = side(names=["#na#", "-50", "7.5"])
    assert [numbered.index(name) for name in (-50.0, -50, 7.5)] == [1, 1, 2]
    with pytest.raises(ValueError, match="there is no"):
        numbered.index(float("inf"))


@pytest.mark.parametrize(("asked", "near"), [("fargo", "Fargo"), ("Aliens (1979)", "Alien"), ("#na#", None)])
def test_an_unknown_name_raises_with_the_nearest(asked, near):
    with pytest.raises(ValueError, match="there is no title") as error:
        side().index(asked)
    assert near is None or near in str(error.value)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"counts": [0, 3]}, r"shapes .* \{'names': \(3,\), 'counts': \(2,\)"),
        ({"names": ["a", "b", "c"]}, "'#na#', the name of unknown ids, in the first row"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        side(**changed)


def test_years_stand_at_the_end_of_a_name():
    names = ["#na#", "Fargo (1996)", "Fargo (1996) ", "Fargo (1996), a film", "M", "(19x6)"]
    side = Side("title", names, [0, 1, 1, 1, 1, 1], [3.0] * 6, [False, *[True] * 5])
    np.testing.assert_array_equal(side.years, [np.nan, 1996, 1996, np.nan, np.nan, np.nan])


def test_the_default_filter_is_twenty_ratings_for_movielens_and_less_for_small_tables():
    movielens = cw.CollabDataLoaders.from_df(cw.load_movielens("100k"), item_name="title", seed=42).items
    assert movielens.default_min_count == 20
    ratings, _ = cw.synthetic_ratings(20, 30, 240, seed=1)
    small = cw.CollabDataLoaders.from_df(ratings, seed=1).items
    assert small.default_min_count == int(np.median(small.counts[small.trained])) < 20
    assert cw.collab_learner(cw.CollabDataLoaders.from_df(ratings, seed=1), 2).view.min_count < 20

"""A snapshot is whole, read-only and checked when it is made."""

import dataclasses

import numpy as np
import pytest


def test_arrays_become_read_only_contiguous_float32(make_snapshot):
    snapshot = make_snapshot(item_factors=np.asfortranarray(np.ones((4, 3))), item_bias=[0.0, 1, 2, 3])
    for table in (snapshot.item_factors, snapshot.item_bias):
        assert table.dtype == np.float32
        assert table.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            table[1] = 7


def test_training_on_does_not_change_a_snapshot(make_snapshot, make_side):
    live = np.ones((5, 2), dtype=np.float32)
    snapshot = make_snapshot(items=make_side(4), user_factors=None, item_bias=None, item_factors=None)
    snapshot = dataclasses.replace(snapshot, item_factors=live)
    live += 1
    assert (snapshot.item_factors == 1).all()


def test_a_read_only_array_is_not_copied(make_snapshot, make_side):
    values = np.ones((5, 2), dtype=np.float32)
    values.flags.writeable = False
    snapshot = dataclasses.replace(make_snapshot(items=make_side(4)), item_factors=values)
    assert snapshot.item_factors is values


def test_fields_cannot_be_set(make_snapshot):
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_snapshot(item_bias=[0.0]).epoch = 2.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"item_factors": np.ones((3, 2))}, r"item_factors has shape \[3, 2\]; pass an array \[5, k\]"),
        ({"item_factors": np.ones(5)}, r"item_factors has shape \[5\]"),
        ({"item_bias": np.ones((5, 1))}, r"item_bias has shape \[5, 1\]; pass an array \[5\]"),
        ({"user_bias": np.ones(5)}, r"user_bias has shape \[5\]; pass an array \[4\]"),
        ({"y_range": (5, 5)}, r"y_range must be two numbers, the lower first, .* not \(5, 5\)"),
    ],
)
def test_wrong_shapes_are_named(make_snapshot, make_side, fields, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(make_snapshot(items=make_side(4)), **fields)


def test_n_factors_is_the_width_of_a_table_there_is(make_snapshot, make_side):
    bare = make_snapshot(items=make_side(4))
    assert bare.n_factors == 0
    assert dataclasses.replace(bare, user_factors=np.ones((4, 7))).n_factors == 7
    assert dataclasses.replace(bare, item_factors=np.ones((5, 6))).n_factors == 6


def test_lengths_and_center_are_numpys(make_snapshot, make_side):
    factors = np.random.default_rng(0).normal(3, 1, (9000, 5)).astype(np.float32)
    snapshot = make_snapshot(item_factors=factors, items=make_side(9000, untrained=(1, 17)))
    trained = np.delete(factors.astype(float), [0, 16], axis=0)
    np.testing.assert_allclose(snapshot.item_norms[1:], np.linalg.norm(factors.astype(float), axis=1))
    np.testing.assert_allclose(snapshot.item_center, trained.mean(axis=0))
    np.testing.assert_allclose(snapshot.item_spreads[1:], np.linalg.norm(factors - trained.mean(axis=0), axis=1))
    assert snapshot.median_item_norm == pytest.approx(np.median(np.linalg.norm(trained, axis=1)))

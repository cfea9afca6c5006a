"""Bytes of binary traits."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from collabwidgets.widgets.protocol import plain
from collabwidgets.widgets.wire import number_bytes, pair_bytes, text_bytes
from tests.widgets.unpacked import bytes_numbers, bytes_pairs, bytes_texts

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


@given(texts)
def test_texts_come_back(column):
    assert bytes_texts(text_bytes(column)) == column


def test_a_text_column_is_count_offsets_and_utf8():
    assert text_bytes(["a", "", "é"]) == struct.pack("<5I", 3, 0, 1, 1, 3) + b"a\xc3\xa9"


def test_a_lone_surrogate_does_not_stop_the_column():
    assert bytes_texts(text_bytes(["a\ud800b", "c"])) == ["a?b", "c"]


@given(arrays.arrays(np.float32, st.integers(0, 50), elements=st.floats(width=32, allow_nan=True)))
def test_floats_come_back_bit_by_bit(values):
    assert bytes_numbers(number_bytes(values, np.float32), np.float32).tobytes() == values.tobytes()


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_whole_numbers_are_little_endian_int32(values):
    assert number_bytes(values, np.int32) == struct.pack(f"<{len(values)}i", *values)


def test_a_matrix_travels_row_by_row_whatever_its_layout_in_memory():
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert number_bytes(np.asfortranarray(matrix), np.float32) == struct.pack("<6f", *range(6))


@given(st.lists(st.tuples(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False))))
def test_pairs_come_back(pairs):
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    back = bytes_pairs(pair_bytes(x, y))
    assert list(zip(*map(list, back), strict=True)) == pairs


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -float("inf")])
def test_what_json_cannot_carry_becomes_none(value):
    assert plain({"rows": [value]}) == {"rows": [None]}

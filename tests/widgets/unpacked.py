"""The inverses of `collabwidgets.widgets.wire`, by which tests read what is sent."""

import itertools

import numpy as np


def bytes_numbers(data, dtype):
    """The inverse of `number_bytes`: a flat, read-only array."""
    return np.frombuffer(data, dtype=np.dtype(dtype).newbyteorder("<"))


def bytes_pairs(data):
    """The inverse of `pair_bytes`: two columns."""
    pairs = bytes_numbers(data, np.float32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def bytes_texts(data):
    """The inverse of `text_bytes`."""
    n = int(bytes_numbers(data[:4], np.uint32)[0])
    offsets = bytes_numbers(data[4 : 4 * (n + 2)], np.uint32)
    text = data[4 * (n + 2) :]
    return [text[start:stop].decode() for start, stop in itertools.pairwise(offsets)]

"""Arrays and text columns ↔ the bytes of a binary trait; the other end is js/src/lib/wire.ts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def number_bytes(values: ArrayLike, dtype: DTypeLike) -> bytes:
    """Raw little-endian bytes of `values`, row by row.

    Parameters
    ----------
    values : array_like
    dtype : dtype
        What the other end reads: float32, int32 or uint8.
    """
    return np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()


def bytes_numbers(data: bytes, dtype: DTypeLike) -> NDArray[Any]:
    """The inverse of `number_bytes`: a flat, read-only array."""
    return np.frombuffer(data, dtype=np.dtype(dtype).newbyteorder("<"))


def pair_bytes(x: ArrayLike, y: ArrayLike) -> bytes:
    """Float32 pairs ``x0 y0 x1 y1 …`` of two columns of equal length."""
    columns = [np.asarray(column, dtype=np.float32) for column in (x, y)]
    if columns[0].shape != columns[1].shape or columns[0].ndim != 1:
        raise ValueError(
            f"pairs need two columns of equal length; found shapes {columns[0].shape} and {columns[1].shape}"
        )
    return number_bytes(np.stack(columns, axis=1), np.float32)


def bytes_pairs(data: bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The inverse of `pair_bytes`."""
    pairs = bytes_numbers(data, np.float32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def text_bytes(texts: Iterable[Any]) -> bytes:
    """A text column: uint32 n, then n + 1 uint32 offsets in bytes from the start of the text, then UTF-8.

    A lone surrogate, which UTF-8 cannot carry, becomes ``?``: titles come from anybody's file.

    Raises
    ------
    ValueError
        For 4 GiB of text or more.
    """
    encoded = [str(text).encode("utf-8", errors="replace") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    if offsets[-1] >= 1 << 32:
        raise ValueError(f"a text column holds less than 4 GiB; found {offsets[-1]:,} bytes")
    return number_bytes([len(encoded), *offsets], np.uint32) + b"".join(encoded)


def bytes_texts(data: bytes) -> list[str]:
    """The inverse of `text_bytes`."""
    n = int(bytes_numbers(data[:4], np.uint32)[0])
    offsets = bytes_numbers(data[4 : 4 * (n + 2)], np.uint32)
    text = data[4 * (n + 2) :]
    return [text[start:stop].decode() for start, stop in itertools.pairwise(offsets)]


def json_number(value: float | None, digits: int | None = None) -> float | None:
    """A float that JSON can carry: ``None`` where it is missing, NaN or infinite."""
    if value is None or not math.isfinite(value):
        return None
    return float(value) if digits is None else round(float(value), digits)

"""Arrays and text columns ↔ the bytes of a binary trait; the other end is js/src/lib/wire.ts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def number_bytes(values: ArrayLike, dtype: DTypeLike) -> bytes:
    """Raw little-endian bytes of `values`, row by row.

    Parameters
    ----------
    values : array_like
    dtype : dtype
        What the other end reads: float32, int32 or uint8.
    """
    return np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()


def pair_bytes(x: ArrayLike, y: ArrayLike) -> bytes:
    """Float32 pairs ``x0 y0 x1 y1 …`` of two columns of equal length."""
    return number_bytes(np.stack([x, y], axis=1), np.float32)


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

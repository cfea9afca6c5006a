"""Files compressed by zstd, of which a part that is missing at the end is an error."""

from __future__ import annotations

import io
from typing import IO, Any

from ..extras import needs_extra

_PIECE = 1 << 17  # bytes


class Zstd(io.RawIOBase):
    """The bytes in a file of one or more zstd frames; `zstandard.open` takes a file that was cut off for a whole one.

    Raises
    ------
    ModuleNotFoundError
        Without the extra ``[files]``.
    EOFError
        On reading, where the last frame does not end.
    """

    def __init__(self, file: IO[bytes]):
        with needs_extra("files"):
            import zstandard
        self._new_frame = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = self._new_frame()
        self._file = file
        self._packed = self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` but for the end of the file; the number of bytes."""
        n = 0
        while n < len(buffer) and (self._ready or self._unpack()):
            taken = self._ready[: len(buffer) - n]
            buffer[n : n + len(taken)] = taken
            self._ready = self._ready[len(taken) :]
            n += len(taken)
        return n

    def _unpack(self) -> bool:
        """Make the next bytes ready; False at the end."""
        while not self._ready:
            packed = self._packed or self._file.read(_PIECE)
            if not packed:
                if not self._frame.eof:
                    raise EOFError("it ends in the middle")
                return False
            if self._frame.eof:
                self._frame = self._new_frame()
            self._ready = self._frame.decompress(packed)
            self._packed = self._frame.unused_data
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

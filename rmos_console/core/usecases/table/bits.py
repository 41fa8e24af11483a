"""Sets of rows as whole numbers: bit n stands for row n, so that "and", "or" and counting take microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

_FALLING: Final = tuple(tuple(bit for bit in range(7, -1, -1) if byte >> bit & 1) for byte in range(256))
"""For each byte the bits that are set in it, highest first."""


def everything(count: int) -> int:
    """Return the set of the first ``count`` rows."""
    return (1 << count) - 1


def of_rows(rows: Iterable[int], count: int) -> int:
    """Return the set of these rows, all below ``count``."""
    data = bytearray(count // 8 + 1)
    for row in rows:
        data[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(data, "little")


def of_code(codes: bytes, code: int) -> int:
    """Return the set of the rows whose byte in ``codes`` is ``code``."""
    marks = codes.translate(_marks(code))
    return int(marks[::-1], 2) if marks else 0


def falling(rows: int) -> Iterator[int]:
    """Yield the rows of a set, highest first."""
    data = rows.to_bytes((rows.bit_length() + 7) // 8, "little")
    for at in range(len(data) - 1, -1, -1):
        if data[at]:
            first = at * 8
            for bit in _FALLING[data[at]]:
                yield first + bit


def _marks(code: int) -> bytes:
    return b"0" * code + b"1" + b"0" * (255 - code)

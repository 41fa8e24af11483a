"""The index of a segment: 64-bit keys made from ids, sorted, each with a number; searched by halves, in place."""

from __future__ import annotations

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal

Kind = Literal["run", "patch", "transaction", "original", "asset", "carrier"]
"""What an id is looked up as: a sealed run's row, the patches about a run, the first document of a transaction, the
rows of runs with an original id, the patch that sealed an advisory, the patches that attached it."""


def key(kind: Kind, text: str) -> int:
    """Return the key of an id. Different ids may share one, so whoever finds it looks at the document, too."""
    data = f"{kind}:{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


class Keys:
    """Sorted keys and their numbers; one key may stand several times, its numbers in the order they were added."""

    def __init__(self, keys: array[int], numbers: array[int]) -> None:
        self._keys = keys
        self._numbers = numbers

    @classmethod
    def sorted(cls, pairs: Iterable[tuple[int, int]]) -> Keys:
        """Return the index of pairs of key and number."""
        ordered = sorted(pairs)
        return cls(array("Q", [pair[0] for pair in ordered]), array("I", [pair[1] for pair in ordered]))

    @classmethod
    def decoded(cls, data: bytes) -> Keys:
        """Return the index that :meth:`encoded` made."""
        count = len(data) // 12
        return cls(numbers("Q", data[: count * 8]), numbers("I", data[count * 8 :]))

    def encoded(self) -> bytes:
        """Return the index as bytes, little-endian: all keys, then all numbers."""
        return encoded(self._keys) + encoded(self._numbers)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield all pairs of key and number."""
        return zip(self._keys, self._numbers, strict=True)

    def find(self, wanted: int) -> Iterator[int]:
        """Yield the numbers of a key."""
        keys = self._keys
        at = bisect_left(keys, wanted)
        while at < len(keys) and keys[at] == wanted:
            yield self._numbers[at]
            at += 1


def numbers(code: str, data: bytes) -> array[int]:
    """Return little-endian bytes as an array of this type code."""
    result: array[int] = array(code)
    result.frombytes(data)
    if sys.byteorder == "big":
        result.byteswap()
    return result


def floats(data: bytes) -> array[float]:
    """Return little-endian bytes as an array of 64-bit floating-point numbers."""
    result: array[float] = array("d")
    result.frombytes(data)
    if sys.byteorder == "big":
        result.byteswap()
    return result


def encoded(values: array[int] | array[float]) -> bytes:
    """Return an array as little-endian bytes."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()

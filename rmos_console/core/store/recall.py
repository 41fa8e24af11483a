"""Looking a line of the ledger up by its number, without reading what lies before it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from rmos_console.core.store.files import open_file
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import MAX_LINE_BYTES, LineError, decode

_HEAD = re.compile(rb'\{"prev":"[0-9a-f]{64}","seq":([1-9][0-9]{0,18}),')
_HEAD_BYTES = 128


def line_digest(path: Path, seq: int) -> str | None:
    """Return the digest of line ``seq`` of the store at ``path``; None where there is no such line that verifies.

    A line never changes once it is written, so the answer holds inside a commit too. Segments are searched by halves:
    a few reads, wherever the line stands.
    """
    place = Place(path)
    for number in reversed(place.segments()):
        descriptor = open_file(place.segment(number))
        try:
            size = os.fstat(descriptor).st_size
            first = _seq_at(descriptor, 0)
            if first is not None and first <= seq:
                return _digest(descriptor, _offset_of(descriptor, size, seq), seq)
        finally:
            os.close(descriptor)
    return None


def _offset_of(descriptor: int, size: int, seq: int) -> int:
    """Return where the last line begins whose number is at most ``seq``."""
    low, high = 0, size
    while high - low > 1:
        middle = (low + high) // 2
        start = _next_start(descriptor, middle - 1, high)
        found = _seq_at(descriptor, start) if start is not None else None
        if start is not None and found is not None and found <= seq:
            low = start
        else:
            high = middle
    return low


def _next_start(descriptor: int, offset: int, high: int) -> int | None:
    """Return what follows the first newline at or behind ``offset``, if that lies below ``high``."""
    while offset < high:
        data = os.pread(descriptor, min(64 * 1024, high - offset), offset)
        if not data:
            return None
        end = data.find(b"\n")
        if end >= 0:
            return offset + end + 1 if offset + end + 1 < high else None
        offset += len(data)
    return None


def _seq_at(descriptor: int, offset: int) -> int | None:
    head = _HEAD.match(os.pread(descriptor, _HEAD_BYTES, offset))
    return None if head is None else int(head.group(1))


def _digest(descriptor: int, offset: int, seq: int) -> str | None:
    raw, newline, _ = os.pread(descriptor, MAX_LINE_BYTES, offset).partition(b"\n")
    if not newline:
        return None
    try:
        line = decode(raw)
    except LineError:
        return None
    return line.digest if line.seq == seq else None

"""Stores that are one JSON object of records by id: streamed, each record read and refused on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.files import opened, parse_record, printable
from rmos_console.core.importers.found import Found, FoundRun, Ignored, Refused
from rmos_console.core.importers.splitter import Defect, Member, members

_EMPTY = (b"[]", b"null", b"{}")


class Entry(NamedTuple):
    """One record of the file: the id it is filed under, its bytes, what they say, and what messages call it."""

    key: str
    source: str
    data: bytes
    record: dict[str, Any]


def read_entries(path: Path, read_one: Callable[[Entry], FoundRun], *, inside: str | None = None) -> Iterator[Found]:
    """Yield what ``read_one`` makes of each record of the file, or of the object under ``inside`` in it.

    A record that raises :class:`BadDataError` is refused alone; a break in the structure is one refusal at the end.
    """
    file = printable(path.name)
    seen: set[str] = set()
    try:
        with opened(path, file) as handle:
            if _is_empty(handle):
                return
            for item in members(handle, inside=inside):
                if isinstance(item, Defect):
                    yield Refused(f"{file}@{item.offset}", f"{file} {item.reason} at byte {item.offset:,}.")
                elif inside is not None and item.depth == 0:
                    yield from _beside(item, file, inside)
                else:
                    yield _entry(item, f"{file}#{printable(item.key)[:100]}", read_one, seen)
    except BadDataError as error:
        yield Refused(file, error.message)


def _is_empty(handle: BinaryIO) -> bool:
    """Tell whether the file is an empty list, which a store without records is written as."""
    start = handle.read(4096)
    handle.seek(0)
    return len(start) < 4096 and start.strip() in (b"[]", b"{}")


def _beside(item: Member, file: str, inside: str) -> Iterator[Found]:
    source = f"{file}#{printable(item.key)[:100]}"
    if item.key != inside:
        yield Ignored(source, "stands beside the runs and is none")
    elif item.data is None or item.data.strip() not in _EMPTY:
        yield Refused(source, f"{source} is no object of runs by id.")


def _entry(item: Member, source: str, read_one: Callable[[Entry], FoundRun], seen: set[str]) -> Found:
    if item.data is None:
        size = item.end - item.start
        return Refused(source, f"{source} is {size:,} bytes; at most {MAX_DOCUMENT_BYTES:,} are read. Shorten it.")
    if item.key in seen:
        return Refused(source, f"{source}: the id stands in the file twice; the first record is taken.")
    seen.add(item.key)
    try:
        return read_one(Entry(item.key, source, item.data, parse_record(item.data, source)))
    except BadDataError as error:
        return Refused(source, error.message)

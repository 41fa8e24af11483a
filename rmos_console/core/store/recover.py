"""Recovery, the first step of every locked section: torn bytes are set aside, then cut off or completed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from rmos_console.core.canonical import sha256_hex
from rmos_console.core.log import logger
from rmos_console.core.records.events import Event, store_recovered
from rmos_console.core.store.append import Appender
from rmos_console.core.store.files import (
    TEMPORARY,
    ensure_folder,
    names_in,
    open_file,
    read_file,
    store_error,
    sweep_temporary,
    write_once,
)
from rmos_console.core.store.follow import Position, check
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import LineError, segment_file

_NAME = re.compile(r"(\d{6})-(\d+)-([0-9a-f]{64})")


def mend(place: Place, appender: Appender, behind: Position, tail: int) -> None:
    """Set the ``tail`` bytes behind the last line aside durably, then cut them off.

    A tail that is a line in its place but for its newline is completed instead. Raises the store's error if the copy
    fails; nothing is cut then.
    """
    data = _read(place, behind, tail)
    name = f"{behind.segment:06}-{behind.offset}-{sha256_hex(data)}"
    try:
        ensure_folder(place.quarantine)
        sweep_temporary(place.quarantine)
        write_once(place.quarantine, place.quarantine / name, data)
    except OSError as error:
        raise store_error(error, f"copying torn bytes of {behind.file} to quarantine") from error
    if _lacks_only_newline(data, behind):
        appender.complete(behind, b"\n")
    else:
        appender.cut(behind)
    logger.info("recovered", extra={"file": behind.file, "offset": behind.offset, "bytes": tail, "quarantine": name})


def _read(place: Place, behind: Position, size: int) -> bytes:
    descriptor = open_file(place.segment(behind.segment))
    try:
        return os.pread(descriptor, size, behind.offset)
    except OSError as error:
        raise store_error(error, f"reading {behind.file}") from error
    finally:
        os.close(descriptor)


def _lacks_only_newline(data: bytes, behind: Position) -> bool:
    try:
        check(data, behind.offset, behind)
    except LineError:
        return False
    return b"\n" not in data


def unnamed(place: Place, named: frozenset[str]) -> Iterator[Event]:
    """Yield an event for each quarantine file that the ledger does not name yet."""
    for name in sorted(names_in(place.quarantine)):
        match = _NAME.fullmatch(name)
        if match is None or name in named:
            continue
        data = read_file(place.quarantine / name)
        segment, offset = int(match.group(1)), int(match.group(2))
        yield store_recovered(
            name,
            segment_file(segment),
            offset,
            len(data),
            match.group(3),
            completed=_stands(place, segment, offset, data),
        )


def _stands(place: Place, segment: int, offset: int, data: bytes) -> bool:
    """Tell whether the bytes set aside are a line of the ledger now: then they were completed, not cut."""
    descriptor = open_file(place.segment(segment))
    try:
        return os.pread(descriptor, len(data) + 1, offset) == data + b"\n"
    finally:
        os.close(descriptor)


def is_quarantine_name(name: str) -> bool:
    """Tell whether a file of the quarantine folder is one that recovery made or is making."""
    return _NAME.fullmatch(name) is not None or name.startswith(TEMPORARY)

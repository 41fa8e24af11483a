"""The indexes of the partitioned layout: hints, never the truth; they may be truncated and may miss most runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.files import opened, parse_record, printable
from rmos_console.core.importers.splitter import Member, members

INDEX = "_index.json"
LOOKUP = "_advisory_lookup.json"


class Index(NamedTuple):
    """What ``_index.json`` says: the entries of runs it calls deleted, and the ids of those it calls present."""

    tombstones: dict[str, dict[str, Any]]
    present: frozenset[str]


class LookupEntry(NamedTuple):
    """One entry of ``_advisory_lookup.json``: the advisory, the run, and the entry verbatim."""

    advisory_id: str
    run_id: str
    entry: dict[str, Any]


def read_index(path: Path) -> tuple[Index, str | None]:
    """Return the index and, where some of it could not be read, what is wrong with it."""
    tombstones: dict[str, dict[str, Any]] = {}
    present: set[str] = set()
    complaints: list[str] = []
    for key, entry in _entries(path, complaints):
        if entry.get("deleted") is True:
            tombstones[key] = entry
        else:
            present.add(key)
    return Index(tombstones, frozenset(printable_ids(present))), _told(complaints)


def read_lookup(path: Path) -> tuple[list[LookupEntry], str | None]:
    """Return the entries that name an advisory and a run and, where some could not be read, what is wrong."""
    complaints: list[str] = []
    found = []
    for key, entry in _entries(path, complaints):
        advisory_id, run_id = entry.get("advisory_id", key), entry.get("run_id")
        if isinstance(advisory_id, str) and isinstance(run_id, str):
            found.append(LookupEntry(advisory_id, run_id, entry))
    return found, _told(complaints)


def printable_ids(ids: set[str]) -> Iterator[str]:
    """Yield the ids that can be a run's; others can name no file and would only spoil messages."""
    return (each for each in ids if each == printable(each))


def _entries(path: Path, complaints: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.exists():
        return
    try:
        with opened(path, path.name) as handle:
            for item in members(handle):
                if not isinstance(item, Member):
                    complaints.append(f"{item.reason} at byte {item.offset:,}; what precedes is used")
                    continue
                entry = _entry(item, complaints)
                if entry is not None:
                    yield item.key, entry
    except BadDataError as error:
        complaints.append(error.message)


def _entry(item: Member, complaints: list[str]) -> dict[str, Any] | None:
    name = f"the entry {printable(item.key)[:100]}"
    if item.data is None:
        complaints.append(f"{name} is too large")
        return None
    try:
        return parse_record(item.data, name)
    except BadDataError as error:
        complaints.append(error.message)
        return None


def _told(complaints: list[str]) -> str | None:
    if not complaints:
        return None
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return f"{complaints[-1]}{more}"

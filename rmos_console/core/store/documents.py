"""Reading bodies and history from the ledger; every line is verified again as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.events import Event
from rmos_console.core.store.entries import AssetEntry, RunEntry
from rmos_console.core.store.follow import damaged, read_line
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import Location
from rmos_console.core.store.touched import run_of


class HistoryEntry(NamedTuple):
    """One event about a run: the line and transaction it stands in, when, by whom, and for which request."""

    seq: int
    at: str
    by: Actor
    request_id: str | None
    transaction: str
    event: Event


def read_run(place: Place, entry: RunEntry) -> dict[str, Any]:
    """Return the sealed document of a run; raises :class:`DamagedError` if it is not what was sealed."""
    for event in _events(place, entry.location, "run.sealed"):
        if event["run"]["run_id"] == entry.run_id:
            return _unchanged(event["run"], entry.run_sha256, entry.location, f"run {entry.run_id}")
    raise _gone(entry.location, f"run {entry.run_id}")


def read_runs(place: Place, entries: Iterable[RunEntry]) -> dict[str, dict[str, Any]]:
    """Return the sealed documents of several runs by id, each line read once; raises as :func:`read_run` does."""
    lines: dict[Location, dict[str, RunEntry]] = {}
    for entry in entries:
        lines.setdefault(entry.location, {})[entry.run_id] = entry
    found: dict[str, dict[str, Any]] = {}
    for location, wanted in lines.items():
        for event in _events(place, location, "run.sealed"):
            run_id = event["run"]["run_id"]
            if run_id in wanted:
                sha256 = wanted.pop(run_id).run_sha256
                found[run_id] = _unchanged(event["run"], sha256, location, f"run {run_id}")
        if wanted:
            raise _gone(location, f"run {next(iter(wanted))}")
    return found


def read_asset(place: Place, entry: AssetEntry) -> dict[str, Any]:
    """Return a sealed advisory; raises :class:`DamagedError` if it is not what was sealed."""
    for event in _events(place, entry.location, "advisory.sealed"):
        if event["advisory_id"] == entry.advisory_id:
            return _unchanged(event["asset"], entry.sha256, entry.location, f"advisory {entry.advisory_id}")
    raise _gone(entry.location, f"advisory {entry.advisory_id}")


def history(place: Place, entry: RunEntry) -> Iterator[HistoryEntry]:
    """Yield every event about a run, oldest first; raises :class:`DamagedError`."""
    for location in entry.lines:
        for transaction in read_line(place, location).transactions:
            by = Actor.parse(transaction["by"], name=f"the actor of a transaction in {location.file}")
            for event in transaction["events"]:
                if run_of(event) == entry.run_id:
                    request = transaction.get("request")
                    yield HistoryEntry(location.seq, transaction["at"], by, request, transaction["id"], event)


def _events(place: Place, location: Location, kind: str) -> Iterator[Event]:
    for transaction in read_line(place, location).transactions:
        for event in transaction["events"]:
            if event["kind"] == kind:
                yield event


def _unchanged(document: dict[str, Any], sha256: str, location: Location, what: str) -> dict[str, Any]:
    if canonical_sha256(document) != sha256:
        raise damaged(location.file, location.offset, f"the bytes of {what} are not those that were sealed")
    return document


def _gone(location: Location, what: str) -> Exception:
    return damaged(location.file, location.offset, f"{what} is not in its line any more")

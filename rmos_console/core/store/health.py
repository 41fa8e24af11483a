"""How a store stands, looked at from outside: without its lock, without opening it, without writing anything.

Every line is read and its digest and place in the chain verified; of blobs only the names are looked at, since reading
all of their bytes is the work of an audit.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rmos_console.core.errors import StoreError
from rmos_console.core.records.events import KINDS
from rmos_console.core.store.blobs import Blobs
from rmos_console.core.store.bodies import has_marks
from rmos_console.core.store.catalog import Catalog
from rmos_console.core.store.examine import named_blobs
from rmos_console.core.store.files import TEMPORARY, names_in, open_file, store_error
from rmos_console.core.store.follow import Follower, Position, VerifiedLine, check_segments
from rmos_console.core.store.layout import Place
from rmos_console.core.store.recover import is_quarantine_name
from rmos_console.core.store.state import Condition, read_condition


@dataclass(slots=True)
class Health:
    """What the look told.

    ``broken`` is why the ledger could not be read to its end; then what the ledger names is not known, and ``missing``,
    ``orphans`` and ``unnamed`` stay empty. ``at`` and ``mono`` are the newest transaction's. ``tail`` counts bytes
    behind the last line. ``catalog`` is how far the catalog remembers, None where there is none that can be read, and
    ``databases`` how many files it has.
    """

    condition: Condition | None = None
    segments: int = 0
    size: int = 0
    end: Position = field(default_factory=Position)
    tail: int = 0
    broken: StoreError | None = None
    unknown: str | None = None
    at: str = ""
    mono: Any = None
    blobs: int = 0
    missing: list[str] = field(default_factory=list)
    orphans: int = 0
    quarantine: int = 0
    unnamed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    leftovers: int = 0
    catalog: Position | None = None
    databases: int = 0


def look_at(place: Place, store_id: str) -> Health:
    """Return how a store stands; raises :class:`StoreError` only where not even its folders can be listed."""
    health = Health()
    try:
        health.condition = read_condition(place.state)
        health.databases = sum(1 for name in names_in(place.catalog) if name[:1].isdigit())
        remembered = Catalog(place, store_id, lambda value: value).remembered()
        health.catalog = remembered if remembered.seq else None
        numbers = place.segments()
        health.segments = len(numbers)
        health.size = sum(place.segment(number).stat().st_size for number in numbers)
        named, recovered = _read(place, health)
        _compare(place, health, named, recovered)
        health.leftovers = sum(map(_leftovers, (place.root, place.blobs, place.quarantine, place.catalog)))
    except OSError as error:
        raise store_error(error, f"looking at {place.root}") from error
    return health


def _read(place: Place, health: Health) -> tuple[set[str], set[str]]:
    named: set[str] = set()
    recovered: set[str] = set()
    follower = Follower(place)
    noted = health.condition
    try:
        check_segments(place)
        for verified in follower.read(noted.seq if noted is not None and noted.kind == "degraded" else None):
            _take(verified, health, named, recovered)
    except StoreError as error:
        health.broken = error
    health.end, health.tail = follower.position, follower.tail
    return named, recovered


def _take(verified: VerifiedLine, health: Health, named: set[str], recovered: set[str]) -> None:
    marked = has_marks(verified.raw)
    for transaction in verified.line.transactions:
        health.at, health.mono = transaction["at"], transaction.get("mono")
        for event in transaction["events"]:
            if event["kind"] not in KINDS:
                health.unknown = health.unknown or event["kind"]
            elif event["kind"] == "store.recovered":
                recovered.add(str(event.get("file")))
            else:
                try:
                    named |= named_blobs(event, marked=marked)
                except (KeyError, TypeError, AttributeError):
                    continue  # an audit names what is malformed


def _compare(place: Place, health: Health, named: set[str], recovered: set[str]) -> None:
    present = set(Blobs(place.blobs).names())
    health.blobs = len(present)
    aside = {name for name in names_in(place.quarantine) if is_quarantine_name(name) and not _is_temporary(name)}
    health.quarantine = len(aside)
    if health.broken is None:
        health.missing = sorted(named - present)
        health.orphans = len(present - named)
        health.unnamed = sorted(aside - recovered)
        health.gone = sorted(recovered - aside)


def _is_temporary(name: str) -> bool:
    return name.startswith(TEMPORARY)


def _leftovers(folder: Path) -> int:
    """Count the temporary files of a folder that nobody is writing."""
    count = 0
    for name in filter(_is_temporary, names_in(folder)):
        try:
            descriptor = open_file(folder / name)
        except (OSError, StoreError):
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            count += 1
        except OSError:
            continue  # in use
        finally:
            os.close(descriptor)
    return count

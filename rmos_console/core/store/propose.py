"""One line in the making: transactions are judged one by one, each on top of the earlier ones of the same line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.changes import Changes
from rmos_console.core.records.events import KINDS, Event
from rmos_console.core.store.bodies import INLINE_BYTES, LEAST_LIMIT, PutBlob, has_marks, shrink_event
from rmos_console.core.store.compact import Resolve, compact
from rmos_console.core.store.fold import Fold, When
from rmos_console.core.store.line import MAX_TRANSACTIONS_BYTES, Location
from rmos_console.core.store.ready import ReadyRun
from rmos_console.core.store.view import View

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Proposed = Event | ReadyRun
"""What a draft may write: an event, or a sealed run that was made ready before."""


class Draft(NamedTuple):
    """One proposed transaction.

    ``decide`` is called inside the lock, on the store as it is at that moment; it returns the events to write (none:
    there is nothing to do) or raises an error to refuse. It may be called again if the first line was full, so it must
    depend on the view alone. ``id`` makes a retry idempotent.
    """

    by: Actor
    request_id: str | None
    decide: Callable[[View], Sequence[Proposed]]
    id: str


class Committed(NamedTuple):
    """What became of a draft: what it changed, if its id had been committed before, and in which line it stands."""

    changes: Changes
    repeated: bool
    seq: int


class Taken(NamedTuple):
    """A compact event and the transaction it stands in."""

    event: Event
    when: When


class Proposal:
    """A line that is not written yet. ``fold`` is the store as it will be; ``taken`` are its events in compact form."""

    def __init__(self, fold: Fold, location: Location, put: PutBlob, resolve: Resolve) -> None:
        self.fold = fold.child()
        self.encoded: list[bytes] = []
        self.taken: list[Taken] = []
        self._location = location
        self._put = put
        self._resolve = resolve
        self._room = MAX_TRANSACTIONS_BYTES

    def add(self, transaction_id: str, by: Actor, request_id: str | None, events: Sequence[Proposed]) -> bool:
        """Take a transaction in; False if the line has no room for it any more.

        Raises :class:`BadDataError` for events that cannot be written, :class:`ConflictError` for a second sealing.
        """
        spelled = _fitting(transaction_id, by, request_id, events, self._put)
        size = len(spelled.data) + 1
        if size > self._room and self.encoded:
            return False
        when = When(self._location, transaction_id, spelled.at)
        child = self.fold.child()
        taken = [Taken(event, when) for event in spelled.compacts(self._resolve)]
        _take(child, transaction_id, taken, self._location)
        self.fold.take(child)
        self.taken += taken
        self.encoded.append(spelled.data)
        self._room -= size
        return True


def compacted(transaction: dict[str, Any], location: Location, resolve: Resolve | None) -> Iterator[Taken]:
    """Yield the events of a transaction, as the ledger holds it, in compact form."""
    when = When(location, transaction["id"], transaction["at"])
    for event in transaction["events"]:
        yield Taken(compact(event, resolve), when)


def take_in(fold: Fold, transaction: dict[str, Any], location: Location, resolve: Resolve | None) -> list[Taken]:
    """Fold one transaction as the ledger holds it, and return its events in compact form."""
    taken = list(compacted(transaction, location, resolve))
    _take(fold, transaction["id"], taken, location)
    return taken


def _take(fold: Fold, transaction_id: str, taken: list[Taken], location: Location) -> None:
    fold.maps.transactions.add(transaction_id, location)
    for item in taken:
        fold.take_in(item.event, item.when)


class _Spelled(NamedTuple):
    """The canonical bytes of a transaction, the time in it, and its events: their bytes, or one that is ready."""

    data: bytes
    at: str
    events: list[bytes | ReadyRun]

    def compacts(self, resolve: Resolve) -> Iterator[Event]:
        """Yield the events in compact form, made from their bytes as every reader of the ledger makes it."""
        for event in self.events:
            if isinstance(event, ReadyRun):
                yield event.compact
            else:
                yield compact(json.loads(event), resolve if has_marks(event) else None)


def _fitting(
    transaction_id: str, by: Actor, request_id: str | None, events: Sequence[Proposed], put: PutBlob
) -> _Spelled:
    """Return a transaction as it will be written, with smaller and smaller values moved to blobs until it fits."""
    limit = INLINE_BYTES
    while True:
        made = [
            event if isinstance(event, ReadyRun) and limit == INLINE_BYTES else encode_event(_plain(event), put, limit)
            for event in events
        ]
        at = now_utc()
        parts = [event.data() if isinstance(event, ReadyRun) else event for event in made]
        data = _transaction(transaction_id, by, request_id, parts, at)
        if len(data) <= MAX_TRANSACTIONS_BYTES:
            return _Spelled(data, at, made)
        if limit <= LEAST_LIMIT:
            raise BadDataError(
                f"A transaction of {len(events):,} events takes {len(data):,} bytes; at most "
                f"{MAX_TRANSACTIONS_BYTES:,} fit in a line. Write it in several."
            )
        limit //= 4


def _plain(event: Proposed) -> Event:
    return event.event() if isinstance(event, ReadyRun) else event


def encode_event(event: Event, put: PutBlob, limit: int = INLINE_BYTES) -> bytes:
    """Return the canonical bytes of an event; values above ``limit`` are moved to blobs by ``put``.

    Raises :class:`BadDataError` for an unknown kind, for what is not JSON, and for a sealed run or advisory whose bytes
    do not have the SHA-256 that the event states.
    """
    kind = event["kind"]
    if kind not in KINDS:
        raise BadDataError(f"{kind!r} is no event kind of this version.")
    name, digest = _SEALED.get(kind, ("", ""))
    if name and not event.keys() >= {name, digest}:
        raise BadDataError(f"An event {kind} is malformed: it lacks {name} or {digest}.")
    body = canonical(event[name]) if name else b""
    data = _joined(event, name, body) if name else canonical(event)
    if len(data) <= limit and not has_marks(data):
        if name and sha256_hex(body) != event[digest]:
            raise _unlike(name, digest)
        return data
    shrunk = shrink_event(event, put, limit)
    if name:
        moved = canonical(shrunk[name])
        if moved == body and sha256_hex(body) != event[digest]:
            raise _unlike(name, digest)
        # Moving values changed the body: its seal is over what will stand on disk.
        shrunk = {**shrunk, digest: sha256_hex(moved)}
    return canonical(shrunk)


_SEALED = {"run.sealed": ("run", "run_sha256"), "advisory.sealed": ("asset", "asset_sha256")}


def _joined(event: Event, name: str, body: bytes) -> bytes:
    """Return the canonical bytes of an event whose member ``name`` is in canonical form already."""
    members = (b"%s:%s" % (canonical(key), body if key == name else canonical(event[key])) for key in sorted(event))
    return b"{%s}" % b",".join(members)


def _unlike(name: str, digest: str) -> BadDataError:
    return BadDataError(f"The {name} to be sealed does not have the {digest} that is stated for it.")


def _transaction(transaction_id: str, by: Actor, request_id: str | None, events: list[bytes], at: str) -> bytes:
    parts = (
        at.encode("ascii"),
        _actor(by.kind, by.id, by.name),
        b",".join(events),
        canonical(transaction_id),
        _boot_id().encode("ascii"),
        time.monotonic_ns(),
        _local_offset().encode("ascii"),
        b"null" if request_id is None else canonical(request_id),
    )
    return b'{"at":"%s","by":%s,"events":[%s],"id":%s,"mono":["%s",%d],"offset":"%s","request":%s}' % parts


@lru_cache(maxsize=64)
def _actor(kind: str, actor_id: str, name: str | None) -> bytes:
    named = {} if name is None else {"name": name}
    return canonical({"id": actor_id, "kind": kind, **named})


def now_utc() -> str:
    """Return the time of the system's clock in UTC, to the microsecond, ending in Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _local_offset() -> str:
    minutes = time.localtime().tm_gmtoff // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@cache
def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"

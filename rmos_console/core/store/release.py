"""Taking back the note that makes a store read-only: the one way from degraded or damaged to writable again.

Under the lock everything is read anew, from the medium and not from what the system remembers of it; then a line says
why writing is allowed again, durably; then the note goes. A crash at any moment leaves the note standing, and the next
try begins again. The other way round it could leave a store that is written on without a word of why.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.errors import DamagedError, DegradedError, LockedError, StoreError
from rmos_console.core.log import logger, swallowed
from rmos_console.core.records.actor import Actor
from rmos_console.core.records.events import Event
from rmos_console.core.records.ids import new_id
from rmos_console.core.records.report import Head
from rmos_console.core.store.append import Appender, UndurableError
from rmos_console.core.store.blobs import Blobs, blob_file
from rmos_console.core.store.catalog import Catalog
from rmos_console.core.store.examine import Examination
from rmos_console.core.store.exclusive import only_one
from rmos_console.core.store.files import names_in, open_file, store_error, sync_folder
from rmos_console.core.store.fold import Fold
from rmos_console.core.store.follow import Follower, Position, check_segments
from rmos_console.core.store.layout import Place, StoreFacts
from rmos_console.core.store.line import Location, encode, segment_file
from rmos_console.core.store.lock import StoreLock
from rmos_console.core.store.places import locate, write_refusal
from rmos_console.core.store.propose import Proposal, now_utc
from rmos_console.core.store.recover import mend, unnamed
from rmos_console.core.store.state import Condition, clear_condition, read_condition, write_condition

_CATALOG_TRIES = 500
_REST_SECONDS = 0.01


class Lost(NamedTuple):
    """A line that was there once and is not any more; ``digest`` is None where only its number is known."""

    seq: int
    digest: str | None


@contextmanager
def held(path: Path, role: str, wait_seconds: float) -> Iterator[HeldStore]:
    """Hold the lock of the store at ``path`` in spite of a note, to read everything anew.

    Raises what opening raises, :class:`ReadOnlyError` where this account or medium cannot write, and
    :class:`LockedError`.
    """
    place, facts = locate(path)
    refusal = write_refusal(place, facts)
    if refusal is not None:
        raise refusal
    lock = StoreLock(place, wait_seconds)
    with lock.held(role, now_utc):
        yield HeldStore(place, facts, lock)


class HeldStore:
    """A store whose lock is held. ``condition`` is the note it carries.

    ``head`` is the last line that :meth:`read` found, and ``end`` where it ends.

    ``lost`` is what was there once according to the catalog or the note, and is missing now.
    """

    def __init__(self, place: Place, facts: StoreFacts, lock: StoreLock) -> None:
        self.store_id = facts.store_id
        self.condition = read_condition(place.state)
        self.head = Head(seq=0, digest=Position().digest)
        self.lost: Lost | None = None
        self.end = Position()
        self._place = place
        self._lock = lock
        self._remembered = Catalog(place, facts.store_id, lambda value: value).remembered()
        self._tail = 0
        self._named: set[str] = set()

    def read(self) -> None:
        """Read every line of the ledger from the medium; raises :class:`DamagedError` for the first that is not whole.

        Bytes behind the last line that never were a line are no damage here. Raises :class:`DegradedError` where the
        medium fails.
        """
        self._let_go_of_memory()
        self._read_chain()

    def examination(self) -> Examination:
        """Return a look at everything: ledger, blobs, quarantine. It leaves out the note and what is lost."""
        return Examination(self._place, self.store_id, Position(), heed_note=False)

    def note(self, error: DamagedError) -> None:
        """Note damage for every process, if nothing is noted yet."""
        condition = Condition("damaged", str(error.details["file"]), int(error.details["offset"] or 0))
        try:
            write_condition(self._place.state, condition)
        except (OSError, StoreError) as failure:
            swallowed("store.note", failure, file=condition.file, offset=condition.offset)

    def record(self, by: Actor, request_id: str | None, decide: Callable[[Head], Sequence[Event]]) -> None:
        """Mend the end of the ledger and write one line with what ``decide`` returns for the head then, durably.

        Raises what ``decide`` raises, and :class:`StoreError` if the line cannot be written.
        """
        appender = Appender(self._place)
        try:
            self._record(appender, by, request_id, decide)
        except UndurableError as error:
            raise self._degrade(error) from error
        finally:
            appender.close()

    def forget_catalog(self) -> None:
        """Remove every database of the catalog, and with them its memory of a longer ledger.

        Raises :class:`LockedError` where another process does not end saving it.
        """
        forget_catalog(self._place)

    def release(self) -> None:
        """Take the note back, durably."""
        try:
            clear_condition(self._place.state)
        except OSError as error:
            raise store_error(error, "clearing the note in the state file") from error
        logger.info("released", extra={"noted": None if self.condition is None else self.condition.line()})

    def _let_go_of_memory(self) -> None:
        """Make the system forget what it remembers of the files, so that what is read comes from the medium.

        After a failed fsync the system may show bytes that never reached the medium. What it still means to write is
        written first: it cannot be forgotten before.
        """
        blobs = (self._place.root / blob_file(name) for name in Blobs(self._place.blobs).names())
        segments = (self._place.segment(number) for number in self._place.segments())
        for path in (*segments, *blobs):
            try:
                descriptor = open_file(path)
                try:
                    os.fsync(descriptor)
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)
            except OSError as error:
                raise store_error(error, f"reading {path.relative_to(self._place.root)} from the medium") from error

    def _read_chain(self) -> None:
        check_segments(self._place)
        follower = Follower(self._place)
        known = self._remembered
        found: str | None = None
        for verified in follower.read():
            line = verified.line
            if line.seq == known.seq:
                found = line.digest
            events = (event for transaction in line.transactions for event in transaction["events"])
            self._named |= {event["file"] for event in events if event["kind"] == "store.recovered"}
        self.end, self._tail = follower.position, follower.tail
        self.head = Head(seq=self.end.seq, digest=self.end.digest)
        self.lost = Lost(known.seq, known.digest) if known.seq and found != known.digest else self._noted_beyond()

    def _noted_beyond(self) -> Lost | None:
        """Return what the note speaks of, if the ledger ends before it: whoever wrote the note had seen it."""
        note, end = self.condition, self.end
        if note is None:
            return None
        if note.kind == "degraded":
            return Lost(note.seq - 1, None) if end.seq < note.seq - 1 else None
        ends_before = any(
            note.file == segment_file(number) and (number, note.offset) >= (end.segment, end.offset)
            for number in range(end.segment, end.segment + 2)
        )
        return Lost(end.seq + 1, None) if ends_before else None

    def _record(
        self, appender: Appender, by: Actor, request_id: str | None, decide: Callable[[Head], Sequence[Event]]
    ) -> None:
        if self._tail:
            mend(self._place, appender, self.end, self._tail)
            self._read_chain()
        events = decide(self.head)
        behind = appender.create_successor(self.end) if self.end.closed else self.end
        proposal = Proposal(Fold(), Location(behind.seq + 1, behind.segment, behind.offset), _no_blobs, _as_it_is)
        set_aside = unnamed(self._place, frozenset(self._named))
        proposal.add(new_id("tx"), by, request_id, [*set_aside, *events])
        appender.append(encode(behind.digest, behind.seq + 1, proposal.encoded)[0], behind)

    def _degrade(self, error: UndurableError) -> DegradedError:
        condition = Condition("degraded", "", self.end.offset, self.end.seq + 1, error.number)
        try:
            write_condition(self._place.state, condition)
        except (OSError, StoreError) as failure:
            self._lock.keep()
            swallowed("store.degrade", failure, seq=condition.seq, kept_lock=True)
        refusal = condition.error()
        return DegradedError(refusal.message, **refusal.details)


def forget_catalog(place: Place) -> None:
    """Remove every database of a catalog, which is made again from the ledger; raises as the method of that name."""
    folder = place.catalog
    for _ in range(_CATALOG_TRIES):
        if not folder.exists():
            return
        with only_one(folder / "lock") as free:
            if free:
                for name in names_in(folder):
                    if name != "lock":
                        (folder / name).unlink()
                sync_folder(folder)
                return
        time.sleep(_REST_SECONDS)
    raise LockedError(f"Another process is saving the catalog in {folder}; close it and run the same again.")


def _no_blobs(_data: bytes) -> str:
    raise NotImplementedError  # these events hold nothing large


def _as_it_is(value: object) -> object:
    return value

"""The catalog: per segment, the compact events of that segment, so that opening need not parse the ledger.

It is disposable. Database k is a pure function of segment k; a missing, damaged or outdated one is built again from the
ledger. It also remembers how long the ledger was, which is how a ledger cut short is told from a torn tail.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rmos_console.core.errors import BadDataError, RmosError, StoreError
from rmos_console.core.log import swallowed
from rmos_console.core.store.bodies import has_marks
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.store.compact import COMPACT_VERSION, Resolve
from rmos_console.core.store.database import DurableStorage, Tables, read_database
from rmos_console.core.store.exclusive import only_one
from rmos_console.core.store.files import ensure_folder, open_file, sweep_temporary
from rmos_console.core.store.fold import Fold, When
from rmos_console.core.store.follow import Position, damaged, split_lines
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import LineError, Location, decode
from rmos_console.core.store.propose import Taken, compacted

BEHIND = 512
"""Transactions after which the catalog is saved."""

_FORMAT = 1


@dataclass(slots=True)
class SegmentRecord:
    """What the catalog holds of one segment: sealed runs, all other events in ledger order, and where they end."""

    before: Position
    after: Position
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    patches: dict[str, dict[str, Any]] = field(default_factory=dict)
    saved_seq: int = 0

    def add(self, taken: Taken) -> None:
        """Take one compact event in."""
        when = taken.when
        ledger = {
            "seq": when.location.seq,
            "offset": when.location.offset,
            "at": when.at,
            "transaction": when.transaction,
        }
        if taken.event["kind"] == "run.sealed":
            run = taken.event["run"]
            self.runs[run["run_id"]] = {**run, "ledger": ledger}
        else:
            self.patches[str(len(self.patches) + 1)] = {"event": taken.event, "ledger": ledger}

    def copy(self) -> SegmentRecord:
        """Return a copy that does not change when more is taken in."""
        return SegmentRecord(self.before, self.after, dict(self.runs), dict(self.patches), self.saved_seq)

    def tables(self) -> Tables:
        """Return the tables of the segment's database."""
        return {"runs": self.runs, "patches": self.patches}

    def fold_into(self, fold: Fold) -> None:
        """Fold everything, runs first: no event of a segment is about a run sealed behind it."""
        known: dict[int, Location] = {}
        for run in self.runs.values():
            when = self._when(run, known)
            fold.maps.transactions[when.transaction] = when.location
            fold.take_in({"kind": "run.sealed", "run": run}, when)
        for patch in self.patches.values():
            when = self._when(patch, known)
            fold.maps.transactions[when.transaction] = when.location
            fold.take_in(patch["event"], when)
        fold.change(seq=self.after.seq, digest=self.after.digest)

    def _when(self, row: dict[str, Any], known: dict[int, Location]) -> When:
        ledger = row["ledger"]
        location = known.get(ledger["seq"])
        if location is None:  # one object per line, shared by all that stands in it
            location = known[ledger["seq"]] = Location(ledger["seq"], self.after.segment, ledger["offset"])
        return When(location, ledger["transaction"], ledger["at"])


class Catalog:
    """The databases of one store, and what is not saved yet.

    :meth:`load` sets two positions: ``loaded``, up to where it spares reading the ledger, and ``known``, up to where
    the ledger must reach.
    """

    def __init__(self, place: Place, store_id: str, resolve: Resolve) -> None:
        self.loaded = Position()
        self.known = Position()
        self._place = place
        self._store_id = store_id
        self._resolve = resolve
        self._ends: dict[int, Position] = {}
        self._records: dict[int, SegmentRecord] = {}
        self._lock = threading.Lock()
        self._behind = 0
        self._saver: threading.Thread | None = None

    def load(self) -> tuple[Fold, Position]:
        """Return the fold of as many segments from the first as have a good database, and where that ends."""
        with uncollected():
            fold, position = self._load()
        names = self._names()
        # Databases behind a missing one are not loaded, but they still know how long the ledger was.
        self.known = self.remembered() if names and int(names[-1][:6]) > position.segment else position
        return fold, position

    def _load(self) -> tuple[Fold, Position]:
        fold, position = Fold(), Position()
        for number in self._place.segments():
            record = self._read(number)
            if record is None or record.before != position:
                break
            try:
                record.fold_into(fold)
            except (RmosError, KeyError, TypeError) as error:
                swallowed("store.catalog", error, segment=number)
                return Fold(), Position()
            position = record.after
            if not position.closed:
                self._records[number] = record
                break
            self._ends[number] = position
            if os.path.lexists(self._place.segment(number + 1)):
                position = position.next_segment()
        self.loaded = position
        return fold, position

    def check_ends(self) -> None:
        """Raise :class:`DamagedError` if a closed segment that was not read again is not as long as it was."""
        for end in self._ends.values():
            try:
                size = self._place.segment(end.segment).stat().st_size
            except FileNotFoundError as error:
                raise damaged(end.file, 0, "the file is missing") from error
            if size != end.offset:
                raise damaged(end.file, min(size, end.offset), f"it was {end.offset} bytes long when it was closed")

    def record(self, taken: list[Taken], before: Position, after: Position) -> None:
        """Take in the events of one more line."""
        with self._lock:
            record = self._records.get(after.segment)
            if record is None:
                record = self._records[after.segment] = SegmentRecord(before, after)
            for item in taken:
                record.add(item)
            record.after = after
            self._behind += len({item.when.transaction for item in taken})

    def remembered(self) -> Position:
        """Return the furthest position that the databases on disk know of, read anew."""
        for name in reversed(self._names()):
            record = self._read(int(name[:6]))
            if record is not None:
                return record.after
        return Position()

    def segment_tables(self) -> Iterator[Tables]:
        """Yield the tables of every segment: from memory, from disk, or made again from the ledger."""
        with self._lock:
            held = {number: record.copy() for number, record in self._records.items()}
        for number in self._place.segments():
            record = held.get(number) or self._read(number) or self._rebuilt(number)
            yield record.tables()

    def save_if_behind(self) -> None:
        """Save in a thread of its own if there is enough to save and no other thread saves."""
        with self._lock:
            if self._behind < BEHIND or (self._saver is not None and self._saver.is_alive()):
                return
            self._saver = threading.Thread(target=self.save, name="store-catalog", daemon=True)
        self._saver.start()

    def save(self) -> None:
        """Save what is not saved; failing is logged, since everything can be built again."""
        try:
            ensure_folder(self._place.catalog)
            with only_one(self._place.catalog / "lock") as free:
                if free:  # else another process saves just now
                    sweep_temporary(self._place.catalog)
                    self._save_all()
        except (OSError, StoreError) as error:
            swallowed("store.catalog", error)

    def close(self) -> None:
        """Wait for the thread that saves, if there is one."""
        if self._saver is not None:
            self._saver.join()

    def _save_all(self) -> None:
        with self._lock:
            dirty = [record.copy() for record in self._records.values() if record.after.seq > record.saved_seq]
            self._behind = 0
        for record in dirty:
            number = record.after.segment
            on_disk = self._read(number)
            if on_disk is None or on_disk.after.seq < record.after.seq:
                self._sync(number)
                header = {
                    "format": _FORMAT,
                    "compact": COMPACT_VERSION,
                    "store_id": self._store_id,
                    "before": list(record.before),
                    "after": list(record.after),
                }
                DurableStorage(self._place.database(number), header).write(record.tables())
            with self._lock:
                live = self._records[number]
                live.saved_seq = record.after.seq
                if record.after.closed:
                    del self._records[number]

    def _sync(self, number: int) -> None:
        """Make the segment durable: a catalog that is ahead of its ledger after a power cut would be a false alarm."""
        descriptor = open_file(self._place.segment(number))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _rebuilt(self, number: int) -> SegmentRecord:
        """Make the record of a segment from the ledger; raises :class:`DamagedError`."""
        record = SegmentRecord(Position(number), Position(number))
        descriptor = open_file(self._place.segment(number))
        try:
            for offset, raw, whole in split_lines(descriptor, os.fstat(descriptor).st_size):
                if not whole:
                    break
                decoded = decode(raw)
                for transaction in decoded.transactions:
                    location = Location(decoded.seq, number, offset)
                    for item in compacted(transaction, location, self._resolve if has_marks(raw) else None):
                        record.add(item)
        except LineError as error:
            raise damaged(record.after.file, offset, str(error)) from error
        finally:
            os.close(descriptor)
        return record

    def _names(self) -> list[str]:
        try:
            names = os.listdir(self._place.catalog)  # noqa: PTH208  names only
        except FileNotFoundError:
            return []
        return sorted(name for name in names if name[:6].isdigit() and name[6:] == ".json")

    def _read(self, number: int) -> SegmentRecord | None:
        """Return what the database of a segment holds, or None if it is missing, damaged, outdated or another's."""
        try:
            header, tables = read_database(self._place.database(number))
            if (header["format"], header["compact"], header["store_id"]) != (_FORMAT, COMPACT_VERSION, self._store_id):
                return None
            before, after = Position(*header["before"]), Position(*header["after"])
            if after.segment != number:
                return None
            return SegmentRecord(before, after, tables["runs"], tables["patches"], after.seq)
        except FileNotFoundError:
            return None
        except (BadDataError, StoreError, OSError, KeyError, TypeError) as error:
            swallowed("store.catalog", error, segment=number)
            return None

"""The catalog: per segment, what its events come to, so that opening need not parse the ledger.

It is disposable. File k is a pure function of segment k; a missing, damaged or outdated one is built again from the
ledger. It also remembers how long the ledger was, which is how a ledger cut short is told from a torn tail.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rmos_console.core.errors import BadDataError, RmosError
from rmos_console.core.log import swallowed
from rmos_console.core.store.catalog_files import CatalogFiles
from rmos_console.core.store.collecting import uncollected
from rmos_console.core.store.compact import Resolve
from rmos_console.core.store.database import Tables
from rmos_console.core.store.exclusive import only_one
from rmos_console.core.store.files import ensure_folder, replace_file, sweep_temporary
from rmos_console.core.store.fold import Fold
from rmos_console.core.store.follow import Position, damaged
from rmos_console.core.store.layout import Place
from rmos_console.core.store.propose import Taken
from rmos_console.core.store.segment import Segment
from rmos_console.core.store.segment_build import SegmentBuilder
from rmos_console.core.store.segment_file import SegmentFile
from rmos_console.core.store.segments import Segments

BEHIND = 512
"""Transactions after which the catalog is saved."""

_REST = 20
"""Between two saves lies this many times what the last one took: bulk writing saves less often."""

_BACKLOG = 2
"""Closed segments that are turned into columns while the ledger is read, instead of by the saver."""

_NEAR = 64
"""At close, a part this many times smaller than what is saved already may stay unsaved: reading it is quick."""


@dataclass(slots=True)
class _Record:
    """What came to a segment since its file was saved (``saved``, if there is one), and where that ends.

    ``encoded`` is the file's content once the segment is closed and settled.
    """

    before: Position
    after: Position
    saved: SegmentFile | None = None
    saved_seq: int = 0
    builder: SegmentBuilder | None = None
    fresh: list[Taken] = field(default_factory=list)
    encoded: bytes | None = None

    def documents(self) -> int:
        """Return how many documents the saved file holds."""
        return 0 if self.saved is None else self.saved.length("sums") // 4


class Catalog:
    """The files of one store, and what is not saved yet.

    :meth:`load` sets two positions: ``loaded``, up to where it spares reading the ledger, and ``known``, up to where
    the ledger must reach. ``moved`` is called with all closed segments whenever there is another one.
    """

    def __init__(self, place: Place, store_id: str, resolve: Resolve) -> None:
        self.loaded = Position()
        self.known = Position()
        self.moved: Callable[[Segments], None] = lambda _segments: None
        self._place = place
        self._store_id = store_id
        self._files = CatalogFiles(place, store_id, resolve)
        self._segments = Segments()
        self._ends: dict[int, Position] = {}
        self._records: dict[int, _Record] = {}
        self._mended: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._behind = 0
        self._next_save = 0.0
        self._saver: threading.Thread | None = None

    def load(self) -> tuple[Fold, Position]:
        """Return the fold of as many segments from the first as have a good file, and where that ends."""
        with uncollected():
            fold, position = self._load()
        names = self._files.names()
        # Files behind a missing one are not loaded, but they still know how long the ledger was.
        self.known = self._files.remembered() if names and int(names[-1][:6]) > position.segment else position
        return fold, position

    def _load(self) -> tuple[Fold, Position]:
        segments: list[Segment] = []
        position = Position()
        for number in self._place.segments():
            file = self._files.open(number)
            if file is None or file.before != position:
                break
            segments.append(Segment(file, self._rebuild))
            position = file.after
            if not position.closed:
                self._records[number] = _Record(file.before, position, file, saved_seq=position.seq)
                break
            self._ends[number] = position
            if os.path.lexists(self._place.segment(number + 1)):
                position = position.next_segment()
        try:
            found = Segments(segments)
            fold = found.fold()
        except (RmosError, KeyError, TypeError) as error:
            swallowed("store.catalog", error)
            self._records.clear()
            self._ends.clear()
            return Fold(), Position()
        self._segments, self.loaded = found, position
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
                record = self._records[after.segment] = _Record(before, after)
            record.fresh += taken
            record.after = after
            self._behind += len({item.when.transaction for item in taken})

    def settle(self) -> Segments | None:
        """Turn what was read of closed segments into columns, if that is more than one segment; None if it is not.

        Reading a long ledger without a catalog must not keep every run of it in memory.
        """
        with self._lock:
            closed = [record for record in self._records.values() if record.after.closed and record.encoded is None]
        if len(closed) < _BACKLOG:
            return None
        for record in closed:
            with self._building:
                record.encoded = self._encoded(record)[0]
                record.builder = None
            self._close_segment(record, SegmentFile(record.encoded, self._store_id))
        return self._segments

    def remembered(self) -> Position:
        """Return the furthest position that the files on disk know of, read anew."""
        return self._files.remembered()

    def segment_tables(self) -> Iterator[Tables]:
        """Yield the tables of every segment: from memory, from disk, or made again from the ledger."""
        for number in self._place.segments():
            with self._lock:
                record = self._records.get(number)
            if record is not None and record.encoded is None:
                with self._building:
                    yield self._built(record)[0].tables()
            elif number <= len(self._segments.all):
                yield self._segments.all[number - 1].tables()
            else:
                yield self._files.from_ledger(number, None).tables()

    def save_if_behind(self) -> None:
        """Save in a thread of its own if there is enough to save and no other thread saves."""
        with self._lock:
            if self._behind < BEHIND or time.monotonic() < self._next_save:
                return
            if self._saver is not None and self._saver.is_alive():
                return
            self._saver = threading.Thread(target=self._save_and_move, name="store-catalog", daemon=True)
        self._saver.start()

    def save(self) -> None:
        """Save what is not saved; failing is logged, since everything can be built again."""
        began = time.monotonic()
        try:
            ensure_folder(self._place.catalog)
            with only_one(self._place.catalog / "lock") as free:
                if free:  # else another process saves just now
                    sweep_temporary(self._place.catalog)
                    self._save_all()
        except (OSError, RmosError) as error:
            swallowed("store.catalog", error)
        self._next_save = time.monotonic() + _REST * (time.monotonic() - began)

    def close(self) -> None:
        """Wait for the thread that saves, if there is one."""
        if self._saver is not None:
            self._saver.join()

    def is_far_behind(self) -> bool:
        """Tell whether reading what is not saved would take long, compared with saving it."""
        with self._lock:
            unsaved = [record for record in self._records.values() if record.after.seq > record.saved_seq]
            documents = sum(record.documents() for record in unsaved)
            return bool(unsaved or self._mended) and self._behind * _NEAR >= documents

    def _save_and_move(self) -> None:
        with self._lock:
            before = self._segments
        self.save()
        if self._segments is not before:
            self.moved(self._segments)

    def _save_all(self) -> None:
        with self._lock:
            dirty = [record for record in self._records.values() if record.after.seq > record.saved_seq]
            self._behind = 0
        for number, data in self._mended.items():
            replace_file(self._place.database(number), data)
        self._mended.clear()
        for record in dirty:
            self._save(record)

    def _save(self, record: _Record) -> None:
        number = record.after.segment
        with self._building:
            data, after = self._encoded(record)
            on_disk = self._files.saved_until(number)
            if on_disk is None or on_disk.seq < after.seq or number in self._files.damaged:
                self._files.sync(number)
                replace_file(self._place.database(number), data)
                self._files.damaged.discard(number)
        with self._lock:
            record.saved_seq = after.seq
        if after.closed:
            self._close_segment(record, SegmentFile(self._place.database(number), self._store_id))
            with self._lock:
                self._records.pop(number, None)

    def _close_segment(self, record: _Record, file: SegmentFile) -> None:
        """Put a closed segment in its place; not where an earlier one still lacks its file."""
        at, known = record.after.segment - 1, self._segments.all
        if len(known) >= at:
            self._segments = Segments((*known[:at], Segment(file, self._rebuild), *known[at + 1 :]))
            self._ends[at + 1] = record.after

    def _encoded(self, record: _Record) -> tuple[bytes, Position]:
        if record.encoded is not None:
            return record.encoded, record.after
        builder, after = self._built(record)
        return builder.file(self._files.facts(record.before), after), after

    def _built(self, record: _Record) -> tuple[SegmentBuilder, Position]:
        """Return the builder of a record with everything that came in, and up to where that is."""
        if record.builder is None:
            try:
                record.builder = SegmentBuilder() if record.saved is None else SegmentBuilder.resumed(record.saved)
            except (BadDataError, OSError, KeyError, TypeError, ValueError) as error:
                swallowed("store.catalog", error, segment=record.after.segment)
                until = record.saved.after if record.saved is not None else None
                record.builder = self._files.from_ledger(record.after.segment, until)
        with self._lock:
            taken, record.fresh, after = record.fresh, [], record.after
        for item in taken:
            record.builder.add(item)
        return record.builder, after

    def _rebuild(self, file: SegmentFile) -> SegmentFile:
        """Make the file of a segment again, up to where the present one reaches; raises :class:`DamagedError`."""
        builder = self._files.from_ledger(file.after.segment, file.after)
        data = builder.file(self._files.facts(file.before), file.after)
        self._mended[file.after.segment] = data
        return SegmentFile(data, self._store_id)

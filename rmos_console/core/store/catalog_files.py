"""The files of the catalog on disk, one for each segment: opened, looked at, and built again from the ledger."""

from __future__ import annotations

import os
from typing import Any

from rmos_console.core.errors import BadDataError, StoreError
from rmos_console.core.log import swallowed
from rmos_console.core.store.bodies import has_marks
from rmos_console.core.store.compact import Resolve
from rmos_console.core.store.files import names_in, open_file
from rmos_console.core.store.follow import Position, damaged, split_lines
from rmos_console.core.store.layout import DATABASE_SUFFIX, Place
from rmos_console.core.store.line import LineError, Location, decode, segment_file
from rmos_console.core.store.propose import compacted
from rmos_console.core.store.segment_build import SegmentBuilder
from rmos_console.core.store.segment_file import OutdatedError, SegmentFile


class CatalogFiles:
    """The files of one store. ``damaged`` holds the numbers of those that were not usable when they were opened."""

    def __init__(self, place: Place, store_id: str, resolve: Resolve) -> None:
        self.damaged: set[int] = set()
        self._place = place
        self._store_id = store_id
        self._resolve = resolve

    def remembered(self) -> Position:
        """Return the furthest position that the files on disk know of, read anew."""
        for name in reversed(self.names()):
            after = self.saved_until(int(name[:6]))
            if after is not None:
                return after
        return Position()

    def names(self) -> list[str]:
        """Return the names of the files present, by segment."""
        try:
            names = names_in(self._place.catalog)
        except StoreError as error:  # something was planted in its place: it is not followed, and nothing is missed
            swallowed("store.catalog", error)
            return []
        return sorted(name for name in names if name[:6].isdigit() and name[6:] == DATABASE_SUFFIX)

    def open(self, number: int) -> SegmentFile | None:
        """Return the file of a segment, or None if it is missing, damaged, outdated or another's.

        The newest, which will be replaced, is verified as a whole and held; the others are as they are used.
        """
        try:
            file = SegmentFile(self._place.database(number), self._store_id, hold=True)
            if file.after.segment != number:
                return None
            if file.after.closed:
                file.close()
            else:
                file.verify()
        except FileNotFoundError:
            return None
        except (BadDataError, StoreError, OSError) as error:
            if not isinstance(error, OutdatedError):
                swallowed("store.catalog", error, segment=number)
            self.damaged.add(number)
            return None
        return file

    def saved_until(self, number: int) -> Position | None:
        """Return up to where a file reaches, or None if there is no good one."""
        try:
            return SegmentFile(self._place.database(number), self._store_id).after
        except (BadDataError, StoreError, OSError):
            return None  # told when it is loaded

    def sync(self, number: int) -> None:
        """Make the segment durable: a catalog that is ahead of its ledger after a power cut would be a false alarm."""
        descriptor = open_file(self._place.segment(number))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def facts(self, before: Position) -> dict[str, Any]:
        """Return what the header of a file states beside its content."""
        return {"store_id": self._store_id, "before": list(before)}

    def from_ledger(self, number: int, until: Position | None) -> SegmentBuilder:
        """Build a segment from the ledger, up to a position if one is given; raises :class:`DamagedError`."""
        builder, offset = SegmentBuilder(), 0
        descriptor = open_file(self._place.segment(number))
        try:
            size = os.fstat(descriptor).st_size if until is None else until.offset
            for offset, raw, whole in split_lines(descriptor, size):
                if not whole:
                    break
                decoded = decode(raw)
                for transaction in decoded.transactions:
                    location = Location(decoded.seq, number, offset)
                    for item in compacted(transaction, location, self._resolve if has_marks(raw) else None):
                        builder.add(item)
        except LineError as error:
            raise damaged(segment_file(number), offset, str(error)) from error
        finally:
            os.close(descriptor)
        return builder

"""Appending to the ledger, under the lock: one write, one fsync, and a new segment when the old one is full."""

from __future__ import annotations

import errno
import os
from typing import NamedTuple

from rmos_console.core.errors import DiskFullError
from rmos_console.core.store.files import create_file, open_file, store_error, sync_folder
from rmos_console.core.store.follow import Position, damaged
from rmos_console.core.store.layout import Place

_SPARE_BYTES = 256 * 1024


class Limits(NamedTuple):
    """When a segment is full: after so many runs or bytes."""

    runs: int = 4000
    bytes: int = 64 * 1024 * 1024


class UndurableError(Exception):
    """What was written cannot be made durable; nothing may be acknowledged, and nobody may write on."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.number = error.errno or errno.EIO


class Appender:
    """Writes behind a position that a reader verified; keeps the newest segment open for writing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._segment = 0
        self._descriptor = -1
        self._durable = (0, 0)

    def append(self, data: bytes, behind: Position) -> None:
        """Write one line durably.

        Raises :class:`UndurableError` if the medium fails, :class:`DiskFullError` if there is no room (nothing of the
        line is left then), :class:`DamagedError` if another writer was there in spite of the lock.
        """
        descriptor = self._opened(behind)
        self._look_for_room(descriptor, len(data))
        try:
            written = os.write(descriptor, data)
        except OSError as error:
            self._take_back(descriptor, behind, error)
            raise store_error(error, f"writing {behind.file}") from error
        if written < len(data):
            self._take_back(descriptor, behind, None)
            raise DiskFullError(f"No room while writing {behind.file}; free some space and try again.")
        self._sync(descriptor)
        if os.fstat(descriptor).st_size != behind.offset + len(data):
            raise damaged(behind.file, behind.offset, "something else wrote here, not minding the lock")
        self._durable = (behind.segment, behind.offset + len(data))

    def settle(self, behind: Position) -> None:
        """Make durable what stands before a position, unless it was this object that wrote it.

        Another process may have died between its write and its fsync: nothing may be answered, and no segment begun,
        on the strength of such a line. Raises as :meth:`append` does.
        """
        if self._durable == (behind.segment, behind.offset) and self._is_current():
            return
        self._sync(self._opened(behind))
        self._durable = (behind.segment, behind.offset)

    def complete(self, behind: Position, missing: bytes) -> None:
        """Write what a line lacks at the end of the file, durably; raises as :meth:`append` does."""
        descriptor = self._reopened(behind)
        try:
            if os.write(descriptor, missing) == len(missing):
                self._sync(descriptor)
        except OSError as error:
            raise store_error(error, f"completing a line of {behind.file}") from error

    def cut(self, behind: Position) -> None:
        """Cut off everything behind a position, durably."""
        descriptor = self._reopened(behind)
        try:
            os.ftruncate(descriptor, behind.offset)
        except OSError as error:
            raise store_error(error, f"cutting torn bytes off {behind.file}") from error
        self._sync(descriptor)

    def create_successor(self, behind: Position) -> Position:
        """Create the segment after a closed one and return its beginning.

        What another process began of that is finished: ``behind`` may be the beginning of an empty segment already.
        """
        following = behind
        if behind.closed:
            self.settle(behind)
            following = behind.next_segment()
        try:
            os.close(create_file(self._place.segment(following.segment)))
        except FileExistsError:
            pass
        except OSError as error:
            raise store_error(error, f"creating {following.file}") from error
        self._sync(self._reopened(following))
        try:
            sync_folder(self._place.ledger)
        except OSError as error:
            raise UndurableError(error) from error
        return following

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._segment, self._descriptor = 0, -1

    def _opened(self, position: Position) -> int:
        if self._segment != position.segment or not self._is_current():
            return self._reopened(position)
        return self._descriptor

    def _is_current(self) -> bool:
        """Tell whether the open file is still the one of that name: a copy may have been put in its place."""
        mine, named = os.fstat(self._descriptor), self._place.segment(self._segment).lstat()
        return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)

    def _reopened(self, position: Position) -> int:
        self.close()
        try:
            self._descriptor = open_file(self._place.segment(position.segment), os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            raise store_error(error, f"opening {position.file}") from error
        self._segment = position.segment
        return self._descriptor

    def _look_for_room(self, descriptor: int, size: int) -> None:
        """Refuse early where the medium is all but full: a courtesy, never what safety rests on."""
        medium = os.fstatvfs(descriptor)
        if medium.f_blocks and medium.f_bavail * medium.f_frsize < size + _SPARE_BYTES:
            raise DiskFullError(f"The medium of {self._place.root} is full; free some space and try again.")

    def _take_back(self, descriptor: int, behind: Position, cause: OSError | None) -> None:
        """Remove what a failed write left. Where even that fails, the next writer finds a torn tail and mends it."""
        if cause is not None and cause.errno == errno.EIO:
            raise UndurableError(cause) from cause
        try:
            os.ftruncate(descriptor, behind.offset)
        except OSError as error:
            raise store_error(error, f"taking back a failed write to {behind.file}") from error
        self._sync(descriptor)

    def _sync(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise UndurableError(error) from error

"""Following the ledger: read what was appended, verify every line and its place in the chain, without any lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from rmos_console.core.errors import DamagedError
from rmos_console.core.store.files import check_there, open_file, store_error
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import GENESIS, Decoded, Line, LineError, Location, decode, segment_file
from rmos_console.core.store.state import AFTER_DAMAGE

CHUNK_BYTES = 4 * 1024 * 1024
SECTOR_BYTES = 512
_LEAST_NULS = 64
_FIRST_READ_BYTES = 16 * 1024


class Position(NamedTuple):
    """Behind which line a reader stands. ``closed``: that line closes its segment, the next is in the successor."""

    segment: int = 1
    offset: int = 0
    seq: int = 0
    digest: str = GENESIS
    closed: bool = False

    @property
    def file(self) -> str:
        """The segment's path relative to the store."""
        return segment_file(self.segment)

    def next_segment(self) -> Position:
        """Return the beginning of the segment behind this one."""
        return self._replace(segment=self.segment + 1, offset=0, closed=False)


class VerifiedLine(NamedTuple):
    """A line in its place, its raw bytes without the newline, and the position behind it."""

    line: Line
    raw: bytes
    after: Position


def damaged(file: str, offset: int, message: str) -> DamagedError:
    """Return the error for bytes that are not what was written."""
    return DamagedError(
        f"{file} is damaged at byte {offset}: {message}. Nothing is written any more; {AFTER_DAMAGE}",
        file=file,
        offset=offset,
    )


class Follower:
    """Reads on from a position; :attr:`position` moves behind each line as the next one is asked for.

    :attr:`tail` is how many bytes follow the last line without being one (yet): another writer's line that is being
    written, or the torn end of a dead one's.
    """

    def __init__(self, place: Place, position: Position | None = None) -> None:
        self._place = place
        self.position = position or Position()
        self.tail = 0

    def read(self, before_seq: int | None = None) -> Iterator[VerifiedLine]:
        """Yield the lines behind the position, only those below ``before_seq`` if that is given.

        Raises :class:`DamagedError` for a line that fails its digest, breaks the chain or stands behind the end of its
        segment, for bytes that were cut off behind this reader, and for a missing segment.
        """
        while True:
            # The successor is looked for first: what is read afterwards is then all there will ever be.
            followed = self._exists(self.position.segment + 1)
            yield from self._segment(last=not followed, before_seq=before_seq)
            if not followed:
                return
            if self.tail or not self.position.closed:
                end = self.position
                raise damaged(end.file, end.offset, "the segment does not end in the line that closes it")
            self.position = self.position.next_segment()

    def has_news(self) -> bool:
        """Tell cheaply whether there may be something to read."""
        try:
            if self._place.segment(self.position.segment).stat().st_size != self.position.offset + self.tail:
                return True
        except FileNotFoundError:
            return True
        return self.position.closed and self._exists(self.position.segment + 1)

    def _exists(self, number: int) -> bool:
        return os.path.lexists(self._place.segment(number))

    def _segment(self, *, last: bool, before_seq: int | None) -> Iterator[VerifiedLine]:
        start = self.position
        try:
            descriptor = open_file(self._place.segment(start.segment))
        except FileNotFoundError as error:
            check_there(self._place.root)
            raise damaged(start.file, 0, "the file is missing") from error
        except OSError as error:
            raise store_error(error, f"reading {start.file}") from error
        try:
            size = self._check_end(descriptor)
            for offset, raw, whole in split_lines(descriptor, size, start.offset):
                if not whole:
                    break
                try:
                    verified = check(raw, offset, self.position)
                except LineError as error:
                    if last and offset + len(raw) + 1 == size and is_unwritten(raw + b"\n", offset):
                        self.tail = size - offset
                        return
                    raise damaged(start.file, offset, str(error)) from error
                if before_seq is not None and verified.line.seq >= before_seq:
                    self.tail = size - offset
                    return
                yield verified
                self.position = verified.after
            self.tail = size - self.position.offset
        except OSError as error:
            raise store_error(error, f"reading {start.file}") from error
        finally:
            os.close(descriptor)

    def _check_end(self, descriptor: int) -> int:
        """Return the segment's size after checking that the line before the position is still there, by its end."""
        position = self.position
        size = os.fstat(descriptor).st_size
        if size < position.offset:
            raise damaged(position.file, size, f"it was {position.offset} bytes long before")
        if position.offset:
            wanted = b'%s"}\n' % position.digest.encode("ascii")
            start = position.offset - len(wanted)
            if os.pread(descriptor, len(wanted), start) != wanted:
                raise damaged(position.file, start, f"line {position.seq} does not end as it did before")
        return size


def split_lines(descriptor: int, size: int, start: int = 0) -> Iterator[tuple[int, bytes, bool]]:
    """Yield offset and bytes of each line between ``start`` and ``size``, without its newline, and whether it has one.

    Only the last may have none.
    """
    offset = fresh = start
    rest = b""
    while fresh < size:
        chunk = os.pread(descriptor, min(CHUNK_BYTES, size - fresh), fresh)
        if not chunk:
            break
        fresh += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for raw in lines:
            yield offset, raw, True
            offset += len(raw) + 1
    if rest:
        yield offset, rest, False


def check(raw: bytes, offset: int, before: Position) -> VerifiedLine:
    """Verify one line, without its newline, that follows ``before``; raises :class:`LineError`."""
    decoded = decode(raw)
    if decoded.prev != before.digest or decoded.seq != before.seq + 1:
        raise LineError(f"the chain breaks: line {decoded.seq} does not follow line {before.seq}")
    if before.closed:
        raise LineError(f"line {decoded.seq} stands behind the line that closes the segment")
    closed = any(event["kind"] == "segment.closed" for event in decoded.transactions[-1]["events"])
    location = Location(decoded.seq, before.segment, offset)
    after = Position(before.segment, offset + len(raw) + 1, decoded.seq, decoded.digest, closed)
    return VerifiedLine(Line(location, decoded.prev, decoded.digest, decoded.transactions), raw, after)


def is_unwritten(line: bytes, offset: int) -> bool:
    """Tell whether a line at ``offset`` holds a sector of 512 bytes that never reached the medium: nothing but NULs.

    Of a sector that the line shares with its neighbours only the line's part is looked at, if it is long enough to
    tell a lost sector from a changed byte.
    """
    first = offset - offset % SECTOR_BYTES
    for sector in range(first, offset + len(line), SECTOR_BYTES):
        part = line[max(sector - offset, 0) : sector - offset + SECTOR_BYTES]
        if len(part) >= _LEAST_NULS and not part.strip(b"\0"):
            return True
    return False


def read_line(place: Place, location: Location) -> Line:
    """Return a line from where it is known to begin; its digest is verified again.

    Raises :class:`DamagedError` if it is not there as it was.
    """
    try:
        descriptor = open_file(place.segment(location.segment))
    except FileNotFoundError as error:
        check_there(place.root)
        raise damaged(location.file, 0, "the file is missing") from error
    except OSError as error:
        raise store_error(error, f"reading {location.file}") from error
    try:
        decoded = _expect(location.seq, decode(_read_raw(descriptor, location.offset)))
    except LineError as error:
        raise damaged(location.file, location.offset, str(error)) from error
    except OSError as error:
        raise store_error(error, f"reading {location.file}") from error
    finally:
        os.close(descriptor)
    return Line(location, decoded.prev, decoded.digest, decoded.transactions)


def _expect(seq: int, decoded: Decoded) -> Decoded:
    if decoded.seq != seq:
        raise LineError(f"line {decoded.seq} stands where line {seq} stood")
    return decoded


def _read_raw(descriptor: int, offset: int) -> bytes:
    """Return the bytes from ``offset`` up to the next newline; most lines need one read."""
    data = b""
    size = _FIRST_READ_BYTES
    while b"\n" not in data[-size:]:
        more = os.pread(descriptor, size, offset + len(data))
        if not more:
            raise LineError("the line is cut off")
        data += more
        size = max(len(more), CHUNK_BYTES)
    return data[: data.index(b"\n")]


def check_segments(place: Place) -> None:
    """Raise :class:`DamagedError` if there is a gap in the numbers of the segments, or none at all."""
    found = place.segments()
    for expected, number in enumerate(found, start=1):
        if number != expected:
            raise damaged(segment_file(expected), 0, "the file is missing")
    if not found:
        raise damaged(segment_file(1), 0, "the file is missing")

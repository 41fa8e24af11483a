"""The ``state`` file: who holds the lock, and whether a process found the store degraded or damaged.

4 KiB of spaces at creation, written in place and never resized, so that a note needs no room on the medium. Bytes 0 to
2047 hold the holder note, bytes 2048 to 4095 the condition; neither ever touches the other.
"""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import Literal, NamedTuple

from rmos_console.core.errors import DamagedError, DegradedError, StoreError
from rmos_console.core.store.files import create_file, open_file, store_error, write_all

SIZE = 4096
_NOTE_OFFSET = 2048
_HOLDER_BYTES = 512
AFTER_DAMAGE = (
    "run audit, restore a copy, then type: rmos-console doctor --reverify (--accept-head where the copy is older)"
)
"""The way out of damage, as every message about it says it."""

_DEGRADED = re.compile(r"degraded (\d+) (\d+) (\d+)")
_DAMAGED = re.compile(r"damaged (\S+) (\d+)")


class Condition(NamedTuple):
    """What stands in the state file: from which line or byte on the store is not to be trusted.

    ``degraded``: line ``seq``, at ``offset`` of its segment, could not be made durable (``errno``). ``damaged``:
    ``file`` is not what was written, at ``offset``.
    """

    kind: Literal["degraded", "damaged"]
    file: str
    offset: int
    seq: int = 0
    errno: int = 0

    def error(self) -> StoreError:
        """Return the error that refuses a write because of this note."""
        if self.kind == "degraded":
            return DegradedError(
                f"The store is read-only: line {self.seq} could not be made durable "
                f"({os.strerror(self.errno)}). Check the disk, then type: rmos-console doctor --reverify",
                seq=self.seq,
                offset=self.offset,
                errno=self.errno,
            )
        return DamagedError(
            f"The store is read-only: {self.file} is damaged at byte {self.offset}; {AFTER_DAMAGE}",
            file=self.file,
            offset=self.offset,
        )

    def line(self) -> str:
        """Return the note as it stands in the file."""
        if self.kind == "degraded":
            return f"degraded {self.seq} {self.offset} {self.errno}"
        return f"damaged {self.file} {self.offset}"


def create_state(path: Path) -> None:
    """Create the state file at its full size, durably."""
    descriptor = create_file(path)
    try:
        write_all(descriptor, b" " * SIZE)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_condition(path: Path) -> Condition | None:
    """Return the condition noted, or None. A missing file (a copy has none) notes nothing.

    Bytes that are no note are themselves damage: they may have been one. Raises :class:`StoreError` if the file cannot
    be read.
    """
    try:
        text = _read_note(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise store_error(error, f"reading {path}") from error
    short = len(text) + _NOTE_OFFSET < SIZE
    stripped = text.strip().decode("utf-8", "replace")
    if not stripped and not short:
        return None
    if match := _DEGRADED.fullmatch(stripped):
        seq, offset, number = map(int, match.groups())
        return Condition("degraded", "", offset, seq, number)
    if match := _DAMAGED.fullmatch(stripped):
        return Condition("damaged", match.group(1), int(match.group(2)))
    return Condition("damaged", "state", _NOTE_OFFSET)


def _read_note(path: Path) -> bytes:
    descriptor = open_file(path)
    try:
        return os.pread(descriptor, SIZE - _NOTE_OFFSET, _NOTE_OFFSET)
    finally:
        os.close(descriptor)


def write_condition(path: Path, condition: Condition) -> None:
    """Note a condition durably; an earlier note stays, since it came first.

    Raises :class:`OSError` or :class:`StoreError` if even that fails.
    """
    if read_condition(path) is not None:
        return
    if not os.path.lexists(path):
        create_state(path)
    descriptor = open_file(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, condition.line().encode().ljust(SIZE - _NOTE_OFFSET), _NOTE_OFFSET)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_condition(path: Path) -> None:
    """Take the note back durably; raises :class:`OSError`. Only for whoever verified everything under the lock."""
    descriptor = open_file(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, b" " * (SIZE - _NOTE_OFFSET), _NOTE_OFFSET)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Holder(NamedTuple):
    """Who noted that it holds the lock: a process of a host, in a role, since when; and where the store was then.

    ``place`` is device and inode of the store's folder. The note may be out of date: it is never cleared.
    """

    pid: int
    host: str
    role: str
    since: str
    place: tuple[int, int] | None

    def words(self) -> str:
        """Return the note in words."""
        return f"process {self.pid} on {self.host} ({self.role}, since {self.since})"


def write_holder(path: Path, role: str, since: str) -> None:
    """Say who holds the lock; not synced, since it is only true while its writer lives."""
    place = list(folder_identity(path.parent))
    facts = {"pid": os.getpid(), "host": socket.gethostname(), "role": role[:100], "since": since, "place": place}
    note = json.dumps(facts)
    if not os.path.lexists(path):
        create_state(path)
    descriptor = open_file(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, note.encode().ljust(_HOLDER_BYTES), 0)
    finally:
        os.close(descriptor)


def holder_note(path: Path) -> Holder | None:
    """Return the last holder note; None where there is none that can be read."""
    try:
        descriptor = open_file(path)
    except (OSError, StoreError):
        return None
    try:
        note = json.loads(os.pread(descriptor, _HOLDER_BYTES, 0))
        place = note.get("place")
        identity = (int(place[0]), int(place[1])) if place else None
        return Holder(int(note["pid"]), str(note["host"]), str(note["role"]), str(note["since"]), identity)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    finally:
        os.close(descriptor)


def read_holder(path: Path) -> str:
    """Return the last holder note in words; it may be out of date, so it is only good for a message."""
    note = holder_note(path)
    return "an unknown process" if note is None else note.words()


def folder_identity(folder: Path) -> tuple[int, int]:
    """Return device and inode of a folder: a copy of it has others, wherever it stands."""
    status = os.lstat(folder)
    return status.st_dev, status.st_ino

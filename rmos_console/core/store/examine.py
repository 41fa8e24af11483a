"""Examining a whole store for an audit: every line and file is looked at, and damage does not end the look."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rmos_console.core.canonical import canonical, canonical_sha256, sha256_hex
from rmos_console.core.errors import BadDataError, DamagedError, RmosError
from rmos_console.core.records.events import KINDS, Event
from rmos_console.core.records.report import Finding, Severity
from rmos_console.core.store.blobs import Blobs, blob_file
from rmos_console.core.store.bodies import blob_names, has_marks
from rmos_console.core.store.files import TEMPORARY, names_in, open_file, read_file
from rmos_console.core.store.follow import Position, is_unwritten, split_lines
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import GENESIS, Decoded, Line, LineError, Location, decode, segment_file
from rmos_console.core.store.recover import is_quarantine_name
from rmos_console.core.store.state import SIZE, read_condition

Found = Line | Finding

_SEALED = {"run.sealed": ("run", "run_sha256"), "advisory.sealed": ("asset", "asset_sha256")}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SEGMENT = re.compile(r"\d{6}\.jsonl")


class Examination:
    """One look at everything. ``remembered`` is the furthest position that the catalog or this process knows of.

    Without ``heed_note`` it is judged as if nobody had noted anything about the store.
    """

    def __init__(self, place: Place, store_id: str, remembered: Position, *, heed_note: bool = True) -> None:
        self._place = place
        self._store_id = store_id
        self._remembered = remembered
        self._heed_note = heed_note
        self._blobs: dict[str, tuple[Location, Severity]] = {}
        self._recovered: set[str] = set()
        self._created = False

    def ledger(self) -> Iterator[Found]:
        """Yield every line that verifies, in order, and a finding for everything that does not."""
        numbers = self._place.segments()
        chain = _Chain()
        for number in range(1, max(numbers, default=1) + 1):
            if number not in numbers:
                yield _finding("damage", segment_file(number), 0, "the segment is missing")
                chain.lose()
                continue
            yield from self._segment(number, chain, last=number == max(numbers))

    def beside(self) -> Iterator[Finding]:
        """Yield findings about everything beside the ledger; to be called after :meth:`ledger`, which tells what the
        ledger names."""
        if not self._created:
            yield _finding("damage", segment_file(1), 0, "the ledger does not begin with the creation of this store")
        yield from self._state()
        yield from self._quarantine()
        yield from self._named_blobs()
        yield from self._strangers()

    def _segment(self, number: int, chain: _Chain, *, last: bool) -> Iterator[Found]:
        file = segment_file(number)
        chain.closed = False
        try:
            descriptor = open_file(self._place.segment(number))
        except (OSError, RmosError) as error:
            yield _finding("damage", file, 0, f"the segment cannot be read ({error})")
            chain.lose()
            return
        end = 0
        unwritten = False
        try:
            size = os.fstat(descriptor).st_size
            for offset, raw, whole in split_lines(descriptor, size):
                if not whole or (last and offset + len(raw) + 1 == size and is_unwritten(raw + b"\n", offset)):
                    unwritten = True
                    break
                end = offset + len(raw) + 1
                yield from self._line(raw, Location(0, number, offset), chain)
        finally:
            os.close(descriptor)
        yield from self._end(number, end, chain, torn=size - end if unwritten else 0, last=last)

    def _line(self, raw: bytes, location: Location, chain: _Chain) -> Iterator[Found]:
        try:
            decoded = decode(raw)
        except LineError as error:
            chain.lose()
            yield _finding("damage", location.file, location.offset, f"{error}")
            return
        location = location._replace(seq=decoded.seq)
        complaint = chain.follow(decoded)
        if complaint is not None:
            yield _finding("damage", location.file, location.offset, complaint)
        yield Line(location, decoded.prev, decoded.digest, decoded.transactions)
        yield from self._content(decoded, raw, location)

    def _content(self, decoded: Decoded, raw: bytes, location: Location) -> Iterator[Finding]:
        """Check what a digest cannot: one spelling, seals over bodies, known kinds."""
        body = canonical({"prev": decoded.prev, "seq": decoded.seq, "transactions": decoded.transactions})
        if not raw.startswith(body[:-1] + b',"digest"'):
            yield _finding("violation", location.file, location.offset, "the line is not in canonical form")
        marked = has_marks(raw)
        for transaction in decoded.transactions:
            for event in transaction["events"]:
                try:
                    yield from self._event(event, location, marked=marked)
                except (KeyError, TypeError, AttributeError, ValueError, BadDataError) as error:
                    message = f"an event {event['kind']} is malformed ({type(error).__name__})"
                    yield _finding("violation", location.file, location.offset, message)

    def _event(self, event: Event, location: Location, *, marked: bool) -> Iterator[Finding]:
        kind = event["kind"]
        if kind not in KINDS:
            yield _finding("warning", location.file, location.offset, f"the event kind {kind!r} is of a newer version")
        if kind == "store.created":
            self._created = event["store_id"] == self._store_id and location.seq == 1
        if kind == "store.recovered":
            self._recovered.add(event["file"])
        if kind in _SEALED:
            body, digest = _SEALED[kind]
            if canonical_sha256(event[body]) != event[digest]:
                yield _finding("damage", location.file, location.offset, f"a {body} does not match its {digest}")
        for name in named_blobs(event, marked=marked):
            self._blobs[name] = (location, "damage")
        for name in brought_along(event):
            self._blobs.setdefault(name, (location, "warning"))

    def _end(self, number: int, end: int, chain: _Chain, *, torn: int, last: bool) -> Iterator[Finding]:
        file, known = segment_file(number), self._remembered
        if (number, end) < (known.segment, known.offset) and (last or number == known.segment):
            yield _finding("damage", file, end, f"the ledger ends before line {known.seq}, which was there before")
        elif torn and last and self._is_noted(file, end):
            yield _finding("damage", file, end, "the line is not what was written; a process that knew it noted so")
        elif torn and last:
            message = f"{torn} torn bytes at the end, never acknowledged; the next writer sets them aside"
            yield _finding("notice", file, end, message)
        elif torn:
            yield _finding("damage", file, end, "the line is cut off though another segment follows")
        elif not last and not chain.closed:
            yield _finding("damage", file, end, "the segment does not end in the line that closes it")

    def _is_noted(self, file: str, offset: int) -> bool:
        if not self._heed_note:
            return False
        try:
            condition = read_condition(self._place.state)
        except (OSError, RmosError):
            return False  # reported with the other files
        return condition is not None and (condition.kind, condition.file, condition.offset) == ("damaged", file, offset)

    def _state(self) -> Iterator[Finding]:
        try:
            condition = read_condition(self._place.state)
        except (OSError, RmosError) as error:
            yield _finding("violation", "state", 0, f"the file cannot be read ({error})")
            return
        if condition is not None and self._heed_note:
            yield _finding("damage", "state", SIZE // 2, condition.error().message)

    def _quarantine(self) -> Iterator[Finding]:
        folder = self._place.quarantine
        present = set() if folder.is_symlink() or not folder.is_dir() else set(names_in(folder))
        for name in sorted(present | self._recovered):
            file = f"quarantine/{name}"
            if name not in present:
                yield _finding("damage", file, 0, "the ledger names these bytes, and they are missing")
            elif not is_quarantine_name(name):
                yield _finding("notice", file, 0, "the file is none of the store's")
            elif not name.startswith(TEMPORARY):
                yield from _check_named(folder / name, file, name[-64:])
                if name not in self._recovered:
                    yield _finding("notice", file, 0, "set aside by recovery; the next writer records it")

    def _named_blobs(self) -> Iterator[Finding]:
        blobs = Blobs(self._place.blobs)
        present = set(blobs.names())
        for name, (location, severity) in self._blobs.items():
            if name not in present:
                message = f"the blob is missing; line {location.seq} names it"
                yield _finding(severity, blob_file(name), None, message)
        for name in sorted(present):
            try:
                blobs.get(name)
            except DamagedError:
                yield _finding("damage", blob_file(name), 0, "the bytes do not match the name")
            except RmosError as error:
                yield _finding("violation", blob_file(name), 0, error.message)
        orphans = len(present - self._blobs.keys())
        if orphans:
            yield _finding("notice", "blobs", None, f"{orphans} blobs that no line names (writes given up); kept")

    def _strangers(self) -> Iterator[Finding]:
        """Yield what has no place in a store: links, pipes, and files in the ledger's folder that are no segments."""
        root = self._place.root
        for folder, folders, files in os.walk(root):
            for name in sorted((*folders, *files)):
                path = Path(folder, name)
                kind = _stranger(path)
                file = path.relative_to(root).as_posix()
                if kind is not None:
                    yield _finding("violation", file, None, f"{kind} has no place in a store; remove it")
                elif path.parent == self._place.ledger and not _SEGMENT.fullmatch(name):
                    yield _finding("notice", file, None, "the file is no segment of the ledger")


class _Chain:
    """What the next line must say; unknown after damage, until a line verifies again."""

    def __init__(self) -> None:
        self.closed = False
        self._digest: str | None = GENESIS
        self._seq = 0

    def lose(self) -> None:
        """Some bytes in between are damaged or missing: only the order of numbers can be checked across them."""
        self._digest = None

    def follow(self, decoded: Decoded) -> str | None:
        """Take the next line in; returns what is wrong with its place, or None."""
        known = self._digest is not None
        follows = decoded.prev == self._digest and decoded.seq == self._seq + 1 if known else decoded.seq > self._seq
        complaint = None if follows else f"the chain breaks: line {decoded.seq} does not follow line {self._seq}"
        if complaint is None and self.closed:
            complaint = f"line {decoded.seq} stands behind the line that closes the segment"
        self._digest, self._seq = decoded.digest, decoded.seq
        self.closed = any(event["kind"] == "segment.closed" for event in decoded.transactions[-1]["events"])
        return complaint


def named_blobs(event: Event, *, marked: bool = True) -> set[str]:
    """Return the names of all blobs that an event needs: large values, files added, packs, bytes not taken.

    ``marked`` is false where the bytes of its line hold no reference to a large value, which need not be searched then.
    """
    candidates: list[Any] = []
    if event["kind"] == "run.sealed":
        candidates.append((event["run"]["source"].get("pack") or {}).get("sha256"))
        if not _is_imported(event):
            candidates += [item["sha256"] for item in event["run"]["attachments"]]
    elif event["kind"] == "attachment.added":
        candidates.append(event["attachment"]["sha256"])
    elif event["kind"] == "import.completed" and isinstance(event["conflicts"], list):
        candidates += [conflict.get("blob_sha256") for conflict in event["conflicts"]]
    return (blob_names(event) if marked else set()) | _digests(candidates)


def brought_along(event: Event) -> set[str]:
    """Return the names of the files that an imported run mentions: its source may never have had their bytes."""
    if event["kind"] != "run.sealed" or not _is_imported(event):
        return set()
    return _digests([item["sha256"] for item in event["run"]["attachments"]])


def _is_imported(event: Event) -> bool:
    return event["run"]["source"]["format"] not in {"create", "http"}


def _digests(candidates: list[Any]) -> set[str]:
    return {name for name in candidates if isinstance(name, str) and _SHA256.fullmatch(name)}


def _check_named(path: Path, file: str, sha256: str) -> Iterator[Finding]:
    try:
        data = read_file(path)
    except (OSError, RmosError) as error:
        yield _finding("violation", file, 0, f"the file cannot be read ({error})")
        return
    if sha256_hex(data) != sha256:
        yield _finding("damage", file, 0, "the bytes do not match the name")


def _stranger(path: Path) -> str | None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "a symbolic link"
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        return "a pipe, socket or device"
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        return "a hard link"
    return None


def _finding(severity: Severity, file: str, offset: int | None, message: str) -> Finding:
    return Finding(severity=severity, file=file, offset=offset, message=message)

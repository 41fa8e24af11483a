"""Taking a copy of a store while it is in use: one zip file with everything an audit elsewhere needs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rmos_console.core import resources
from rmos_console.core.canonical import canonical
from rmos_console.core.errors import RmosError
from rmos_console.core.log import swallowed, use_case
from rmos_console.core.records.record import Record
from rmos_console.core.records.report import AuditReport, Finding, Head
from rmos_console.core.store.blobs import blob_file
from rmos_console.core.store.examine import brought_along, named_blobs
from rmos_console.core.store.files import open_file
from rmos_console.core.store.layout import Place
from rmos_console.core.store.line import GENESIS, LineError, decode, segment_file
from rmos_console.core.store.places import locate
from rmos_console.core.store.recover import is_quarantine_name
from rmos_console.core.usecases.audit import audit
from rmos_console.core.usecases.bundle import FINDINGS, README, VERIFIER
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent, stop_if
from rmos_console.core.usecases.publish import check_target, new_file

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024


class BundleReport(Record):
    """A bundle just made: ``head`` is the last line in it, ``ok`` false where the store it copies is not whole."""

    path: str
    ok: bool
    store_id: str
    head: Head
    files: int
    findings: tuple[Finding, ...] = ()


class _Mark(NamedTuple):
    """How far a segment is copied: up to byte ``end``."""

    number: int
    end: int


def bundle(path: Path, target: Path, *, progress: Progress = silent, cancelled: Cancelled = never) -> BundleReport:
    """Copy the store at ``path`` into the new zip file ``target``; the store may be in use and is not written to.

    In it are store.json, the ledger up to its end of now, every blob named up to there, quarantine, what an audit
    found, a verifier and a page that explains them. A damaged store is copied as it is. Raises as :func:`.audit.audit`
    and :func:`.publish.check_target` do.
    """
    with use_case("export.bundle") as known:
        check_target(target, path)
        place, facts = locate(path)
        marks = _marks(place)
        report = audit(path, progress=progress, cancelled=cancelled)
        with new_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            writer = _Writer(place, archive, progress, cancelled)
            writer.add("store.json", place.facts)
            for mark in marks:
                writer.ledger(mark)
            writer.beside()
            writer.put(FINDINGS, _findings(report))
            writer.put(VERIFIER, resources.path("verifier/verify.py").read_bytes())
            writer.put(README, _readme(facts.store_id, writer.head, ok=report.ok))
        known.update(ok=report.ok, files=writer.files)
        return BundleReport(
            path=str(target),
            ok=report.ok,
            store_id=facts.store_id,
            head=writer.head,
            files=writer.files,
            findings=report.findings,
        )


def _marks(place: Place) -> list[_Mark]:
    """Return how far each segment reaches now; in the newest, bytes behind the last newline may still be written."""
    numbers = place.segments()
    marks = []
    for number in numbers:
        with _opened(place.segment(number)) as file:
            size = file.seek(0, 2)
            marks.append(_Mark(number, _last_newline(file, size) if number == numbers[-1] else size))
    return marks


def _last_newline(file: BinaryIO, size: int) -> int:
    end = size
    while end > 0:
        start = max(end - _CHUNK, 0)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


class _Writer:
    """Writes the parts of a store into an archive, in an order and with times that depend on the store alone."""

    def __init__(self, place: Place, archive: zipfile.ZipFile, progress: Progress, cancelled: Cancelled) -> None:
        self.files = 0
        self.head = Head(seq=0, digest=GENESIS)
        self._place = place
        self._archive = archive
        self._progress = progress
        self._cancelled = cancelled
        self._named: set[str] = set()

    def put(self, name: str, data: bytes) -> None:
        """Write bytes of our own."""
        self._archive.writestr(_info(name), data)
        self.files += 1

    def add(self, name: str, path: Path, *, end: int | None = None) -> None:
        """Copy a file of the store as it is, up to ``end``; what is no regular file is left out, the audit names it."""
        stop_if(self._cancelled, "The export")
        self._progress(self.files, None, "copying")
        try:
            source = _opened(path)
        except (OSError, RmosError) as error:
            swallowed("export.add", error, file=name)
            return
        with source, self._archive.open(_info(name), "w", force_zip64=True) as out:
            left = end
            while chunk := source.read(_CHUNK if left is None else min(_CHUNK, left)):
                out.write(chunk)
                left = None if left is None else left - len(chunk)
        self.files += 1

    def ledger(self, mark: _Mark) -> None:
        """Copy a segment, and remember the blobs that its lines name."""
        path = self._place.segment(mark.number)
        self.add(segment_file(mark.number), path, end=mark.end)
        with _opened(path) as file:
            done = 0
            while done < mark.end and (line := file.readline()):
                done += len(line)
                self._take(line.rstrip(b"\n"))

    def beside(self) -> None:
        """Copy every blob named by what was copied, and what recovery set aside."""
        for name in sorted(self._named):
            path = self._place.root / blob_file(name)
            if path.is_file():
                self.add(blob_file(name), path)
        folder = self._place.quarantine
        for path in sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else ():
            if is_quarantine_name(path.name) and not path.name.startswith("."):
                self.add(f"quarantine/{path.name}", path)

    def _take(self, line: bytes) -> None:
        try:
            decoded = decode(line)
            self.head = Head(seq=decoded.seq, digest=decoded.digest)
            for transaction in decoded.transactions:
                for event in transaction["events"]:
                    self._named |= named_blobs(event) | brought_along(event)
        except (LineError, KeyError, TypeError, AttributeError, ValueError) as error:
            swallowed("export.ledger", error)


def _opened(path: Path) -> BinaryIO:
    return open(open_file(path), "rb")  # noqa: PTH123  # callers close it; the descriptor follows no link


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o100600 << 16
    return info


def _findings(report: AuditReport) -> bytes:
    document = {
        "ok": report.ok,
        "head": report.head.document(),
        "findings": [each.document() for each in report.findings],
    }
    return canonical(document) + b"\n"


def _readme(store_id: str, head: Head, *, ok: bool) -> bytes:
    found = "found it whole" if ok else "FOUND DAMAGE OR VIOLATIONS, which findings.json names"
    return f"""RMOS Console: a copy of the store {store_id}

It ends with line {head.seq}, digest {head.digest}.
The audit made before it was copied {found}.

To verify it with Python 3.8 or newer and nothing else, unpacked or not:

    python3 verify.py                    in the unpacked folder
    python3 verify.py BUNDLE.zip         beside the zip file

Do not run the verifier out of a bundle that you do not trust: take it from a place that you do.
Signatures are checked if the Python package "cryptography" is installed; the verifier says whether they were.

To audit it with RMOS Console, which checks every rule as well, and writes nothing:

    rmos-console --store BUNDLE.zip audit
    rmos-console --store BUNDLE.zip audit --against CHECKPOINT --report REPORT.pdf

What is in it: store.json says which store it is; ledger/ is the record, one line for each write, in plain JSON;
blobs/ holds files and large values under their SHA-256; quarantine/ holds what unfinished writes left behind.
""".encode()

"""The job log: append-only JSON Lines, each line a run of its own, since one ``run_id`` names several attempts.

Everything is sealed, nothing is mutable: the log is only appended to. The discriminator is the SHA-256 of the line and
its ordinal among equal lines. Mode, tool and status are empty; ``machine_id`` and ``material`` are context; every other
key, the ``sim_*`` figures included, stands in ``source.extra``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.files import opened, parse_record, printable
from rmos_console.core.importers.found import Found, FoundRun, Refused
from rmos_console.core.importers.rmos_record import record_id
from rmos_console.core.importers.shape import Shape, is_text

LAYOUT = "job-log"


class _Line(NamedTuple):
    number: int
    data: bytes | None
    ended: bool


def read(path: Path, *, timezone: str) -> Iterator[Found]:
    """Yield one run for each line that is not blank; a line that is no run is refused alone."""
    file = printable(path.name)
    equal: Counter[str] = Counter()
    try:
        with opened(path, file) as handle:
            for line in _lines(handle):
                if line.data is None or line.data.strip():
                    yield _run(line, f"{file}:{line.number}", timezone, equal)
    except BadDataError as error:
        yield Refused(file, error.message)


def _lines(handle: BinaryIO) -> Iterator[_Line]:
    """Yield the lines; of one above the limit no bytes."""
    number = 0
    while data := handle.readline(MAX_DOCUMENT_BYTES + 2):
        number += 1
        ended = data.endswith(b"\n")
        kept: bytes | None = data.rstrip(b"\r\n")
        while not ended and len(data) == MAX_DOCUMENT_BYTES + 2:
            kept = None
            data = handle.readline(MAX_DOCUMENT_BYTES + 2)
            ended = data.endswith(b"\n") or not data
        yield _Line(number, kept, ended)


def _run(line: _Line, source: str, timezone: str, equal: Counter[str]) -> Found:
    if line.data is None:
        return Refused(source, f"{source} is more than {MAX_DOCUMENT_BYTES:,} bytes; split or shorten it.")
    digest = sha256_hex(line.data)
    equal[digest] += 1
    discriminator = f"{digest}:{equal[digest]}"
    try:
        record = parse_record(line.data, source)
        original_id = record_id(record, None)
        shape = Shape(record, ())
        del shape.rest["run_id"]
        shape.time("created_at", timezone)
        shape.into("context", "machine_id", "machine_id", is_text)
        shape.into("context", "material_id", "material", is_text)
        body = shape.body(layout=LAYOUT, original_id=original_id, discriminator=discriminator, path=source)
    except BadDataError as error:
        cut = "" if line.ended else " The line has no end: the file may be cut off."
        return Refused(source, f"{error.message}{cut}")
    return FoundRun(
        layout=LAYOUT,
        original_id=original_id,
        discriminator=discriminator,
        run_id=body["run_id"],
        source=source,
        original=line.data,
        body=body,
        sealed_sha256=shape.sealed_sha256,
        mutable={},
        warnings=tuple(shape.warnings),
    )

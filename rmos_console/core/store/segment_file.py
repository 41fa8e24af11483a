"""The file of one segment's catalog: a header line, the tables that TinyDB reads, and sections that are read in place.

The header is canonical JSON with its own SHA-256; it states for each section where it begins behind the header, how
long it is, and its SHA-256. A section is verified when it is first read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.store.compact import COMPACT_VERSION
from rmos_console.core.store.database import Tables
from rmos_console.core.store.files import open_file
from rmos_console.core.store.follow import Position

FORMAT = 2
"""Raised whenever the file is laid out differently: files of another format are built again."""

TABLES = "tables"
"""The section that holds the TinyDB tables as JSON, one document a line."""

_FIRST_READ_BYTES = 8 * 1024
_MAX_HEADER_BYTES = 1024 * 1024


def encode_file(facts: Mapping[str, Any], sections: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a file with these header facts and sections."""
    places: dict[str, list[Any]] = {}
    offset = 0
    for name, data in sections.items():
        places[name] = [offset, len(data), sha256_hex(data)]
        offset += len(data)
    header = {**facts, "format": FORMAT, "compact": COMPACT_VERSION, "sections": places}
    head = canonical({**header, "sha256": sha256_hex(canonical(header))})
    return b"%s\n%s" % (head, b"".join(sections.values()))


class OutdatedError(BadDataError):
    """The file is good, but of another version of the program or of another store."""


class SegmentFile:
    """One file, on disk or in memory. With ``hold`` it stays open, so that replacing it changes nothing here.

    Raises :class:`FileNotFoundError`, :class:`OSError`, :class:`StoreError`, and :class:`BadDataError` for bytes that
    are not what was saved or are of another format or store.
    """

    def __init__(self, source: Path | bytes, store_id: str, *, hold: bool = False) -> None:
        self._source = source
        self._held: int | None = None
        try:
            if isinstance(source, Path) and hold:
                self._held = open_file(source)
            self.header = self._header(store_id)
            self.before = Position(*self.header["before"])
            self.after = Position(*self.header["after"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self.close()
            raise BadDataError("The catalog of a segment is not what was saved.") from error
        except BaseException:
            self.close()
            raise

    def section(self, name: str) -> bytes:
        """Return a section, verified."""
        offset, length, sha256 = self._place(name)
        data = self._read(offset, length)
        if len(data) != length or sha256_hex(data) != sha256:
            raise BadDataError(f"The section {name} of a segment's catalog is not what was saved.")
        return data

    def part(self, name: str, start: int, length: int) -> bytes:
        """Return a part of a section without verifying it."""
        return self._read(self._place(name)[0] + start, length)

    def length(self, name: str) -> int:
        """Return how many bytes a section has."""
        return self._place(name)[1]

    def verify(self) -> None:
        """Raise :class:`BadDataError` unless every section is what was saved, and nothing follows."""
        for name in self.header["sections"]:
            self.section(name)
        if self._read(max(sum(place[:2]) for place in self.header["sections"].values()), 1):
            raise BadDataError("Something follows the last section of a segment's catalog.")

    def tables(self) -> Tables:
        """Return the TinyDB tables."""
        tables: Tables = json.loads(self.section(TABLES))
        return tables

    def close(self) -> None:
        """Let go of the file, if it is held."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def __del__(self) -> None:
        self.close()

    def _place(self, name: str) -> tuple[int, int, str]:
        try:
            offset, length, sha256 = self.header["sections"][name]
        except (KeyError, ValueError, TypeError) as error:
            raise BadDataError(f"A segment's catalog lacks the section {name}.") from error
        return offset, length, sha256

    def _header(self, store_id: str) -> dict[str, Any]:
        self._start = 0
        head = self._read(0, _FIRST_READ_BYTES)
        if b"\n" not in head:
            head = self._read(0, _MAX_HEADER_BYTES)
        line, newline, _ = head.partition(b"\n")
        header: dict[str, Any] = json.loads(line)
        facts = {key: value for key, value in header.items() if key != "sha256"}
        if not newline or canonical(header) != line or sha256_hex(canonical(facts)) != header["sha256"]:
            raise BadDataError("The catalog of a segment is not what was saved.")
        if (facts.get("format"), facts.get("compact"), facts.get("store_id")) != (FORMAT, COMPACT_VERSION, store_id):
            raise OutdatedError("The catalog of a segment is of another version or store.")
        self._start = len(line) + 1
        return facts

    def _read(self, offset: int, length: int) -> bytes:
        start = self._start + offset
        if isinstance(self._source, bytes):
            return self._source[start : start + length]
        if self._held is not None:
            return os.pread(self._held, length, start)
        descriptor = open_file(self._source)
        try:
            return os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)

"""One segment as its catalog tells it: documents read one by one, ids found in place, columns when they are asked for.

Nothing is kept but the index of ids and the places of the documents. A section or document that is not what was saved
is built again from the ledger, here and now.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from rmos_console.core.errors import BadDataError
from rmos_console.core.log import swallowed
from rmos_console.core.store.database import Tables
from rmos_console.core.store.fold import When
from rmos_console.core.store.line import Location
from rmos_console.core.store.segment_build import PATCH, parsed, split_tables
from rmos_console.core.store.segment_columns import WordColumn, decoded
from rmos_console.core.store.segment_file import TABLES, SegmentFile
from rmos_console.core.store.segment_keys import Keys, Kind, floats, key, numbers

Document = dict[str, Any]
T = TypeVar("T")


class Segment:
    """The catalog of one segment, up to the line it was saved at."""

    def __init__(self, file: SegmentFile, rebuild: Callable[[SegmentFile], SegmentFile]) -> None:
        self._file = file
        self._rebuild = rebuild
        self.before = file.before
        self.after = file.after
        self.number = file.after.segment
        self.run_count = int(file.header["runs"])
        self.asset_count = int(file.header["assets"])
        self.newest = int(file.header["created"][1])
        self.columns = SegmentColumns(self)

    @property
    def file(self) -> SegmentFile:
        """The file behind this segment: another one than at first if it was found damaged."""
        return self._file

    def find(self, kind: Kind, text: str) -> list[int]:
        """Return the numbers that an id's key leads to; whether it is that id, the documents tell."""
        return list(self.keys.find(key(kind, text)))

    def run_row(self, run_id: str) -> int | None:
        """Return the row of a run sealed in this segment, or None."""
        return next((row for row in self.find("run", run_id) if self.run(row)["run_id"] == run_id), None)

    def run(self, row: int) -> Document:
        """Return the compact run of a row, with its place as ``ledger``."""
        return parsed(self._line(row))

    def patch(self, number: int) -> Document:
        """Return ``{"event": …, "ledger": …}`` of an event that seals no run."""
        return parsed(self._line(number | PATCH))

    def document(self, number: int) -> Document:
        """Return the run or patch that a number of the index of transactions stands for."""
        return parsed(self._line(number))

    def when(self, document: Document) -> When:
        """Return the transaction that a document stands in."""
        ledger = document["ledger"]
        return When(Location(ledger["seq"], self.number, ledger["offset"]), ledger["transaction"], ledger["at"])

    def all_documents(self) -> tuple[list[bytes], list[bytes]]:
        """Return the lines of all runs and all patches, verified; :func:`parsed` reads one."""
        return self._checked(lambda file: split_tables(file.section(TABLES), self.run_count))

    def tables(self) -> Tables:
        """Return the TinyDB tables."""
        return self._checked(lambda file: file.tables())

    def globals(self) -> dict[str, Any]:
        """Return what concerns the store as a whole: events, attempts left open, and ended ones opened before."""
        known: dict[str, Any] = json.loads(self.section("globals"))
        return known

    def section(self, name: str) -> bytes:
        """Return the bytes of a section, verified."""
        return self._checked(lambda file: file.section(name))

    @cached_property
    def keys(self) -> Keys:
        """The index of ids."""
        return Keys.decoded(self.section("keys"))

    @cached_property
    def _starts(self) -> array[int]:
        return numbers("I", self.section("rows") + self.section("patches"))

    @cached_property
    def _sums(self) -> array[int]:
        return numbers("I", self.section("sums"))

    def _line(self, number: int) -> bytes:
        at = (number & ~PATCH) + self.run_count if number & PATCH else number
        return self._checked(lambda file: self._read_line(file, at))

    def _read_line(self, file: SegmentFile, at: int) -> bytes:
        starts = self._starts
        length = starts[at + 1] - starts[at] if at + 1 < len(starts) else file.length(TABLES) - starts[at]
        raw = file.part(TABLES, starts[at], length)
        line = raw[: raw.find(b"\n")].removesuffix(b",")
        if zlib.crc32(line) != self._sums[at]:
            raise BadDataError("A document of a segment's catalog is not what was saved.")
        return line

    def _checked(self, read: Callable[[SegmentFile], T]) -> T:
        try:
            return read(self._file)
        except (BadDataError, OSError) as error:
            if not isinstance(error, FileNotFoundError):  # a catalog may be deleted at any time
                swallowed("store.catalog", error, segment=self.number)
            self._file = self._rebuild(self._file)
            return read(self._file)


def patches_by_run(lines: list[bytes], about: Callable[[Document], str | None]) -> dict[str, list[Document]]:
    """Return the patches about each run, in ledger order; ``about`` tells the run of an event."""
    found: dict[str, list[Document]] = {}
    for line in lines:
        document = parsed(line)
        run_id = about(document["event"])
        if run_id is not None:
            found.setdefault(run_id, []).append(document)
    return found


class SegmentColumns:
    """The columns of a segment, made anew from its sections whenever they are asked for."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def column(self, name: str) -> WordColumn:
        """Return a column of codes."""
        words = self._words()[name]
        return decoded(words, self._segment.section(name))

    def foreign(self) -> dict[str, str]:
        """Return the runs of earlier segments that are patched here, each with the signature of what happened here."""
        foreign: dict[str, str] = self._words()["foreign"]
        return foreign

    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = json.loads(self._segment.section("words"))
        return words

    def run_ids(self) -> list[str]:
        """Return the ids of all runs, in the order in which they were sealed."""
        return self._segment.section("run_ids").decode("ascii").split("\n") if self._segment.run_count else []

    def seqs(self) -> array[int]:
        """Return the number of the line that sealed each run."""
        return numbers("Q", self._segment.section("seq"))

    def created(self) -> array[int]:
        """Return the time of each run in microseconds since 1970."""
        return numbers("q", self._segment.section("created"))

    def scores(self) -> array[float]:
        """Return the score of each run; not a number where it has none."""
        return floats(self._segment.section("score"))

    def text(self) -> tuple[bytes, array[int]]:
        """Return what a search looks through, and where the part of each run begins (and the last one ends)."""
        return self._segment.section("text"), numbers("I", self._segment.section("starts"))

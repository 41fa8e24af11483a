"""The columns of the stored runs, oldest run first."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from rmos_console.core.store import RunEntry, Snapshot
from rmos_console.core.store.segment_build import parsed
from rmos_console.core.store.segments import Segments
from rmos_console.core.usecases.table import bits
from rmos_console.core.usecases.table.states import Judged

Value = str | None

_BYTE = 256
_READY = b'"explanation.ready"'


class Column(NamedTuple):
    """One value of each run, as codes into ``values``."""

    values: list[Value]
    codes: Sequence[int]


class StoredRuns:
    """What the segments hold of all runs, in columns. Row 0 is the oldest run.

    Columns, sets of rows and texts are made when they are first asked for, and kept.
    """

    def __init__(self, view: Snapshot, segments: Segments) -> None:
        self.segments = segments
        self.count = segments.run_count
        self._starts = array("I", [0])
        for segment in segments.all:
            self._starts.append(self._starts[-1] + segment.run_count)
        self._judged = Judged(view, segments)
        self._columns: dict[str, Column] = {}
        self._sets: dict[str, dict[Value, int]] = {}

    @cached_property
    def created(self) -> array[int]:
        """The time of each run in microseconds since 1970, ascending."""
        times = self._times()
        return times if self._order is None else array("q", map(times.__getitem__, self._order))

    @cached_property
    def scores(self) -> array[float]:
        """The score of each run; not a number where it has none."""
        scores = array("d")
        for segment in self.segments.all:
            scores.extend(segment.columns.scores())
        return scores if self._order is None else array("d", map(scores.__getitem__, self._order))

    @cached_property
    def run_ids(self) -> list[str]:
        """The id of each run."""
        ids = [run_id for segment in self.segments.all for run_id in segment.columns.run_ids()]
        return ids if self._order is None else list(map(ids.__getitem__, self._order))

    @cached_property
    def summaries(self) -> dict[str, str]:
        """The newest summary of each run that has one, in folded case, by run id; right for all that are not loose."""
        found: dict[str, str] = {}
        for segment in self.segments.all:
            for line in segment.all_documents()[1]:
                event = parsed(line)["event"] if _READY in line else {}
                if event.get("kind") != "explanation.ready":
                    continue
                found.pop(event["run_id"], None)
                if event["summary"] is not None:
                    found[event["run_id"]] = event["summary"].casefold()
        return found

    @cached_property
    def loose(self) -> list[int]:
        """The rows that depend on whether a text is in the store."""
        return [self._row(sealed) for sealed in self._judged.loose]

    def prepare(self) -> None:
        """Make the columns that are not made for the first page."""
        for name in ("created", "scores", "run_ids", "summaries", "_texts"):
            getattr(self, name)

    def entry(self, row: int) -> RunEntry:
        """Return the run of a row."""
        sealed = row if self._order is None else self._order[row]
        at = bisect_right(self._starts, sealed) - 1
        return self.segments.entry(at, sealed - self._starts[at])

    def find(self, run_id: str) -> int | None:
        """Return the row of a run, or None."""
        home = self.segments.locate(run_id)
        return None if home is None else self._row(self._starts[home[0]] + home[1])

    def column(self, name: str) -> Column:
        """Return a column of values."""
        known = self._columns.get(name)
        if known is None:
            known = self._columns[name] = _ordered(self._made(name), self._order)
        return known

    def sets(self, name: str) -> dict[Value, int]:
        """Return for each value of a column the set of rows that have it."""
        known = self._sets.get(name)
        if known is None:
            values, codes = self.column(name)
            if isinstance(codes, bytes):
                known = {value: bits.of_code(codes, code) for code, value in enumerate(values)}
            else:
                rows: list[list[int]] = [[] for _ in values]
                for row, code in enumerate(codes):
                    rows[code].append(row)
                known = {value: bits.of_rows(rows[code], self.count) for code, value in enumerate(values)}
            self._sets[name] = known
        return known

    def containing(self, words: Sequence[bytes]) -> int:
        """Return the set of rows whose text holds all words (folded, UTF-8)."""
        found = [
            self._row(start + row)
            for start, (text, starts) in zip(self._starts, self._texts, strict=False)
            for row in _holding(text, starts, words)
        ]
        return bits.of_rows(found, self.count)

    def between(self, since: int | None, until: int | None) -> int:
        """Return the set of rows created at or after ``since`` and before ``until``, in microseconds since 1970."""
        low = 0 if since is None else bisect_left(self.created, since)
        high = self.count if until is None else bisect_left(self.created, until)
        return bits.everything(max(high, low)) ^ bits.everything(low)

    @cached_property
    def _texts(self) -> list[tuple[bytes, array[int]]]:
        return [segment.columns.text() for segment in self.segments.all]

    def _times(self) -> array[int]:
        times = array("q")
        for segment in self.segments.all:
            times.extend(segment.columns.created())
        return times

    @cached_property
    def _order(self) -> array[int] | None:
        """The runs in the order of their times, by the order in which they were sealed; None if both are the same."""
        times = self._times()
        order = sorted(range(self.count), key=times.__getitem__)
        return None if all(map(int.__eq__, order, range(self.count))) else array("I", order)

    @cached_property
    def _place(self) -> array[int] | None:
        if self._order is None:
            return None
        place = array("I", bytes(4 * self.count))
        for row, sealed in enumerate(self._order):
            place[sealed] = row
        return place

    def _row(self, sealed: int) -> int:
        return sealed if self._place is None else self._place[sealed]

    def _made(self, name: str) -> Column:
        if name in {"review_state", "explanation_status"}:
            values: dict[Value, int] = {}
            which = 1 if name == "review_state" else 0
            code = [values.setdefault(states[which], len(values)) for states in self._judged.words]
            return Column(list(values), bytes([code[known] for known in self._judged.codes]))
        return self._joined(name)

    def _joined(self, name: str) -> Column:
        """Join the columns of the segments; a byte each where there are few values."""
        values: dict[Value, int] = {}
        parts = []
        for segment in self.segments.all:
            column = segment.columns.column(name)
            parts.append(([values.setdefault(word, len(values)) for word in column.words], column.codes))
        if len(values) <= _BYTE:
            return Column(list(values), b"".join([bytes([map_[code] for code in codes]) for map_, codes in parts]))
        return Column(list(values), array("I", [map_[code] for map_, codes in parts for code in codes]))


def _ordered(column: Column, order: array[int] | None) -> Column:
    if order is None:
        return column
    codes = column.codes
    make: Callable[[Sequence[int]], Sequence[int]] = bytes if isinstance(codes, bytes) else list
    return Column(column.values, make([codes[sealed] for sealed in order]))


def _holding(text: bytes, starts: array[int], words: Sequence[bytes]) -> list[int]:
    """Return the rows whose part of the text holds all words."""
    found: list[int] = []
    first, rest = words[0], words[1:]
    at = text.find(first)
    while at >= 0:
        row = bisect_right(starts, at) - 1
        end = starts[row + 1]
        if all(text.find(word, starts[row], end) >= 0 for word in rest):
            found.append(row)
        at = text.find(first, end)
    return found

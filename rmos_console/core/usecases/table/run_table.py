"""The table of runs: the stored columns, and above them the runs that changed since they were stored."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Final

from rmos_console.core.errors import UsageError
from rmos_console.core.records.run import RunRow
from rmos_console.core.store import RunEntry, Snapshot
from rmos_console.core.store.segment_columns import moment
from rmos_console.core.store.segments import Segments
from rmos_console.core.usecases.rows import row as run_row
from rmos_console.core.usecases.rows import rules
from rmos_console.core.usecases.table import bits
from rmos_console.core.usecases.table.sorting import by_key, by_value
from rmos_console.core.usecases.table.stored import StoredRuns, Value
from rmos_console.core.usecases.table.wanted import SORT_KEYS, RunFilter

FACETS: Final = ("risk", "status", "mode", "tool_id", "machine_id", "session_id", "review_state", "explanation_status")
"""Columns that can be filtered by value and counted."""

Match = Callable[[str], set[str]]
"""Answers an expression over sealed documents with the ids of the runs that match."""


class RunTable:
    """All runs of one view. A row is a number; it is not the same in the table of another view.

    Rows below the number of stored runs are the stored ones, oldest first; behind them stand those sealed since.
    """

    def __init__(self, view: Snapshot, stored: StoredRuns | None) -> None:
        self._view = view
        self._stored = stored
        self._base = stored.count if stored is not None else 0
        self._changed: dict[int, RunEntry] = {}
        fresh: list[RunEntry] = []
        for run_id, entry in view.changed_runs().items():
            row = stored.find(run_id) if stored is not None else None
            if row is None:
                fresh.append(entry)
            else:
                self._changed[row] = entry
        # Among equals the order of sealing, as for stored runs: rows must not change places when they are stored.
        fresh.sort(key=lambda entry: (moment(entry.created_at_utc), entry.seq))
        self._changed.update((self._base + at, entry) for at, entry in enumerate(fresh))
        self._loosen()
        self._count = self._base + len(fresh)
        self._rows: dict[int, RunRow] = {}
        self._own = bits.of_rows(self._changed, self._count)

    def __len__(self) -> int:
        return self._count

    def row(self, at: int) -> RunRow:
        """Return what lists show of a run."""
        known = self._rows.get(at)
        if known is None:
            known = self._rows[at] = run_row(self._view, self.entry(at))
        return known

    def entry(self, at: int) -> RunEntry:
        """Return the run of a row."""
        changed = self._changed.get(at)
        if changed is not None:
            return changed
        if self._stored is None:
            raise IndexError(at)
        return self._stored.entry(at)

    def find(self, run_id: str) -> int | None:
        """Return the row of a run, or None."""
        at = self._fresh_rows.get(run_id)
        return at if at is not None or self._stored is None else self._stored.find(run_id)

    def matching(self, wanted: RunFilter, *, without: str | None = None, match: Match | None = None) -> int:
        """Return the set of rows to show; the choice for the column ``without`` is left out.

        ``match`` answers ``where``. Raises :class:`UsageError` for a ``where`` without it.
        """
        found = bits.everything(self._count)
        for name, values in wanted.chosen().items():
            if name != without:
                folded = {value.casefold() for value in values}
                found &= _any(rows for value, rows in self.sets(name).items() if (value or "").casefold() in folded)
        if wanted.since is not None or wanted.until is not None:
            found &= self._between(wanted.since, wanted.until)
        words = (wanted.text or "").casefold().split()
        if words and found:
            found &= self._containing(words)
        if wanted.where is not None:
            if match is None:
                raise UsageError("A --where expression needs a store to ask.")
            rows = (self.find(run_id) for run_id in match(wanted.where))
            found &= bits.of_rows((row for row in rows if row is not None), self._count)
        return found

    def counts(self, name: str, rows: int | None = None) -> dict[Value, int]:
        """Return how many rows, or how many of ``rows``, have each value of a column; values without any left out."""
        sets = self.sets(name)
        counted = {value: (own if rows is None else own & rows).bit_count() for value, own in sets.items()}
        return {value: count for value, count in counted.items() if count}

    def sets(self, name: str) -> dict[Value, int]:
        """Return for each value of a column the set of rows that have it."""
        known = self._sets.get(name)
        if known is None:
            known = self._sets[name] = self._made_sets(name)
        return known

    def order(self, rows: int, sort: str = "created_at_utc", *, descending: bool = True) -> Iterator[int]:
        """Yield rows of a set, sorted; missing values last, newest first among equals.

        Raises :class:`UsageError` for a column that cannot be sorted by.
        """
        if sort not in SORT_KEYS:
            raise UsageError(f"There is no column {sort!r} to sort by; use one of {', '.join(SORT_KEYS)}.")
        if sort == "created_at_utc":
            return self._by_time(rows, descending=descending)
        newest_first = self._by_time(rows, descending=True)
        if sort in {"score", "run_id", "explanation_summary"}:
            return by_key(newest_first, self._key(sort), descending=descending)
        sets = {value: own & rows for value, own in self.sets(sort).items()}
        return by_value(
            sets,
            lambda own: self._by_time(own, descending=True),
            is_risk=sort == "risk",
            descending=descending,
        )

    def prepare(self) -> None:
        """Make what is kept once it is made, so that nobody waits for it later."""
        if self._stored is not None:
            self._stored.prepare()

    def page(self, wanted: RunFilter, rows: int) -> tuple[RunRow, ...]:
        """Return the part of a set of rows that ``wanted`` asks for, sorted as it says."""
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        ordered = self.order(rows, wanted.sort, descending=wanted.descending)
        return tuple(self.row(at) for at in islice(ordered, wanted.offset, end))

    @cached_property
    def _sets(self) -> dict[str, dict[Value, int]]:
        return {}

    @cached_property
    def _fresh_rows(self) -> dict[str, int]:
        return {entry.run_id: row for row, entry in self._changed.items()}

    @cached_property
    def _own_times(self) -> dict[int, int]:
        return {row: moment(entry.created_at_utc) for row, entry in self._changed.items() if row >= self._base}

    def _loosen(self) -> None:
        """Judge anew the stored runs whose text may have come into the store since."""
        if self._stored is not None:
            for row in self._stored.loose:
                self._changed.setdefault(row, self._stored.entry(row))

    def _made_sets(self, name: str) -> dict[Value, int]:
        own: dict[Value, list[int]] = {}
        for row in self._changed:
            own.setdefault(getattr(self.row(row), name), []).append(row)
        sets = {value: bits.of_rows(rows, self._count) for value, rows in own.items()}
        if self._stored is not None:
            for value, rows in self._stored.sets(name).items():
                sets[value] = sets.get(value, 0) | (rows & ~self._own)
        return sets

    def _between(self, since: str | None, until: str | None) -> int:
        low = None if since is None else moment(since)
        high = None if until is None else moment(until)
        found = 0 if self._stored is None else self._stored.between(low, high)
        own = [row for row, time in self._own_times.items() if (low or -math.inf) <= time < (high or math.inf)]
        return found | bits.of_rows(own, self._count)

    def _containing(self, words: Sequence[str]) -> int:
        own = [row for row, entry in self._changed.items() if all(word in entry.text for word in words)]
        found = bits.of_rows(own, self._count)
        if self._stored is None:
            return found
        longest_first = sorted((word.encode("utf-8") for word in words), key=len, reverse=True)
        return found | (self._stored.containing(longest_first) & ~self._own)

    def _by_time(self, rows: int, *, descending: bool) -> Iterator[int]:
        stored = bits.falling(rows & bits.everything(self._base))
        fresh = [row for row in self._own_times if rows >> row & 1][::-1]
        ordered: Iterable[int] = stored
        if fresh and self._stored is not None and self._base:
            times, own = self._stored.created, self._own_times
            if own[fresh[-1]] >= times[-1]:
                ordered = (*fresh, *stored)
            else:
                ordered = heapq.merge(fresh, stored, key=lambda row: own.get(row) or times[row], reverse=True)
        elif fresh:
            ordered = fresh
        return iter(ordered) if descending else reversed(list(ordered))

    def _key(self, sort: str) -> Callable[[int], Any]:
        """Return what rows are sorted by: read from columns where a run is stored as it is."""

        def folded(summary: str | None) -> str | None:
            return None if summary is None else summary.casefold()

        stored, changed = self._stored, self._changed
        if sort == "score":
            own: dict[int, Any] = {row: entry.score for row, entry in changed.items()}
            return lambda row: own[row] if row in own or stored is None else _number(stored.scores[row])
        if sort == "run_id":
            own = {row: entry.run_id for row, entry in changed.items()}
            return lambda row: own[row] if row in own or stored is None else stored.run_ids[row]
        own = {row: folded(self.row(row).explanation_summary) for row in changed}
        return lambda row: own[row] if row in own or stored is None else stored.summaries.get(stored.run_ids[row])


def _number(score: float) -> float | None:
    return None if math.isnan(score) else score


def _any(sets: Iterable[int]) -> int:
    found = 0
    for rows in sets:
        found |= rows
    return found


@lru_cache(maxsize=2)
def run_table(view: Snapshot) -> RunTable:
    """Return the table of a view's runs; the same view has the same table while it is among the last ones asked for."""
    segments = view.segments
    if segments is None or not segments.run_count:
        return RunTable(view, None)
    return RunTable(view, _remembered.stored(view, segments))


class _Remembered:
    """The stored columns made last: many views stand on the same segments, people and policies."""

    def __init__(self) -> None:
        self._last: tuple[Segments, tuple[object, ...], StoredRuns] | None = None

    def stored(self, view: Snapshot, segments: Segments) -> StoredRuns:
        """Return the columns below a view."""
        last, stands_on = self._last, rules(view)
        if last is not None and last[0] is segments and last[1] == stands_on:
            return last[2]
        made = StoredRuns(view, segments)
        self._last = segments, stands_on, made
        return made


_remembered = _Remembered()

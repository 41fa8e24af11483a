"""The newest runs of a view without making the columns of all: the first page of a store that was just opened."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from functools import lru_cache

from rmos_console.core.records.run import RunRow
from rmos_console.core.store import RunEntry, Snapshot
from rmos_console.core.store.segment_columns import moment
from rmos_console.core.store.segments import Segments
from rmos_console.core.usecases.rows import row
from rmos_console.core.usecases.table.wanted import RunFilter

_Place = tuple[int, int, int]
"""Time, index of the segment, row in it: what stored runs are sorted by."""


def is_first_page(wanted: RunFilter) -> bool:
    """Tell whether a list asks for the newest runs, whichever they are."""
    plain = RunFilter(limit=wanted.limit, offset=wanted.offset)
    return wanted == plain and wanted.limit is not None


@lru_cache(maxsize=4)
def newest_runs(view: Snapshot, count: int) -> tuple[RunRow, ...]:
    """Return the newest runs, newest first, in the order of the table."""
    changed = view.changed_runs()
    stored = view.segments or Segments()
    fresh = [entry for run_id, entry in changed.items() if not stored.has_run(run_id)]
    fresh.sort(key=lambda entry: moment(entry.created_at_utc))
    found: list[tuple[int, RunEntry]] = [(moment(entry.created_at_utc), entry) for entry in reversed(fresh)][:count]
    below = [(time, stored.entry(at, place)) for time, at, place in _newest_places(stored, count)]
    merged = heapq.merge(found, below, key=lambda pair: pair[0], reverse=True)
    return tuple(row(view, changed.get(entry.run_id, entry)) for _, entry in _first(merged, count))


def _newest_places(stored: Segments, count: int) -> list[_Place]:
    """Return where the newest stored runs are; a segment whose newest run is older than all of these is not read."""
    best: list[_Place] = []
    for at in sorted(range(len(stored.all)), key=lambda at: stored.all[at].newest, reverse=True):
        segment = stored.all[at]
        if not count or (len(best) == count and segment.newest < best[-1][0]):
            break
        here = ((time, at, place) for place, time in enumerate(segment.columns.created()))
        best = heapq.nlargest(count, [*best, *here])
    return best


def _first(found: Iterator[tuple[int, RunEntry]], count: int) -> list[tuple[int, RunEntry]]:
    return [pair for pair, _ in zip(found, range(count), strict=False)]

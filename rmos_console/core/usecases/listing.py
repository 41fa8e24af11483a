"""Filtering, sorting and paging of the run table."""

from __future__ import annotations

from rmos_console.core.errors import UsageError
from rmos_console.core.log import use_case
from rmos_console.core.records.record import Record
from rmos_console.core.records.run import RunRow
from rmos_console.core.store import Snapshot, Store
from rmos_console.core.usecases.table import RunFilter, is_first_page, newest_runs, run_table


class Page(Record):
    """One page of a list; ``total`` counts all that match, whatever the page holds."""

    items: tuple[RunRow, ...]
    total: int


def page(store: Store, wanted: RunFilter) -> Page:
    """Return the runs that match, sorted, cut to the page asked for.

    Raises :class:`UsageError` for an unknown sort key, a negative page or a ``where`` that cannot be read.
    """
    with use_case("list") as facts:
        if wanted.offset < 0 or (wanted.limit is not None and wanted.limit < 0):
            raise UsageError("--limit and --offset count from 0 up.")
        view = store.snapshot()
        if is_first_page(wanted):
            facts["total"] = view.run_count
            end = wanted.offset + (wanted.limit or 0)
            return Page(items=newest_runs(view, end)[wanted.offset :], total=view.run_count)
        table = run_table(view)
        rows = table.matching(wanted, match=store.query_where)
        facts["total"] = rows.bit_count()
        return Page(items=table.page(wanted, rows), total=rows.bit_count())


def table(view: Snapshot, wanted: RunFilter) -> tuple[RunRow, ...]:
    """Return every row of the view that matches, sorted."""
    found = run_table(view)
    return found.page(wanted, found.matching(wanted))

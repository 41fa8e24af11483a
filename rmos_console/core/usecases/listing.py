"""Filtering, sorting and paging of the run table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rmos_console.core.errors import UsageError
from rmos_console.core.log import use_case
from rmos_console.core.records.record import Record
from rmos_console.core.records.run import RunRow
from rmos_console.core.records.times import sort_key
from rmos_console.core.store import Store, View
from rmos_console.core.usecases.rows import rows

SORT_KEYS = (
    "created_at_utc",
    "status",
    "risk",
    "score",
    "mode",
    "tool_id",
    "machine_id",
    "event_type",
    "explanation_summary",
    "review_state",
    "run_id",
)
"""Columns that a list may be sorted by."""

RISK_ORDER = {"RED": 0, "ERROR": 1, "UNKNOWN": 2, "YELLOW": 3, "GREEN": 4}
"""Worst first."""


class RunFilter(Record):
    """What to show. Several values of one field mean any of them; several fields mean all of them.

    ``since`` and ``until`` are UTC times as the ledger writes them, the first inclusive, the second exclusive; ``text``
    is a list of words that must all occur; ``where`` an expression over the sealed document, for example
    ``decision.score < 60``.
    """

    status: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    tool: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    text: str | None = None
    where: str | None = None
    sort: str = "created_at_utc"
    descending: bool = True
    limit: int | None = None
    offset: int = 0


class Page(Record):
    """One page of a list; ``total`` counts all that match, whatever the page holds."""

    items: tuple[RunRow, ...]
    total: int


def page(store: Store, wanted: RunFilter) -> Page:
    """Return the runs that match, sorted, cut to the page asked for.

    Raises :class:`UsageError` for an unknown sort key, a negative page or a ``where`` that cannot be read.
    """
    with use_case("list") as facts:
        found = table(store.snapshot(), wanted, store=store)
        if wanted.offset < 0 or (wanted.limit is not None and wanted.limit < 0):
            raise UsageError("--limit and --offset count from 0 up.")
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        facts["total"] = len(found)
        return Page(items=found[wanted.offset : end], total=len(found))


def table(view: View, wanted: RunFilter, *, store: Store | None = None) -> tuple[RunRow, ...]:
    """Return every row of the view that matches, sorted; ``store`` answers ``where`` if there is one."""
    checks = _checks(view, wanted, store)
    found = [item for item in rows(view) if all(check(item) for check in checks)]
    return tuple(_sorted(found, wanted.sort, descending=wanted.descending))


def _checks(view: View, wanted: RunFilter, store: Store | None) -> list[Callable[[RunRow], bool]]:
    checks: list[Callable[[RunRow], bool]] = []
    for name, values in (
        ("status", wanted.status),
        ("risk", wanted.risk),
        ("mode", wanted.mode),
        ("tool_id", wanted.tool),
        ("machine_id", wanted.machine),
        ("session_id", wanted.session),
        ("review_state", wanted.review),
    ):
        if values:
            checks.append(_one_of(name, frozenset(value.casefold() for value in values)))
    if wanted.since is not None:
        since = sort_key(wanted.since)
        checks.append(lambda item: sort_key(item.created_at_utc) >= since)
    if wanted.until is not None:
        until = sort_key(wanted.until)
        checks.append(lambda item: sort_key(item.created_at_utc) < until)
    words = (wanted.text or "").casefold().split()
    if words:
        checks.append(_has_words(view, words))
    if wanted.where is not None:
        if store is None:
            raise UsageError("A --where expression needs a store to ask.")
        matching = store.query_where(wanted.where)
        checks.append(lambda item: item.run_id in matching)
    return checks


def _one_of(name: str, values: frozenset[str]) -> Callable[[RunRow], bool]:
    def check(item: RunRow) -> bool:
        value = getattr(item, name)
        return (value.casefold() if isinstance(value, str) else "") in values

    return check


def _has_words(view: View, words: list[str]) -> Callable[[RunRow], bool]:
    def check(item: RunRow) -> bool:
        entry = view.run(item.run_id)
        haystack = f"{entry.text if entry else ''}\n{(item.explanation_summary or '').casefold()}"
        return all(word in haystack for word in words)

    return check


def _sorted(found: list[RunRow], key: str, *, descending: bool) -> list[RunRow]:
    """Sort by a column with missing values always last, and newest first among equals."""
    if key not in SORT_KEYS:
        raise UsageError(f"There is no column {key!r} to sort by; use one of {', '.join(SORT_KEYS)}.")
    found.sort(key=lambda item: (sort_key(item.created_at_utc), item.run_id), reverse=True)
    present = [item for item in found if getattr(item, key) is not None]
    missing = [item for item in found if getattr(item, key) is None]
    present.sort(key=_order(key), reverse=descending)
    return present + missing


def _order(key: str) -> Callable[[RunRow], Any]:
    if key == "created_at_utc":
        return lambda item: (sort_key(item.created_at_utc), item.run_id)
    if key == "risk":
        return lambda item: -RISK_ORDER[item.risk]
    if key == "score":
        return lambda item: item.score
    return lambda item: str(getattr(item, key)).casefold()

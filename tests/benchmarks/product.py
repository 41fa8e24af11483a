"""How a list, its filters and its counts are asked of the console's core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rmos_console.core.store import Store
from rmos_console.core.usecases.listing import page
from rmos_console.core.usecases.table import RunFilter, run_table

FACETS: Final = {"status": "status", "risk": "risk", "mode": "mode", "tool": "tool_id", "review": "review_state"}
"""The columns that are counted, by the name that a filter has for them."""

Chosen = Mapping[str, Sequence[str]]


def newest(store: Store, count: int) -> int:
    """Return how many rows the page of the newest runs has."""
    return len(page(store, RunFilter(limit=count)).items)


def filtered(store: Store, chosen: Chosen, count: int) -> int:
    """Return how many runs match, having made the first page of them."""
    return page(store, _wanted(chosen, count)).total


def text(store: Store, word: str, count: int) -> int:
    """Return how many runs hold a word, having made the first page of them."""
    return page(store, RunFilter(text=word, limit=count)).total


def counts(store: Store, chosen: Chosen) -> dict[str, dict[str, int]]:
    """Return how many runs have each value of each facet, with what is chosen for the others."""
    table, wanted = run_table(store.snapshot()), _wanted(chosen, 0)
    found = {}
    for facet, column in FACETS.items():
        rows = table.matching(wanted, without=column) if chosen else None
        found[facet] = {value or "": count for value, count in table.counts(column, rows).items()}
    return found


def everything(store: Store) -> int:
    """Load all that a list, its filters, its search and its order by time need, and return how many runs there are."""
    table = run_table(store.snapshot())
    counts(store, {})
    text(store, "nothing holds this", 1)
    rows = table.matching(RunFilter())
    return sum(1 for _ in table.order(rows))


def _wanted(chosen: Chosen, count: int) -> RunFilter:
    return RunFilter.model_validate({**{name: tuple(values) for name, values in chosen.items()}, "limit": count})

"""How a list, its filters and its counts are asked of the console's core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rmos_console.core.store import Store
from rmos_console.core.usecases.listing import RunFilter, page, table

FACETS = ("status", "risk", "mode", "tool_id", "review_state")


def newest(store: Store, count: int) -> int:
    """Return how many rows the page of the newest runs has."""
    return len(page(store, RunFilter(limit=count)).items)


def filtered(store: Store, chosen: Mapping[str, Sequence[str]], count: int) -> int:
    """Return how many runs match, having made the first page of them."""
    wanted = RunFilter.model_validate({**{name: tuple(values) for name, values in chosen.items()}, "limit": count})
    return page(store, wanted).total


def text(store: Store, word: str, count: int) -> int:
    """Return how many runs hold a word, having made the first page of them."""
    return page(store, RunFilter(text=word, limit=count)).total


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Return how many runs have each value of each facet."""
    rows = table(store.snapshot(), RunFilter())
    return {name: Counter(str(getattr(row, name)) for row in rows) for name in FACETS}


def everything(store: Store) -> int:
    """Make a row of every run, and return how many there are."""
    return page(store, RunFilter(limit=0)).total

"""Sorting rows: missing values last, newest first among equals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rmos_console.core.usecases.table.wanted import RISK_ORDER


def by_key(newest_first: Iterable[int], key: Callable[[int], Any], *, descending: bool) -> Iterator[int]:
    """Yield rows sorted by a key; None is a missing value."""
    keyed = [(key(row), row) for row in newest_first]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: pair[0], reverse=descending)
    yield from (row for _, row in present)
    yield from (row for value, row in keyed if value is None)


def by_value(
    sets: Mapping[str | None, int], newest_first: Callable[[int], Iterable[int]], *, is_risk: bool, descending: bool
) -> Iterator[int]:
    """Yield the rows of all sets, sorted by the values these stand for; risks by how bad they are."""
    present = [value for value in sets if value is not None]
    present.sort(key=_badness if is_risk else str.casefold, reverse=descending)
    for value in (*present, *(value for value in sets if value is None)):
        yield from newest_first(sets[value])


def _badness(risk: str) -> int:
    return -RISK_ORDER[risk]

"""What the run table shows of a store's runs: an order over the rows of the core's columns, without Qt.

A row keeps its number while it is in a book; another view of the store has another book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, overload

from rmos_console.core.records.run import RunRow
from rmos_console.core.usecases.table import RunFilter, RunTable

FACETS: Final[Mapping[str, str]] = {
    "risk": "risk",
    "status": "status",
    "mode": "mode",
    "tool": "tool_id",
    "review": "review_state",
}
"""What can be filtered by value, and its column; an empty value means that the run has none."""

_SORT_KEYS: Final[Mapping[str, str]] = {
    "time": "created_at_utc",
    "status": "status",
    "risk": "risk",
    "score": "score",
    "mode": "mode",
    "tool": "tool_id",
    "event": "event_type",
    "explanation": "explanation_summary",
    "review": "review_state",
    "run": "run_id",
}


@dataclass(frozen=True)
class Wanted:
    """What the table shows: for each facet any of the chosen values (none chosen: all), all words, and the order."""

    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    text: str = ""
    sort: str = "time"
    descending: bool = True

    def chosen(self, facet: str) -> frozenset[str]:
        """Return the chosen values of a facet."""
        return self.facets.get(facet, frozenset())

    def toggled(self, facet: str, value: str) -> Wanted:
        """Return the same with one value chosen, or not any more."""
        return replace(self, facets={**self.facets, facet: self.chosen(facet) ^ {value}})

    def sorted_by(self, key: str) -> Wanted:
        """Return the same by another column, or the other way round by the same one; newest and worst come first."""
        descending = not self.descending if self.sort == key else key in {"time", "risk"}
        return replace(self, sort=key, descending=descending)

    def cleared(self) -> Wanted:
        """Return the same order without any filter."""
        return replace(self, facets={}, text="")

    def filter(self) -> RunFilter:
        """Return what the core is asked for."""
        chosen = {facet: tuple(sorted(values)) for facet, values in self.facets.items()}
        return RunFilter.model_validate({**chosen, "text": self.text})

    @property
    def is_filtering(self) -> bool:
        """Whether anything may be hidden."""
        return bool(self.text.split()) or any(self.facets.values())


class RunBook:
    """The rows of one view, and where each run stands in them."""

    def __init__(self, table: RunTable | None = None) -> None:
        self._table = table
        self.rows: Sequence[RunRow] = _Rows(table)

    def __len__(self) -> int:
        return len(self.rows)

    def count_all(self) -> None:
        """Count what the filters show at first, so that the window need not wait for it."""
        for facet in FACETS:
            self.counts(facet, Wanted())

    def prepare(self) -> None:
        """Make ready what searching and sorting need."""
        if self._table is not None:
            self._table.prepare()

    def where(self, run_id: str) -> int | None:
        """Return the row number of a run."""
        return None if self._table is None else self._table.find(run_id)

    def order(self, wanted: Wanted) -> Sequence[int]:
        """Return the numbers of the rows to show, in order; newest first among equals."""
        table = self._table
        if table is None:
            return ()
        found = table.matching(wanted.filter())
        return list(table.order(found, _SORT_KEYS[wanted.sort], descending=wanted.descending))

    def counts(self, facet: str, wanted: Wanted) -> Counter[str]:
        """Return how many runs each value of a facet would show, all other filters applied."""
        if self._table is None:
            return Counter()
        rows = self._table.matching(wanted.filter(), without=FACETS[facet])
        return Counter({value or "": count for value, count in self._table.counts(FACETS[facet], rows).items()})

    def values(self, facet: str) -> list[str]:
        """Return the values of a facet that occur, sorted."""
        return [] if self._table is None else sorted(value or "" for value in self._table.counts(FACETS[facet]))


class _Rows(Sequence[RunRow]):
    """The rows of a table, each made when it is asked for."""

    def __init__(self, table: RunTable | None) -> None:
        self._table = table

    def __len__(self) -> int:
        return 0 if self._table is None else len(self._table)

    @overload
    def __getitem__(self, at: int) -> RunRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[RunRow]: ...
    def __getitem__(self, at: int | slice) -> RunRow | Sequence[RunRow]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if self._table is None or not 0 <= at < len(self):
            raise IndexError(at)
        return self._table.row(at)

    def __iter__(self) -> Iterator[RunRow]:
        return (self[at] for at in range(len(self)))

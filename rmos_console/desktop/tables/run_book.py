"""The runs of the table as columns: filtering, counting and sorting without Qt, fast for many runs.

A row keeps its number while it is in the book; an order is a list of row numbers. Missing values sort last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rmos_console.core.records.run import RunRow
from rmos_console.core.records.times import sort_key

RISK_ORDER = {"RED": 0, "ERROR": 1, "UNKNOWN": 2, "YELLOW": 3, "GREEN": 4}
"""Worst first."""

FACETS: Mapping[str, Callable[[RunRow], str]] = {
    "risk": lambda row: row.risk,
    "status": lambda row: row.status or "",
    "mode": lambda row: row.mode or "",
    "tool": lambda row: row.tool_id or "",
    "review": lambda row: row.review_state,
}
"""What can be filtered by value; an empty value means that the run has none."""

_SORT_KEYS: Mapping[str, Callable[[RunRow], Any]] = {
    "time": lambda row: row.created_at_utc,
    "status": lambda row: row.status,
    "risk": lambda row: RISK_ORDER[row.risk],
    "score": lambda row: row.score,
    "mode": lambda row: row.mode,
    "tool": lambda row: row.tool_id,
    "event": lambda row: row.event_type,
    "explanation": lambda row: (row.explanation_summary or "").casefold() or None,
    "review": lambda row: None if row.review_state == "NONE" else row.review_state,
    "run": lambda row: row.run_id[-8:],
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

    @property
    def is_filtering(self) -> bool:
        """Whether anything may be hidden."""
        return bool(self.text.split()) or any(self.facets.values())


class RunBook:
    """The rows, and where each run stands in them."""

    def __init__(self) -> None:
        self.rows: list[RunRow] = []
        self._texts: list[str] = []
        self._at: dict[str, int] = {}
        self._columns: dict[str, list[Any]] = {}
        self._newest: list[int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def fill(self, rows: Iterable[RunRow], text_of: Callable[[str], str]) -> None:
        """Replace everything; ``text_of(run_id)`` is what a search looks through, in lower case."""
        self._forget()
        self.rows = list(rows)
        self._at = {row.run_id: at for at, row in enumerate(self.rows)}
        self._texts = [_haystack(row, text_of) for row in self.rows]

    def put(self, rows: Iterable[RunRow], text_of: Callable[[str], str]) -> None:
        """Add or replace single runs."""
        self._forget()
        for row in rows:
            at = self._at.setdefault(row.run_id, len(self.rows))
            if at == len(self.rows):
                self.rows.append(row)
                self._texts.append("")
            self.rows[at] = row
            self._texts[at] = _haystack(row, text_of)

    def where(self, run_id: str) -> int | None:
        """Return the row number of a run."""
        return self._at.get(run_id)

    def order(self, wanted: Wanted) -> list[int]:
        """Return the numbers of the rows to show, in order; newest first among equals."""
        found = self._matching(wanted, without=None)
        if wanted.sort == "time":
            return found if wanted.descending else found[::-1]
        keys = self._column(wanted.sort, _SORT_KEYS[wanted.sort])
        present = [at for at in found if keys[at] is not None]
        present.sort(key=keys.__getitem__, reverse=wanted.descending)
        return present if len(present) == len(found) else present + [at for at in found if keys[at] is None]

    def counts(self, facet: str, wanted: Wanted) -> Counter[str]:
        """Return how many runs each value of a facet would show, all other filters applied."""
        column = self._column(f"facet {facet}", FACETS[facet])
        if not replace(wanted, facets={**wanted.facets, facet: frozenset()}).is_filtering:
            return Counter(column)
        return Counter([column[at] for at in self._matching(wanted, without=facet)])

    def values(self, facet: str) -> list[str]:
        """Return the values of a facet that occur, sorted."""
        return sorted(set(self._column(f"facet {facet}", FACETS[facet])))

    def _matching(self, wanted: Wanted, without: str | None) -> list[int]:
        """Return the rows that match, newest first."""
        found = self._newest_first()
        for facet, value in FACETS.items():
            chosen = wanted.chosen(facet)
            if chosen and facet != without:
                column = self._column(f"facet {facet}", value)
                found = [at for at in found if column[at] in chosen]
        for word in wanted.text.casefold().split():
            texts = self._texts
            found = [at for at in found if word in texts[at]]
        return list(found)

    def _newest_first(self) -> list[int]:
        if self._newest is None:
            times = [(sort_key(row.created_at_utc), row.run_id) for row in self.rows]
            self._newest = sorted(range(len(times)), key=times.__getitem__, reverse=True)
        return self._newest

    def _column(self, name: str, value: Callable[[RunRow], Any]) -> list[Any]:
        """Return one value of every row, remembered until a row changes."""
        if name not in self._columns:
            self._columns[name] = [value(row) for row in self.rows]
        return self._columns[name]

    def _forget(self) -> None:
        self._columns.clear()
        self._newest = None


def _haystack(row: RunRow, text_of: Callable[[str], str]) -> str:
    return f"{text_of(row.run_id)}\n{(row.explanation_summary or '').casefold()}"

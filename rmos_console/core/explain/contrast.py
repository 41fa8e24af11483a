"""Finding the GREEN run that a run is best compared with: the same mode, the same tool, the nearest parameters."""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol

from pydantic import JsonValue

from rmos_console.core.compare.fields import is_number
from rmos_console.core.compare.units import unit_of
from rmos_console.core.compare.walk import same
from rmos_console.core.explain.paths import join
from rmos_console.core.explain.wording import quoted
from rmos_console.core.records.times import sort_key
from rmos_console.core.review.risk import judge_risk

SHORTLIST: Final = 50
"""Runs whose parameters are read and compared; more would take longer than a person waits."""

MAX_ROWS: Final = 200
"""Differing fields that a contrast names."""


class Candidate(Protocol):
    """A run as the store keeps it in memory."""

    @property
    def run_id(self) -> str: ...
    @property
    def mode(self) -> str | None: ...
    @property
    def tool_id(self) -> str | None: ...
    @property
    def created_at_utc(self) -> str: ...


class Row(NamedTuple):
    """A field in which two runs differ: its path, both values (None where one lacks it), the unit of its numbers."""

    path: str
    a: JsonValue
    b: JsonValue
    unit: str | None


class Greens:
    """The GREEN runs of a store that may serve as contrast, by mode and tool.

    Made by one look at every run, it then answers for any number of runs; what it sorts for one it keeps for others.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._groups: dict[str | None, dict[str | None, list[Candidate]]] = {}
        for item in candidates:
            self._groups.setdefault(item.mode, {}).setdefault(item.tool_id, []).append(item)
        self._newest: dict[tuple[str | None, ...], list[Candidate]] = {}

    def shortlist(self, run: Candidate) -> list[str]:
        """Return the ids of the runs to load, at most :data:`SHORTLIST`: the same tool first, then the newest.

        They have the run's mode; a run without a mode is compared within its tool. The run itself is never among them.
        The order does not depend on the order of the candidates.
        """
        mode, tool = run.mode, run.tool_id
        if mode is None and tool is None:
            return []
        chosen = list(self._of_tool(mode, tool))
        if len(chosen) <= SHORTLIST and mode is not None:
            chosen += [item for item in self._of_mode(mode) if item.tool_id != tool]
        return [item.run_id for item in chosen if item.run_id != run.run_id][:SHORTLIST]

    def _of_tool(self, mode: str | None, tool: str | None) -> list[Candidate]:
        known = self._newest.get((mode, tool))
        if known is None:
            items = self._groups.get(mode, {}).get(tool, [])
            known = self._newest[mode, tool] = heapq.nlargest(SHORTLIST + 1, items, key=_age)
        return known

    def _of_mode(self, mode: str) -> list[Candidate]:
        """Return the newest of all tools, enough to fill a list after those of one tool are left out."""
        known = self._newest.get((mode,))
        if known is None:
            items = itertools.chain.from_iterable(self._groups.get(mode, {}).values())
            known = self._newest[mode,] = heapq.nlargest(2 * SHORTLIST + 1, items, key=_age)
        return known


def shortlist(candidates: Iterable[Candidate], run: Candidate) -> list[str]:
    """Return the ids of the runs to load for one run, see :meth:`Greens.shortlist`."""
    return Greens(candidates).shortlist(run)


def _age(item: Candidate) -> tuple[str, str]:
    return sort_key(item.created_at_utc), item.run_id


def nearest(run: Mapping[str, Any], loaded: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the id of the loaded run that is nearest to ``run``, or None where none is truly GREEN.

    The same tool comes first; then the numbers of ``request_summary``, each counting by its difference relative to the
    larger one and 1 where only one run has it; then the words that differ; then the newest; then the id.
    """
    ranked = [
        (_rank(run, document), run_id)
        for run_id, document in loaded.items()
        if run_id != run.get("run_id") and judge_risk(document).policy == "GREEN"
    ]
    if not ranked:
        return None
    best = min(rank for rank, _ in ranked)
    tied = [run_id for rank, run_id in ranked if rank == best]
    return max(tied, key=lambda run_id: (sort_key(str(loaded[run_id].get("created_at_utc"))), run_id))


def differences(run: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[list[Row], int]:
    """Return the fields of ``request_summary`` in which two runs differ, sorted by path, and how many are equal.

    A field that is null or missing in both is neither.
    """
    mine, theirs = dict(_leaves(run)), dict(_leaves(other))
    rows, equal = [], 0
    for path in sorted(mine.keys() | theirs.keys()):
        a, b = mine.get(path), theirs.get(path)
        if a is None and b is None:
            continue
        if same(a, b):
            equal += 1
        else:
            rows.append(Row(path, _shown(a), _shown(b), _unit(path, run) if is_number(a) or is_number(b) else None))
    return rows[:MAX_ROWS], equal


def _rank(run: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[bool, float, int]:
    mine, theirs = dict(_leaves(run)), dict(_leaves(other))
    distance, words = 0.0, 0
    for path in sorted(mine.keys() | theirs.keys()):
        a, b = mine.get(path), theirs.get(path)
        if is_number(a) and is_number(b):
            distance += _apart(a, b)
        elif is_number(a) or is_number(b):
            distance += 1.0
        elif not same(a, b):
            words += 1
    return run.get("tool_id") != other.get("tool_id"), round(distance, 9), words


def _apart(a: Any, b: Any) -> float:
    try:
        largest = max(abs(float(a)), abs(float(b)))
        return abs(float(a) - float(b)) / largest if largest else 0.0
    except OverflowError:  # an integer beyond any float
        return 0.0 if a == b else 1.0


def _leaves(run: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield path and value of each field of the request, objects taken apart three levels deep."""
    request = run.get("request_summary")
    if isinstance(request, Mapping):
        yield from _below("request_summary", request, 3)


def _below(path: str, value: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        under = join(path, str(key))
        if isinstance(item, Mapping) and item and depth > 1:
            yield from _below(under, item, depth - 1)
        else:
            yield under, item


def _unit(path: str, run: Mapping[str, Any]) -> str | None:
    request = run.get("request_summary")
    units = request.get("units") if isinstance(request, Mapping) else None
    inch = isinstance(units, str) and units.strip().lower() in {"in", "inch", "inches"}
    return unit_of(path.rsplit(".", 1)[-1], "in" if inch else "mm")


def _shown(value: Any) -> JsonValue:
    """Return a value as a contrast keeps it: plain ones as they are, text cut, everything else as JSON text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return quoted(value, 200)
    return quoted(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str), 200)

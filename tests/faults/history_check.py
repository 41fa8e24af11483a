"""Judging a history: the logs of all workers against the ledger that they left."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.history_ledger import Committed, LedgerError, transactions
from tests.faults.history_model import Model, Operation, explains, must_write, simple

NEVER = 1 << 63


class History(NamedTuple):
    """All operations by id; one without ``responded`` was never answered."""

    operations: dict[str, Operation]
    order: dict[str, list[str]]
    """The ids of each log file in the order in which they were invoked."""


def read_logs(folder: Path) -> History:
    """Return what the workers logged; the half line of a killed one is left out."""
    operations: dict[str, Operation] = {}
    order: dict[str, list[str]] = {}
    for log in sorted(folder.glob("*.jsonl")):
        for raw in log.read_bytes().split(b"\n")[:-1]:
            operation = json.loads(raw)
            if operation["op"] not in operations:
                order.setdefault(log.name, []).append(operation["op"])
            operations[operation["op"]] = operation
    return History(operations, order)


class Windows:
    """Between which states an operation was judged, by what was answered before and invoked after it."""

    def __init__(self, placed: Sequence[tuple[int, Operation]]) -> None:
        answered = sorted((operation.get("responded", NEVER), index) for index, operation in placed)
        self._answered = [moment for moment, _ in answered]
        self._last = _running((index + 1 for _, index in answered), max)
        invoked = sorted(((operation["invoked"], index) for index, operation in placed), reverse=True)
        self._invoked = [-moment for moment, _ in invoked]
        self._first = _running((index for _, index in invoked), min)

    def first(self, operation: Operation) -> int:
        """Return the earliest state: it holds everything that was answered before the operation was invoked."""
        place = bisect_left(self._answered, operation["invoked"])
        return self._last[place - 1] if place else 0

    def last(self, operation: Operation, end: int) -> int:
        """Return the latest state: it holds nothing that was invoked after the operation was answered."""
        place = bisect_left(self._invoked, -operation.get("responded", NEVER))
        return self._first[place - 1] if place else end


def _running(values: Iterator[int], better: Any) -> list[int]:
    found: list[int] = []
    for value in values:
        found.append(better(found[-1], value) if found else value)
    return found


def check(store: Path, history: History) -> list[str]:
    """Return every violation: lost, doubled, unasked, reordered, wrongly accepted or refused, a picture that never was.

    Empty means that one order of all transactions, that of the ledger, explains every answer, and that it agrees with
    real time.
    """
    try:
        ledger = list(transactions(store))
    except (LedgerError, ValueError, KeyError, OSError) as error:
        return [f"the ledger cannot be read: {error}"]
    model = Model()
    violations: list[str] = []
    placed: dict[str, Committed] = {}
    for transaction in ledger:
        violations += _placed(model, transaction, history, placed)
        violations += model.take(transaction)
    windows = Windows([(each.place, history.operations[op]) for op, each in placed.items()])
    for op, operation in history.operations.items():
        violations += _judged(model, windows, operation, placed.get(op))
    for ids in history.order.values():
        violations += _pictures(model, [history.operations[op] for op in ids])
    return violations


def _placed(model: Model, transaction: Committed, history: History, placed: dict[str, Committed]) -> Iterator[str]:
    """Hold one transaction against the operation that asked for it and the state it stands upon."""
    op = transaction.request or ""
    operation = history.operations.get(op)
    if operation is None:
        if op.startswith("op_"):
            yield f"line {transaction.seq} holds {op}, which nobody asked for"
        return
    if op in placed:
        yield f"{op} stands twice, in lines {placed[op].seq} and {transaction.seq}"
        return
    placed[op] = transaction
    if operation.get("tx", transaction.id) != transaction.id:
        yield f"{op} stands under another transaction id, {transaction.id}"
    expected = must_write(model, operation)
    written = [simple(event) for event in transaction.events]
    if isinstance(expected, str):
        yield f"{op} ({operation['kind']}) was accepted in line {transaction.seq} though {expected}"
    elif written != expected:
        yield f"{op} ({operation['kind']}) wrote {written} in line {transaction.seq}, which should be {expected}"


def _judged(model: Model, windows: Windows, operation: Operation, stands: Committed | None) -> Iterator[str]:
    """Hold what one operation was told against the ledger and against real time."""
    name = f"{operation['op']} ({operation['kind']})"
    first, last = windows.first(operation), windows.last(operation, model.size)
    outcome = operation.get("outcome")
    if stands is not None and stands.place < first:
        yield f"{name} stands in line {stands.seq}, before one that was acknowledged before it was asked"
    if outcome in {None, "read"}:
        return
    if outcome == "failed":
        yield f"{name} failed: {operation.get('message')}"
    elif outcome == "committed":
        if stands is None:
            yield f"{name} was acknowledged in line {operation['seq']} and is not in the ledger"
        elif stands.seq != operation["seq"]:
            yield f"{name} was acknowledged in line {operation['seq']} and stands in line {stands.seq}"
    elif stands is not None:
        yield f"{name} was {outcome} and yet stands in line {stands.seq}"
    elif not explains(model, operation, first, last):
        yield f"{name} was {outcome} ({operation.get('details', operation.get('seq'))}), which no state explains"


def _pictures(model: Model, operations: Sequence[Operation]) -> Iterator[str]:
    """Hold the snapshots that one thread took against the ledger: each a real prefix, none older than what it knew."""
    known = 0
    for operation in operations:
        if operation.get("outcome") == "read":
            yield from _picture(model, operation, known)
        known = max(known, operation.get("seq", 0))


def _picture(model: Model, operation: Operation, known: int) -> Iterator[str]:
    name, seq = operation["op"], operation["seq"]
    if seq not in model.heads:
        yield f"{name} saw line {seq}, which the ledger does not have"
        return
    digest, runs, assets, state = model.heads[seq]
    if (operation["digest"], operation["runs"], operation["assets"]) != (digest, runs, assets):
        yield f"{name} saw at line {seq} what no prefix of the ledger is: {operation}"
    hot = [f"run_0000000000{number:02x}" for number in range(4)]
    counters = [model.line("meta", run, "n").at(state) for run in hot]
    if operation["counters"] != counters:
        yield f"{name} saw the counters {operation['counters']} at line {seq}, where they are {counters}"
    if seq < known:
        yield f"{name} saw line {seq} though its thread knew of line {known}"


def kinds_of(history: History) -> dict[str, int]:
    """Return how many operations had each outcome."""
    counts: dict[str, int] = {}
    for operation in history.operations.values():
        outcome = operation.get("outcome", "unanswered")
        counts[outcome] = counts.get(outcome, 0) + 1
    return dict(sorted(counts.items()))

"""The store of a history as plain dictionaries: what each operation must write, and when a state refuses it.

A state is named by how many transactions precede it. Values are kept with the states in which they held, so that it
can be told afterwards whether any state between two moments explains an answer. No code of the product is used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from tests.faults.history_ledger import Committed, canonical_sha256

Operation = dict[str, Any]
Event = tuple[Any, ...]
ABSENT = "(absent)"


class Timeline:
    """The values of one thing: from which state on each holds."""

    def __init__(self) -> None:
        self.since = [0]
        self.values: list[Any] = [ABSENT]

    def now(self) -> Any:
        """Return the latest value."""
        return self.values[-1]

    def put(self, state: int, value: Any) -> None:
        """Let a value hold from a state on."""
        self.since.append(state)
        self.values.append(value)

    def at(self, state: int) -> Any:
        """Return the value that held in a state."""
        return self.values[bisect_right(self.since, state) - 1]

    def during(self, first: int, last: int) -> list[Any]:
        """Return the values that held in any state from ``first`` to ``last``."""
        return self.values[bisect_right(self.since, first) - 1 : bisect_right(self.since, last)]


class Model:
    """Everything in the ledger, by key: runs, meta, advisories, references, transactions, heads."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], Timeline] = {}
        self.size = 0
        self.seqs: list[int] = []
        self.heads: dict[int, tuple[str, int, int, int]] = {}
        self.counts = {"run.sealed": 0, "advisory.sealed": 0}

    def line(self, *key: str) -> Timeline:
        """Return what is known about a key."""
        return self.known.setdefault(key, Timeline())

    def take(self, transaction: Committed) -> list[str]:
        """Take the next transaction in; returns what is wrong with it whoever wrote it."""
        wrong = []
        self.size = transaction.place + 1
        self.seqs.append(transaction.seq)
        ids = self.line("transaction", transaction.id)
        if ids.now() is not ABSENT:
            wrong.append(f"transaction {transaction.id} stands twice, in lines {ids.now()} and {transaction.seq}")
        ids.put(self.size, transaction.seq)
        for event in transaction.events:
            wrong += self._take(event)
        counts = self.counts["run.sealed"], self.counts["advisory.sealed"]
        self.heads[transaction.seq] = (transaction.digest, *counts, self.size)
        return wrong

    def _take(self, event: dict[str, Any]) -> list[str]:
        kind, wrong = event["kind"], []
        if kind == "run.sealed":
            run = event["run"]
            if self.line("run", run["run_id"]).now() is not ABSENT:
                wrong.append(f"run {run['run_id']} is sealed twice")
            if canonical_sha256(run) != event["run_sha256"]:
                wrong.append(f"run {run['run_id']} does not have the sha256 stated")
            self.line("run", run["run_id"]).put(self.size, (run["meta"].get("token"), event["run_sha256"]))
            for key, value in run["meta"].items():
                self.line("meta", run["run_id"], key).put(self.size, value)
        elif kind == "run.meta_patched":
            for key, value in event["set"].items():
                self.line("meta", event["run_id"], key).put(self.size, value)
            for key in event["unset"]:
                self.line("meta", event["run_id"], key).put(self.size, ABSENT)
        elif kind == "advisory.sealed":
            if self.line("asset", event["advisory_id"]).now() is not ABSENT:
                wrong.append(f"advisory {event['advisory_id']} is sealed twice")
            self.line("asset", event["advisory_id"]).put(self.size, (event["asset"]["text"], event["asset_sha256"]))
        elif kind == "advisory.attached":
            self.line("ref", event["run_id"], event["ref"]["advisory_id"]).put(self.size, True)
        if kind in self.counts:
            self.counts[kind] += 1
        return wrong


def simple(event: dict[str, Any]) -> Event:
    """Return what an event says, as far as an operation decides it."""
    kind = event["kind"]
    if kind == "run.sealed":
        return kind, event["run"]["run_id"], event["run"]["meta"].get("token")
    if kind == "run.meta_patched":
        return kind, event["run_id"], event["set"], event["unset"]
    if kind == "advisory.sealed":
        return kind, event["advisory_id"], event["asset"]["text"]
    if kind == "advisory.attached":
        return kind, event["run_id"], event["ref"]["advisory_id"]
    return (kind,)


def must_write(model: Model, operation: Operation) -> list[Event] | str:
    """Return the events that an operation writes in the latest state, or why that state refuses it."""
    return _RULES[operation["kind"]](model, operation)


def _seal(model: Model, operation: Operation) -> list[Event] | str:
    known = model.line("run", operation["run"]).now()
    if known is ABSENT:
        return [("run.sealed", operation["run"], operation["token"])]
    return [] if known[0] == operation["token"] else "the run exists with other content"


def _swap(model: Model, operation: Operation) -> list[Event] | str:
    found = model.line("meta", operation["run"], "n").now()
    if found != operation["expected"]:
        return f"the counter is {found}, not {operation['expected']}"
    return [("run.meta_patched", operation["run"], {"n": found + 1}, [])]


def _ghost(model: Model, operation: Operation) -> list[Event] | str:
    if model.line("run", operation["run"]).now() is ABSENT:
        return "there is no such run"
    return [("run.meta_patched", operation["run"], {"ghost": operation["op"]}, [])]


def _attach(model: Model, operation: Operation) -> list[Event] | str:
    advisory, run = operation["advisory"], operation["run"]
    known = model.line("asset", advisory).now()
    if known is not ABSENT and known[0] != operation["token"]:
        return "the advisory holds other bytes"
    events: list[Event] = [("advisory.sealed", advisory, operation["token"])] if known is ABSENT else []
    carried = model.line("ref", run, advisory).now() is not ABSENT
    return events if carried else [*events, ("advisory.attached", run, advisory)]


def _meta(model: Model, operation: Operation) -> list[Event] | str:
    run, key, value = operation["run"], operation["key"], operation["value"]
    found = model.line("meta", run, key).now()
    if value is None:
        return [] if found is ABSENT else [("run.meta_patched", run, {}, [key])]
    return [] if found == value else [("run.meta_patched", run, {key: value}, [])]


_RULES: dict[str, Callable[[Model, Operation], list[Event] | str]] = {
    **dict.fromkeys(("create", "race", "shared", "again", "use_create"), _seal),
    "swap": _swap,
    "ghost": _ghost,
    "attach": _attach,
    "use_attach": _attach,
    "use_meta": _meta,
}


def explains(model: Model, operation: Operation, first: int, last: int) -> bool:
    """Tell whether some state from ``first`` to ``last`` explains that an operation wrote nothing.

    ``idle`` must find everything as it wants it, ``repeated`` its transaction in the line it was told, ``refused`` the
    very thing that the refusal names.
    """
    kind, outcome = operation["kind"], operation["outcome"]
    if outcome == "repeated":
        return operation["seq"] in model.line("transaction", operation["tx"]).during(first, last)
    if kind == "swap":
        found = model.line("meta", operation["run"], "n").during(first, last)
        return operation["details"]["found"] in found and operation["details"]["found"] != operation["expected"]
    if kind == "ghost":
        return outcome == "refused" and ABSENT in model.line("run", operation["run"]).during(first, last)
    if kind == "use_meta":
        wanted = ABSENT if operation["value"] is None else operation["value"]
        return outcome == "idle" and wanted in model.line("meta", operation["run"], operation["key"]).during(
            first, last
        )
    attaching = kind in {"attach", "use_attach"}
    key = ("asset", operation["advisory"]) if attaching else ("run", operation["run"])
    held = [value for value in model.line(*key).during(first, last) if value is not ABSENT]
    if outcome == "refused":
        named = operation["details"].get("stored_sha256")
        return any(token != operation["token"] and sha == named for token, sha in held)
    carried = not attaching or True in model.line("ref", operation["run"], operation["advisory"]).during(first, last)
    return carried and any(token == operation["token"] for token, _ in held)

"""One process of a history: threads that do what the plan says and log what they asked and what they were told.

Called as ``python -m tests.faults.history_worker STORE LOGS WORKER THREADS COUNT SEED RUNS SABOTAGE``; it waits for a
line on its standard input. Each thread writes a file of JSON Lines: one line when an operation is invoked and one when
it is answered, with CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rmos_console.core.errors import ConflictError, NotFoundError, RefusedError, RmosError
from rmos_console.core.records import events
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.changes import Written
from rmos_console.core.records.events import Event
from rmos_console.core.store import Committed, Draft, Limits, Store, View, open_store
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.intake import create, patch_meta
from tests.faults.history_plan import COUNTER, HOT_RUNS, Operation, plan
from tests.store.making import asset_event, run_document, sealed

BY = Actor(kind="service", id="history")
WAIT_SECONDS = 60.0


def main(arguments: Sequence[str]) -> None:
    """Run the threads of one worker to their end."""
    store_path, logs, worker, threads, count, seed, runs, sabotage = arguments
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)
    with open_store(Path(store_path), wait_seconds=WAIT_SECONDS, limits=Limits(runs=int(runs))) as store:
        print("ready", flush=True)  # noqa: T201  the scenario waits for it
        sys.stdin.readline()
        running = [
            threading.Thread(
                target=_work,
                args=(store, Path(logs) / f"{worker}-{number}.jsonl", int(seed), int(worker), number, int(count)),
            )
            for number in range(int(threads))
        ]
        for each in running:
            each.start()
        for each in running:
            each.join()


def _work(store: Store, log: Path, seed: int, worker: int, number: int, count: int) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    done: list[Operation] = []

    def write(operation: Operation) -> None:
        os.write(descriptor, json.dumps(operation).encode() + b"\n")

    for group in plan(seed, worker, number, count):
        for operation in group:
            _prepare(store, operation, done)
            operation["invoked"] = time.monotonic_ns()
            write(operation)
        answers = _ask(store, group)
        responded = time.monotonic_ns()
        for operation, answer in zip(group, answers, strict=True):
            operation.update(answer, responded=responded)
            write(operation)
            if "tx" in operation:
                done.append(operation)
    os.close(descriptor)


def _prepare(store: Store, operation: Operation, done: list[Operation]) -> None:
    """Add what depends on the moment: what a swap expects to find, and which transaction is repeated."""
    kind = operation["kind"]
    if kind == "swap":
        entry = store.snapshot().run(operation["run"])
        operation["expected"] = entry.meta[COUNTER] if entry is not None else None
    if kind == "again" and done:
        operation["tx"] = done[-1 - len(done) // 3]["tx"]
    if not kind.startswith("use_") and kind != "read":
        operation.setdefault("tx", f"tx_{operation['op']}")


def _ask(store: Store, group: Sequence[Operation]) -> list[Operation]:
    kind = group[0]["kind"]
    if kind == "read":
        return [_read(store)]
    if kind.startswith("use_"):
        return [_answer(lambda: _USE_CASES[kind](store, group[0]))]
    outcomes = store.commit_many([_draft(operation) for operation in group])
    return [_told(outcome) for outcome in outcomes]


def _read(store: Store) -> Operation:
    view = store.snapshot()
    counters = [entry.meta[COUNTER] for run_id in HOT_RUNS if (entry := view.run(run_id)) is not None]
    return {
        "outcome": "read",
        "seq": view.head.seq,
        "digest": view.head.digest,
        "runs": view.run_count,
        "assets": view.asset_count,
        "counters": counters,
    }


def _draft(operation: Operation) -> Draft:
    decide = _DECIDES[operation["kind"]](operation)
    return Draft(by=BY, request_id=operation["op"], decide=decide, id=operation["tx"])


def _told(outcome: Committed | RmosError) -> Operation:
    if isinstance(outcome, Committed):
        changed = outcome.changes.run_ids or outcome.changes.advisory_ids
        word = "repeated" if outcome.repeated else "committed" if changed else "idle"
        return {"outcome": word, "seq": outcome.seq}
    refused = isinstance(outcome, RefusedError | NotFoundError)
    return {
        "outcome": "refused" if refused else "failed",
        "code": outcome.code,
        "message": outcome.message,
        "details": outcome.details,
    }


def _answer(ask: Callable[[], Written[Any]]) -> Operation:
    try:
        changes = ask().changes
    except RmosError as error:
        return _told(error)
    word = "committed" if changes.run_ids or changes.advisory_ids else "idle"
    return {"outcome": word, "seq": changes.seq}


def _seal(operation: Operation) -> Callable[[View], list[Event]]:
    event = sealed(1, run_id=operation["run"], meta={"token": operation["token"], COUNTER: 0})

    def decide(view: View) -> list[Event]:
        known = view.run(operation["run"])
        if known is None:
            return [event]
        if known.run_sha256 == event["run_sha256"]:
            return []
        raise ConflictError("The run exists with other content.", stored_sha256=known.run_sha256)

    return decide


def _swap(operation: Operation) -> Callable[[View], list[Event]]:
    def decide(view: View) -> list[Event]:
        entry = view.run(operation["run"])
        found = entry.meta[COUNTER] if entry is not None else None
        if found is None or found != operation["expected"]:
            raise RefusedError("The counter is not what was seen.", found=found)
        return [events.meta_patched(operation["run"], set_={COUNTER: found + 1}, unset=[])]

    return decide


def _ghost(operation: Operation) -> Callable[[View], list[Event]]:
    def decide(view: View) -> list[Event]:
        if view.run(operation["run"]) is None:
            raise NotFoundError("There is no such run.")
        return [events.meta_patched(operation["run"], set_={"ghost": operation["op"]}, unset=[])]

    return decide


def _attach(operation: Operation) -> Callable[[View], list[Event]]:
    advisory = operation["advisory"]
    event = asset_event(advisory, operation["token"])
    reference = AdvisoryInputRef(advisory_id=advisory, kind="note")

    def decide(view: View) -> list[Event]:
        known = view.asset(advisory)
        if known is not None and known.sha256 != event["asset_sha256"]:
            raise ConflictError("The advisory holds other bytes.", stored_sha256=known.sha256)
        entry = view.run(operation["run"])
        carried = entry is not None and any(ref.advisory_id == advisory for ref in entry.refs)
        attached = [] if carried else [events.advisory_attached(operation["run"], reference)]
        return attached if known is not None else [event, *attached]

    return decide


_DECIDES: dict[str, Callable[[Operation], Callable[[View], list[Event]]]] = {
    "create": _seal,
    "race": _seal,
    "shared": _seal,
    "again": _seal,
    "swap": _swap,
    "ghost": _ghost,
    "attach": _attach,
}


def _caller(operation: Operation) -> Caller:
    return Caller(by=BY, request_id=operation["op"])


def _use_create(store: Store, operation: Operation) -> Written[Any]:
    document = run_document(2, run_id=operation["run"], meta={"token": operation["token"], COUNTER: 0})
    del document["source"], document["attachments"]
    return create(store, {**document, "request_id": operation["token"]}, _caller(operation))


def _use_meta(store: Store, operation: Operation) -> Written[Any]:
    key, value = operation["key"], operation["value"]
    wanted, unset = ({}, [key]) if value is None else ({key: value}, [])
    return patch_meta(store, operation["run"], wanted, unset, _caller(operation))


def _use_attach(store: Store, operation: Operation) -> Written[Any]:
    return attach(
        store,
        operation["run"],
        operation["advisory"],
        kind="note",
        author="history",
        document={"text": operation["token"]},
        caller=_caller(operation),
    )


_USE_CASES: dict[str, Callable[[Store, Operation], Written[Any]]] = {
    "use_create": _use_create,
    "use_meta": _use_meta,
    "use_attach": _use_attach,
}

if __name__ == "__main__":
    main(sys.argv[1:])

"""Readers without a lock, while writers write and segments change all the time: each sees real prefixes of the ledger.

Every picture that any reader saw (head, set of runs, counters) must be that of the final ledger at the same line; one
reader's pictures never go back, and in the end it sees everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rmos_console.core.store import create_store, open_store
from tests.faults import workers
from tests.faults.history_ledger import LedgerError, transactions
from tests.faults.history_plan import COUNTER, HOT_RUNS
from tests.faults.prefix_reader import MODES
from tests.store.making import draft, sealed

CATCHES = ("reader_skips_last_look",)
RUNS_IN_A_SEGMENT = 2
Picture = dict[str, Any]


def scenario(
    folder: Path, seed: int, sabotage: str | None = None, *, writers: int = 2, operations: int = 200
) -> list[str]:
    """Let ``writers`` do ``operations`` each (see history_plan) under the eyes of a reader of each mode."""
    store = folder / "store"
    create_store(store)
    with open_store(store) as opened:
        for run_id in HOT_RUNS:
            opened.commit(draft(sealed(1, run_id=run_id, meta={COUNTER: 0})))
    logs = [folder / f"{mode}.json" for mode in MODES]
    watching = [(store, log, mode, sabotage or "") for log, mode in zip(logs, MODES, strict=True)]
    (folder / "logs").mkdir()
    # Writers are whole: they follow the ledger, too, and would end at once of what the readers are to find.
    writing = [
        (store, folder / "logs", each, 2, operations // 2, seed, RUNS_IN_A_SEGMENT, "") for each in range(writers)
    ]
    with (
        workers.started("tests.faults.prefix_reader", watching) as readers,
        workers.started("tests.faults.history_worker", writing) as busy,
    ):
        workers.go([*readers, *busy])
        violations = list(workers.ended(busy, 60 + operations / 5))
        try:
            expected = pictures_of(store)
        except (LedgerError, ValueError, KeyError) as error:
            return [*violations, f"the ledger cannot be read: {error}"]
        workers.go(readers, str(max(expected)))
        violations += workers.ended(readers, 60)
    for mode, log in zip(MODES, logs, strict=True):
        seen = json.loads(log.read_text(encoding="utf-8")) if log.exists() else []
        violations += (f"{mode}: {each}" for each in judged(seen, expected))
    return violations


def pictures_of(store: Path) -> dict[int, Picture]:
    """Return what a reader sees at each line of a ledger, by the number of the line."""
    ids: list[str] = []
    counters = dict.fromkeys(HOT_RUNS, 0)
    found: dict[int, Picture] = {}
    for transaction in transactions(store):
        for event in transaction.events:
            if event["kind"] == "run.sealed":
                ids.append(event["run"]["run_id"])
            elif event["kind"] == "run.meta_patched" and COUNTER in event["set"]:
                counters[event["run_id"]] = event["set"][COUNTER]
        digest = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
        content = {"ids": digest, "counters": [counters[run_id] for run_id in HOT_RUNS]}
        found[transaction.seq] = {"seq": transaction.seq, "digest": transaction.digest, **content}
    return found


def judged(seen: list[Picture], expected: dict[int, Picture]) -> Iterator[str]:
    """Yield what is wrong with the pictures of one reader."""
    before = 0
    for picture in seen:
        if "error" in picture:
            yield str(picture["error"])
            return
        seq = picture["seq"]
        if {key: picture[key] for key in ("seq", "digest", "ids", "counters")} != expected.get(seq):
            yield f"it saw at line {seq} what no prefix of the ledger is"
        if seq < before:
            yield f"it saw line {seq} after line {before}"
        before = seq
    if before != max(expected):
        yield f"it ended at line {before} of {max(expected)}"

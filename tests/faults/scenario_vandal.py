"""Writers commit while somebody deletes and replaces the lock file all the time: never are two of them inside."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from pathlib import Path

from rmos_console.core.store import create_store
from tests.faults import workers
from tests.faults.history_ledger import LedgerError, transactions
from tests.store.making import run_id

CATCHES = ("no_lock", "lockf_stray_close")

_PAUSE_SECONDS = 0.002


def run(folder: Path, sabotage: str | None = None, *, processes: int = 3, commits: int = 60) -> list[str]:
    """Let the writers and the vandal loose in an empty folder and return every violation."""
    store = folder / "store"
    create_store(store)
    arguments = [(store, number, commits, sabotage or "") for number in range(processes)]
    with workers.started("tests.faults.vandal_worker", arguments) as running:
        workers.go(running)
        for turn in itertools.count():
            if all(worker.poll() is not None for worker in running):
                break
            _vandalise(store / "lock", turn)
            time.sleep(_PAUSE_SECONDS)  # the vandal's pace, not a wait for anything
        violations = list(workers.ended(running, 60))
    try:
        written = Counter(
            event["run"]["run_id"]
            for transaction in transactions(store)
            for event in transaction.events
            if event["kind"] == "run.sealed"
        )
    except (LedgerError, ValueError, KeyError) as error:
        return [*violations, f"the ledger cannot be read: {error}"]
    expected = [run_id(number * 10_000 + each) for number in range(processes) for each in range(commits)]
    return [*violations, *(f"{each} was written {written[each]} times" for each in expected if written[each] != 1)]


def _vandalise(lock: Path, turn: int) -> None:
    if turn % 2:
        fresh = lock.with_name("lock.new")
        fresh.touch(0o600)
        fresh.replace(lock)
    else:
        lock.unlink(missing_ok=True)

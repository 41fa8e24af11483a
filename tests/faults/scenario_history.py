"""Many processes and threads at odds with each other: one order explains every answer (see history_check)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rmos_console.core.store import Limits, create_store, open_store
from tests.faults import workers
from tests.faults.history_check import check, read_logs
from tests.faults.history_plan import COUNTER, HOT_RUNS
from tests.store.making import draft, sealed

CATCHES = ("no_lock", "lockf_stray_close", "preconditions_outside_lock", "judged_against_old_head")
"""The ways to break a store that this scenario finds."""


class Shape(NamedTuple):
    """How large a history is: ``runs`` fill a segment, ``killed`` workers die of SIGKILL on the way."""

    processes: int = 3
    threads: int = 4
    operations: int = 400
    runs: int = 40
    killed: int = 0

    @property
    def each(self) -> int:
        """How many operations one thread does."""
        return -(-self.operations // (self.processes * self.threads))


def scenario(folder: Path, seed: int, sabotage: str | None = None, shape: Shape | None = None) -> list[str]:
    """Make a history in an empty folder and return its violations; the logs of the workers stay in ``logs`` there."""
    shape = shape or Shape()
    store, logs = folder / "store", folder / "logs"
    logs.mkdir()
    _prepare(store)
    arguments = [
        (store, logs, number, shape.threads, shape.each, seed, shape.runs, sabotage or "")
        for number in range(shape.processes)
    ]
    with workers.started("tests.faults.history_worker", arguments) as running:
        doomed, others = running[: shape.killed], running[shape.killed :]
        workers.go(running)
        _kill(doomed, [logs / f"{number}-0.jsonl" for number in range(shape.killed)], shape.each)
        violations = list(workers.ended(others, 30 + shape.operations / 20))
    return violations + check(store, read_logs(logs)) + _opened(store, shape)


def _prepare(store: Path) -> None:
    create_store(store)
    with open_store(store) as opened:
        for run_id in HOT_RUNS:
            opened.commit(draft(sealed(1, run_id=run_id, meta={COUNTER: 0})))


def _kill(doomed: Sequence[workers.Worker], logs: Sequence[Path], each: int) -> None:
    """Kill workers while they are at it: once their first thread is half through."""
    for worker, log in zip(doomed, logs, strict=True):
        while worker.poll() is None and not (log.exists() and log.read_bytes().count(b"\n") > each):
            time.sleep(0.001)  # the worker's own progress is waited for
        os.kill(worker.pid, signal.SIGKILL)


def _opened(path: Path, shape: Shape) -> list[str]:
    """Open the store that is left: it must be whole, and take another commit, with no manual step."""
    with open_store(path, limits=Limits(runs=shape.runs)) as store:
        if store.read_only_reason is not None:
            return [f"the store that is left is read-only: {store.read_only_reason}"]
        store.commit(draft(sealed(999)))
        damage = [item for item in store.lines() if getattr(item, "severity", "notice") != "notice"]
    return [f"the store that is left is not whole: {item}" for item in damage]

"""What writers do until the power fails: each function works on a store for ever and says what was acknowledged.

An acknowledgement is a line ``<CLOCK_MONOTONIC in ns> <kind> <name>`` in a file outside the store, written once the
store has answered.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rmos_console.core.errors import StoreError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import Committed, Limits, Store, open_store
from rmos_console.core.usecases.importing import import_paths
from rmos_console.core.usecases.intake import create
from tests.faults.gate import Gate
from tests.store.making import draft, run_document, run_id, sealed

LIMITS = Limits(runs=7)
"""Small, so that segments close and begin all the time."""

IMPORTED = 6
"""Runs in each store that is imported."""

_BY = Caller(by=Actor(kind="service", id="writer"), request_id="writer")
_LARGE = "G1 X1.000 Y2.000\n" * 20_000
_GROUP = 5
_JOB = {"created_at": "2026-03-14T09:00:00Z", "machine_id": "mill-1", "sim_time_s": 61.5}


class Job:
    """One writer's order: which store, where its acknowledgements go, and the first of its numbers."""

    def __init__(self, work: str, store: str, out: str, first: int) -> None:
        self.work = work
        self.store = Path(store)
        self.out = Path(out)
        self.first = first
        self._acknowledged = os.open(self.out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    @property
    def word(self) -> Path:
        """Where the word stands that a :func:`bystander` waits for."""
        return self.out.with_name("word")

    def numbers(self) -> Iterator[int]:
        """Yield this writer's numbers, for ever."""
        return itertools.count(self.first)

    def acknowledge(self, kind: str, name: str) -> None:
        """Say that the store has answered."""
        os.write(self._acknowledged, b"%d %s %s\n" % (time.monotonic_ns(), kind.encode(), name.encode()))

    def opened(self) -> Store:
        """Open the store."""
        return open_store(self.store, limits=LIMITS)

    def commit(self, store: Store, *numbers: int) -> None:
        """Commit small runs, whose transactions are named after them, and say which are there."""
        answers = store.commit_many([draft(sealed(number), tx=f"tx_{number}") for number in numbers])
        for number, answer in zip(numbers, answers, strict=True):
            if not isinstance(answer, Committed):
                raise answer
            self.acknowledge("run", run_id(number))

    def put(self, store: Store, number: int) -> None:
        """Put a blob of its own and say so."""
        self.acknowledge("blob", store.put_blob(b"blob %d " % number * (1 + number % 700)))

    def create_large(self, store: Store, number: int) -> None:
        """Create a run with a value so large that it goes into a blob, and say so."""
        document = run_document(number, outputs={"gcode_text": f"({number})\n{_LARGE}"})
        del document["source"], document["attachments"]
        create(store, document, _BY)
        self.acknowledge("run", run_id(number))


def commits(job: Job) -> None:
    """Commit from two threads, now and then several at once."""
    with job.opened() as store:

        def lead(numbers: Iterator[int]) -> None:
            for number in numbers:
                job.commit(store, *([number] if number % 10 else [number * 1_000 + each for each in range(_GROUP)]))

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(lead, itertools.count(job.first + each, 2)) for each in range(2)]:
                done.result()


def rivals(job: Job) -> None:
    """Commit the same transactions as others do, in the same order."""
    with job.opened() as store:
        for number in job.numbers():
            job.commit(store, number)


def blobs(job: Job) -> None:
    """Put blobs, and nothing else, whose fsync would make them durable along the way."""
    with job.opened() as store:
        for number in job.numbers():
            job.put(store, number)


def large(job: Job) -> None:
    """Create runs with a value so large that it goes into a blob."""
    with job.opened() as store:
        for number in job.numbers():
            job.create_large(store, number)


def visits(job: Job) -> None:
    """Open, commit, and close, which saves the catalog."""
    for number in job.numbers():
        with job.opened() as store:
            job.commit(store, number)


def looks(job: Job) -> None:
    """Open and close: whatever others wrote is saved in the catalog by that."""
    while True:
        with job.opened() as store:
            store.snapshot()


def imports(job: Job) -> None:
    """Import small foreign stores."""
    log = job.out.with_suffix(".jsonl")
    with job.opened() as store:
        for number in job.numbers():
            names = [f"job_{number}_{each}" for each in range(IMPORTED)]
            log.write_text("".join(json.dumps({**_JOB, "run_id": name}) + "\n" for name in names))
            report = import_paths(store, [log], caller=_BY).value
            if report.imported + report.already_present != IMPORTED:
                raise AssertionError(f"{report} for {IMPORTED} runs")
            for name in names:
                job.acknowledge("import", name)


def dies(job: Job) -> None:
    """Commit, and die between a write and its fsync: the line stands there, but nobody made it durable."""
    left = [3 + job.first % 5]

    def before(_number: int, call: str, path: str) -> None:
        if call.startswith("f") and path.endswith(".jsonl"):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    Gate(job.store, before)
    rivals(job)


def bystander(job: Job) -> None:
    """Commit once, wait for the word (a file beside the acknowledgements), and try once more."""
    with job.opened() as store:
        job.commit(store, job.first)
        while not job.word.exists():
            time.sleep(0.001)  # another process's word is waited for
        job.commit(store, job.first + 1)


def _forget(folder: Path) -> None:
    """Let the kernel forget what it holds of the files below a folder, so that they are read from the medium."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def bereft(job: Job) -> None:
    """Commit a few runs, wait for the word, then try everything and say what came of it: ``told <act> <outcome>``."""
    store = job.opened()
    for number in range(5):
        job.commit(store, number)
    while not job.word.exists():
        time.sleep(0.001)  # another process's word is waited for
    acts: dict[str, Callable[[], object]] = {
        "commit": lambda: store.commit(draft(sealed(100))),
        "commit again": lambda: store.commit(draft(sealed(101))),
        "put_blob": lambda: store.put_blob(b"bytes"),
        "read": lambda: store.read_run(run_id(3)),
        "open": job.opened,
        "snapshot": lambda: f"{store.snapshot().run_count} runs",
    }
    _forget(job.store)
    for name, act in acts.items():
        try:
            outcome = f"done {act()}"
        except StoreError as error:
            outcome = f"refused {error.exit_code} {error.message}"
        except Exception as error:  # noqa: BLE001  whatever it is, the scenario judges it
            outcome = f"raised {error!r}"
        job.acknowledge("told", f"{name}: {outcome}")


WORKS: dict[str, Callable[[Job], Any]] = {
    each.__name__: each for each in (commits, rivals, blobs, large, visits, looks, imports, dies, bystander, bereft)
}

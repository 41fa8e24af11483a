"""What a store must look like after the power came back, with no manual step."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rmos_console.core.errors import RmosError
from rmos_console.core.store import open_store
from tests.faults.power_work import LIMITS
from tests.store.making import draft, independent_verify, sealed


@dataclass
class Acknowledged:
    """What the store has answered for, by kind; ``failed`` is what went wrong while the power was still there."""

    runs: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def count(self) -> int:
        """Return how many there are."""
        return len(self.runs) + len(self.imports) + len(self.blobs)

    def take(self, files: Iterable[Path], before: int) -> None:
        """Take in what was acknowledged before a moment of CLOCK_MONOTONIC, in ns."""
        kinds = {"run": self.runs, "import": self.imports, "blob": self.blobs}
        for file in files:
            for line in file.read_text().splitlines() if file.exists() else []:
                stamp, kind, name = line.split(" ", 2)
                if int(stamp) < before and kind == "failed":
                    self.failed.append(name)
                elif int(stamp) < before and kind in kinds:
                    kinds[kind].add(name)


@dataclass
class Return:
    """How a store came back: what is wrong with it, and how long opening and the first commit took, in seconds."""

    violations: list[str]
    seconds: float
    quarantined: int


def come_back(path: Path, acknowledged: Acknowledged, number: int) -> Return:
    """Open a store after a power cut, commit run ``number``, and look at everything in it."""
    began = time.perf_counter()
    violations = [f"failed before the power did: {failure}" for failure in acknowledged.failed]
    violations += _reopened(path, number)
    seconds = time.perf_counter() - began
    violations += _present(path, acknowledged)
    return Return(violations, seconds, sum(1 for _ in (path / "quarantine").iterdir()))


def _reopened(path: Path, number: int) -> Iterator[str]:
    try:
        with open_store(path, read_only=True) as store:
            if store.unread is not None:
                yield f"opening for reading finds damage: {store.unread.message}"
        with open_store(path, limits=LIMITS) as store:
            if store.read_only_reason is not None:
                yield f"the store is read-only: {store.read_only_reason}"
            store.commit(draft(sealed(number)))
    except RmosError as error:
        yield f"the next commit is refused: {error.message}"


def _present(path: Path, acknowledged: Acknowledged) -> Iterator[str]:
    try:
        events = independent_verify(path)[2]
    except (AssertionError, ValueError, KeyError, OSError) as error:
        yield f"the ledger does not verify: {error!r:.200}"
        return
    sealed_runs = [event["run"] for event in events if event["kind"] == "run.sealed"]
    runs = Counter(run["run_id"] for run in sealed_runs)
    imports = Counter(run["source"]["run_id"] for run in sealed_runs if run["source"].get("run_id"))
    yield from (f"{name} is there {count} times" for name, count in (runs + imports).items() if count > 1)
    yield from (f"{name} was acknowledged and is lost" for name in acknowledged.runs - runs.keys())
    yield from (f"import {name} was acknowledged and is lost" for name in acknowledged.imports - imports.keys())
    try:
        with open_store(path, read_only=True) as store:
            for finding in store.lines():
                if getattr(finding, "severity", "notice") != "notice":
                    yield f"false alarm, or damage: {finding}"
            for name in acknowledged.blobs:
                store.get_blob(name)
    except RmosError as error:
        yield f"acknowledged, and not to be read: {error.message}"

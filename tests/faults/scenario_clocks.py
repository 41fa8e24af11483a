"""The clock jumps, by seconds and by decades, forward and backward, before commits and while the lock is held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases.audit import audit
from tests.faults.catalog_check import differences
from tests.faults.witness import Witness
from tests.store.making import seal

CHECKOUT = Path(__file__).resolve().parents[2]
CATCHES: tuple[str, ...] = ()
"""None: no sabotage lets the store believe a clock. That the clock did jump is checked instead."""

SECONDS = 60.0


def library() -> Path | None:
    """Return the library that fakes the time, or None where it is not installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def run(folder: Path, sabotage: str | None = None) -> list[str]:
    """Work while the clock jumps, in an empty folder, and return every violation."""
    return list(_wrong(folder, sabotage))


def _wrong(folder: Path, sabotage: str | None) -> Iterator[str]:
    store, clock = folder / "store", folder / "clock"
    create_store(store)
    clock.write_text("+0\n")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    command = [sys.executable, "-m", "tests.faults.clock_worker", str(store), str(clock), sabotage or ""]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if done.returncode:
        yield f"the worker ended with {done.returncode}: {done.stderr[-500:]}"
        return
    told = json.loads(done.stdout)
    if len(told["years"]) < 4:
        yield f"the clock never jumped: {told['years']}"
    witness = Witness(store)
    yield from witness.read_on()
    yield from (f"{key} is lost" for key in told["acknowledged"] if key not in witness.keys)
    yield from differences(store)
    with open_store(store) as opened:  # the clock is right again, and most of what is there comes from the future
        seal(opened, 99)
        runs = sum(1 for key in witness.keys if key.startswith("run:")) + 1
        if opened.snapshot().run_count != runs:
            yield f"{opened.snapshot().run_count} runs are shown instead of {runs}"
    report = audit(store)
    if not report.ok:
        yield from (f"audit: {finding.message}" for finding in report.findings)
    if not any("Clock:" in finding.message and finding.severity == "warning" for finding in report.findings):
        yield "the audit does not mention the clock"

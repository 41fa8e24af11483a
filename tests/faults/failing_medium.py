"""A medium that fails under a store: blocks that cannot be written when they are synced, and a disk that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rmos_console.core.errors import DegradedError, RmosError
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases.doctor_reverify import reverify
from tests.faults.loop_device import Medium, medium
from tests.faults.power_check import Acknowledged, come_back
from tests.faults.power_server import Crew, crew
from tests.store.making import draft, sealed

CATCHES = ("fsync_retried", "failed_fsync_forgotten")
"""The ways to break a store that :func:`failed_sync` finds."""

_NEVER = 1 << 63
_WAIT_SECONDS = 20.0


def failed_sync(kind: str, sabotage: str | None = None) -> list[str]:
    """Let the sync of a line fail, once, on a medium that works again afterwards; return what is wrong then.

    The kernel tells of lost pages only once and forgets them: to ask again is to be told that all is well.
    """
    with medium(kind, solid=True) as found, crew(sabotage) as writers, TemporaryDirectory() as outside:
        return list(_Failure(found, writers, Path(outside)).story())


class _Failure:
    def __init__(self, found: Medium, writers: Crew, outside: Path) -> None:
        self._medium = found
        self._writers = writers
        self._outside = outside
        self._path = found.root / "store"
        create_store(self._path)

    def story(self) -> Iterator[str]:
        self._medium.remount()
        self._medium.trim()
        # One server serves one group at a time, so the one who meets the failure is in the bystander's group.
        pids = self._writers.start(self._order("bystander", 1), self._order("rivals", 100))
        _wait(lambda: len(self._told("bystander")) == 1 and len(self._told("rivals")) > 1)
        self._medium.starve()
        _wait(lambda: any(kind == "failed" for kind, _ in self._told("rivals")))
        self._medium.feed()
        (self._outside / "word").touch()
        _wait(lambda: len(self._told("bystander")) == 2)
        self._writers.end(pids, kill=True)
        yield from self._refused("rivals")
        yield from self._refused("bystander")
        yield from self._newcomer(5_000)
        self._medium.remount()
        yield from self._newcomer(6_000)
        yield from self._afterwards()

    def _order(self, work: str, first: int) -> dict[str, Any]:
        return {"work": work, "store": str(self._path), "out": str(self._outside / work), "first": first}

    def _told(self, work: str) -> list[tuple[str, str]]:
        return _told(self._outside / work)

    def _refused(self, work: str) -> Iterator[str]:
        last = self._told(work)[-1]
        if last[0] != "failed" or "DegradedError" not in last[1]:
            yield f"{work} was told {last}, not that the store is degraded"

    def _newcomer(self, number: int) -> Iterator[str]:
        """Try to write as a process that comes later; read what is there all the same."""
        with open_store(self._path) as store:
            try:
                store.commit(draft(sealed(number)))
                yield "a newcomer could write although a line was not made durable"
            except RmosError as error:
                if not isinstance(error, DegradedError):
                    yield f"a newcomer is told {error!r}"
                elif error.exit_code != 6 or "doctor --reverify" not in error.message:
                    yield f"the refusal does not name the way out: {error.message}"
            seen = {entry.run_id for entry in store.snapshot().runs()}
            yield from (f"{name} was acknowledged and is not shown" for name in self._acknowledged().runs - seen)

    def _acknowledged(self) -> Acknowledged:
        acknowledged = Acknowledged()
        acknowledged.take([self._outside / work for work in ("bystander", "rivals")], _NEVER)
        acknowledged.failed.clear()
        return acknowledged

    def _afterwards(self) -> Iterator[str]:
        """Take the note back, as a person would who had the disk looked at, and write on."""
        try:
            found = reverify(self._path, caller=Caller(by=Actor(kind="service", id="cli"), request_id=None))
        except RmosError as error:
            yield f"doctor --reverify fails: {error.message}"
            return
        yield from (f"doctor --reverify finds {finding}" for finding in found.findings)
        yield from come_back(self._path, self._acknowledged(), 7_000).violations


def gone_medium(kind: str) -> list[str]:
    """Take the whole disk away from under an open store, and plug it in again; return what is wrong."""
    with (
        medium("ext4") as outer,
        medium(kind, on=outer.root) as inner,
        crew() as writers,
        TemporaryDirectory() as outside,
    ):
        path, out = inner.root / "store", Path(outside) / "bereft"
        create_store(path)
        pids = writers.start({"work": "bereft", "store": str(path), "out": str(out), "first": 0})
        _wait(lambda: len(_told(out)) == 5)
        outer.cut()
        (out.parent / "word").touch()
        writers.end(pids, kill=False)
        told = [name for kind, name in _told(out) if kind != "run"]
        violations = [f"without a disk, {line}" for line in told if not _is_fair(line)]
        inner.plug_in(outer)
        acknowledged = Acknowledged()
        acknowledged.take([out], _NEVER)
        if len(acknowledged.runs) != 5 or len(told) != 6:
            violations.append(f"not everything was tried: {told}")
        return violations + come_back(path, acknowledged, 1_000).violations


def _is_fair(line: str) -> bool:
    """Tell whether that is an answer to give without a disk: refused with exit code 6 and a reason, or from memory."""
    act, outcome = line.split(": ", 1)
    return outcome == "done 5 runs" if act == "snapshot" else outcome.startswith("refused 6 ")


def _told(file: Path) -> list[tuple[str, str]]:
    lines = [line.split(" ", 2) for line in file.read_text().splitlines()] if file.exists() else []
    return [(kind, name) for _, kind, name in lines]


def _wait(until: Callable[[], bool]) -> None:
    """Wait for what the workers tell; what does not come is a violation that the checks name."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not until() and time.monotonic() < deadline:
        time.sleep(0.002)  # other processes' words are waited for

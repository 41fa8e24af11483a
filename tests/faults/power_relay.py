"""Power cuts in front of each system call of a story, and behind writers that died in front of each: nothing is left to
luck, so a gap in the order of writes and syncs shows the first time."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rmos_console.core.store import create_store, open_store
from tests.faults.loop_device import Medium, medium
from tests.faults.power_check import Acknowledged, come_back
from tests.faults.power_server import Crew, crew
from tests.faults.power_work import LIMITS
from tests.store.making import draft, sealed

CUTS_CATCH = ("no_fsync", "rename_without_fsync", "no_directory_fsync", "quarantine_cut_early")
"""The ways to break a store that power cuts in front of system calls find."""

RELAY_CATCHES = ("no_fsync", "rename_without_fsync", "catalog_ahead", "quarantine_cut_early")
"""The ways to break a store that power cuts behind dead writers find."""

SUCCESSORS = ("again", "visit")
"""What the process does that comes after the dead one: the same again, as a client that heard nothing, or look."""

_NEVER = 0
_TORN = b'{"prev":"' + b"0" * 700


class Steps:
    """A store in its initial state, again and again, on one medium."""

    def __init__(self, found: Medium, writers: Crew, outside: Path) -> None:
        self._medium = found
        self._writers = writers
        self._path = found.root / "store"
        self._pattern = outside / "pattern"
        self._out = outside / "acknowledged"
        self.torn = _pattern(self._pattern)

    def calls(self) -> int:
        """Return how many system calls the story takes; it runs to its end."""
        self.restart()
        self.run("story", "cut", _NEVER)
        last = self._out.read_text().splitlines()[-1].split(" ")
        if last[1] != "calls":
            raise AssertionError(f"the story did not end well: {' '.join(last[1:])}")
        return int(last[2])

    def restart(self) -> None:
        """Put the store back as it was, durably."""
        shutil.rmtree(self._path, ignore_errors=True)
        shutil.copytree(self._pattern, self._path)
        self._medium.remount()
        self._out.unlink(missing_ok=True)

    def run(self, plan: str, action: str, at: int) -> None:
        """Let a process do ``plan``, which dies or cuts the power before system call number ``at``."""
        order: dict[str, Any] = {
            "work": plan,
            "store": str(self._path),
            "out": str(self._out),
            "first": 0,
            "steps": {"action": action, "at": at},
        }
        self._writers.end(self._writers.start(order), kill=False)

    def power_off(self) -> None:
        """Cut the power now."""
        self._medium.cut()

    def back(self) -> Iterator[str]:
        """Yield what is wrong with the store once the power is back."""
        self._medium.remount()
        acknowledged = Acknowledged()
        acknowledged.take([self._out], 1 << 63)
        yield from come_back(self._path, acknowledged, 1_000).violations
        if not (self._path / "quarantine" / self.torn).exists():
            yield "torn bytes are neither in the ledger nor in quarantine"


def _pattern(path: Path) -> str:
    """Make a store with a line in it and a torn tail; return the name that quarantine will have for that."""
    create_store(path)
    with open_store(path, limits=LIMITS) as store:
        store.commit(draft(sealed(999)))
    ledger = path / "ledger/000001.jsonl"
    size = ledger.stat().st_size
    with ledger.open("ab") as file:
        file.write(_TORN)
    return f"000001-{size}-{hashlib.sha256(_TORN).hexdigest()}"


def cut_at_each_step(kind: str, every: int = 1, sabotage: str | None = None) -> tuple[list[str], int]:
    """Cut the power in front of each ``every``-th system call of the story; return violations and the cuts made."""
    with medium(kind) as found, crew(sabotage) as writers, TemporaryDirectory() as outside:
        steps = Steps(found, writers, Path(outside))
        violations: list[str] = []
        numbers = range(1, steps.calls() + 1, every)
        for number in numbers:
            steps.restart()
            steps.run("story", "cut", number)
            violations += [f"power cut at call {number}: {violation}" for violation in steps.back()]
    return violations, len(numbers)


def cut_behind_the_dead(kind: str, every: int = 1, sabotage: str | None = None) -> tuple[list[str], int]:
    """Let a writer die in front of each ``every``-th system call of the story and another one come after it; then cut
    the power. Return violations and the cuts made."""
    with medium(kind) as found, crew(sabotage) as writers, TemporaryDirectory() as outside:
        steps = Steps(found, writers, Path(outside))
        violations: list[str] = []
        tried = [(number, plan) for number in range(1, steps.calls() + 1, every) for plan in SUCCESSORS]
        for number, plan in tried:
            steps.restart()
            steps.run("story", "die", number)
            steps.run(plan, "die", _NEVER)
            steps.power_off()
            violations += [f"death at call {number}, then {plan}: {violation}" for violation in steps.back()]
    return violations, len(tried)

"""Power cuts at any moment, while several processes write: a scenario of the fault suite."""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rmos_console.core.store import create_store
from tests.faults.loop_device import LOG_FLUSH, NO_LOG_FLUSH, Medium, medium, sync
from tests.faults.power_check import Acknowledged, come_back
from tests.faults.power_server import Crew, crew

CATCHES = ("no_fsync", "rename_without_fsync", "no_directory_fsync", "catalog_ahead", "quarantine_cut_early")
"""The ways to break a store that this scenario finds."""

ROUNDS: dict[str, tuple[str, ...]] = {
    "commits": ("commits", "commits", "commits"),
    "blobs": ("blobs",),
    "torn": ("visits", "visits"),
    "dies": ("dies", "looks", "looks"),
    "mixed": ("commits", "visits", "blobs", "imports"),
    "rivals": ("rivals", "rivals", "looks"),
    "imports": ("imports", "large"),
}
"""Who writes at the same time; a round of each kind follows the other."""

_ROUNDS_PER_STORE = 21
_LONGEST_SECONDS = 0.05
_AT_WORK = 0.8
_START_SECONDS = 10.0


@dataclass
class Cuts:
    """What was done, for the record."""

    cuts: int = 0
    acknowledged: int = 0
    torn_by_hand: int = 0
    quarantined: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.cuts:,} power cuts, {self.acknowledged:,} acknowledged before them, {self.quarantined:,} torn "
            f"tails mended ({self.torn_by_hand:,} made by hand), slowest return {self.slowest:.2f} s"
        )


def power_cuts(kind: str, count: int, seed: int, sabotage: str | None = None) -> tuple[list[str], Cuts]:
    """Cut the power ``count`` times; return what is wrong afterwards (the first cut with a violation is the last)."""
    done = Cuts()
    moments = random.Random(seed)  # noqa: S311  moments of power cuts, nothing secret
    with medium(kind) as found, crew(sabotage) as writers, TemporaryDirectory() as outside:
        violations: list[str] = []
        while done.cuts < count and not violations:
            rounds = _Store(found, writers, Path(outside), moments, done).rounds()
            for _, violations in zip(range(min(_ROUNDS_PER_STORE, count - done.cuts)), rounds, strict=False):
                if violations:
                    break
    return violations, done


class _Store:
    """One store, and the power cuts it goes through."""

    def __init__(self, found: Medium, writers: Crew, outside: Path, moments: random.Random, done: Cuts) -> None:
        self._medium = found
        self._writers = writers
        self._outside = outside
        self._moments = moments
        self._done = done
        self._acknowledged = Acknowledged()
        self._path = found.root / "store"
        shutil.rmtree(self._path, ignore_errors=True)
        create_store(self._path)

    def rounds(self) -> Iterator[list[str]]:
        """Yield the violations after each cut."""
        before = quarantined = 0
        for number in range(1, 1_000):
            name = list(ROUNDS)[number % len(ROUNDS)]
            torn = self._tear() if name == "torn" else None
            self._round(name, number * 1_000_000)
            back = come_back(self._path, self._acknowledged, number)
            if torn is not None and not (self._path / "quarantine" / torn).exists():
                back.violations.append(f"torn bytes are neither in the ledger nor in quarantine: {torn}")
            self._done.cuts += 1
            self._done.acknowledged += self._acknowledged.count() - before
            self._done.quarantined += back.quarantined - quarantined
            quarantined = back.quarantined
            self._done.slowest = max(self._done.slowest, back.seconds)
            before = self._acknowledged.count()
            yield [f"cut {self._done.cuts} ({name}): {violation}" for violation in back.violations]

    def _tear(self) -> str:
        """Leave half a line at the end of the ledger, and return the name that quarantine will have for it."""
        last = max((self._path / "ledger").iterdir())
        size = last.stat().st_size
        torn = b'{"prev":"' + self._moments.randbytes(20).hex().encode() * self._moments.randrange(1, 50)
        with last.open("ab") as file:
            file.write(torn)
        self._done.torn_by_hand += 1
        return f"{last.stem}-{size}-{hashlib.sha256(torn).hexdigest()}"

    def _round(self, name: str, first: int) -> None:
        sync(self._path)
        files = [self._outside / str(place) for place, _ in enumerate(ROUNDS[name])]
        orders = [
            {
                "work": work,
                "store": str(self._path),
                "out": str(file),
                "first": first if name == "rivals" else first + place * 100_000,
            }
            for place, (work, file) in enumerate(zip(ROUNDS[name], files, strict=True))
        ]
        for file in files:
            file.unlink(missing_ok=True)
        pids = self._writers.start(*orders)
        if self._moments.random() < _AT_WORK:
            self._wait_for_work(files)
        time.sleep(self._moments.uniform(0, _LONGEST_SECONDS))  # the moment of the cut is the experiment
        moment = self._medium.cut(LOG_FLUSH if self._moments.random() < 0.2 else NO_LOG_FLUSH)
        self._writers.end(pids, kill=True)
        self._acknowledged.take(files, moment)
        self._medium.remount()

    def _wait_for_work(self, files: Sequence[Path]) -> None:
        """Wait until something is acknowledged; the other cuts also meet writers that only just open the store."""
        deadline = time.monotonic() + _START_SECONDS
        while not any(file.exists() and file.stat().st_size for file in files) and time.monotonic() < deadline:
            time.sleep(0.001)  # the writers' own progress is waited for

"""Writers of all kinds are killed on stores they share; what they acknowledged must be there, once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
CATCHES = (
    "no_lock",
    "lockf_stray_close",
    "no_tail_repair",
    "recovery_only_at_open",
    "judged_against_old_head",
    "preconditions_outside_lock",
    "quarantine_cut_early",
)
SERVERS = 2
SLOWEST_MS = 1000.0
"""Within this time a store must have been opened and have taken a commit, whatever was killed before."""


class Told(NamedTuple):
    """What came of it, counted."""

    kills: int
    acknowledged: int
    torn: int
    stores: int
    lines: int
    seconds: float
    slowest_ms: float

    def words(self) -> str:
        """Return the counts in a sentence."""
        return (
            f"{self.kills:,} kills in {self.seconds:,.0f} s, {self.acknowledged:,} acknowledgements, {self.torn:,} "
            f"torn tails, {self.stores:,} stores of {self.lines:,} lines in all judged whole, slowest recovery "
            f"{self.slowest_ms:.0f} ms"
        )


def run(folder: Path, sabotage: str | None = None, *, kills: int, seed: int) -> list[str]:
    """Kill writers in an empty folder and return every violation."""
    return kill(folder, sabotage, kills=kills, seed=seed)[0]


def kill(folder: Path, sabotage: str | None = None, *, kills: int, seed: int) -> tuple[list[str], Told]:
    """Have fork servers kill writers, and return what is wrong, and the counts; see tests/faults/kill_server.py."""
    servers = []
    for number in range(SERVERS):
        home = folder / f"server-{number}"
        home.mkdir(parents=True)
        arguments = [str(home), str(seed + number), str(-(-kills // SERVERS)), sabotage or ""]
        command = [sys.executable, "-m", "tests.faults.kill_server", *arguments]
        servers.append(subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True))
    told = [server.communicate()[0] for server in servers]
    if any(server.returncode for server in servers):  # no finding about the store, whatever was sabotaged
        raise RuntimeError(f"a fork server failed; they ended with {[server.returncode for server in servers]}")
    results = [json.loads(text) for text in told]
    violations = [wrong for result in results for wrong in result["violations"]]
    names = ("kills", "acknowledged", "torn", "stores", "lines")
    sums = [sum(result[name] for result in results) for name in names]
    longest = [max((result[name] for result in results), default=0.0) for name in ("seconds", "slowest_ms")]
    counts = Told(*sums, *longest)
    if counts.slowest_ms > SLOWEST_MS:
        violations.append(f"opening and the first commit after a death took {counts.slowest_ms} ms")
    return violations, counts

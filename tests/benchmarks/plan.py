"""How much is measured: enough for figures that repeat, or just enough to see that the measuring works."""

from __future__ import annotations

from typing import NamedTuple


class Plan(NamedTuple):
    """Counts of repetitions. ``slow_`` ones are for rivals that take a second each."""

    rounds: int = 3
    writes: int = 300
    slow_writes: int = 3
    threaded: int = 8_000
    per_process: int = 250
    imported: int = 10_000
    reads: int = 60
    slow_reads: int = 3
    openings: int = 5
    window_steps: int = 120
    diff_lines: int = 100_000


SMOKE = Plan(
    rounds=1,
    writes=4,
    slow_writes=2,
    threaded=64,
    per_process=3,
    imported=40,
    reads=4,
    slow_reads=1,
    openings=1,
    window_steps=5,
    diff_lines=2_000,
)
"""For the tests of the measuring itself."""

"""How long it takes to find the run to compare with, among 100,000."""

from __future__ import annotations

import random
import time
from typing import NamedTuple

import pytest

from rmos_console.core.explain.contrast import SHORTLIST, Greens, nearest

RUNS = 100_000
WITHIN_MS = 50
SLACK = 4
"""Machines that test are slower and busier than the one the figure was asked for."""


class Entry(NamedTuple):
    """What the store keeps of a run in memory, as far as the search looks at it."""

    run_id: str
    mode: str
    tool_id: str
    created_at_utc: str


def entries(tools: int) -> list[Entry]:
    chance = random.Random(5)  # noqa: S311  the same seed must give the same runs; nothing is kept secret with it
    names = [f"T{number}" for number in range(tools)]
    return [
        Entry(f"run_{number:012x}", "router", chance.choice(names), f"2026-01-{1 + number % 28:02}T10:00:00Z")
        for number in range(RUNS)
    ]


@pytest.mark.benchmark
@pytest.mark.parametrize("tools", [1, 20, 2000])
def test_the_shortlist_of_one_run_among_100_000(tools: int) -> None:
    known = entries(tools)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        found = Greens(known).shortlist(known[7])
        took.append((time.perf_counter() - started) * 1000)
    print(f"shortlist among {RUNS:,} runs of {tools} tools: {min(took):.1f} ms")  # noqa: T201  the figure is the point
    assert len(found) == SHORTLIST
    assert min(took) < WITHIN_MS * SLACK


@pytest.mark.benchmark
def test_the_nearest_of_a_shortlist() -> None:
    chance = random.Random(6)  # noqa: S311  as above
    runs = {
        f"run_{number}": {
            "tool_id": "T1",
            "decision": {"risk_level": "GREEN"},
            "request_summary": {f"p{field}": chance.uniform(0, 50) for field in range(25)},
        }
        for number in range(SHORTLIST)
    }
    took = []
    for _ in range(5):
        started = time.perf_counter()
        chosen = nearest({"run_id": "run_me", **runs["run_7"]}, runs)
        took.append((time.perf_counter() - started) * 1000)
    print(f"nearest of {SHORTLIST}: {min(took):.1f} ms")  # noqa: T201  the figure is the point
    assert chosen == "run_7"
    assert min(took) < WITHIN_MS * SLACK

"""One order of all commits explains every answer that anybody got, in real time; broken stores are noticed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.history_check import kinds_of, read_logs
from tests.faults.scenario_history import CATCHES, Shape, scenario
from tests.faults.tiers import Counts


def new_seed() -> int:
    return random.randrange(1 << 32)  # noqa: S311  a plan of operations, nothing secret


def told(violations: list[str], seed: int) -> str:
    return "\n".join([f"{len(violations)} violations, seed {seed}:", *violations[:10]])


def holds(folder: Path, shape: Shape) -> str:
    """Assert that a history of this shape has no violation; return what happened in it."""
    seed = new_seed()
    violations = scenario(folder, seed, shape=shape)
    assert not violations, told(violations, seed)
    counts = kinds_of(read_logs(folder / "logs"))
    assert min(counts[outcome] for outcome in ("committed", "idle", "read", "refused", "repeated")) > 5, counts
    segments = len(list((folder / "store" / "ledger").iterdir()))
    told_counts = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
    return (
        f"{sum(counts.values()):,} operations of {shape.processes} processes x {shape.threads} threads "
        f"in {segments} segments: {told_counts}"
    )


def test_every_answer_follows_from_one_order(tmp_path: Path, tally: Callable[[str], None]) -> None:
    tally(holds(tmp_path, Shape(processes=4, operations=1_400)))


def test_a_history_with_killed_processes_is_explained_too(tmp_path: Path, tally: Callable[[str], None]) -> None:
    tally(holds(tmp_path, Shape(threads=2, operations=400, killed=1)))


@pytest.mark.parametrize("sabotage", CATCHES)
def test_a_broken_store_does_not_pass(tmp_path: Path, sabotage: str) -> None:
    seed = new_seed()
    assert scenario(tmp_path, seed, sabotage), f"seed {seed}"


@pytest.mark.faults_full
@pytest.mark.timeout(7200)
def test_every_answer_follows_from_one_order_in_the_long_run(
    tmp_path: Path, asked: Counts, tally: Callable[[str], None]
) -> None:
    tally(holds(tmp_path, Shape(processes=8, operations=asked.operations, runs=4_000)))


@pytest.mark.faults_full
@pytest.mark.timeout(7200)
def test_long_histories_with_killed_processes_and_many_segments(
    tmp_path: Path, asked: Counts, tally: Callable[[str], None]
) -> None:
    tally(holds(tmp_path, Shape(processes=8, operations=asked.operations // 5, runs=100, killed=4)))

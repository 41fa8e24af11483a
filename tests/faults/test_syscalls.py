"""Each system call of a writer may fail or be its last: nothing is lost, nothing hides, and the next one goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenario_syscalls import FAULT_CATCHES, ORDER_CATCHES, chosen, fail, ledger_syncs, missing, order

QUICK = 40


@pytest.fixture(autouse=True)
def _strace() -> None:
    if why := missing():
        pytest.skip(why)


def test_nothing_rests_on_what_is_not_durable(tmp_path: Path) -> None:
    assert order(tmp_path / "order") == []


@pytest.mark.parametrize("sabotage", ORDER_CATCHES)
def test_the_order_of_calls_tells_a_store_that_is_broken(tmp_path: Path, sabotage: str) -> None:
    assert order(tmp_path / "order", sabotage)


def test_any_system_call_may_fail(tmp_path: Path, tally: Callable[[str], None]) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  a sample, nothing secret
    faults = chosen(tmp_path / "count", QUICK, seed)
    violations = fail(tmp_path / "fail", faults)
    tally(f"{len(faults)} faults of {len({fault[:2] for fault in faults})} kinds (seed {seed})")
    assert violations == [], f"seed {seed}"


@pytest.mark.faults_full
@pytest.mark.timeout(0)
def test_every_system_call_may_fail(tmp_path: Path, tally: Callable[[str], None]) -> None:
    faults = chosen(tmp_path / "count", None, 0)
    violations = fail(tmp_path / "fail", faults)
    tally(f"{len(faults):,} faults of {len({fault[:2] for fault in faults})} kinds")
    assert violations == []


@pytest.mark.parametrize("sabotage", FAULT_CATCHES)
def test_faults_tell_a_store_that_is_broken(tmp_path: Path, sabotage: str) -> None:
    assert fail(tmp_path / "fail", ledger_syncs(tmp_path / "count", 3), sabotage)

"""Writers die by SIGKILL at any moment: what they acknowledged is there once, and nobody has to mend anything."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenario_kills import CATCHES, kill, run
from tests.faults.tiers import Counts

QUICK = 150
QUICK_CATCHES = ("judged_against_old_head", "no_tail_repair")


def check(folder: Path, kills: int, tally: Callable[[str], None]) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  moments of death, nothing secret
    violations, counts = kill(folder, kills=kills, seed=seed)
    tally(f"{counts.words()} (seed {seed})")
    assert violations == [], f"seed {seed}: {violations}"
    assert counts.kills >= kills
    assert counts.acknowledged, "nobody lived long enough to acknowledge anything"  # how many is the machine's affair


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path, tally: Callable[[str], None]) -> None:
    check(tmp_path, QUICK, tally)


@pytest.mark.faults_full
@pytest.mark.timeout(0)
def test_many_killed_writers_lose_nothing(tmp_path: Path, asked: Counts, tally: Callable[[str], None]) -> None:
    check(tmp_path, asked.kills, tally)


@pytest.mark.parametrize("sabotage", QUICK_CATCHES)
def test_kills_soon_find_a_store_that_is_broken(tmp_path: Path, sabotage: str) -> None:
    assert run(tmp_path, sabotage, kills=600, seed=1)


@pytest.mark.faults_full
@pytest.mark.parametrize("sabotage", [name for name in CATCHES if name not in QUICK_CATCHES])
def test_kills_find_a_store_that_is_broken(tmp_path: Path, sabotage: str) -> None:
    assert run(tmp_path, sabotage, kills=1500, seed=1)

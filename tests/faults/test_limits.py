"""Within too small limits a store refuses, says why, and is whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenario_limits import CATCHES, chosen, limited, run

QUICK = 4


def test_some_limits(tmp_path: Path, tally: Callable[[str], None]) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  a sample, nothing secret
    limits = chosen(QUICK, seed)
    tally(f"{len(limits)} limits (seed {seed})")
    assert limited(tmp_path / "limits", limits) == [], f"seed {seed}"


@pytest.mark.faults_full
@pytest.mark.timeout(0)
def test_every_limit(tmp_path: Path, tally: Callable[[str], None]) -> None:
    limits = chosen(None, 0)
    tally(f"{len(limits):,} limits")
    assert limited(tmp_path / "limits", limits) == []


@pytest.mark.parametrize("sabotage", CATCHES)
def test_limits_tell_a_store_that_is_broken(tmp_path: Path, sabotage: str) -> None:
    assert run(tmp_path / "limits", sabotage, most=1)

"""Ids are write-once, whoever races for them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenario_ids import CATCHES, scenario


def race(folder: Path, processes: int, races: int, sabotage: str | None = None) -> tuple[list[str], str]:
    """Return the violations and a sentence about who won."""
    seed = random.randrange(1 << 32)  # noqa: S311  an order, nothing secret
    violations = scenario(folder, seed, sabotage, processes=processes, races=races)
    logs = [folder / f"{number}.json" for number in range(processes)]
    wins = [list(json.loads(log.read_text()).values()).count("won") for log in logs if log.exists()]
    return violations[:10], f"{races:,} races of {processes} processes, won {' + '.join(map(str, wins))} (seed {seed})"


def test_an_id_is_won_once(tmp_path: Path, tally: Callable[[str], None]) -> None:
    violations, told = race(tmp_path, 3, 600)
    assert not violations, told
    tally(told)


@pytest.mark.faults_full
@pytest.mark.timeout(3600)
def test_an_id_is_won_once_in_ten_thousand_races(tmp_path: Path, tally: Callable[[str], None]) -> None:
    violations, told = race(tmp_path, 6, 10_000)
    assert not violations, told
    tally(told)


@pytest.mark.parametrize("sabotage", CATCHES)
def test_a_broken_store_does_not_pass(tmp_path: Path, sabotage: str) -> None:
    violations, told = race(tmp_path, 3, 150, sabotage)
    assert violations, told

"""Nothing acknowledged is lost when the power fails, on ext4 and xfs, and nobody needs to repair anything."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults.loop_device import FILE_SYSTEMS, missing
from tests.faults.power_cuts import CATCHES, ROUNDS, power_cuts
from tests.faults.tiers import Counts

pytestmark = [pytest.mark.tier("c"), pytest.mark.parametrize("kind", FILE_SYSTEMS)]


@pytest.fixture(autouse=True)
def needed(kind: str) -> None:
    reason = missing(kind)
    if reason is not None:
        pytest.skip(reason)


def held(kind: str, count: int, tally: Callable[[str], None]) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311  moments of power cuts, nothing secret
    violations, done = power_cuts(kind, count, seed)
    assert not violations, "\n".join([f"seed {seed}, {done}:", *violations[:20]])
    assert done.cuts == count
    assert done.acknowledged > count
    tally(f"{kind}: {done}, 0 lost")


def test_what_was_acknowledged_before_a_power_cut_is_there_afterwards(kind: str, tally: Callable[[str], None]) -> None:
    held(kind, len(ROUNDS), tally)


@pytest.mark.faults_full
@pytest.mark.timeout(7200)
def test_many_power_cuts_lose_nothing(kind: str, asked: Counts, tally: Callable[[str], None]) -> None:
    held(kind, asked.power_cuts, tally)


@pytest.mark.faults_full
@pytest.mark.parametrize("sabotage", CATCHES)
def test_power_cuts_show_what_is_broken(
    kind: str, sabotage: str, tally: Callable[[str], None], expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed", always=False)
    seed = random.randrange(1 << 32)  # noqa: S311  moments of power cuts, nothing secret
    violations, done = power_cuts(kind, 400, seed, sabotage)
    assert violations, f"seed {seed}: {done} with {sabotage}, and nothing was noticed"
    tally(f"{sabotage} on {kind}: noticed at power cut {done.cuts} (seed {seed}): {violations[0]:.140}")

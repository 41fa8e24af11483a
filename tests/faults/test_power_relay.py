"""Power cuts without luck: in front of each system call of a writer, and behind a writer that died there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.loop_device import FILE_SYSTEMS, missing
from tests.faults.power_relay import CUTS_CATCH, RELAY_CATCHES, cut_at_each_step, cut_behind_the_dead

pytestmark = [pytest.mark.tier("c"), pytest.mark.parametrize("kind", FILE_SYSTEMS)]

QUICK = 48
"""Every how many system calls the quick suite tries."""


@pytest.fixture(autouse=True)
def needed(kind: str) -> None:
    reason = missing(kind)
    if reason is not None:
        pytest.skip(reason)


def test_a_cut_at_some_system_calls_loses_nothing(kind: str) -> None:
    violations, cuts = cut_at_each_step(kind, QUICK)
    assert not violations, "\n".join(violations)
    assert cuts > 1


def test_a_cut_behind_some_dead_writers_loses_nothing(kind: str) -> None:
    violations, cuts = cut_behind_the_dead(kind, QUICK)
    assert not violations, "\n".join(violations)
    assert cuts > 3


@pytest.mark.faults_full
@pytest.mark.timeout(1800)
def test_a_cut_at_any_system_call_loses_nothing(kind: str, tally: Callable[[str], None]) -> None:
    violations, cuts = cut_at_each_step(kind)
    assert not violations, "\n".join(violations)
    tally(f"{kind}: {cuts} power cuts, one in front of each system call, 0 lost")


@pytest.mark.faults_full
@pytest.mark.timeout(1800)
def test_a_cut_behind_any_dead_writer_loses_nothing(kind: str, tally: Callable[[str], None]) -> None:
    violations, cuts = cut_behind_the_dead(kind)
    assert not violations, "\n".join(violations)
    tally(f"{kind}: {cuts} power cuts behind writers that died in front of each system call, 0 lost")


@pytest.mark.faults_full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("sabotage", CUTS_CATCH)
def test_cuts_at_system_calls_show_what_is_broken(
    kind: str, sabotage: str, tally: Callable[[str], None], expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed", always=False)
    violations, cuts = cut_at_each_step(kind, sabotage=sabotage)
    assert violations, f"{cuts} power cuts with {sabotage}, and nothing was noticed"
    tally(f"{sabotage} on {kind}: {len(violations)} violations in {cuts} power cuts: {violations[0]:.140}")


@pytest.mark.faults_full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("sabotage", RELAY_CATCHES)
def test_cuts_behind_dead_writers_show_what_is_broken(
    kind: str, sabotage: str, tally: Callable[[str], None], expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed", always=False)
    violations, cuts = cut_behind_the_dead(kind, sabotage=sabotage)
    assert violations, f"{cuts} power cuts with {sabotage}, and nothing was noticed"
    tally(f"{sabotage} on {kind}: {len(violations)} violations in {cuts} power cuts: {violations[0]:.140}")

"""A failing medium: no answer rests on a sync that failed, everybody is told, and there is a way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.failing_medium import CATCHES, failed_sync, gone_medium
from tests.faults.loop_device import FILE_SYSTEMS, missing

pytestmark = [pytest.mark.tier("c"), pytest.mark.parametrize("kind", FILE_SYSTEMS)]


@pytest.fixture(autouse=True)
def needed(kind: str) -> None:
    reason = missing(kind)
    if reason is not None:
        pytest.skip(reason)


def test_a_sync_that_fails_once_keeps_everybody_from_writing_until_all_was_read_anew(kind: str) -> None:
    assert failed_sync(kind) == []


def test_a_disk_that_is_gone_is_told_and_nothing_acknowledged_is_lost_with_it(kind: str) -> None:
    assert gone_medium(kind) == []


@pytest.mark.faults_full
@pytest.mark.parametrize("sabotage", CATCHES)
def test_a_failed_sync_shows_what_is_broken(kind: str, sabotage: str, expected_logs: Callable[..., object]) -> None:
    expected_logs("swallowed", always=False)
    assert failed_sync(kind, sabotage), f"nothing was noticed with {sabotage}"

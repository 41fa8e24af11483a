"""The long runs of what people may do: the state machine, and decisions about screens that are out of date."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from rmos_console.core.store import Store
from tests.unit.review.machine import ReviewMachine
from tests.unit.usecases.conftest import store, store_path  # noqa: F401  the store of each test
from tests.unit.usecases.stale import interleave

pytestmark = pytest.mark.faults_full

STEPS = 100_000
INTERLEAVINGS = 10_000


def test_a_hundred_thousand_steps_follow_the_model() -> None:
    long = settings(
        max_examples=500, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    before = ReviewMachine.steps
    while ReviewMachine.steps - before < STEPS:
        run_state_machine_as_test(ReviewMachine, settings=long)


def test_no_decision_about_a_screen_out_of_date_is_accepted(store: Store) -> None:  # noqa: F811  the fixture above
    told = interleave(store, seed=20_261_122, rounds=INTERLEAVINGS)
    assert told.stale > INTERLEAVINGS / 3
    assert told.accepted > INTERLEAVINGS / 10

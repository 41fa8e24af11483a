"""The state machine under random steps; the long run is the same machine, behind the door of the long suite."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.review.machine import ReviewMachine


def test_random_steps_follow_the_model() -> None:
    before = ReviewMachine.steps
    run_state_machine_as_test(ReviewMachine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None))
    assert ReviewMachine.steps - before > 400

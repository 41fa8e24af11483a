"""Every use case, in any order, against a twin in memory: what the store shows is what the twin holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from rmos_console.core.identity import keys, recovery
from tests.unit.usecases.twin_reading import Reading
from tests.unit.usecases.twin_world import World


@pytest.fixture
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys at no cost: 0.1 s for each try of a passphrase is a wall against guessing, not a rule."""
    for module in (keys, recovery):
        real = module.derive
        monkeypatch.setattr(module, "derive", lambda text, salt, _cost, real=real: real(text, salt, 2))


def drive(examples: int, steps: int) -> None:
    World.steps.clear()
    run_state_machine_as_test(
        Reading,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.usefixtures("cheap_keys")
def test_the_store_does_what_its_twin_does(expected_logs: Callable[..., Any]) -> None:
    expected_logs("swallowed", always=False)
    drive(15, 30)
    print(World.steps)  # noqa: T201

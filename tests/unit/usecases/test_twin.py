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


MUST_HAPPEN = {
    "another process",
    "approved",
    "approved refused",
    "attach",
    "attach refused",
    "attach unresolved",
    "audit",
    "audit of a bundle",
    "checkpoint",
    "compare CRITICAL",
    "create",
    "create idle",
    "create refused",
    "enrol",
    "enrol refused",
    "explain ",
    "explain None",
    "explain Other",
    "explain idle",
    "export patch",
    "export v2",
    "file",
    "filtered",
    "import conflicts",
    "import imported",
    "meta",
    "policy",
    "policy refused",
    "recover",
    "recover refused",
    "rejected",
    "rekey",
    "reopen cut",
    "reopen deleted",
    "revoke",
    "revoke from the beginning",
    "revoke refused",
    "text",
    "withdrawn",
    "withdrawn refused",
}
"""What a long run that says something must have seen."""


def drive(examples: int, steps: int) -> dict[str, int]:
    """Play random walks, and return how often each step came to what."""
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
    return dict(World.steps)


@pytest.mark.usefixtures("cheap_keys")
def test_the_store_does_what_its_twin_does(expected_logs: Callable[..., Any]) -> None:
    expected_logs("swallowed", always=False)  # engines that fail, catalogs that were spoiled
    steps = drive(12, 30)
    assert sum(steps.values()) > 100, steps


@pytest.mark.faults_full
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("cheap_keys")
def test_the_store_does_what_its_twin_does_for_long(expected_logs: Callable[..., Any]) -> None:
    expected_logs("swallowed", always=False)
    steps = drive(250, 50)
    assert steps.keys() >= MUST_HAPPEN, MUST_HAPPEN - steps.keys()

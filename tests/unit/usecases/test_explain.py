"""PENDING before, READY or ERROR always after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core.errors import CancelledError, NotFoundError
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.ids import new_id
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import audit, browse, explain
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.conftest import RED

Make = Callable[..., RunArtifact]
Expect = Callable[..., object]


class Failing:
    """An engine that raises."""

    id = "failing"
    version = "1"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def explain(self, source: EngineInput) -> Explanation:
        del source
        raise self.error


class Watching(OfflineEngine):
    """The offline engine, with something that happens while it thinks."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def explain(self, source: EngineInput) -> Explanation:
        self.meanwhile()
        return super().explain(source)


def test_a_run_is_explained_once(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED, status="BLOCKED")
    first = explain.explain(store, run.run_id, caller=caller).value
    assert (first.explanation_status, first.review_state) == ("READY", "NEEDS_REVIEW")
    assert first.explanation_summary
    head = store.snapshot().head
    again = explain.explain(store, run.run_id, caller=caller).value
    assert store.snapshot().head == head
    assert again == first
    shown = browse.advisory(store, first.advisory_inputs[0].advisory_id)
    assert shown.asset.request_id == first.advisory_inputs[0].request_id == "req-tests"
    assert shown.asset.based_on is not None
    assert shown.asset.based_on.run_sha256 == run.run_sha256
    assert shown.text.startswith(shown.asset.headline or "?")


def test_the_contrast_is_the_nearest_green_run_and_pinned(store: Store, make_run: Make, caller: Caller) -> None:
    green = make_run(request_summary={"tool_d": 6.0, "stepdown": 2.5})
    make_run(request_summary={"tool_d": 60.0, "stepdown": 25.0})
    make_run(mode="saw")
    run = make_run(RED, request_summary={"tool_d": 3.0, "stepdown": 2.5})
    after = explain.explain(store, run.run_id, caller=caller).value
    based_on = browse.advisory(store, after.advisory_inputs[0].advisory_id).asset.based_on
    assert based_on is not None
    assert (based_on.contrast_run_id, based_on.contrast_run_sha256) == (green.run_id, green.run_sha256)


def test_force_supersedes(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    explain.explain(store, run.run_id, caller=caller)
    after = explain.explain(store, run.run_id, force=True, caller=caller).value
    assert [ref.review_state for ref in after.advisory_inputs] == ["SUPERSEDED", "NEEDS_REVIEW"]
    assert after.review_state == "NEEDS_REVIEW"


@pytest.mark.parametrize("error", [RuntimeError("/home/secret/path"), ValueError("x"), NotFoundError("No model.")])
def test_an_engine_that_raises_ends_in_error_with_a_reason(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect, error: Exception
) -> None:
    expected_logs("swallowed")
    run = make_run(RED)
    after = explain.explain(store, run.run_id, caller=caller, engine=Failing(error)).value
    assert after.explanation_status == "ERROR"
    assert after.explanation_error
    assert "/home" not in after.explanation_error
    assert "Traceback" not in after.explanation_error
    assert explain.explain(store, run.run_id, caller=caller).value.explanation_status == "READY"


def test_a_failed_force_leaves_the_earlier_text_in_force(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run = make_run()
    explain.explain(store, run.run_id, caller=caller)
    after = explain.explain(store, run.run_id, force=True, caller=caller, engine=Failing(ValueError("x"))).value
    assert after.review_state == "AUTO_APPROVED"
    assert after.explanation_summary


def test_a_second_caller_meanwhile_gets_the_run_as_pending(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    seen: list[str] = []

    def meanwhile() -> None:
        seen.append(explain.explain(store, run.run_id, caller=caller).value.explanation_status)

    after = explain.explain(store, run.run_id, caller=caller, engine=Watching(meanwhile)).value
    assert seen == ["PENDING"]
    assert after.explanation_status == "READY"
    assert len(after.advisory_inputs) == 1


def test_a_late_answer_is_dropped(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)

    def meanwhile() -> None:
        ((run_id, attempt),) = store.snapshot().open_attempts()
        commit(store, caller, lambda _view: [events.explanation_failed(run_id, attempt.attempt, reason="cancelled")])

    after = explain.explain(store, run.run_id, caller=caller, engine=Watching(meanwhile)).value
    assert (after.explanation_status, after.explanation_error) == ("ERROR", "cancelled")
    assert after.advisory_inputs == ()


def open_overdue(store: Store, run: RunArtifact, caller: Caller) -> None:
    """Leave an attempt as a killed process leaves it."""
    event = events.explanation_pending(
        run.run_id,
        new_id("att"),
        key="0" * 64,
        engine_id="offline",
        engine_version="1",
        deadline_utc="2026-01-01T00:00:00.000000Z",
    )
    commit(store, caller, lambda _view: [event])


def test_an_overdue_attempt_shows_and_is_swept(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    open_overdue(store, run, caller)
    shown = browse.show(store, run.run_id)
    assert (shown.explanation_status, shown.explanation_overdue) == ("PENDING", True)
    assert explain.sweep(store, caller) is not None
    assert browse.show(store, run.run_id).explanation_status == "ERROR"
    assert explain.sweep(store, caller) is None


def test_explaining_goes_over_an_overdue_attempt(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    open_overdue(store, run, caller)
    assert explain.explain(store, run.run_id, caller=caller).value.explanation_status == "READY"


def test_all_missing_are_explained_and_counted(store: Store, make_run: Make, caller: Caller) -> None:
    for _ in range(3):
        make_run()
    explain.explain(store, make_run(RED).run_id, caller=caller)
    told: list[int] = []
    written = explain.explain_missing(store, caller=caller, progress=lambda done, _total, _what: told.append(done))
    assert (written.value.explained, written.value.failed, written.value.cancelled) == (3, 0, False)
    assert told == [0, 1, 2, 3]
    assert len(written.changes.run_ids) == 3
    again = explain.explain_missing(store, caller=caller).value
    assert (again.explained, again.failed, again.skipped) == (0, 0, 0)
    assert audit.audit(store.path).reviews.automatic == 3


def test_explaining_all_can_be_stopped(store: Store, make_run: Make, caller: Caller) -> None:
    for _ in range(3):
        make_run()
    answers = iter([False, True])
    summary = explain.explain_missing(store, caller=caller, cancelled=lambda: next(answers)).value
    assert (summary.explained, summary.cancelled) == (1, True)


def test_an_engine_that_is_cancelled_ends_in_error(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run = make_run(RED)
    engine = Failing(CancelledError("The explanation was cancelled."))
    after = explain.explain(store, run.run_id, caller=caller, engine=engine).value
    assert (after.explanation_status, after.explanation_error) == ("ERROR", "The explanation was cancelled.")


def test_a_green_text_that_asks_to_look_twice_is_left_to_a_person(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(request_summary={"tool_d": 3.0, "stepdown": 30.0, "material_hardness": "hard"})
    after = explain.explain(store, run.run_id, caller=caller).value
    assert (after.risk.policy, after.explanation_status) == ("GREEN", "READY")
    assert "look twice" in browse.advisory(store, after.advisory_inputs[0].advisory_id).text
    assert after.review_state == "NEEDS_REVIEW"


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": {"risk_level": "GREEN", "block_reason": "Clamp in the way"}},
        {"feasibility": {"risk_level": "GREEN", "blocking": True}},
        {"feasibility": {"risk_level": "GREEN", "blocking_reasons": ["Clamp"]}},
        {"feasibility": {"safety": {"risk_level": "GREEN", "block_reason": "Clamp"}}},
    ],
)
def test_a_green_run_that_says_it_is_blocked_is_left_to_a_person(
    store: Store, make_run: Make, caller: Caller, fields: dict[str, Any]
) -> None:
    run = make_run(**fields)
    after = explain.explain(store, run.run_id, caller=caller).value
    assert (after.risk.policy, after.review_state) == ("GREEN", "NEEDS_REVIEW")

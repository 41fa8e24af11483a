"""Explaining with engines that hang, break off, or write what nobody may believe unread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core import identity
from rmos_console.core.errors import EngineError
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.engines import Unusable
from rmos_console.core.explain.http_engine import HttpEngine
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.review import Policy
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import audit, browse, explain
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from tests.unit.explain.http_server import body, chat, serving, stalling
from tests.unit.usecases.conftest import RED

Make = Callable[..., RunArtifact]
Expect = Callable[..., object]


class Hanging:
    """An engine that answers only when a test lets it."""

    id = "hanging"
    version = "1"

    def __init__(self) -> None:
        self.began, self.release, self.left = threading.Event(), threading.Event(), threading.Event()

    def explain(self, source: EngineInput) -> Explanation:
        self.began.set()
        self.release.wait(20)
        self.left.set()
        return OfflineEngine().explain(source)


def test_a_hanging_engine_ends_in_error_at_its_deadline_and_its_late_answer_is_dropped(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run, engine = make_run(RED), Hanging()
    started = time.monotonic()
    after = explain.explain(store, run.run_id, caller=caller, engine=engine, seconds=0.3).value
    assert 0.2 < time.monotonic() - started < 5
    assert after.explanation_status == "ERROR"
    assert (after.explanation_error or "").startswith("The engine hanging gave no answer within 0.")
    head = store.snapshot().head
    engine.release.set()
    assert engine.left.wait(5)
    assert store.snapshot().head == head
    assert explain.explain(store, run.run_id, caller=caller).value.explanation_status == "READY"


def test_cancelling_ends_the_attempt(store: Store, make_run: Make, caller: Caller, expected_logs: Expect) -> None:
    expected_logs("swallowed")
    run, engine = make_run(RED), Hanging()
    after = explain.explain(store, run.run_id, caller=caller, engine=engine, cancelled=engine.began.is_set).value
    engine.release.set()
    assert (after.explanation_status, after.explanation_error) == ("ERROR", "The explanation was cancelled.")


def test_stopping_by_ctrl_c_leaves_nothing_pending(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("error=KeyboardInterrupt")
    run, engine = make_run(RED), Hanging()

    def interrupted() -> bool:
        if engine.began.is_set():
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        explain.explain(store, run.run_id, caller=caller, engine=engine, cancelled=interrupted)
    engine.release.set()
    shown = browse.show(store, run.run_id)
    assert (shown.explanation_status, shown.explanation_error) == ("ERROR", "the explanation was cancelled")


def test_force_with_another_engine_is_not_held_up_by_one_that_hangs(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed", always=False)
    run, engine = make_run(RED), Hanging()
    slow = threading.Thread(target=lambda: explain.explain(store, run.run_id, caller=caller, engine=engine))
    slow.start()
    assert engine.began.wait(5)
    assert explain.explain(store, run.run_id, caller=caller).value.explanation_status == "PENDING"
    again = explain.explain(store, run.run_id, caller=caller, engine=engine, force=True).value
    assert len(again.advisory_inputs) == 0, "one open attempt for each engine and version"
    forced = explain.explain(store, run.run_id, caller=caller, force=True).value
    assert [ref.engine_id for ref in forced.advisory_inputs] == ["offline"]
    engine.release.set()
    slow.join()
    assert browse.show(store, run.run_id).explanation_status == "READY"


def test_an_engine_that_cannot_be_used_is_told_and_stops_a_bulk_before_it_begins(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run = make_run()
    engine = Unusable("shopmind", "The engine shopmind cannot be loaded.")
    after = explain.explain(store, run.run_id, caller=caller, engine=engine).value
    assert (after.explanation_status, after.explanation_error) == ("ERROR", engine.reason)
    head = store.snapshot().head
    with pytest.raises(EngineError, match="cannot be loaded"):
        explain.explain_missing(store, caller=caller, engine=engine)
    assert store.snapshot().head == head


def test_what_a_server_wrote_is_sealed_flagged_and_read_by_a_person_even_if_a_policy_lists_it(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    listing = Policy(version=2, engines=("http@1/tiny:1b",), set_at_utc=now_utc(), set_by="mvoss")
    act = identity.policy_act(listing, store.store_id, by=voss, at_utc=now_utc())
    commit(store, caller, lambda _view: [events.policy_set(listing, act)])
    run = make_run()
    with serving(chat("All is well\n\nAt 31,337 rpm nothing breaks.")) as server:
        after = explain.explain(store, run.run_id, caller=caller, engine=HttpEngine(server.settings())).value
    assert (after.explanation_status, after.review_state) == ("READY", "NEEDS_REVIEW")
    shown = browse.advisory(store, after.advisory_inputs[0].advisory_id)
    content: Any = shown.asset.content
    assert [span["text"] for span in content["ungrounded"]] == ["31,337"]
    assert shown.asset.engine is not None
    assert (shown.asset.engine.id, shown.asset.engine.version) == ("http", "1/tiny:1b")
    source: Any = shown.asset.source
    assert source["generation_time_ms"] > 0
    assert audit.audit(store.path).reviews.automatic == 0


def test_a_server_that_fails_or_stalls_is_told_on_the_run(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    run = make_run()
    with serving(body(b"", status="401 No"), stalling()) as server:
        first = explain.explain(store, run.run_id, caller=caller, engine=HttpEngine(server.settings())).value
        second = explain.explain(
            store, run.run_id, caller=caller, engine=HttpEngine(server.settings(seconds=30)), seconds=0.3
        ).value
    assert first.explanation_error == "The server of the HTTP engine refused the key (401)."
    assert "gave no answer within" in (second.explanation_error or "")


def test_all_missing_gives_up_where_the_engine_is_down(
    store: Store, make_run: Make, caller: Caller, expected_logs: Expect
) -> None:
    expected_logs("swallowed")
    for _ in range(explain.STOP_AFTER + 3):
        make_run()
    with serving(body(b"", status="404 No")) as server:
        summary = explain.explain_missing(store, caller=caller, engine=HttpEngine(server.settings())).value
    assert (summary.explained, summary.failed, summary.cancelled) == (0, explain.STOP_AFTER, False)
    assert summary.stopped == "The server of the HTTP engine knows no such address (404)."
    assert explain.explain_missing(store, caller=caller).value.explained == explain.STOP_AFTER + 3


def test_sweeping_quietly_leaves_a_store_that_cannot_be_written(store: Store, caller: Caller) -> None:
    assert explain.sweep_quietly(store, caller) is None

"""Nobody decides about a screen that is out of date; the long run of the same is behind the door of the long suite."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rmos_console.core.errors import StaleError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.review import Seen
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin, audit, explain, review
from tests.unit.usecases.conftest import RED, decide
from tests.unit.usecases.stale import HARMLESS, STALE, UNTRUE, interleave

Make = Callable[..., RunArtifact]


def test_whatever_happens_between_showing_and_deciding(store: Store) -> None:
    told = interleave(store, seed=7, rounds=150)
    assert told.kinds >= {*HARMLESS, *STALE, *UNTRUE}
    assert told.accepted > 20
    report = audit.audit(store.path)
    assert report.ok, report.findings[:3]


def test_an_earlier_line_that_was_on_screen_must_be_one_of_this_ledger(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    run = make_run(RED)
    advisory_id = explain.explain(store, run.run_id, caller=caller).value.advisory_inputs[0].advisory_id
    shown = review.seen(store.snapshot())
    make_run()
    for untrue in (Seen(seq=shown.seq, digest="a" * 64), Seen(seq=0, digest="0" * 64), Seen(seq=-1, digest="0" * 64)):
        with pytest.raises(StaleError, match="does not hold"):
            decide(store, voss, run.run_id, advisory_id, "approved", reason="r", seen=untrue)
    decide(store, voss, run.run_id, advisory_id, "approved", reason="r", seen=shown)
    assert audit.audit(store.path).ok


def test_a_policy_that_changed_since_the_text_was_shown(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    run = make_run(RED)
    advisory_id = explain.explain(store, run.run_id, caller=caller).value.advisory_inputs[0].advisory_id
    shown = review.seen(store.snapshot())
    admin.set_policy(store, voss, mode="strict", caller=caller)
    with pytest.raises(StaleError, match="policy changed to version 2"):
        decide(store, voss, run.run_id, advisory_id, "approved", reason="r", seen=shown)
    decide(store, voss, run.run_id, advisory_id, "approved", reason="r")

"""Advisories from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, BadIdError, ConflictError, NotFoundError
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import attach, browse

Make = Callable[..., RunArtifact]
TEXT = {"kind": "explanation", "text": "Feed is too high.\nLower it.", "engine": {"id": "shop", "version": "3"}}


def test_attaching_again_writes_nothing(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run()
    first = attach.attach(store, run.run_id, "adv_1", document=TEXT, caller=caller)
    head = store.snapshot().head
    again = attach.attach(store, run.run_id, "adv_1", document=TEXT, caller=caller)
    assert store.snapshot().head == head
    assert again.value == first.value
    assert browse.advisories(store, run.run_id)["count"] == 1
    (ref,) = first.value.advisory_inputs
    assert (ref.kind, ref.engine_id, ref.engine_version, ref.asset) == ("explanation", "shop", "3", "present")
    assert ref.request_id == "req-tests"
    assert first.value.explanation_status == "READY"
    assert first.value.explanation_summary == "Feed is too high."


def test_an_advisory_id_never_gets_other_bytes(store: Store, make_run: Make, caller: Caller) -> None:
    attach.attach(store, make_run().run_id, "adv_1", document=TEXT, caller=caller)
    head = store.snapshot().head
    with pytest.raises(ConflictError, match="other bytes"):
        attach.attach(store, make_run().run_id, "adv_1", document={**TEXT, "text": "Other."}, caller=caller)
    assert store.snapshot().head.seq == head.seq + 1  # the second run, nothing of the refused attachment


def test_an_id_without_text_resolves_when_the_text_arrives(store: Store, make_run: Make, caller: Caller) -> None:
    one, two = make_run(), make_run()
    for run in (one, two):
        pending = attach.attach(store, run.run_id, "adv_123", kind="explanation", caller=caller).value
        assert (pending.advisory_inputs[0].asset, pending.review_state) == ("unresolved", "NONE")
        assert pending.explanation_status == "NONE"
    with pytest.raises(NotFoundError, match="2 run"):
        browse.advisory(store, "adv_123")
    attach.attach(store, one.run_id, "adv_123", document=TEXT, caller=caller)
    for run in (one, two):
        after = browse.show(store, run.run_id)
        assert (after.advisory_inputs[0].asset, after.explanation_status) == ("present", "READY")
        assert after.review_state == "NEEDS_REVIEW"
    assert browse.advisory(store, "adv_123").runs == (one.run_id, two.run_id)


def test_a_note_is_not_reviewed(store: Store, make_run: Make, caller: Caller) -> None:
    after = attach.attach(
        store, make_run().run_id, "n1", document={"kind": "note", "text": "Spindle was warm."}, caller=caller
    ).value
    assert (after.advisory_inputs[0].review_state, after.explanation_status) == ("NONE", "NONE")
    shown = browse.advisory(store, "n1")
    assert shown.asset.author is not None
    assert not shown.asset.author.named
    assert shown.asset.author.id.startswith("os:")


def test_rmos_own_asset_layout_is_taken(store: Store, make_run: Make, caller: Caller) -> None:
    asset = {
        "asset_id": "adv_abc",
        "asset_type": "analysis",
        "provider": "local",
        "model": "explainer_v1",
        "suggestion_data": {"explanation": "Caution advised.", "detail_level": "summary"},
        "confidence": 0.9,
        "reviewed": True,
        "reviewed_by": "system",
        "approved_for_workflow": True,
    }
    after = attach.attach(store, make_run().run_id, "adv_abc", kind="explanation", document=asset, caller=caller).value
    assert after.review_state == "NEEDS_REVIEW"
    shown = browse.advisory(store, "adv_abc")
    assert shown.text == "Caution advised."
    assert shown.json_document()["source"]["reviewed_by"] == "system"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "no JSON object"),
        ({"kind": "note"}, "neither text nor content"),
        ({"kind": "note", "text": 7}, "text"),
        ({"advisory_id": "other", "text": "x"}, "about advisory 'other'"),
        ({"text": "x", "confidence": "high"}, "confidence"),
    ],
)
def test_what_is_no_advisory_is_refused_and_nothing_is_written(
    store: Store, make_run: Make, caller: Caller, document: Any, complaint: str
) -> None:
    run = make_run()
    head = store.snapshot().head
    with pytest.raises(BadDataError, match=complaint):
        attach.attach(store, run.run_id, "adv_1", document=document, caller=caller)
    assert store.snapshot().head == head


def test_ids_that_hide_something_and_runs_that_are_not_there(store: Store, make_run: Make, caller: Caller) -> None:
    with pytest.raises(BadIdError):
        attach.attach(store, make_run().run_id, "adv\u202e1", caller=caller)
    with pytest.raises(NotFoundError):
        attach.attach(store, "run_ffffffffffff", "adv_1", caller=caller)


def test_content_without_text_is_shown_as_json(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run()
    attach.attach(store, run.run_id, "adv_j", document={"content": {"b": 1, "a": [2]}}, caller=caller)
    shown = browse.advisory(store, "adv_j")
    assert shown.text == '{\n  "a": [\n    2\n  ],\n  "b": 1\n}'
    assert shown.json_document()["text_sha256"] == shown.asset.text_sha256()
    with pytest.raises(NotFoundError, match="carries no advisory"):
        browse.advisory(store, "adv_j", run=make_run().run_id)

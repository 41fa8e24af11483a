"""An audit recomputes everything: forged events on an intact chain are found too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core.errors import BadDataError, CancelledError, NoStoreError
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.report import AuditReport
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import attach, audit, browse, explain, intake, review
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.conftest import RED, decide

Make = Callable[..., RunArtifact]


def write(store: Store, caller: Caller, *made: events.Event) -> AuditReport:
    """Write events past every rule, as somebody with a text editor and the format could, and audit."""
    commit(store, caller, lambda _view: list(made))
    return audit.audit(store.path)


def messages(report: AuditReport, severity: str) -> str:
    return "\n".join(finding.message for finding in report.findings if finding.severity == severity)


def test_a_clean_store_is_said_to_be_clean(store: Store, make_run: Make, caller: Caller) -> None:
    make_run()
    told: list[tuple[int, int | None, str]] = []
    report = audit.audit(store.path, progress=lambda *step: told.append(step))
    assert report.ok
    assert report.findings == ()
    assert (report.runs, report.advisories, report.commits) == (1, 0, 2)
    assert report.lines == report.head.seq == store.snapshot().head.seq
    assert report.head.digest == store.snapshot().head.digest
    assert report.store_id == store.store_id
    assert told[-1][2] == "verifying files"
    assert caller.request_id


def test_an_audit_can_be_stopped(store: Store, make_run: Make) -> None:
    make_run()
    with pytest.raises(CancelledError, match="audit was cancelled"):
        audit.audit(store.path, cancelled=lambda: True)


def test_there_must_be_a_store(tmp_path: Any) -> None:
    with pytest.raises(NoStoreError):
        audit.audit(tmp_path / "nothing")


def decided(store: Store, run: RunArtifact, signer: Signer, caller: Caller) -> dict[str, Any]:
    """Reject an explanation properly; return the decision as the ledger holds it."""
    after = explain.explain(store, run.run_id, caller=caller).value
    advisory_id = after.advisory_inputs[0].advisory_id
    written = decide(store, signer, run.run_id, advisory_id, "rejected", reason="No")
    return written.value.document()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"reason": "Yes"}, "signature"),
        ({"person_name": "A. Keller"}, "signed as"),
        ({"person_id": "nobody"}, "not enrolled"),
        ({"store_id": "other"}, "another store"),
        ({"text_sha256": "0" * 64}, "text that was shown"),
        ({"run_sha256": "0" * 64}, "run that was shown"),
        ({"policy_version": 7}, "policy"),
        ({"meaning": "Cut it"}, "means"),
        ({"seen": {"seq": 1, "digest": "0" * 64}}, "does not hold"),
        ({"seen": {"seq": 10_000, "digest": "0" * 64}}, "does not exist"),
    ],
)
def test_a_decision_that_was_tampered_with_is_a_violation(
    store: Store, make_run: Make, caller: Caller, voss: Signer, change: dict[str, Any], complaint: str
) -> None:
    decision = decided(store, make_run(RED), voss, caller)
    review.withdraw(store, voss, decision["run_id"], decision["advisory_id"], caller=caller)
    forged = {"kind": "review.rejected", "decision": {**decision, "decision_id": "dec_forged", **change}}
    report = write(store, caller, forged)
    assert not report.ok
    assert complaint in messages(report, "violation"), report.findings


@pytest.mark.parametrize("change", [{"run_id": "run_ffffffffffff"}, {"verb": "signed"}])
def test_a_decision_that_makes_no_sense_does_not_enter_the_ledger(
    store: Store, make_run: Make, caller: Caller, voss: Signer, change: dict[str, Any]
) -> None:
    decision = decided(store, make_run(RED), voss, caller)
    with pytest.raises(BadDataError):
        write(store, caller, {"kind": "review.rejected", "decision": {**decision, **change}})


def test_a_decision_moved_to_another_run_is_a_violation(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    decision = decided(store, make_run(RED), voss, caller)
    other = explain.explain(store, make_run(RED).run_id, caller=caller).value
    moved = {**decision, "run_id": other.run_id, "advisory_id": other.advisory_inputs[0].advisory_id}
    report = write(store, caller, {"kind": "review.rejected", "decision": moved})
    assert not report.ok


def test_an_automatic_approval_of_red_is_a_violation(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    after = explain.explain(store, run.run_id, caller=caller).value
    shown = browse.advisory(store, after.advisory_inputs[0].advisory_id)
    forged = {
        "kind": "review.auto_approved",
        "decision": {
            "run_id": run.run_id,
            "run_sha256": run.run_sha256,
            "advisory_id": shown.asset.advisory_id,
            "advisory_sha256": shown.asset_sha256,
            "text_sha256": shown.text_sha256,
            "actor": "system:auto_explanation_green",
            "policy_version": 1,
            "at_utc": "2026-11-22T10:00:00.000000Z",
        },
    }
    report = write(store, caller, forged)
    assert not report.ok
    assert "not made in the same transaction" in messages(report, "violation")
    assert browse.show(store, run.run_id).review_state == "NEEDS_REVIEW"


def test_hashes_that_a_source_brought_along_are_only_warnings(store: Store, make_run: Make, caller: Caller) -> None:
    make_run(
        hashes={"gcode_sha256": "a" * 64, "opplan_sha256": "0" * 64}, outputs={"gcode_text": "G0 X0", "opplan_json": []}
    )
    make_run(hashes={"feasibility_sha256": "b" * 64})
    report = audit.audit(store.path)
    assert report.ok
    assert messages(report, "warning").count("hashes to") == 2
    assert "opplan" not in messages(report, "warning")
    assert caller.by.id == "tests"


def test_unresolved_texts_are_counted(store: Store, make_run: Make, caller: Caller) -> None:
    attach.attach(store, make_run().run_id, "adv_123", caller=caller)
    report = audit.audit(store.path)
    assert report.ok
    assert "1 advisory reference is unresolved: its text is not in this store." in messages(report, "notice")
    attach.attach(store, make_run().run_id, "adv_124", caller=caller)
    told = messages(audit.audit(store.path), "notice")
    assert "2 advisory references are unresolved: their texts are not in this store." in told


def test_a_damaged_blob_is_named(store: Store, make_run: Make, caller: Caller, tmp_path: Any) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(b"precious")
    sha = intake.add_file(store, make_run().run_id, file, caller).value.attachments[0].sha256
    path = store.path / "blobs" / sha[:2] / sha[2:4] / sha
    path.chmod(0o600)
    path.write_bytes(b"precious!")
    report = audit.audit(store.path)
    assert not report.ok
    (finding,) = [item for item in report.findings if item.severity == "damage"]
    assert finding.file == f"blobs/{sha[:2]}/{sha[2:4]}/{sha}"
    path.unlink()
    assert not audit.audit(store.path).ok


def test_an_act_that_nobody_signed_is_a_violation(store: Store, make_run: Make, caller: Caller, voss: Signer) -> None:
    make_run()
    policy = store.snapshot().policy.model_copy(update={"version": 2, "mode": "informational", "set_by": "mvoss"})
    act = {
        "verb": "policy",
        "policy": policy.document(),
        "at_utc": "2026-11-22T10:00:00.000000Z",
        "by": voss.person_id,
        "store_id": store.store_id,
        "signature": "00" * 64,
    }
    report = write(store, caller, events.policy_set(policy, act))
    assert not report.ok
    assert "not signed by M. Voss" in messages(report, "violation")

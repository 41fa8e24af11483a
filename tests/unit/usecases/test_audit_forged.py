"""A ledger whose chain was rewritten: what rests on signatures and rules is found all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, open_store
from rmos_console.core.usecases import admin, audit, browse, explain, intake
from tests.unit.usecases.conftest import CALLER, GREEN, RED, decide, enrol, revoke
from tests.unit.usecases.forge import forge

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def closed(store_path: Path) -> Path:
    """A closed store: a RED run rejected by a person, a GREEN one approved by policy, a policy set by the admin."""
    with open_store(store_path) as store:
        voss = enrol(store, "mvoss", "M. Voss", None)
        enrol(store, "akeller", "A. Keller", voss)
        red = create(store, RED)
        explain.explain(store, create(store, GREEN).run_id, caller=CALLER)
        advisory_id = explain.explain(store, red.run_id, caller=CALLER).value.advisory_inputs[0].advisory_id
        decide(store, voss, red.run_id, advisory_id, "rejected", reason="No")
        admin.set_policy(store, voss, second_for_red=True, caller=CALLER)
    assert audit.audit(store_path).ok
    return store_path


def create(store: Store, feasibility: dict[str, Any]) -> RunArtifact:
    document = {"mode": "mvp", "tool_id": "T1", "status": "OK", "feasibility": feasibility}
    return intake.create(store, document, CALLER).value


def nothing(event: dict[str, Any]) -> None:
    del event


def on(kind: str, *path: str, value: Any) -> Change:
    """Return a change that sets one value in every event of a kind."""

    def change(event: dict[str, Any]) -> None:
        if event["kind"] == kind:
            part = event
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = value

    return change


def green_over_red(event: dict[str, Any]) -> None:
    """Write GREEN over RED and seal the run again with a digest that fits."""
    if event["kind"] == "run.sealed" and event["run"]["feasibility"]["risk_level"] == "RED":
        event["run"]["feasibility"] = dict(GREEN)
        event["run_sha256"] = canonical_sha256(event["run"])


def other_words(event: dict[str, Any]) -> None:
    """Write other words under the approved text and seal them again."""
    if event["kind"] == "advisory.sealed":
        event["asset"]["text"] = "All is well."
        event["asset_sha256"] = canonical_sha256(event["asset"])


ATTACKS: list[tuple[str, Change, str]] = [
    ("GREEN over RED", green_over_red, "run that was shown"),
    ("a run without sealing it again", on("run.sealed", "run", "tool_id", value="T9"), "does not match its run_sha256"),
    ("other words", other_words, "digest of its text does not match"),
    ("other words, unsealed", on("advisory.sealed", "asset", "text", value="x"), "does not match its asset_sha256"),
    ("the reason", on("review.rejected", "decision", "reason", value="Yes"), "not one of M. Voss's enrolled key"),
    ("the time", on("review.rejected", "decision", "at_utc", value="2020-01-01T00:00:00Z"), "enrolled key"),
    ("the name", on("review.rejected", "decision", "person_name", value="M. V0ss"), "signed as"),
    ("the person", on("review.rejected", "decision", "person_id", value="akeller"), "signed as"),
    ("the store", on("review.rejected", "decision", "store_id", value="store_other"), "another store"),
    ("what was seen", on("review.rejected", "decision", "seen", "digest", value="a" * 64), "does not hold"),
    ("a decision without a time", on("review.rejected", "decision", "at_utc", value=None), "The decision"),
    ("a person's role", on("reviewer.enrolled", "act", "person", "role", value="admin"), "not signed by"),
    ("an admin's key", on("reviewer.enrolled", "act", "public_key", value="b" * 64), "not signed by"),
    (
        "the policy beside its act",
        on("policy.set", "policy", "mode", value="informational"),
        "not the one that was signed",
    ),
    ("the policy within its act", on("policy.set", "act", "policy", "mode", value="strict"), "not signed by"),
    ("an actor of the system", on("review.auto_approved", "decision", "actor", value="system:me"), "actor"),
    ("the bytes approved", on("review.auto_approved", "decision", "text_sha256", value="0" * 64), "other bytes"),
    ("the policy approved under", on("review.auto_approved", "decision", "policy_version", value=7), "policy v7"),
    (
        "a run approved that is not there",
        on("review.auto_approved", "decision", "run_id", value="run_" + "f" * 12),
        "not in the",
    ),
    (
        "an approval without a time",
        on("review.auto_approved", "decision", "at_utc", value=None),
        "The automatic approval",
    ),
    ("the engine that wrote it", on("advisory.sealed", "asset", "engine", "id", value="else"), "does not match"),
    ("the attempt that made it", on("explanation.ready", "attempt", value=None), "not made in the same transaction"),
]


@pytest.mark.parametrize(("change", "complaint"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_a_rewritten_chain_does_not_hide_a_forged_event(closed: Path, change: Change, complaint: str) -> None:
    forge(closed, change)
    report = audit.audit(closed)
    assert not report.ok
    bad = [item for item in report.findings if item.severity in {"damage", "violation"}]
    assert any(complaint in item.message for item in bad), bad
    assert all(item.file == "ledger/000001.jsonl" for item in bad if item.file is not None)


def test_rewriting_without_changing_anything_is_no_finding(closed: Path) -> None:
    before = audit.audit(closed).head
    forge(closed, nothing)
    report = audit.audit(closed)
    assert report.ok
    assert report.head == before


def test_a_transaction_that_stands_twice_is_a_violation(closed: Path) -> None:
    forge(closed, nothing, repeat=True)
    report = audit.audit(closed)
    assert not report.ok
    assert any("stands twice" in item.message for item in report.findings)


def test_a_decision_under_the_wrong_kind_is_a_violation(closed: Path) -> None:
    def change(event: dict[str, Any]) -> None:
        if event["kind"] == "review.rejected":
            event["kind"] = "review.approved"

    forge(closed, change)
    report = audit.audit(closed)
    assert not report.ok
    assert any("wrong kind" in item.message for item in report.findings)


def test_a_blob_that_a_run_needs_and_that_changed_is_damage(store: Store, caller: Caller) -> None:
    program = "G1 X1.000\n" * 40_000
    document = {"mode": "m", "tool_id": "t", "status": "OK", "outputs": {"gcode_text": program}}
    run = intake.create(store, document, caller).value
    sha = browse.raw(store, run.run_id)["outputs"]["gcode_text"]["$blob"]
    path = store.path / "blobs" / sha[:2] / sha[2:4] / sha
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    report = audit.audit(store.path)
    assert not report.ok
    assert any(item.file == f"blobs/{sha[:2]}/{sha[2:4]}/{sha}" for item in report.findings)
    path.unlink()
    assert not audit.audit(store.path).ok


def test_a_revoked_signer_is_listed_as_suspect(
    store: Store, make_run: Callable[..., RunArtifact], caller: Caller, voss: Signer, keller: Signer
) -> None:
    run = make_run(RED)
    advisory_id = explain.explain(store, run.run_id, caller=caller).value.advisory_inputs[0].advisory_id
    decide(store, keller, run.run_id, advisory_id, "approved", reason="Right")
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    report = audit.audit(store.path)
    assert report.ok
    assert [line.suspect for line in report.decisions] == [True]
    assert any("suspect" in item.message for item in report.findings if item.severity == "warning")
    assert browse.show(store, run.run_id).review_state == "NEEDS_REVIEW"

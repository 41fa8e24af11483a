"""From an explanation to a signed decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core.errors import NotFoundError, PolicyError, SignatureError, StaleError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.review import Seen
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin, attach, audit, browse, explain, review
from tests.unit.usecases.conftest import RED, decide

Make = Callable[..., RunArtifact]


def explained(store: Store, run: RunArtifact, caller: Caller) -> tuple[str, str]:
    """Explain a run; return advisory id and text digest."""
    after = explain.explain(store, run.run_id, caller=caller).value
    advisory_id = after.advisory_inputs[-1].advisory_id
    return advisory_id, browse.advisory(store, advisory_id).text_sha256


def test_a_signed_approval_stands_in_the_audit(
    store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer
) -> None:
    run = make_run(RED, status="BLOCKED")
    advisory_id, sha = explained(store, run, caller)
    (item,) = review.queue(store.snapshot())
    assert (item.row.run_id, item.advisory_id, item.state) == (run.run_id, advisory_id, "NEEDS_REVIEW")
    assert "RED" in item.why
    decided = decide(
        store, keller, run.run_id, advisory_id, "approved", text_sha256=sha, reason="Checked at the machine"
    )
    assert decided.changes.run_ids == {run.run_id}
    assert browse.show(store, run.run_id).review_state == "APPROVED"
    assert review.queue(store.snapshot()) == ()
    report = audit.audit(store.path)
    assert report.ok, report.findings
    (line,) = report.decisions
    assert (line.person_id, line.person_name, line.verb, line.signature) == (
        "akeller",
        "A. Keller",
        "approved",
        "valid",
    )
    assert (line.reason, line.text_sha256, report.reviews.human) == ("Checked at the machine", sha, 1)
    assert voss.person_id != line.person_id


def test_green_of_the_listed_engine_is_approved_by_policy_and_recomputed(
    store: Store, make_run: Make, caller: Caller
) -> None:
    run = make_run()
    explained(store, run, caller)
    assert browse.show(store, run.run_id).review_state == "AUTO_APPROVED"
    report = audit.audit(store.path)
    assert (report.ok, report.reviews.human, report.reviews.automatic) == (True, 0, 1)


def test_a_rejection_and_an_approval_of_red_need_a_reason(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    run = make_run(RED)
    advisory_id, sha = explained(store, run, caller)
    head = store.snapshot().head
    for verb in ("approved", "rejected"):
        for reason in (None, "", "  ", "\u200b\u200d"):
            with pytest.raises(PolicyError, match="reason"):
                decide(
                    store,
                    voss,
                    run.run_id,
                    advisory_id,
                    "approved" if verb == "approved" else "rejected",
                    text_sha256=sha,
                    reason=reason,
                )
    assert store.snapshot().head == head


def test_another_text_than_the_one_shown_is_stale(store: Store, make_run: Make, caller: Caller, voss: Signer) -> None:
    run = make_run(RED)
    advisory_id, _ = explained(store, run, caller)
    with pytest.raises(StaleError, match="text that was shown"):
        decide(store, voss, run.run_id, advisory_id, "approved", text_sha256="0" * 64, reason="r")


def test_a_head_that_never_was_is_refused(store: Store, make_run: Make, caller: Caller, voss: Signer) -> None:
    run = make_run(RED)
    advisory_id, sha = explained(store, run, caller)
    with pytest.raises(StaleError):
        decide(
            store,
            voss,
            run.run_id,
            advisory_id,
            "approved",
            text_sha256=sha,
            reason="r",
            seen=Seen(seq=store.snapshot().head.seq, digest="a" * 64),
        )


def test_undo_is_a_withdrawal(store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer) -> None:
    run = make_run(RED)
    advisory_id, sha = explained(store, run, caller)
    decide(store, keller, run.run_id, advisory_id, "rejected", text_sha256=sha, reason="Wrong limit")
    with pytest.raises(PolicyError, match="no standing decision"):
        review.withdraw(store, voss, run.run_id, advisory_id, caller=caller)
    review.withdraw(store, keller, run.run_id, advisory_id, caller=caller)
    assert review.state(store.snapshot(), run.run_id, advisory_id).state == "NEEDS_REVIEW"
    report = audit.audit(store.path)
    assert report.ok
    assert [line.verb for line in report.decisions] == ["rejected", "withdrawn"]
    assert report.reviews.human == 1


def test_two_people_for_red_where_configured(
    store: Store, make_run: Make, caller: Caller, voss: Signer, keller: Signer
) -> None:
    admin.set_policy(store, voss, second_for_red=True, caller=caller)
    run = make_run(RED)
    advisory_id, sha = explained(store, run, caller)

    def approve(signer: Signer) -> None:
        decide(store, signer, run.run_id, advisory_id, "approved", text_sha256=sha, reason="Right")

    approve(keller)
    assert review.state(store.snapshot(), run.run_id, advisory_id).state == "AWAITING_SECOND"
    with pytest.raises(PolicyError, match="different person"):
        approve(keller)
    approve(voss)
    assert review.state(store.snapshot(), run.run_id, advisory_id).state == "APPROVED"
    assert audit.audit(store.path).ok


def test_nobody_approves_their_own_words(store: Store, make_run: Make, caller: Caller, voss: Signer) -> None:
    run = make_run(RED)
    document = {"kind": "explanation", "text": "It will be fine."}
    attach.attach(store, run.run_id, "adv-1", document=document, author="mvoss", caller=caller)
    sha = browse.advisory(store, "adv-1").text_sha256
    with pytest.raises(PolicyError, match="wrote this text"):
        decide(store, voss, run.run_id, "adv-1", "approved", text_sha256=sha, reason="Mine")


def test_an_unresolved_advisory_cannot_be_decided(store: Store, make_run: Make, caller: Caller, voss: Signer) -> None:
    run = make_run(RED)
    attach.attach(store, run.run_id, "adv_123", kind="explanation", caller=caller)
    assert browse.show(store, run.run_id).advisory_inputs[0].asset == "unresolved"
    with pytest.raises(NotFoundError):
        decide(store, voss, run.run_id, "adv_123", "approved", text_sha256="0" * 64, reason="r")


def test_only_admins_enrol_and_ids_are_never_used_again(
    store: Store, caller: Caller, voss: Signer, keller: Signer
) -> None:
    with pytest.raises(PolicyError, match="only an admin"):
        admin.add_reviewer(store, "third", "T. Third", passphrase="long enough", by=keller, caller=caller)
    with pytest.raises(PolicyError, match="--by"):
        admin.add_reviewer(store, "third", "T. Third", passphrase="long enough", by=None, caller=caller)
    with pytest.raises(Exception, match="used before"):
        admin.add_reviewer(store, "akeller", "Another", passphrase="long enough", by=voss, caller=caller)
    assert [person.id for person in admin.people(store.snapshot())] == ["akeller", "mvoss"]


def test_a_reviewer_cannot_set_the_policy(store: Store, caller: Caller, voss: Signer, keller: Signer) -> None:
    with pytest.raises(PolicyError, match="only an admin"):
        admin.set_policy(store, keller, mode="informational", caller=caller)
    written = admin.set_policy(store, voss, mode="strict", caller=caller)
    assert admin.policy(store.snapshot()) == written.value
    assert written.value.version == 2


def test_a_policy_governs_what_is_announced_under_it_unless_a_later_one_reopens(
    store: Store, make_run: Make, caller: Caller, voss: Signer
) -> None:
    admin.set_policy(store, voss, mode="informational", caller=caller)
    run = make_run()
    explained(store, run, caller)
    assert browse.show(store, run.run_id).review_state == "INFORMATIONAL"
    admin.set_policy(store, voss, mode="tiered", caller=caller)
    assert browse.show(store, run.run_id).review_state == "INFORMATIONAL"
    admin.set_policy(store, voss, mode="tiered", reopen=True, caller=caller)
    assert browse.show(store, run.run_id).review_state == "NEEDS_REVIEW"


@pytest.mark.usefixtures("voss")
def test_a_stranger_cannot_decide(store: Store, make_run: Make, caller: Caller) -> None:
    run = make_run(RED)
    advisory_id, sha = explained(store, run, caller)
    stranger = Signer(store.store_id, "mallory", "M. Allory", Ed25519PrivateKey.generate())
    with pytest.raises(SignatureError, match="not enrolled"):
        decide(store, stranger, run.run_id, advisory_id, "approved", text_sha256=sha, reason="r")
    impostor = Signer(store.store_id, "mvoss", "M. Voss", Ed25519PrivateKey.generate())
    with pytest.raises(SignatureError, match="enrolled key"):
        decide(store, impostor, run.run_id, advisory_id, "approved", text_sha256=sha, reason="r")

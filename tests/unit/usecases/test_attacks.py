"""Attacks on people, keys and rules, by somebody who writes into the ledger with software of their own.

Each event is committed past the use cases, with a sound chain, so that only what the audit recomputes can find it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core import identity
from rmos_console.core.errors import SignatureError
from rmos_console.core.identity import Signer
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.review import Review
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, create_store, open_store
from rmos_console.core.usecases import admin, audit, browse, explain, people, review
from rmos_console.core.usecases.commit import commit
from tests.unit.usecases.conftest import CALLER, PASSPHRASE, RED, decide, enrol, revoke
from tests.unit.usecases.forge import forge

Make = Callable[..., RunArtifact]
AT = "2026-11-22T10:00:00.000000Z"


def smuggle(store: Store, event: dict[str, Any]) -> None:
    """Write an event that no rule has judged."""
    commit(store, CALLER, lambda _view: [event])


def violations(store: Store) -> str:
    report = audit.audit(store.path)
    assert not report.ok
    return "\n".join(item.message for item in report.findings if item.severity == "violation")


@pytest.fixture
def text(store: Store, make_run: Make, caller: Caller, keller: Signer) -> tuple[str, str]:  # noqa: ARG001  # enrolled first
    """A RED run and its explanation, which wait for a person."""
    run = make_run(RED)
    return run.run_id, explain.explain(store, run.run_id, caller=caller).value.advisory_inputs[0].advisory_id


def forged(store: Store, text: tuple[str, str], signer: Signer, **changes: Any) -> Review:
    """A decision as a program of the attacker's would sign it."""
    run_id, advisory_id = text
    view = store.snapshot()
    entry, asset = view.run(run_id), view.asset(advisory_id)
    assert entry is not None
    assert asset is not None
    whole: dict[str, Any] = {
        "decision_id": "dec_forged",
        "verb": "approved",
        "run_id": run_id,
        "run_sha256": entry.run_sha256,
        "advisory_id": advisory_id,
        "advisory_sha256": asset.sha256,
        "text_sha256": asset.text_sha256,
        "meaning": "The explanation is right",
        "reason": "Looked at it",
        "person_id": signer.person_id,
        "person_name": signer.name,
        "at_utc": AT,
        "policy_version": view.policy.version,
        "store_id": store.store_id,
        "seen": review.seen(view),
        **changes,
    }
    unsigned = Review(**whole)
    return unsigned.model_copy(update={"signature": signer.sign(unsigned.signed_document())})


def test_what_the_attacker_builds_would_pass_if_it_were_true(
    store: Store, text: tuple[str, str], keller: Signer
) -> None:
    smuggle(store, events.reviewed(forged(store, text, keller)))
    assert audit.audit(store.path).ok


def test_signing_again_with_another_key(store: Store, text: tuple[str, str], keller: Signer) -> None:
    made = decide(store, keller, *text, "rejected", reason="Wrong limit").value
    other = Signer(store.store_id, keller.person_id, keller.name, Ed25519PrivateKey.generate())
    store.close()

    def change(event: dict[str, Any]) -> None:
        if event["kind"] == "review.rejected":
            event["decision"]["reason"] = "It is fine"
            unsigned = Review.parse(event["decision"], name="it")
            event["decision"]["signature"] = other.sign(unsigned.signed_document())

    forge(store.path, change)
    assert made.reason == "Wrong limit"
    assert "not one of A. Keller's enrolled key" in violations(store)


@pytest.mark.parametrize(
    ("who", "name"),
    [("mallory", "A. Keller"), ("akeller", "\u0410. Keller")],  # the second with a Cyrillic letter
)
def test_signing_as_somebody_else(store: Store, text: tuple[str, str], keller: Signer, who: str, name: str) -> None:
    own = Signer(
        store.store_id, who, name, Ed25519PrivateKey.generate() if who == "mallory" else keller._key
    )  # the attacker holds it
    smuggle(store, events.reviewed(forged(store, text, own)))
    assert ("not enrolled" if who == "mallory" else "signed as") in violations(store)


def test_enrolling_a_twin(store: Store, voss: Signer, keller: Signer) -> None:
    act = identity.enrol_act(
        store_id=store.store_id,
        person_id="ake11er",
        name="A. K\u0435ller",  # a Cyrillic letter
        role="reviewer",
        public_key=Signer(store.store_id, "x", "x", Ed25519PrivateKey.generate()).public_key,
        at_utc=AT,
        by=voss,
    )
    smuggle(store, events.reviewer_enrolled(act))
    assert "look alike" in violations(store)
    assert keller.name == "A. Keller"


def test_a_decision_played_again_after_it_was_taken_back(store: Store, text: tuple[str, str], keller: Signer) -> None:
    made = decide(store, keller, *text, "approved", reason="Right").value
    review.withdraw(store, keller, *text, caller=CALLER)
    assert audit.audit(store.path).ok
    smuggle(store, events.reviewed(made))
    assert "counts once" in violations(store)


def test_a_decision_moved_to_another_run(
    store: Store, make_run: Make, caller: Caller, text: tuple[str, str], keller: Signer
) -> None:
    made = decide(store, keller, *text, "approved", reason="Right").value
    other = make_run(RED)
    moved = explain.explain(store, other.run_id, caller=caller).value.advisory_inputs[0].advisory_id
    smuggle(store, events.reviewed(made.model_copy(update={"run_id": other.run_id, "advisory_id": moved})))
    assert "that was shown" in violations(store)


def test_a_decision_of_somebody_revoked_before(
    store: Store, text: tuple[str, str], voss: Signer, keller: Signer
) -> None:
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    smuggle(store, events.reviewed(forged(store, text, keller, at_utc="2025-06-01T00:00:00.000000Z")))
    found = violations(store)
    assert "was revoked since" in found


def test_a_clock_set_back_to_before_the_revocation_is_told(
    store: Store, text: tuple[str, str], voss: Signer, keller: Signer
) -> None:
    smuggle(store, events.reviewed(forged(store, text, keller, at_utc="2025-06-01T00:00:00.000000Z")))
    revoke(store, keller, voss, since="2026-01-01T00:00:00Z")
    report = audit.audit(store.path)
    assert [line.suspect for line in report.decisions] == [False]
    assert any("long before its transaction" in item.message for item in report.findings if item.severity == "warning")


def test_a_decision_about_a_screen_that_never_was(store: Store, text: tuple[str, str], keller: Signer) -> None:
    made = forged(store, text, keller, seen={"seq": 2, "digest": "a" * 64})
    smuggle(store, events.reviewed(made))
    assert "does not hold" in violations(store)


def test_a_decision_about_a_screen_under_another_policy(
    store: Store, text: tuple[str, str], voss: Signer, keller: Signer
) -> None:
    old = review.seen(store.snapshot())
    admin.set_policy(store, voss, mode="strict", caller=CALLER)
    smuggle(store, events.reviewed(forged(store, text, keller, seen=old)))
    assert "policy changed" in violations(store)


def test_a_policy_played_again(store: Store, voss: Signer) -> None:
    weak = admin.set_policy(store, voss, mode="informational", caller=CALLER).value
    act = json.loads(json.dumps(identity.policy_act(weak, store.store_id, by=voss, at_utc=AT)))
    admin.set_policy(store, voss, mode="strict", caller=CALLER)
    assert audit.audit(store.path).ok
    smuggle(store, events.policy_set(weak, act))
    assert "is in force" in violations(store)


def test_a_reviewer_who_makes_themselves_an_admin(store: Store, voss: Signer, keller: Signer) -> None:
    act = identity.revoke_act(
        store_id=store.store_id, person_id=voss.person_id, since=AT, reason=None, at_utc=AT, by=keller
    )
    smuggle(store, events.reviewer_revoked(act))
    assert "only an admin" in violations(store)


def test_a_new_key_for_somebody_else(store: Store, text: tuple[str, str], voss: Signer, keller: Signer) -> None:
    stolen = Signer(store.store_id, voss.person_id, voss.name, Ed25519PrivateKey.generate())
    act = identity.rekey_act(
        store_id=store.store_id, person_id=voss.person_id, public_key=stolen.public_key, at_utc=AT, by=keller
    )
    smuggle(store, events.reviewer_rekeyed(act))
    smuggle(store, events.reviewed(forged(store, text, stolen)))
    assert "only an admin" in violations(store)


def test_an_act_under_the_wrong_kind(store: Store, voss: Signer, keller: Signer) -> None:
    act = identity.revoke_act(
        store_id=store.store_id, person_id=keller.person_id, since=AT, reason=None, at_utc=AT, by=voss
    )
    fake = {**act, "verb": "rekey", "public_key": "ab" * 32}
    smuggle(store, events.reviewer_rekeyed({**fake, "signature": voss.sign({**fake, "signature": None})}))
    assert "not signed by" in violations(store)
    smuggle(store, events.policy_set(store.snapshot().policy, act))
    assert "another one" in violations(store)


def test_a_decision_with_a_key_that_was_replaced(store: Store, text: tuple[str, str], keller: Signer) -> None:
    people.rekey(store, keller.person_id, passphrase=PASSPHRASE, by=keller, caller=CALLER)
    with pytest.raises(SignatureError, match="sign in again"):
        decide(store, keller, *text, "approved", reason="Right")
    smuggle(store, events.reviewed(forged(store, text, keller)))
    assert "enrolled key" in violations(store)


def test_a_lost_key_leaves_what_it_signed_valid(
    store: Store, text: tuple[str, str], voss: Signer, keller: Signer
) -> None:
    decide(store, keller, *text, "rejected", reason="Wrong limit")
    identity.forget_key(store.store_id, keller.person_id)
    people.rekey(store, keller.person_id, passphrase="another passphrase", by=voss, caller=CALLER)
    fresh = people.sign_in(store, keller.person_id, lambda: "another passphrase")
    assert fresh.public_key != keller.public_key
    review.withdraw(store, fresh, *text, caller=CALLER)
    decide(store, fresh, *text, "approved", reason="It was the other one")
    report = audit.audit(store.path)
    assert report.ok, report.findings
    assert [line.signature for line in report.decisions] == ["valid"] * 3
    assert browse.show(store, text[0]).review_state == "APPROVED"


def test_a_key_of_another_store(store: Store, text: tuple[str, str], keller: Signer) -> None:
    other_path = store.path.parent / "other"
    create_store(other_path)
    with open_store(other_path) as other:
        enrol(other, "mvoss", "M. Voss", None)
        twin = enrol(other, "akeller", "A. Keller", identity.unlock(other.store_id, "mvoss", PASSPHRASE))
    with pytest.raises(SignatureError, match="enrolled key"):
        decide(store, twin, *text, "approved", reason="Right")
    smuggle(store, events.reviewed(forged(store, text, keller, store_id=twin.store_id)))
    assert "another store" in violations(store)


def test_somebody_revoked_while_signed_in_decides_no_more(
    store: Store, text: tuple[str, str], voss: Signer, keller: Signer
) -> None:
    seen = review.seen(store.snapshot())
    with open_store(store.path) as elsewhere:
        people.revoke(elsewhere, keller.person_id, by=voss, caller=CALLER)
    head = audit.audit(store.path).head
    with pytest.raises(SignatureError, match="revoked"):
        decide(store, keller, *text, "approved", reason="Right", seen=seen)
    with pytest.raises(SignatureError, match="revoked"):
        people.sign_in(store, keller.person_id, lambda: pytest.fail("nobody is asked"))
    assert audit.audit(store.path).head == head

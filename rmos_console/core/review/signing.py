"""Signatures, and everything a decision must satisfy inside the lock.

A signature is Ed25519 over the canonical bytes of a document without its ``signature`` key. Signatures bind honest and
dishonest software alike when an audit reads them; the other rules bind whoever writes through this library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rmos_console.core.canonical import canonical
from rmos_console.core.errors import NotFoundError, PolicyError, RmosError, SignatureError, StaleError
from rmos_console.core.records.actor import Person
from rmos_console.core.records.advisory import AdvisoryKind
from rmos_console.core.records.review import AutoApproval, Policy, Review, Seen, Verb
from rmos_console.core.records.run import Risk
from rmos_console.core.review.policy import needs_reason
from rmos_console.core.review.roles import Deed, check_role
from rmos_console.core.review.states import ReviewInputs, complaint
from rmos_console.core.review.words import check_words, is_visible

MEANINGS: Final[Mapping[Verb, str]] = {
    "approved": "The explanation is right",
    "rejected": "The explanation is wrong",
    "withdrawn": "I take my decision back",
}
"""What a person signs to, in words: it is about the explanation and never permits a cut."""

_DEEDS: Final[Mapping[Verb, Deed]] = {"approved": "approve", "rejected": "reject", "withdrawn": "withdraw"}

MAX_REASON: Final = 4000
"""Characters a reason may have."""


def sign(private_key: Ed25519PrivateKey, document: Mapping[str, Any]) -> str:
    """Return the hex signature over the canonical bytes of ``document``, which must not hold ``signature`` itself."""
    return private_key.sign(canonical(dict(document))).hex()


def verify(public_key_hex: str, document: Mapping[str, Any], signature_hex: str) -> bool:
    """Tell whether a signature over ``document`` holds; malformed keys, documents and signatures do not."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key_hex))
        key.verify(bytes.fromhex(signature_hex), canonical(dict(document)))
    except (InvalidSignature, ValueError, TypeError, RmosError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the store holds, inside the lock and after catching up, about the text that a decision is about.

    A digest is None where the store lacks the thing, ``kind`` is None where the run does not carry the advisory.
    ``head`` is the last line; ``seen_digest`` the digest of the line that ``review.seen.seq`` names, None where there
    is none, and ``seen_policy`` the policy that was in force at it. ``author_id`` is who wrote the words: a person for
    attached text, None for an engine's.
    """

    store_id: str
    run_sha256: str | None
    advisory_sha256: str | None
    text_sha256: str | None
    kind: AdvisoryKind | None
    superseded: bool
    risk: Risk
    policy: Policy
    head: Seen
    policies: Sequence[Policy] = ()
    reviews: Sequence[Review] = ()
    auto: AutoApproval | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    author_id: str | None = None
    seen_digest: str | None = None
    seen_policy: Policy | None = None


def check_decision(review: Review, facts: DecisionFacts) -> None:
    """Return if a decision may be committed now.

    Raises :class:`NotFoundError` where the run or text is absent; :class:`StaleError` where what was signed is not what
    is stored now (run, advisory, text, policy, an unknown or later ``seen``); :class:`SignatureError` for an unknown or
    revoked signer, another name, another store, or a signature that does not hold; :class:`PolicyError` for
    self-approval, a missing, empty or invisible reason, a decision made before, and a verb that the state does not
    allow.
    """
    _check_bytes(review, facts)
    _check_seen(review, facts)
    _check_signer(review, facts)
    _check_reason(review, facts)
    if any(known.decision_id == review.decision_id for known in facts.reviews):
        raise PolicyError(f"The decision {review.decision_id} was made before and counts once; decide again.")
    if review.verb == "approved" and facts.author_id == review.person_id:
        raise PolicyError(
            f"{review.person_name} wrote this text and cannot approve it; ask somebody else.",
            advisory_id=review.advisory_id,
        )
    against = complaint(_inputs(facts), review.verb, review.person_id, review.withdraws)
    if against is not None:
        raise PolicyError(against, advisory_id=review.advisory_id, run_id=review.run_id)


def signature_holds(review: Review, person: Person) -> bool:
    """Tell whether ``person`` signed exactly this decision."""
    return review.person_id == person.id and verify(person.public_key, review.signed_document(), review.signature)


def _check_bytes(review: Review, facts: DecisionFacts) -> None:
    if facts.run_sha256 is None:
        raise NotFoundError(f"There is no run {review.run_id} to decide about.", run_id=review.run_id)
    if facts.kind is None or facts.advisory_sha256 is None or facts.text_sha256 is None:
        raise NotFoundError(
            f"Run {review.run_id} carries no advisory {review.advisory_id!r} whose text is in the store.",
            advisory_id=review.advisory_id,
        )
    if review.store_id != facts.store_id:
        raise SignatureError("The decision was signed for another store; sign in to this one and decide here.")
    pairs = (
        ("run", review.run_sha256, facts.run_sha256),
        ("advisory", review.advisory_sha256, facts.advisory_sha256),
        ("text", review.text_sha256, facts.text_sha256),
    )
    for what, signed, stored in pairs:
        if signed != stored:
            raise StaleError(
                f"The {what} that was shown is not the one in the store now; read it again and decide then.",
                shown=signed,
                stored=stored,
            )
    shown = review.policy_version if facts.seen_policy is None else facts.seen_policy.version
    if not review.policy_version == shown == facts.policy.version:
        raise StaleError(
            f"The policy changed to version {facts.policy.version} while this was on screen; look again and decide.",
            signed=review.policy_version,
            shown=shown,
            current=facts.policy.version,
        )


def _check_seen(review: Review, facts: DecisionFacts) -> None:
    if review.seen.seq > facts.head.seq:
        raise StaleError("The decision names a line of the ledger that does not exist; read the text again.")
    known = facts.head.digest if review.seen.seq == facts.head.seq else facts.seen_digest
    if known != review.seen.digest:
        raise StaleError("The decision names a line that this ledger does not hold; read the text again.")


def _check_signer(review: Review, facts: DecisionFacts) -> None:
    person = facts.people.get(review.person_id)
    if person is None:
        raise SignatureError(
            f"{review.person_id!r} is not enrolled in this store; an admin enrols people with `reviewer add`."
        )
    if person.revoked_since is not None:
        raise SignatureError(
            f"{person.name} was revoked since {person.revoked_since} and can decide no more; ask an admin."
        )
    check_role(person, _DEEDS[review.verb])
    if review.person_name != person.name:
        raise SignatureError(f"The decision is signed as {review.person_name!r}, but {person.id} is {person.name!r}.")
    if review.meaning != MEANINGS[review.verb]:
        raise SignatureError("The decision says something else than its verb means; decide again.")
    if not signature_holds(review, person):
        raise SignatureError(f"The signature is not one of {person.name}'s enrolled key; sign in again.")


def _check_reason(review: Review, facts: DecisionFacts) -> None:
    if review.reason is not None:
        check_words(review.reason, what="reason", limit=MAX_REASON)
    if needs_reason(facts.policy, facts.risk, review.verb) and not is_visible(review.reason or ""):
        what = "A rejection" if review.verb == "rejected" else "Approving the explanation of a RED run"
        raise PolicyError(f"{what} needs a reason; write one.", verb=review.verb)


def _inputs(facts: DecisionFacts) -> ReviewInputs:
    return ReviewInputs(
        kind=facts.kind or "unknown",
        superseded=facts.superseded,
        risk=facts.risk,
        policy=facts.policy,
        policies=facts.policies,
        reviews=facts.reviews,
        auto=facts.auto,
        people=facts.people,
    )

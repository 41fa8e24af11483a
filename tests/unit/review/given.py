"""People, policies and signed decisions for the tests of the review rules; all made here, nothing read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rmos_console.core.records.actor import Person
from rmos_console.core.records.review import AutoApproval, Policy, PolicyMode, Review, Seen, Verb
from rmos_console.core.records.run import Risk
from rmos_console.core.review.signing import MEANINGS, DecisionFacts, sign
from rmos_console.core.review.states import ReviewInputs

Level = Literal["GREEN", "YELLOW", "RED"]
LEVELS: tuple[Level, ...] = ("GREEN", "YELLOW", "RED")
STORE = "store_0123456789abcdef"
RUN_SHA, ADVISORY_SHA, TEXT_SHA = (character * 64 for character in "abc")
HEAD = Seen(seq=40, digest="d" * 64)


def key_of(person_id: str) -> Ed25519PrivateKey:
    """The same person always has the same key."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(person_id.encode()).digest())


def person(person_id: str, role: Literal["reviewer", "admin"] = "reviewer", revoked: str | None = None) -> Person:
    public = key_of(person_id).public_key().public_bytes_raw().hex()
    return Person(
        id=person_id,
        name=f"{person_id.capitalize()} Example",
        role=role,
        public_key=public,
        enrolled_at_utc="2026-01-01T00:00:00Z",
        enrolled_by="ada",
        revoked_since=revoked,
    )


PEOPLE = {each.id: each for each in (person("ada", "admin"), person("bob"), person("cleo"))}


def risk(policy: Level, shown: Any = None) -> Risk:
    return Risk(shown=shown or policy, found_at="decision.risk_level", policy=policy)


def policy(mode: PolicyMode = "tiered", *, second: bool = False, version: int = 1) -> Policy:
    return Policy(version=version, mode=mode, second_for_red=second)


def auto(version: int = 1) -> AutoApproval:
    return AutoApproval(
        run_id="run_000000000001",
        run_sha256=RUN_SHA,
        advisory_id="adv_1",
        advisory_sha256=ADVISORY_SHA,
        text_sha256=TEXT_SHA,
        policy_version=version,
        at_utc="2026-02-01T00:00:00Z",
    )


def decision(person_id: str, verb: Verb, **changes: Any) -> Review:
    """A decision signed by a person; ``changes`` are made before it is signed."""
    number = changes.pop("number", 1)
    whole: dict[str, Any] = {
        "decision_id": f"dec_{person_id}_{verb}_{number}",
        "verb": verb,
        "run_id": "run_000000000001",
        "run_sha256": RUN_SHA,
        "advisory_id": "adv_1",
        "advisory_sha256": ADVISORY_SHA,
        "text_sha256": TEXT_SHA,
        "meaning": MEANINGS[verb],
        "reason": "because I looked",
        "person_id": person_id,
        "person_name": f"{person_id.capitalize()} Example",
        "at_utc": f"2026-03-01T00:00:{number % 60:02d}Z",
        "policy_version": 1,
        "store_id": STORE,
        "seen": HEAD,
        **changes,
    }
    return signed(Review(**whole))


def signed(review: Review, by: str | None = None) -> Review:
    signature = sign(key_of(by or review.person_id), review.signed_document())
    return review.model_copy(update={"signature": signature})


@dataclass(frozen=True)
class Case:
    """One text under review, as rules and checks see it."""

    risk: Risk = field(default_factory=lambda: risk("YELLOW"))
    policy: Policy = field(default_factory=policy)
    reviews: tuple[Review, ...] = ()
    auto: AutoApproval | None = None
    superseded: bool = False
    kind: Any = "explanation"
    people: dict[str, Person] = field(default_factory=lambda: dict(PEOPLE))
    policies: tuple[Policy, ...] = ()

    def inputs(self) -> ReviewInputs:
        return ReviewInputs(
            kind=self.kind,
            superseded=self.superseded,
            risk=self.risk,
            policy=self.policy,
            policies=self.policies or (self.policy,),
            reviews=self.reviews,
            auto=self.auto,
            people=self.people,
        )

    def facts(self, **changes: Any) -> DecisionFacts:
        facts = DecisionFacts(
            store_id=STORE,
            run_sha256=RUN_SHA,
            advisory_sha256=ADVISORY_SHA,
            text_sha256=TEXT_SHA,
            kind=self.kind,
            superseded=self.superseded,
            risk=self.risk,
            policy=self.policy,
            head=HEAD,
            policies=self.policies or (self.policy,),
            reviews=self.reviews,
            auto=self.auto,
            people=self.people,
        )
        return replace(facts, **changes)

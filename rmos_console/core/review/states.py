"""The review state of one text on one run, judged from the decisions in the ledger (design, Explanations and review).

The decisions are played in ledger order. A decision by somebody revoked since before it counts as made and then taken
away: the text needs a review again and is listed as suspect. A withdrawal takes away the whole standing approval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from rmos_console.core.records.actor import Person
from rmos_console.core.records.advisory import AdvisoryKind
from rmos_console.core.records.review import AutoApproval, Policy, Review, ReviewState, StateExplained, Verb
from rmos_console.core.records.run import Risk
from rmos_console.core.review.policy import named, needs_second, policy_as_of

UNREVIEWED_KINDS: Final[frozenset[AdvisoryKind]] = frozenset({"note"})
"""Kinds of advisory that nobody decides about."""


@dataclass(frozen=True, slots=True)
class ReviewInputs:
    """What a review state depends on.

    ``reviews`` are the decisions about this text on this run, in ledger order; ``policy`` is the one in force,
    ``policies`` all that ever were; ``people`` holds everybody enrolled, by id.
    """

    kind: AdvisoryKind
    superseded: bool
    risk: Risk
    policy: Policy
    policies: Sequence[Policy] = ()
    reviews: Sequence[Review] = ()
    auto: AutoApproval | None = None
    people: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What people have decided so far: nothing (``state`` None), or a state with the decisions that carry it.

    ``taken_back`` is the decision that was withdrawn or lost its signer last, if that is why nothing stands.
    """

    state: Literal["AWAITING_SECOND", "APPROVED", "REJECTED"] | None = None
    decisions: tuple[Review, ...] = ()
    taken_back: Review | None = None
    suspect: bool = False

    @property
    def people(self) -> frozenset[str]:
        """Ids of those whose decisions stand."""
        return frozenset(review.person_id for review in self.decisions)


def judge(inputs: ReviewInputs) -> StateExplained:
    """Return the review state and one plain sentence that says why it is so."""
    if inputs.kind in UNREVIEWED_KINDS:
        return StateExplained(state="NONE", why=f"a {inputs.kind} is not reviewed")
    if inputs.superseded:
        return StateExplained(state="SUPERSEDED", why="a newer explanation of this run replaced this text")
    standing = played(inputs)
    if standing.state is not None:
        return StateExplained(state=standing.state, why=_decided(standing))
    if standing.taken_back is not None:
        why = _taken_back(standing.taken_back, suspect=standing.suspect)
        return StateExplained(state="NEEDS_REVIEW", why=why, suspect=standing.suspect)
    return _undecided(inputs)


def played(inputs: ReviewInputs) -> Standing:
    """Play the decisions in ledger order and return what stands at their end."""
    standing = Standing()
    for review in inputs.reviews:
        standing = _after(standing, review, inputs)
    return standing


def complaint(inputs: ReviewInputs, verb: Verb, person_id: str, withdraws: str | None = None) -> str | None:
    """Return why the present state does not let this person do this, in one sentence, or None if it does."""
    told = judge(inputs)
    if told.state == "NONE":
        return f"There is nothing to decide: {told.why}."
    if told.state == "SUPERSEDED":
        return "A newer explanation of this run replaced this text; decide about that one."
    standing = played(inputs)
    if verb == "withdrawn":
        mine = [review.decision_id for review in standing.decisions if review.person_id == person_id]
        if not mine:
            return "You have no standing decision about this text, so there is nothing to take back."
        return None if withdraws in mine else "The withdrawal names a decision that is not your standing one."
    if verb == "approved" and standing.state == "APPROVED":
        return f"The text is approved already ({told.why})."
    if verb == "rejected" and standing.state == "REJECTED":
        return f"The text is rejected already ({told.why})."
    if person_id in standing.people and standing.state != "AWAITING_SECOND":
        return "You decided the other way before; take that decision back first."
    if person_id in standing.people and verb == "approved":
        return "You gave the first of the two signatures; the second must come from a different person."
    return None


def is_suspect(review: Review, people: Mapping[str, Person]) -> bool:
    """Tell whether a decision cannot be relied on: its signer is not enrolled, or was revoked since before it.

    A time that cannot be read counts as suspect.
    """
    person = people.get(review.person_id)
    if person is None:
        return True
    if person.revoked_since is None:
        return False
    decided, since = moment(review.at_utc), moment(person.revoked_since)
    return decided is None or since is None or decided >= since


def moment(text: str) -> datetime | None:
    """Return a time stamp as an aware moment, one without a zone read as UTC; None for what is no time stamp."""
    try:
        value = datetime.fromisoformat(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _after(standing: Standing, review: Review, inputs: ReviewInputs) -> Standing:
    if review.verb == "withdrawn":
        mine = {item.decision_id for item in standing.decisions if item.person_id == review.person_id}
        if review.withdraws not in mine:
            return standing  # of a decision that did not stand any more: it changes nothing
        return Standing(taken_back=review, suspect=is_suspect(review, inputs.people))
    if is_suspect(review, inputs.people):
        return Standing(taken_back=review, suspect=True)
    if review.verb == "rejected":
        return Standing(state="REJECTED", decisions=(review,))
    if standing.state == "APPROVED":
        return standing
    policy = policy_as_of(review.policy_version, inputs.policies, inputs.policy) or inputs.policy
    if not needs_second(policy, inputs.risk):
        return Standing(state="APPROVED", decisions=(review,))
    if standing.state != "AWAITING_SECOND":
        return Standing(state="AWAITING_SECOND", decisions=(review,))
    if review.person_id in standing.people:
        return standing
    return Standing(state="APPROVED", decisions=(*standing.decisions, review))


def _undecided(inputs: ReviewInputs) -> StateExplained:
    rule = named(inputs.policy)
    auto = inputs.auto
    if auto is not None:
        policy = policy_as_of(auto.policy_version, inputs.policies, inputs.policy)
        if policy is not None and policy.mode == "tiered" and inputs.risk.policy == "GREEN":
            return _told("AUTO_APPROVED", f"approved by policy, not by a person: risk is GREEN under {named(policy)}")
        why = "needs review because its automatic approval does not follow from the policy it names"
        return StateExplained(state="NEEDS_REVIEW", why=why, suspect=True)
    if inputs.policy.mode == "informational":
        return _told("INFORMATIONAL", f"for information only: {rule} approves nothing")
    if inputs.policy.mode == "strict":
        return _told("NEEDS_REVIEW", f"needs review because {rule} always asks a person")
    if inputs.risk.policy == "GREEN":
        return _told("NEEDS_REVIEW", f"needs review because no engine on the list of {rule} wrote it here")
    two = " and asks two people" if needs_second(inputs.policy, inputs.risk) else ""
    return _told("NEEDS_REVIEW", f"needs review because {_risk(inputs.risk)} under {rule}{two}")


def _risk(risk: Risk) -> str:
    if risk.shown == risk.policy:
        return f"risk is {risk.policy}"
    return f"risk is {risk.shown}, which counts as {risk.policy},"


def _decided(standing: Standing) -> str:
    last = standing.decisions[-1]
    when = f"at {last.at_utc} under policy v{last.policy_version}"
    if standing.state == "AWAITING_SECOND":
        return f"signed by {last.person_name} {when}; a different person must sign too"
    if standing.state == "REJECTED":
        return f"rejected by {last.person_name} {when}"
    return f"approved by {' and '.join(review.person_name for review in standing.decisions)} {when}"


def _taken_back(review: Review, *, suspect: bool) -> str:
    if suspect:
        return f"needs review because {review.person_name} was revoked since before deciding at {review.at_utc}"
    return f"needs review because {review.person_name} took the decision back at {review.at_utc}"


def _told(state: ReviewState, why: str) -> StateExplained:
    return StateExplained(state=state, why=why)

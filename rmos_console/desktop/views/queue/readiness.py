"""What a decision still needs before it can be signed. No Qt; the words are translated where they are shown."""

from __future__ import annotations

from enum import Enum

from rmos_console.core.identity import Signer
from rmos_console.core.records.review import Verb
from rmos_console.core.review.policy import needs_reason
from rmos_console.desktop.views.queue.facts import CardFacts


class Missing(Enum):
    """One thing that stands between a person and a decision, in the order in which it is asked for."""

    WRITABLE = "writable"
    CARD = "card"
    SIGNER = "signer"
    OTHER_PERSON = "other_person"
    OTHER_AUTHOR = "other_author"
    READ = "read"
    REASON = "reason"


def missing(
    verb: Verb, facts: CardFacts | None, *, signer: Signer | None, writable: bool, read: bool, reason: str
) -> tuple[Missing, ...]:
    """Return what is missing for ``verb``; empty when it can be signed.

    ``read`` tells whether everything on the card has been in view. The store judges every rule again inside its lock.
    """
    found = [] if writable else [Missing.WRITABLE]
    if facts is None:
        return (*found, Missing.CARD)
    if signer is None:
        found.append(Missing.SIGNER)
    elif verb == "approved" and signer.person_id in facts.standing_approvers():
        found.append(Missing.OTHER_PERSON)
    author = facts.advisory.asset.author
    if verb == "approved" and signer is not None and author is not None and author.id == signer.person_id:
        found.append(Missing.OTHER_AUTHOR)
    if verb == "approved" and not read:
        found.append(Missing.READ)
    if needs_reason(facts.policy, facts.run.risk, verb) and not reason.strip():
        found.append(Missing.REASON)
    return tuple(found)

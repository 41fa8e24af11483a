"""What the approval policy allows: automatic approval, reasons, second signatures.

A policy is a named, versioned value in the ledger and is judged as of the decision. ``tiered`` lets a rule approve
GREEN texts of listed engines and asks one person for everything else, and a reason (where configured, a second person)
for RED. ``strict`` always asks a person. ``informational`` approves nothing and marks everything as information.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rmos_console.core.records.advisory import Engine
from rmos_console.core.records.review import AutoApproval, Policy, Verb
from rmos_console.core.records.run import Risk

INITIAL: Final = Policy()
"""In force until an admin sets another: tiered, one signature for RED, the offline engine on the list."""

HTTP_ENGINE: Final = "http"
"""The id of the engine whose texts come from a server; no package can bring another engine of that name."""

ALWAYS_READ: Final = frozenset({HTTP_ENGINE})
"""Engines whose texts are untrusted: a person reads each of them, whatever a policy lists."""

AUTO_ACTOR: Final = "system:auto_explanation_green"
"""The only actor that approves automatically."""


def may_auto_approve(policy: Policy, risk: Risk, engine: Engine | None) -> bool:
    """Tell whether ``policy`` approves, without a person, a text minted in this very transaction by ``engine``.

    Never for the engines of :data:`ALWAYS_READ`, even where the policy lists them.
    """
    return (
        policy.mode == "tiered"
        and risk.policy == "GREEN"
        and engine is not None
        and engine.id not in ALWAYS_READ
        and f"{engine.id}@{engine.version}" in policy.engines
    )


def needs_reason(policy: Policy, risk: Risk, verb: Verb) -> bool:
    """Tell whether a decision must give a reason: every rejection, and an approval of a RED run."""
    del policy  # every mode asks for the same reasons; callers need not know that
    return verb == "rejected" or (verb == "approved" and risk.policy == "RED")


def needs_second(policy: Policy, risk: Risk) -> bool:
    """Tell whether an approval takes the signatures of two different people."""
    return policy.second_for_red and risk.policy == "RED"


def named(policy: Policy) -> str:
    """Return how a policy is named in sentences: ``tiered v1``."""
    return f"{policy.mode} v{policy.version}"


def policy_as_of(version: int, policies: Sequence[Policy], current: Policy) -> Policy | None:
    """Return the policy of that version; None where the ledger knows none.

    The policy that was in force before any was set is :data:`INITIAL`, version 1.
    """
    for policy in (*policies, current, INITIAL):
        if policy.version == version:
            return policy
    return None


def auto_complaint(
    approval: AutoApproval, policies: Sequence[Policy], current: Policy, risk: Risk, engine: Engine | None
) -> str | None:
    """Return why an automatic approval does not follow from the policy it names, or None if it does.

    An audit recomputes every automatic approval with this.
    """
    policy = policy_as_of(approval.policy_version, policies, current)
    if policy is None:
        return f"it names policy version {approval.policy_version}, which was never set"
    if approval.actor != AUTO_ACTOR:
        return f"its actor {approval.actor!r} is not {AUTO_ACTOR}"
    if not may_auto_approve(policy, risk, engine):
        made_by = "no engine" if engine is None else f"engine {engine.id}@{engine.version}"
        return f"{named(policy)} approves no text of {made_by} at risk {risk.policy} without a person"
    return None

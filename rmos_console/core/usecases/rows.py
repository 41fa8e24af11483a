"""One table row per run, made once for each version of the run and then remembered."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from rmos_console.core.records.review import StateExplained
from rmos_console.core.records.run import RunRow
from rmos_console.core.review.explained import explanation_of
from rmos_console.core.store import RunEntry, View
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.state import newest_explanation, run_state

_remembered: weakref.WeakKeyDictionary[RunEntry, tuple[tuple[object, ...], RunRow]] = weakref.WeakKeyDictionary()


def row(view: View, entry: RunEntry) -> RunRow:
    """Return the row of one run."""
    stands_on = (*rules(view), view.asset_count)
    remembered = _remembered.get(entry)
    if remembered is not None and remembered[0] == stands_on and remembered[1].explanation_status != "PENDING":
        return remembered[1]
    advisory_id = newest_explanation(view, entry)
    state: StateExplained = run_state(view, entry)
    told = explanation_of(entry, view.has_asset, now_utc())
    made = RunRow(
        run_id=entry.run_id,
        created_at_utc=entry.created_at_utc,
        status=entry.status,
        risk=entry.risk.shown,
        risk_policy=entry.risk.policy,
        score=entry.score,
        mode=entry.mode,
        tool_id=entry.tool_id,
        machine_id=entry.context.machine_id,
        material_id=entry.context.material_id,
        session_id=entry.context.session_id,
        event_type=entry.context.event_type,
        explanation_status=told.status,
        explanation_summary=told.summary,
        review_state=state.state,
        at_source=at_source(entry),
        advisory_id=advisory_id,
        source_run_id=entry.source.run_id,
        run_sha256=entry.run_sha256,
    )
    _remembered[entry] = (stands_on, made)
    return made


def rules(view: View) -> tuple[object, ...]:
    """Return what the review states of all runs depend on: the policies, and who may be relied on."""
    standing = tuple(sorted((person.id, person.revoked_since or "") for person in view.people.values()))
    return view.store_id, view.policy.version, standing


def at_source(entry: RunEntry) -> str | None:
    """Return what the source said about a review, in words ("approved at source by system, no time"), or None.

    It is history, never a decision of this store.
    """
    for ref in reversed(entry.refs):
        facts = ref.at_source or {}
        by = facts.get("reviewed_by")
        verdict = _verdict(facts)
        if verdict is None:
            continue
        when = facts.get("reviewed_at_utc") or facts.get("updated_at_utc") or facts.get("rejected_at_utc")
        return f"{verdict} at source{f' by {by}' if by else ''}, {when or 'no time'}"
    return None


def _verdict(facts: Mapping[str, object]) -> str | None:
    if facts.get("approved_for_workflow") is True or facts.get("status") == "PROMOTED":
        return "approved"
    if facts.get("rejected") is True or facts.get("status") == "REJECTED" or facts.get("rejection_reason"):
        return "rejected"
    if facts.get("reviewed") is True or facts.get("status") == "REVIEWED":
        return "reviewed"
    return None

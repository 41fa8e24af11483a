"""The review state of a run's explanations, judged on a view of the store."""

from __future__ import annotations

from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.review import StateExplained
from rmos_console.core.review.states import ReviewInputs, judge
from rmos_console.core.store import RunEntry, View

NOTHING = StateExplained(state="NONE", why="there is no explanation to review")


def newest_explanation(view: View, entry: RunEntry) -> str | None:
    """Return the advisory id of the run's newest explanation that is not superseded and whose text is here."""
    for word in reversed(entry.explanations):
        if not is_superseded(entry, word.advisory_id) and view.asset(word.advisory_id) is not None:
            return word.advisory_id
    return None


def is_superseded(entry: RunEntry, advisory_id: str) -> bool:
    """Tell whether a later text made by ``explain`` replaced this one; only texts made by ``explain`` are replaced."""
    generated = [word.advisory_id for word in entry.explanations if word.attempt is not None]
    return advisory_id in generated and generated[-1] != advisory_id


def state_of(view: View, entry: RunEntry, advisory_id: str) -> StateExplained:
    """Return the review state of one advisory on one run, with the sentence that says why."""
    ref = reference(entry, advisory_id)
    asset = view.asset(advisory_id)
    if ref is None or asset is None:
        return StateExplained(state="NONE", why="the text of this advisory is not in the store")
    return judge(
        ReviewInputs(
            kind=ref.kind,
            superseded=is_superseded(entry, advisory_id),
            risk=entry.risk,
            policy=view.policy_for(_announced(entry, advisory_id, asset.seq)),
            policies=tuple(view.policies),
            reviews=tuple(review for review in entry.decisions if review.advisory_id == advisory_id),
            auto=next((auto for auto in reversed(entry.auto) if auto.advisory_id == advisory_id), None),
            people=view.people,
        )
    )


def _announced(entry: RunEntry, advisory_id: str, fallback: int) -> int:
    """Return the line that announced a text on this run, which decides about the policy that governs it."""
    return next((word.seq for word in reversed(entry.explanations) if word.advisory_id == advisory_id), fallback)


def run_state(view: View, entry: RunEntry) -> StateExplained:
    """Return the review state of the run: that of its newest explanation that is not superseded."""
    advisory_id = newest_explanation(view, entry)
    return NOTHING if advisory_id is None else state_of(view, entry, advisory_id)


def reference(entry: RunEntry, advisory_id: str) -> AdvisoryInputRef | None:
    """Return the run's reference to an advisory."""
    return next((ref for ref in entry.refs if ref.advisory_id == advisory_id), None)

"""Which runs, advisories and people an event touches."""

from __future__ import annotations

from collections.abc import Iterable

from rmos_console.core.records.changes import Changes
from rmos_console.core.records.events import Event

MANY = 20_000
"""Above this many ids a change says ``everything`` instead of naming them."""


def changes_of(events: Iterable[Event], seq: int) -> Changes:
    """Return what ``events`` touch, as a change that leads to the head ``seq``."""
    runs: set[str] = set()
    advisories: set[str] = set()
    people = policy = False
    for event in events:
        kind = event["kind"]
        people = people or kind.startswith("reviewer.")
        policy = policy or kind == "policy.set"
        run_id, advisory_id = _ids(event)
        if run_id is not None:
            runs.add(run_id)
        if advisory_id is not None:
            advisories.add(advisory_id)
    if len(runs) + len(advisories) > MANY:
        return Changes(seq=seq, people=people, policy=policy, everything=True)
    return Changes(seq=seq, run_ids=frozenset(runs), advisory_ids=frozenset(advisories), people=people, policy=policy)


def run_of(event: Event) -> str | None:
    """Return the id of the run that an event is about, or None."""
    return _ids(event)[0]


def _ids(event: Event) -> tuple[str | None, str | None]:
    kind = event["kind"]
    if kind == "run.sealed":
        return event["run"]["run_id"], None
    if kind == "advisory.sealed":
        return None, event["advisory_id"]
    if kind == "advisory.attached":
        return event["run_id"], event["ref"]["advisory_id"]
    if kind.startswith("review."):
        return event["decision"]["run_id"], event["decision"]["advisory_id"]
    return event.get("run_id"), event.get("advisory_id")

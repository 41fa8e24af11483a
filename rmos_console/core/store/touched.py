"""Which runs, advisories and people an event touches."""

from __future__ import annotations

from collections.abc import Iterable

from rmos_console.core.records.changes import Changes
from rmos_console.core.records.events import Event

MANY = 20_000
"""Above this many ids a change says ``everything`` instead of naming them."""


class Touched:
    """Gathers what events touch."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        self._advisories: set[str] = set()
        self._people = self._policy = False

    def add(self, events: Iterable[Event]) -> None:
        """Add what these events touch."""
        for event in events:
            kind = event["kind"]
            self._people = self._people or kind.startswith("reviewer.")
            self._policy = self._policy or kind == "policy.set"
            run_id, advisory_id = _ids(event)
            if run_id is not None:
                self._runs.add(run_id)
            if advisory_id is not None:
                self._advisories.add(advisory_id)

    def changes(self, seq: int) -> Changes:
        """Return all of it as a change that leads to the head ``seq``."""
        people, policy = self._people, self._policy
        if len(self._runs) + len(self._advisories) > MANY:
            return Changes(seq=seq, people=people, policy=policy, everything=True)
        runs, advisories = frozenset(self._runs), frozenset(self._advisories)
        return Changes(seq=seq, run_ids=runs, advisory_ids=advisories, people=people, policy=policy)


def changes_of(events: Iterable[Event], seq: int) -> Changes:
    """Return what ``events`` touch, as a change that leads to the head ``seq``."""
    touched = Touched()
    touched.add(events)
    return touched.changes(seq)


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

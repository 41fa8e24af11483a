"""Attempts to explain: opened with a deadline, ended by their outcome or, past the deadline, by any writer."""

from __future__ import annotations

from collections.abc import Sequence

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import RmosError
from rmos_console.core.log import swallowed
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.advisory import Engine
from rmos_console.core.records.changes import Changes
from rmos_console.core.store import RunEntry, Store, View
from rmos_console.core.usecases.clock import in_seconds, now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.state import is_superseded

ATTEMPT_SECONDS = 120.0
"""How long an attempt stays open; any writer ends an older one as failed."""


def attempt_key(run_sha256: str, engine: Engine) -> str:
    """Return the key of an attempt: the same run bytes, engine and version are explained once."""
    return canonical_sha256([run_sha256, engine.id, engine.version])


def stands(view: View, entry: RunEntry) -> bool:
    """Tell whether a run has an explanation whose text is here and not superseded."""
    return any(
        view.has_asset(word.advisory_id) and not is_superseded(entry, word.advisory_id) for word in entry.explanations
    )


def open_attempt(
    store: Store, entry: RunEntry, engine: Engine, attempt: str, caller: Caller, *, force: bool, seconds: float
) -> Changes:
    """Open an attempt until ``seconds`` from now, unless the same one is open already or nothing is to be done.

    Without ``force`` any open attempt and any standing explanation is enough; with it, only an open attempt of the same
    engine and version. Overdue attempts of the whole store are ended by the way.
    """
    key = attempt_key(entry.run_sha256, engine)

    def decide(view: View) -> Sequence[events.Event]:
        now = find_run(view, entry.run_id)[0]
        overdue = sweep_events(view, now_utc())
        ended = {event["attempt"] for event in overdue}
        others = [other for other in now.attempts if other.state == "open" and other.attempt not in ended]
        if any(other.key == key or not force for other in others) or (not force and stands(view, now)):
            return overdue
        pending = events.explanation_pending(
            entry.run_id,
            attempt,
            key=key,
            engine_id=engine.id,
            engine_version=engine.version,
            deadline_utc=in_seconds(seconds),
        )
        return [*overdue, pending]

    return commit(store, caller, decide)


def is_open(view: View, run_id: str, attempt: str) -> bool:
    """Tell whether an attempt still waits for its outcome."""
    entry = view.run(run_id)
    return entry is not None and any(other.attempt == attempt and other.state == "open" for other in entry.attempts)


def fail_attempt(store: Store, run_id: str, attempt: str, reason: str, caller: Caller) -> Changes:
    """End an attempt as failed, unless it ended already."""

    def decide(view: View) -> Sequence[events.Event]:
        if not is_open(view, run_id, attempt):
            return []
        return [events.explanation_failed(run_id, attempt, reason=reason[:500])]

    return commit(store, caller, decide)


def sweep_events(view: View, moment: str) -> list[events.Event]:
    """Return the events that end every attempt whose deadline has passed."""
    return [
        events.explanation_failed(run_id, attempt.attempt, reason="the attempt ran past its deadline")
        for run_id, attempt in view.open_attempts()
        if (attempt.deadline_utc or "") < moment
    ]


def sweep(store: Store, caller: Caller) -> Changes | None:
    """End overdue attempts; None where there are none. Writers do this at open and each minute."""
    if not sweep_events(store.snapshot(), now_utc()):
        return None
    return commit(store, caller, lambda view: sweep_events(view, now_utc()))


def sweep_quietly(store: Store, caller: Caller) -> Changes | None:
    """End overdue attempts where the store can be written; what cannot be ended now is left to the next writer."""
    if store.read_only_reason is not None:
        return None
    try:
        return sweep(store, caller)
    except RmosError as error:
        swallowed("explain.sweep", error)
        return None

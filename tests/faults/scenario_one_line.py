"""Drafts that go into one line together and exclude each other: each is judged on what those before it did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rmos_console.core.errors import NotFoundError, RefusedError
from rmos_console.core.records import events
from rmos_console.core.records.events import Event
from rmos_console.core.store import Committed, Store, View, create_store, open_store
from tests.faults.sabotage import sabotaged
from tests.faults.sound import unsound
from tests.store.making import deciding, draft, run_id, sealed

CATCHES = ("judged_against_old_head", "preconditions_outside_lock")
DRAFTS = 40
COUNTER = run_id(0)

Decide = Callable[[View], list[Event]]


def scenario(folder: Path, seed: int, sabotage: str | None = None) -> list[str]:
    """Propose drafts that count, that claim one place, and that build on each other; the same for every ``seed``."""
    del seed
    path = folder / "store"
    create_store(path)
    with open_store(path) as store:
        store.commit(draft(sealed(0, meta={"n": 0})))
    with sabotaged(sabotage), open_store(path) as store:
        violations = [*_counting(store), *_claiming(store), *_building(store)]
        if store.snapshot().head.seq > 12:
            violations.append("the drafts did not share their lines, so nothing was tried")
    return violations + unsound(path)


def _meta(view: View, key: str) -> object:
    entry = view.run(COUNTER)
    return None if entry is None else entry.meta.get(key)


def _counting(store: Store) -> list[str]:
    def count(view: View) -> list[Event]:
        found = _meta(view, "n")
        assert isinstance(found, int)
        return [events.meta_patched(COUNTER, set_={"n": found + 1}, unset=[])]

    store.commit_many([deciding(count) for _ in range(DRAFTS)])
    counted = _meta(store.snapshot(), "n")
    return [] if counted == DRAFTS else [f"{DRAFTS} drafts counted to {counted}"]


def _claiming(store: Store) -> list[str]:
    def claim(number: int) -> Decide:
        def decide(view: View) -> list[Event]:
            if _meta(view, "owner") is not None:
                raise RefusedError("It is taken.")
            return [events.meta_patched(COUNTER, set_={"owner": number}, unset=[])]

        return decide

    outcomes = store.commit_many([deciding(claim(number)) for number in range(DRAFTS)])
    won = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Committed)]
    return [] if won == [0] and _meta(store.snapshot(), "owner") == 0 else [f"one place was given to {won}"]


def _building(store: Store) -> list[str]:
    """A run, then a word about it, in the same line: the second must be able to see the first."""

    def speak(view: View) -> list[Event]:
        if view.run(run_id(1)) is None:
            raise NotFoundError("There is no such run.")
        return [events.meta_patched(run_id(1), set_={"said": True}, unset=[])]

    outcomes = store.commit_many([draft(sealed(1)), deciding(speak)])
    return [f"a draft did not see the one before it: {each}" for each in outcomes if not isinstance(each, Committed)]

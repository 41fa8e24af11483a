"""Writers that race for the same thing, in several processes and threads: one gets it, all others are refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rmos_console.core.errors import ConflictError, RefusedError, RmosError
from rmos_console.core.records import events
from rmos_console.core.records.events import Event
from rmos_console.core.store import Limits, Store, View, create_store, open_store
from tests.faults.forked import CONTEXT, Child, ChildError, Talk
from tests.faults.sound import unsound
from tests.store.making import (
    asset_event,
    deciding,
    draft,
    independent_verify,
    run_id,
    sealed,
)

CATCHES = ("no_lock", "lockf_stray_close", "preconditions_outside_lock")
PROCESSES, THREADS = 3, 2
RACES = 45
LIMITS = Limits(runs=10)
PRIZE = run_id(0)

Claim = Callable[[View], list[Event]]


def scenario(folder: Path, seed: int, sabotage: str | None = None, *, races: int = RACES) -> list[str]:
    """Race ``races`` times: in turn for a run id, for an advisory id, and for a place in the meta of one run."""
    path = folder / "store"
    create_store(path)
    with open_store(path) as store:
        store.commit(draft(sealed(0, meta={})))
    barrier = CONTEXT.Barrier(PROCESSES * THREADS)
    children = [
        Child(partial(_race, path=path, barrier=barrier, number=number, seed=seed, races=races), sabotage)
        for number in range(PROCESSES)
    ]
    answers: list[tuple[int, str, str]] = []
    violations: list[str] = []
    for number, child in enumerate(children):
        with child:
            try:
                answers += child.talk.hear(20 + races / 10)
            except ChildError as error:
                violations.append(f"process {number}: {error}")
    if not violations:
        violations += _judged(path, answers, races, seed)
    return violations + unsound(path)


def _race(talk: Talk, path: Path, barrier: Any, number: int, seed: int, races: int) -> None:
    answers: list[tuple[int, str, str]] = []

    def compete(store: Store, me: str) -> None:
        for race in range(races):
            claim = _CLAIMS[race % len(_CLAIMS)](race, seed, me)
            barrier.wait(20)
            try:
                store.commit(deciding(claim))
                answers.append((race, me, "won"))
            except RefusedError:
                answers.append((race, me, "lost"))
            except RmosError as error:
                answers.append((race, me, f"{error.code}: {error.message}"))

    with open_store(path, limits=LIMITS, wait_seconds=20) as store:
        threads = [threading.Thread(target=compete, args=(store, f"{number}.{each}")) for each in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    talk.tell(answers)


def _for_run(race: int, seed: int, me: str) -> Claim:
    wanted = run_id(1 + race)

    def decide(view: View) -> list[Event]:
        if view.run(wanted) is not None:
            raise ConflictError("The id is taken.")
        return [sealed(1 + race, meta={"winner": me, "seed": seed})]

    return decide


def _for_advisory(race: int, _seed: int, me: str) -> Claim:
    def decide(view: View) -> list[Event]:
        if view.asset(f"adv_{race}") is not None:
            raise ConflictError("The id is taken.")
        return [asset_event(f"adv_{race}", me)]

    return decide


def _for_place(race: int, _seed: int, me: str) -> Claim:
    """A precondition that nothing but the draft itself checks."""

    def decide(view: View) -> list[Event]:
        entry = view.run(PRIZE)
        if entry is None or f"race {race}" in entry.meta:
            raise RefusedError("The place is taken.")
        return [events.meta_patched(PRIZE, set_={f"race {race}": me}, unset=[])]

    return decide


_CLAIMS = (_for_run, _for_advisory, _for_place)


def _judged(path: Path, answers: list[tuple[int, str, str]], races: int, seed: int) -> Iterator[str]:
    """Yield each race that has not one winner, or another one in the ledger than the one who was told so."""
    try:
        written = dict(_winners(independent_verify(path)[2]))
    except (AssertionError, ValueError) as error:
        yield f"the ledger does not verify: {error}"
        written = {}
    for race in range(races):
        told = [(me, word) for found, me, word in answers if found == race]
        winners = [me for me, word in told if word == "won"]
        if len(winners) != 1:
            yield f"race {race} (seed {seed}) was won by {winners}"
        elif written and written.get(race) != winners[0]:
            yield f"race {race} (seed {seed}) was won by {winners}, but the ledger says {written.get(race)}"
        yield from (f"race {race}: {me} was told {word}" for me, word in told if word not in {"won", "lost"})


def _winners(written: list[Event]) -> Iterator[tuple[int, str]]:
    """Yield the winner of each race as the ledger has it; a later one would stand for the earlier."""
    for event in written:
        if event["kind"] == "run.sealed" and event["run"]["run_id"] != PRIZE:
            yield (
                int(event["run"]["run_id"].removeprefix("run_"), 16) - 1,
                event["run"]["meta"]["winner"],
            )
        elif event["kind"] == "advisory.sealed":
            yield int(event["advisory_id"].removeprefix("adv_")), event["asset"]["text"]
        elif event["kind"] == "run.meta_patched":
            for place, me in event["set"].items():
                yield int(place.removeprefix("race ")), me

"""One process of a race for ids: it proposes every id with content of its own, and logs which it won.

Called as ``python -m tests.faults.ids_worker STORE LOG WORKER RACES SEED PACE SABOTAGE``; it waits for a line on its
standard input. ``PACE`` is a file with 8 bytes for each process, in which it says how far it is: a process that got the
lock more often waits for the others, or all races would be won by the same one long before the others come.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rmos_console.core.errors import ConflictError, RmosError
from rmos_console.core.records.actor import Actor
from rmos_console.core.store import Committed, Draft, Limits, open_store
from tests.store.making import asset_event, sealed

KINDS = ("run", "advisory", "transaction")
RUNS_IN_A_SEGMENT = 700
AHEAD = 12
PATIENCE_SECONDS = 5.0


def main(arguments: Sequence[str]) -> None:
    """Race for all ids, a few at a time and in an order of this process's own among the next few."""
    store, log, worker, races, seed, pace, sabotage = arguments
    if sabotage:
        from tests.faults.sabotage import apply  # noqa: PLC0415  only where the product is to be broken

        apply(sabotage)
    draw = random.Random(f"{seed}/{worker}")  # noqa: S311  an order, nothing secret
    told: dict[int, str] = {}
    with open_store(Path(store), wait_seconds=60, limits=Limits(runs=RUNS_IN_A_SEGMENT)) as opened:
        print("ready", flush=True)  # noqa: T201  the scenario waits for it
        sys.stdin.readline()
        todo = list(range(int(races)))
        while todo:
            _keep_pace(Path(pace), int(worker), todo[0])
            some = draw.sample(todo[:12], min(len(todo), draw.choice([1, 2, 5, 9])))
            todo = [number for number in todo if number not in some]
            outcomes = opened.commit_many([_draft(number, worker) for number in some])
            told.update({number: _word(outcome) for number, outcome in zip(some, outcomes, strict=True)})
        _keep_pace(Path(pace), int(worker), int(races), wait=False)
    Path(log).write_text(json.dumps(told), encoding="utf-8")


def _keep_pace(pace: Path, worker: int, done: int, *, wait: bool = True) -> None:
    """Say how far this process is, and wait for those that are far behind, but not for ever: they may have died."""
    with pace.open("r+b") as file:
        os.pwrite(file.fileno(), done.to_bytes(8, "big"), worker * 8)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while wait and done - _slowest(file.fileno()) > AHEAD and time.monotonic() < deadline:
            time.sleep(0.0005)


def _slowest(descriptor: int) -> int:
    data = os.pread(descriptor, 8 * 64, 0)
    return min(int.from_bytes(data[place : place + 8], "big") for place in range(0, len(data), 8))


def _draft(number: int, worker: str) -> Draft:
    """Return a draft that looks at nothing before it writes: that an id is written once is up to the store."""
    kind = KINDS[number % len(KINDS)]
    own = sealed(1, run_id=f"run_{int(worker) + 1:x}{number:011x}", meta={"by": worker})
    if kind == "run":
        own = sealed(1, run_id=f"run_0{number:011x}", meta={"by": worker})
    elif kind == "advisory":
        own = asset_event(f"adv_{number}", worker)
    shared = f"tx_{number}" if kind == "transaction" else f"tx_{number}_{worker}"
    return Draft(Actor(kind="service", id="race"), f"{number}/{worker}", lambda _view: [own], shared)


def _word(outcome: Committed | RmosError) -> str:
    if isinstance(outcome, Committed):
        return "lost" if outcome.repeated else "won"
    return "lost" if isinstance(outcome, ConflictError) else f"failed: {outcome.message}"


if __name__ == "__main__":
    main(sys.argv[1:])

"""What it costs to write: one run, one advisory, many threads, many processes, an import."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rmos_console.core.records import events
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.ids import new_id
from rmos_console.core.store import Draft, Store, create_store, open_store
from rmos_console.core.usecases.attach import attach
from rmos_console.core.usecases.importing import import_paths
from rmos_console.core.usecases.intake import create
from tests.benchmarks import children, per_process
from tests.benchmarks.asked import CALLER, advisory, reference, request
from tests.benchmarks.figures import Figure, Row, Skipped
from tests.benchmarks.plan import Plan
from tests.benchmarks.rivals import per_file, sqlite, tiny
from tests.benchmarks.rivals.rival import Document, Rival
from tests.benchmarks.stores import Shelf, newcomers, workshop
from tests.benchmarks.timing import Samples, Turn, take_turns

RIVAL_RUNS: Final = 10_000
"""The largest store that rivals are asked to write to whose cost grows with it."""

THREADS: Final = 16
PROCESSES: Final = 4


def rivals_at(shelf: Shelf, runs: int, scratch: Path) -> Iterator[Rival]:
    """Yield the rivals, each filled with the runs of a store of that size, on copies."""
    kinds: list[tuple[type[Rival], str]] = [(sqlite.Sqlite, "sqlite")]
    if runs <= RIVAL_RUNS:
        kinds += [(tiny.Tiny, "tiny"), (tiny.CachedTiny, "tiny"), (per_file.PerFile, "files")]
    for number, (kind, name) in enumerate(kinds):
        yield kind(children.copied(shelf.rival(name, runs), scratch / f"{number}-{name}"))


def one_by_one(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure a durable create and a durable attach, everybody in turn."""
    fresh = newcomers(plan.writes + 8, seed=runs)
    documents = [fresh.run(number) for number in range(plan.writes + 8)]
    known = [str(workshop(runs).run(number)["run_id"]) for number in range(min(runs, 997))]
    with shelf.copy(runs) as path, shelf.scratch() as scratch, open_store(path) as store:
        rivals = list(rivals_at(shelf, runs, scratch))
        slow = max(plan.writes // plan.slow_writes, 1)
        every = {rival.name: 1 if rival.name == "SQLite" else slow for rival in rivals}
        turns = {"ours": Turn(lambda n: create(store, request(documents[n + 4]), CALLER))}
        turns |= {rival.name: Turn(partial(_create_there, rival, documents), every[rival.name]) for rival in rivals}
        yield _one("durable create", 1.6, runs, take_turns(plan.writes, turns, warm=2))
        turns = {"ours": Turn(partial(_attach, store, known))}
        turns |= {rival.name: Turn(partial(_attach_there, rival, known), every[rival.name]) for rival in rivals}
        yield _one("durable attach", 1.2, runs, take_turns(plan.writes, turns, warm=2))
        for rival in rivals:
            rival.close()


def _create_there(rival: Rival, documents: Sequence[Document], number: int) -> None:
    rival.create(documents[number + 4])


def _attach_there(rival: Rival, known: Sequence[str], number: int) -> None:
    rival.attach(known[number % len(known)], reference(number), advisory(number))


def _one(name: str, bar: float, runs: int, taken: dict[str, Samples]) -> Figure:
    ours = taken.pop("ours")
    return Figure(name, f"{runs:,}", ours, bar=bar, against="SQLite", rivals=taken)


def _attach(store: Store, known: Sequence[str], number: int) -> None:
    run = known[number % len(known)]
    attach(store, run, f"adv_bench_{number}", document=advisory(number), caller=CALLER)


def threads(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure 16 threads of one process that commit prepared transactions of the size of an attach."""
    known = [str(workshop(runs).run(number)["run_id"]) for number in range(min(runs, 997))]
    each = plan.threaded // THREADS
    few = max(each // 20, 2)
    ours: list[float] = []
    theirs: list[float] = []
    with shelf.copy(runs) as path, shelf.scratch() as scratch, open_store(path) as store:
        database = children.copied(shelf.rival("sqlite", runs), scratch / "sqlite")
        for turn in range(plan.rounds):
            drafts = [[_draft(known, turn, thread, number) for number in range(each)] for thread in range(THREADS)]
            ours.append(THREADS * each / _together([partial(_commit, store, own) for own in drafts]))
            others = [partial(_refer, database, known, f"{turn}_{thread}", few) for thread in range(THREADS)]
            theirs.append(THREADS * few / _together(others))
    yield Figure(
        f"{THREADS} threads committing in one process",
        f"{runs:,}",
        Samples.of(ours),
        "/s",
        bar=15_000,
        rivals={"SQLite": Samples.of(theirs)},
    )


def _draft(known: Sequence[str], turn: int, thread: int, number: int) -> Draft:
    ref = AdvisoryInputRef(
        advisory_id=f"adv_{turn}_{thread}_{number}",
        kind="advisory",
        created_at_utc="2025-12-31T00:00:00.000000Z",
        engine_id="notes",
        engine_version="1",
    )
    made = [events.advisory_attached(known[(thread * 131 + number) % len(known)], ref)]
    return Draft(by=CALLER.by, request_id=None, decide=lambda _view: made, id=new_id("tx"))


def _commit(store: Store, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        store.commit(draft)


def _refer(database: Path, known: Sequence[str], who: str, count: int) -> None:
    rival = sqlite.Sqlite(database)
    for number in range(count):
        rival.refer(known[number % len(known)], {"advisory_id": f"adv_{who}_{number}", "kind": "advisory"})
    rival.close()


def _together(jobs: Sequence[Callable[[], None]]) -> float:
    """Run jobs in a thread each, from one moment on, and return the seconds until the last has ended."""
    gate = threading.Barrier(len(jobs) + 1)

    def begin(job: Callable[[], None]) -> None:
        gate.wait()
        job()

    running = [threading.Thread(target=begin, args=(job,)) for job in jobs]
    for thread in running:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in running:
        thread.join()
    return time.perf_counter() - began


def processes(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure 4 processes that create runs as fast as they can."""
    with shelf.copy(runs) as path, shelf.scratch() as scratch:
        database = children.copied(shelf.rival("sqlite", runs), scratch / "sqlite")
        taken: dict[str, list[float]] = {"store": [], "sqlite": []}
        for turn in range(plan.rounds):
            for kind, place in (("store", path), ("sqlite", database)):
                taken[kind] += per_process.writing(kind, place, PROCESSES, plan.per_process, turn)
    ours, rivals = Samples.of(taken["store"]), Samples.of(taken["sqlite"])
    name = f"{PROCESSES} processes writing"
    p99 = {"SQLite p99": Samples.of([rivals.at(0.99)])}
    yield Figure(f"{name}: p99", f"{runs:,}", ours, bar=20, judged="p99", rivals=p99)
    yield Figure(
        f"{name}: worst", f"{runs:,}", ours, bar=60, judged="most", rivals={"SQLite worst": Samples.of([rivals.most])}
    )


def importing(shelf: Shelf, runs: int, plan: Plan) -> Iterator[Row]:
    """Measure an import into an empty store: read, validate, hash, commit, catalog."""
    if runs < plan.imported:
        yield Skipped("import end to end", f"needs {plan.imported:,} runs")
        return
    shop = newcomers(plan.imported, seed=7)
    documents = [per_file.as_patch(shop.run(number)) for number in range(plan.imported)]
    with shelf.scratch() as scratch:
        files = scratch / "patch"
        per_file.fill(files, map(shop.run, range(plan.imported)))
        single = scratch / "v1" / "runs.json"
        single.parent.mkdir()
        single.write_text(json.dumps({run["run_id"]: run for run in documents}), encoding="utf-8")
        for name, source, layout in (("one file each", files, "patch"), ("one file", single, "v1")):
            rates = [
                plan.imported / _import(scratch / f"{layout}-{turn}", source, layout, plan.imported)
                for turn in range(plan.rounds)
            ]
            yield Figure(f"import end to end, {name}", f"{plan.imported:,}", Samples.of(rates), "/s", bar=4_000)


def _import(path: Path, source: Path, layout: str, expected: int) -> float:
    create_store(path)
    began = time.perf_counter()
    with open_store(path) as store:
        report = import_paths(store, [source], layout=layout, caller=CALLER).value
    elapsed = time.perf_counter() - began
    if report.imported != expected:
        raise AssertionError(f"{report.imported} of {expected} runs were imported from {layout}")
    return elapsed

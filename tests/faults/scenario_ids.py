"""Several processes race for the same ids with different content: each is written once, and one process is told so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rmos_console.core.store import create_store
from tests.faults import workers
from tests.faults.history_ledger import LedgerError, transactions
from tests.faults.ids_worker import KINDS

CATCHES = ("no_lock", "lockf_stray_close")


def scenario(
    folder: Path, seed: int, sabotage: str | None = None, *, processes: int = 3, races: int = 900
) -> list[str]:
    """Race in an empty folder and return every violation; ``<number>.json`` there holds what each process was told."""
    store, pace = folder / "store", folder / "pace"
    create_store(store)
    pace.write_bytes(bytes(8 * processes))
    logs = [folder / f"{number}.json" for number in range(processes)]
    arguments = [(store, log, number, races, seed, pace, sabotage or "") for number, log in enumerate(logs)]
    with workers.started("tests.faults.ids_worker", arguments) as running:
        workers.go(running)
        violations = list(workers.ended(running, 60 + races / 10))
    told = {str(number): json.loads(log.read_text(encoding="utf-8")) for number, log in enumerate(logs) if log.exists()}
    try:
        written = list(_written(store))
    except (LedgerError, ValueError, KeyError) as error:
        return [*violations, f"the ledger cannot be read: {error}"]
    return [*violations, *_judged(told, written, races)]


def _written(store: Path) -> Iterator[tuple[int, str]]:
    """Yield number and worker of each race, as the content in the ledger names its winner."""
    for transaction in transactions(store):
        for event in transaction.events:
            if event["kind"] not in {"run.sealed", "advisory.sealed"}:
                continue
            number, asked = (transaction.request or "/").split("/")
            content = event["run"]["meta"]["by"] if event["kind"] == "run.sealed" else event["asset"]["text"]
            yield int(number), content if content == asked else f"{asked}, with content of {content}"


def _judged(told: dict[str, dict[str, str]], written: list[tuple[int, str]], races: int) -> Iterator[str]:
    times = Counter(number for number, _ in written)
    winner = dict(written)
    for number in range(races):
        name = f"race {number} ({KINDS[number % len(KINDS)]})"
        if times[number] != 1:
            yield f"{name} was written {times[number]} times"
        won = [worker for worker, words in told.items() if words.get(str(number)) == "won"]
        if won != [winner.get(number)]:
            yield f"{name} was won by {winner.get(number)}, and {won} were told so"
        for worker, words in told.items():
            if words.get(str(number)) not in {"won", "lost"}:
                yield f"{name}: worker {worker} was told {words.get(str(number))}"

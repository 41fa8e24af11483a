"""A process that writes as fast as it can, from a moment that all of them share."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rmos_console.core.store import open_store
from rmos_console.core.usecases.intake import create
from tests.benchmarks import children
from tests.benchmarks.asked import CALLER, request
from tests.benchmarks.rivals import sqlite
from tests.benchmarks.stores import newcomers


def writing(kind: str, path: Path, processes: int, count: int, turn: int) -> list[float]:
    """Let ``processes`` write ``count`` runs each into a ``store`` or ``sqlite``; return the milliseconds of each."""
    arguments = [kind, str(path), str(count)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.per_process", *arguments, str(1000 * (turn + 1) + number)],
            cwd=children.CHECKOUT,
            env=children.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for process in running:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("a writing process did not start")
    for process in running:
        if process.stdin is not None:
            process.stdin.write("go\n")
            process.stdin.flush()
    taken: list[float] = []
    for process in running:
        out, _ = process.communicate(timeout=children.PATIENCE_SECONDS)
        if process.returncode:
            raise RuntimeError(f"a writing process ended with {process.returncode}")
        taken += json.loads(out.splitlines()[-1])
    return taken


def main() -> None:
    """Write runs, and print how many milliseconds each took."""
    kind, path, count, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    shop = newcomers(count + 1, seed=seed)
    documents = [shop.run(number) for number in range(count + 1)]
    if kind == "sqlite":
        _write(sqlite.Sqlite(path).create, documents)
        return
    with open_store(path) as store:
        _write(lambda document: create(store, request(document), CALLER), documents)


def _write(keep: Callable[[dict[str, Any]], object], documents: list[dict[str, Any]]) -> None:
    keep(documents[-1])  # whatever the first write does once is not counted
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    taken = []
    for document in documents[:-1]:
        began = time.perf_counter()
        keep(document)
        taken.append((time.perf_counter() - began) * 1000)
    sys.stdout.write(json.dumps(taken) + "\n")


if __name__ == "__main__":
    main()

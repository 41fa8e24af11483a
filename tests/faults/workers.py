"""Starting worker processes of a scenario together, and ending what is left of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

Worker = subprocess.Popen[str]


@contextmanager
def started(module: str, arguments: Sequence[Sequence[object]]) -> Iterator[list[Worker]]:
    """Run a module once for each list of arguments; each must say ``ready`` and then waits for :func:`go`."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", module, *map(str, each)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        yield workers
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
            worker.communicate()


def go(workers: Sequence[Worker], word: str = "go") -> None:
    """Send a word to waiting workers; one that is dead already is found by :func:`ended`."""
    for worker in workers:
        if worker.poll() is None and worker.stdin is not None:
            worker.stdin.write(f"{word}\n")
            worker.stdin.flush()


def ended(workers: Sequence[Worker], seconds: float) -> Iterator[str]:
    """Wait for workers to end; yield what went wrong with each that failed."""
    for number, worker in enumerate(workers):
        try:
            _, said = worker.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            worker.kill()
            yield f"worker {number} did not end within {seconds:g} s"
            continue
        if worker.returncode:
            last = said.strip().splitlines()[-1:] or [""]
            yield f"worker {number} ended with {worker.returncode}: {last[0]}"

"""TinyDB as it comes: one JSON file, written anew for each change; and with its own middleware for caching."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable
from pathlib import Path

from tinydb import TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage

from tests.benchmarks.rivals.rival import Document


def fill(path: Path, runs: Iterable[Document]) -> None:
    """Make a database of ``runs`` at ``path``, as TinyDB itself would have written it."""
    documents = {str(number): run for number, run in enumerate(runs, 1)}
    path.write_text(json.dumps({"runs": documents}), encoding="utf-8")


class Tiny:
    """Plain TinyDB; ``fsync`` is not asked for, because it does not do so."""

    name = "TinyDB"

    def __init__(self, path: Path) -> None:
        self._database = self._open(path)
        self._runs = self._database.table("runs")
        self._advisories = self._database.table("advisories")

    def _open(self, path: Path) -> TinyDB:
        return TinyDB(path)

    def create(self, run: Document) -> None:
        """Insert one run."""
        self._runs.insert(run)

    def attach(self, run_id: str, reference: Document, asset: Document) -> None:
        """Insert an advisory, and its reference into the run."""
        self._advisories.insert(asset)
        self._runs.update({"advisory_inputs": [reference]}, where("run_id") == run_id)

    def newest(self, count: int) -> list[Document]:
        """Return the newest runs."""
        return heapq.nlargest(count, (dict(run) for run in self._runs), key=lambda run: str(run["created_at_utc"]))

    def close(self) -> None:
        """Close the file, and write what was kept back."""
        self._database.close()


class CachedTiny(Tiny):
    """TinyDB with CachingMiddleware: up to 1,000 changes are held in memory, and lost if the process ends."""

    name = "TinyDB cached"

    def _open(self, path: Path) -> TinyDB:
        return TinyDB(path, storage=CachingMiddleware(JSONStorage))  # type: ignore[no-untyped-call]  # untyped upstream

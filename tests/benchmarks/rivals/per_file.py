"""One JSON file for each run, as RMOS's patch keeps them.

A run is written to a temporary file that is renamed, without an fsync; a change reads the file, changes it and writes
it again, with no lock; a list reads every file in the folder. Advisories lie in folders by day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks.rivals.rival import Document

_OWN = ("request_id", "source", "attachments", "lineage", "context")
"""Keys of ours that the layout does not have."""


def fill(path: Path, runs: Iterable[Document]) -> None:
    """Make a folder of ``runs`` at ``path``."""
    (path / "rmos_runs").mkdir(parents=True)
    for run in runs:
        _write(path / "rmos_runs" / f"{run['run_id']}.json", as_patch(run))


def as_patch(run: Document) -> Document:
    """Return a run in the shape of the layout."""
    kept = {key: value for key, value in run.items() if key not in _OWN}
    return {**kept, "advisory_inputs": [], "explanation_status": "NONE", "explanation_summary": None}


def _write(path: Path, document: Document) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)


class PerFile:
    """The folder, opened."""

    name = "per-file JSON"

    def __init__(self, path: Path) -> None:
        self._root = path
        self._runs = path / "rmos_runs"

    def create(self, run: Document) -> None:
        """Write a file that must not exist yet."""
        path = self._runs / f"{run['run_id']}.json"
        if path.exists():
            raise FileExistsError(path)
        _write(path, as_patch(run))

    def attach(self, run_id: str, reference: Document, asset: Document) -> None:
        """Write an advisory, then read, change and write its run."""
        folder = self._root / "advisory_assets" / "2025" / "12" / "30"
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{reference['advisory_id']}.json", asset)
        path = self._runs / f"{run_id}.json"
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        run["advisory_inputs"].append(reference)
        _write(path, run)

    def newest(self, count: int) -> list[Document]:
        """Read every file, and return the newest runs."""
        found = [json.loads(path.read_text(encoding="utf-8")) for path in self._runs.glob("*.json")]
        found.sort(key=lambda run: str(run["created_at_utc"]), reverse=True)
        return found[:count]

    def close(self) -> None:
        """Nothing is held."""

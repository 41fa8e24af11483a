"""What every rival can do, so that all of them can take turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

Document = dict[str, Any]


class Rival(Protocol):
    """A store of runs made of something else. Documents are sealed runs as the ledger holds them."""

    name: str

    def __init__(self, path: Path) -> None: ...

    def create(self, run: Document) -> None:
        """Keep one run, as durably as this store ever does."""

    def attach(self, run_id: str, reference: Document, asset: Document) -> None:
        """Keep an advisory, and the run's reference to it."""

    def newest(self, count: int) -> list[Document]:
        """Return the newest runs."""

    def close(self) -> None:
        """Let go of everything."""

"""What the options before the verb said; made before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Call:
    """One call. ``store_option`` is what ``--store`` named; ``request_id`` is recorded in every transaction."""

    store_option: Path | None
    request_id: str
    as_json: bool

"""What callers ask of a store while it is measured."""

from __future__ import annotations

from typing import Any, Final

from rmos_console.core.records.actor import Actor, Caller

CALLER: Final = Caller(by=Actor(kind="service", id="benchmark"))


def request(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run as somebody would post it."""
    return {key: value for key, value in run.items() if key not in {"source", "attachments", "lineage"}}


def advisory(number: int) -> dict[str, Any]:
    """Return the document of an advisory as a service would send it."""
    text = f"Pass {number}: the stepdown is within what the tool takes. " * 6
    return {"advisory_id": f"adv_bench_{number}", "kind": "advisory", "text": text, "engine": "notes"}


def reference(number: int) -> dict[str, Any]:
    """Return the reference of a run to that advisory."""
    return {"advisory_id": f"adv_bench_{number}", "kind": "advisory", "created_at_utc": "2025-12-31T00:00:00Z"}

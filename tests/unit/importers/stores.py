"""Small stores in each layout, written by the tests themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.importers import read
from rmos_console.core.importers.found import Found, FoundAdvisory, FoundLink, FoundRun, Ignored, Refused

T = TypeVar("T", FoundRun, FoundAdvisory, FoundLink, Refused, Ignored)
RUN_A = "run_" + "a" * 32
RUN_B = "run_" + "b" * 32
DAY = "2026-03-14"


def write(path: Path, value: object) -> Path:
    """Write indented JSON, or raw bytes, making the folders above."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value, indent=2).encode())
    return path


def record(run_id: str = RUN_A, **more: Any) -> dict[str, Any]:
    """Return a run as the patch writes it."""
    feasibility = {"risk_level": "GREEN", "rules_triggered": []}
    base: dict[str, Any] = {
        "run_id": run_id,
        "created_at_utc": "2026-03-14T09:26:53.589793Z",
        "mode": "rosette",
        "tool_id": "vbit-60",
        "status": "OK",
        "request_summary": {"depth_mm": 1.5},
        "feasibility": feasibility,
        "decision": {"risk_level": "GREEN", "score": 0, "block_reason": None, "warnings": ["dull"], "details": {}},
        "hashes": {"feasibility_sha256": canonical_sha256(feasibility), "toolpaths_sha256": "0" * 64},
        "outputs": {"gcode_text": "G0 X0\n", "gcode_path": None},
        "advisory_inputs": [],
        "explanation_status": "NONE",
        "explanation_summary": None,
        "meta": {"operator": "ines"},
    }
    return {**base, **more}


def reference(advisory_id: str = "adv_1", **more: Any) -> dict[str, Any]:
    """Return a reference as it stands in ``advisory_inputs``."""
    return {
        "advisory_id": advisory_id,
        "kind": "explanation",
        "created_at_utc": "2026-03-14T09:27:00Z",
        "request_id": None,
        "engine_id": "explainer",
        "engine_version": "2",
        **more,
    }


def asset(advisory_id: str = "adv_1", run_id: str = RUN_A, **more: Any) -> dict[str, Any]:
    """Return an advisory asset as the patch writes it, approved by the system at no time."""
    snapshot = {"risk_level": "GREEN"}
    return {
        "asset_id": advisory_id,
        "asset_type": "analysis",
        "created_at_utc": "2026-03-14T09:26:59.5Z",
        "source": "ai_analysis",
        "model": "explainer",
        "content_hash": canonical_sha256(snapshot),
        "suggestion_data": {"run_id": run_id, "explanation": "All is well.", "feasibility_snapshot": snapshot},
        "confidence": 0.75,
        "reviewed": True,
        "approved_for_workflow": True,
        "reviewed_by": "system",
        "reviewed_at_utc": None,
        "meta": {},
        **more,
    }


def everything(path: Path, layout: str, timezone: str = "UTC") -> list[Found]:
    """Return all that an import finds."""
    return list(read(path, layout, timezone=timezone))


def only(kind: type[T], items: list[Found]) -> list[T]:
    """Return the items of one kind."""
    return [item for item in items if isinstance(item, kind)]


def runs(path: Path, layout: str, timezone: str = "UTC") -> list[FoundRun]:
    """Return the runs of a store in which nothing is refused."""
    items = everything(path, layout, timezone)
    assert only(Refused, items) == []
    return only(FoundRun, items)

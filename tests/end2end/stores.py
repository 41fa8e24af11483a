"""Stores of other RMOS layouts, written by the tests themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RUN_IDS = [f"run_{7_919 * (number + 1) ** 3:016x}" for number in range(18)]


def v1_record(number: int, run_id: str, **fields: Any) -> dict[str, Any]:
    """Return a run as the single-file store writes it: nearly everything may be null, and risk hides in places."""
    safety = {"risk_level": "GREEN", "score": 90 + number % 10, "warnings": [], "block_reason": None}
    unknown = {**safety, "risk_level": "UNKNOWN", "score": None, "block_reason": "No engine for this mode"}
    green = number % 5 < 2
    record: dict[str, Any] = {
        "run_id": run_id,
        "created_at_utc": f"2026-01-{5 + number // 4:02}T{5 + number % 4:02}:07:16.690677+00:00",
        "mode": None if number % 3 else "helical",
        "tool_id": "helical_gcode" if number % 2 else "dxf:T102",
        "workflow_mode": "helical",
        "status": "OK" if green else "BLOCKED",
        "event_type": "helical_gcode_ok" if green else "helical_gcode_blocked",
        "feasibility": {"mode": "helical", "safety": safety} if green else {"safety": unknown},
        "request_summary": {"stepdown": 2.0, "stepover": 40, "number": number},
        "decision": None,
        "meta": None,
        "advisory_inputs": None,
        "explanation_status": "NONE",
        "explanation_summary": None,
        "request_hash": f"{number:064x}",
        "toolpaths_hash": None,
        "gcode_hash": f"{number + 1:064x}" if green else None,
        "notes": None,
    }
    return {**record, **fields}


def v1_store(folder: Path, **changes: dict[str, Any]) -> Path:
    """Write a single-file store of 20 runs, two with ids that are no run ids of ours; ``changes`` by number as text."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = [*RUN_IDS, "RUN-DXF-0A1B2C3D4E5F", "test_run/with a path"]
    records = {run_id: v1_record(number, run_id, **changes.get(f"n{number}", {})) for number, run_id in enumerate(ids)}
    file = folder / "runs.json"
    file.write_text(json.dumps(records, indent=2), encoding="utf-8")
    return file


def patch_store(folder: Path) -> Path:
    """Write a per-file store: a run of unknown risk, its explanation approved by the system, unread, at no time."""
    documents = {
        "rmos_runs/run_00000000000a.json": _patch_run(),
        "advisory_assets/2026/01/12/adv_00000000000b.json": _patch_asset(),
    }
    for name, document in documents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return folder


def _patch_run() -> dict[str, Any]:
    run_id, advisory_id = "run_00000000000a", "adv_00000000000b"
    return {
        "run_id": run_id,
        "created_at_utc": "2026-01-12T14:13:38.430646Z",
        "mode": "saw",
        "tool_id": "saw:10",
        "status": "OK",
        "request_summary": {},
        "feasibility": {},
        "decision": {"risk_level": None, "score": None, "block_reason": None, "warnings": [], "details": {}},
        "hashes": {"feasibility_sha256": None, "toolpaths_sha256": None, "gcode_sha256": None, "opplan_sha256": None},
        "outputs": {"gcode_text": None, "opplan_json": None, "gcode_path": None, "opplan_path": None},
        "advisory_inputs": [
            {
                "advisory_id": advisory_id,
                "kind": "explanation",
                "created_at_utc": "2026-01-12T14:13:38.435949Z",
                "request_id": None,
                "engine_id": "feasibility_explainer_v1",
                "engine_version": "1.0.0",
            }
        ],
        "explanation_status": "READY",
        "explanation_summary": "Analysis complete. Risk: unknown.",
        "meta": {},
    }


def _patch_asset() -> dict[str, Any]:
    run_id, advisory_id = "run_00000000000a", "adv_00000000000b"
    return {
        "asset_id": advisory_id,
        "asset_type": "analysis",
        "created_at_utc": "2026-01-12T14:13:38.435561Z",
        "source": "ai_analysis",
        "provider": "local",
        "model": "feasibility_explainer_v1",
        "prompt": f"Explain feasibility for run {run_id}",
        "suggestion_data": {"run_id": run_id, "explanation": "Analysis complete. Risk: unknown."},
        "confidence": 0.9,
        "reviewed": True,
        "approved_for_workflow": True,
        "reviewed_by": "system",
        "reviewed_at_utc": None,
        "meta": {},
    }

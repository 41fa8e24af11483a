"""Foreign stores of our own making, in the layouts that RMOS wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rmos_console.core.records.actor import Caller
from rmos_console.core.records.report import ImportReport
from rmos_console.core.store import Store
from rmos_console.core.usecases.importing import import_paths

RUNS = {
    "run_00000000000000aa": {"status": "OK", "tool_id": "adaptive:plan", "risk": "GREEN"},
    "run_00000000000000bb": {"status": "BLOCKED", "tool_id": "helical_gcode", "risk": "UNKNOWN"},
    "RUN-DXF-0123456789AB": {"status": "ERROR", "tool_id": "dxf", "risk": None},
}


PATCH_RUN: dict[str, Any] = {
    "run_id": "run_000000000007",
    "created_at_utc": "2026-11-22T14:13:38.504460Z",
    "mode": "saw",
    "tool_id": "saw:10",
    "status": "OK",
    "request_summary": {},
    "feasibility": {"risk_level": None},
    "decision": {"risk_level": None, "score": 0.0, "block_reason": None, "warnings": [], "details": {}},
    "hashes": {},
    "outputs": {},
    "advisory_inputs": [
        {
            "advisory_id": "adv_c10982db14f0",
            "kind": "explanation",
            "created_at_utc": "2026-11-22T14:13:38.507107Z",
            "request_id": None,
            "engine_id": "explainer_v1",
            "engine_version": "1.0.0",
        }
    ],
    "explanation_status": "READY",
    "explanation_summary": "Analysis complete.",
    "meta": {},
}
PATCH_ASSET: dict[str, Any] = {
    "asset_id": "adv_c10982db14f0",
    "asset_type": "analysis",
    "created_at_utc": "2026-11-22T14:13:38.506756Z",
    "source": "ai_analysis",
    "provider": "local",
    "model": "explainer_v1",
    "prompt": "Explain",
    "suggestion_data": {
        "run_id": "run_000000000007",
        "explanation": "Analysis complete.",
        "detail_level": "summary",
    },
    "confidence": 0.9,
    "reviewed": True,
    "approved_for_workflow": True,
    "reviewed_by": "system",
    "reviewed_at_utc": None,
    "meta": {},
}


def v1_record(run_id: str, *, status: str, tool_id: str, risk: str | None) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "created_at_utc": "2026-01-05T05:07:16.690677+00:00",
        "status": status,
        "mode": None,
        "tool_id": tool_id,
        "workflow_mode": "adaptive",
        "feasibility": {"safety": {"risk_level": risk, "score": 75.0, "warnings": []}} if risk else None,
        "decision": None,
        "meta": None,
        "request_hash": "c" * 64,
        "notes": "",
        "explanation_status": "NONE",
        "explanation_summary": None,
        "advisory_inputs": None,
        "attachments": None,
    }


def write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def change(path: Path, run_id: str, **fields: object) -> None:
    document = json.loads(path.read_text())
    document[run_id].update(fields)
    write(path, document)


def take(store: Store, path: Path, caller: Caller, **options: Any) -> ImportReport:
    report = import_paths(store, [path], caller=caller, **options).value
    outcomes = report.imported + report.updated + report.already_present + len(report.conflicts) + len(report.refused)
    assert report.found == outcomes
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.imported, report.updated, report.already_present, len(report.conflicts), len(report.refused))

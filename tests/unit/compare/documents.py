"""Run documents for the tests of comparisons."""

from __future__ import annotations

import copy
from typing import Any

RUN_A = "run_" + "a" * 32
RUN_B = "run_" + "b" * 32
SHA = {name: name * 64 for name in "0123456789abcdef"}


def run_document(run_id: str = RUN_A, **changes: Any) -> dict[str, Any]:
    """Return a plain GREEN run; `changes` replace values by dotted path, with `__` for the dot."""
    document: dict[str, Any] = {
        "run_id": run_id,
        "created_at_utc": "2026-11-20T13:41:00Z",
        "mode": "rosette",
        "tool_id": "T102",
        "status": "OK",
        "request_summary": {"tool_d": 6.0, "stepdown": 2.0, "stepover": 0.4, "feed_xy": 800, "coolant_enabled": True},
        "feasibility": {
            "risk_level": "GREEN",
            "rules_triggered": [],
            "warnings": [],
            "computed_at_utc": "2026-11-20T13:40:59Z",
        },
        "decision": {"risk_level": "GREEN", "score": 91, "block_reason": None, "warnings": [], "details": {}},
        "hashes": {
            "feasibility_sha256": SHA["1"],
            "toolpaths_sha256": SHA["2"],
            "gcode_sha256": SHA["3"],
            "opplan_sha256": None,
        },
        "outputs": {"gcode_text": None, "opplan_json": None},
        "attachments": [],
        "lineage": {},
        "context": {"machine_id": "Haas VF-2"},
        "request_id": "req_1",
        "meta": {},
        "source": {"format": "create"},
    }
    document = copy.deepcopy(document)
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = document
        for key in parents:
            target = target[key]
        if value is ...:
            del target[last]
        else:
            target[last] = value
    return document

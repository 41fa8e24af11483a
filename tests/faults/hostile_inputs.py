"""Foreign stores in every layout, made of hostile ids and names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.faults.hostile_names import can_be_a_file


def foreign_stores(folder: Path, names: list[str]) -> dict[str, Path]:
    """Write one store of each layout below ``folder`` and return their paths by layout."""
    makers = {"patch": _patch, "v1": _v1, "v2": _v2, "saw": _saw, "job-log": _job_log}
    for layout, make in makers.items():
        (folder / layout).mkdir(parents=True)
        make(folder / layout, names)
    return {layout: folder / layout for layout in makers}


def _run(name: str) -> dict[str, Any]:
    return {
        "run_id": name,
        "created_at_utc": "2026-01-05T05:07:16Z",
        "mode": "saw",
        "tool_id": name,
        "status": "OK",
        "request_summary": {},
        "outputs": {"gcode_path": name, "opplan_path": name, "preview_svg_path": name},
        "advisory_inputs": [{"advisory_id": name, "kind": "explanation", "advisory_sha256": name, "path": name}],
        "attachments": [{"sha256": name, "kind": "gcode", "mime": "text/plain", "filename": name, "size_bytes": 3}],
        "explanation_status": "READY",
        "explanation_summary": name,
        "meta": {name: name},
    }


def _asset(name: str) -> dict[str, Any]:
    return {
        "asset_id": name,
        "asset_type": "analysis",
        "created_at_utc": "2026-01-05T05:07:16Z",
        "suggestion_data": {"run_id": name, "explanation": name},
    }


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def _file_names(names: list[str], suffix: str) -> dict[str, str]:
    """Return a file name for each name: its own where there can be such a file, else a number."""
    own = {name: f"{name}{suffix}" for name in names}
    return {name: own[name] if can_be_a_file(own[name]) else f"{at}{suffix}" for at, name in enumerate(names)}


def _patch(folder: Path, names: list[str]) -> None:
    for name, file in _file_names(names, ".json").items():
        _write(folder / "rmos_runs" / file, _run(name))
        _write(folder / "advisory_assets" / file, _asset(name))


def _v1(folder: Path, names: list[str]) -> None:
    _write(folder / "runs.json", {name: _run(name) for name in names})


def _v2(folder: Path, names: list[str]) -> None:
    for name, file in _file_names(names, ".json").items():
        _write(folder / "runs/2026-01-05" / file, _run(name))
    for name, file in _file_names(names, "").items():
        _write(folder / "runs/run_attachments/aa/bb" / file, name)
    _write(folder / "runs/_index.json", {name: {"run_id": name, "path": name, "partition": name} for name in names})
    _write(folder / "runs/_advisory_lookup.json", {name: {"run_id": name, "path": name} for name in names})


def _saw(folder: Path, names: list[str]) -> None:
    runs = {name: {"run_id": name, "status": "completed", "created_at": "2026-01-05T05:07:16Z"} for name in names}
    _write(folder / "saw_runs.json", {"runs": runs})


def _job_log(folder: Path, names: list[str]) -> None:
    lines = [
        {"run_id": name, "job_name": name, "post_id": name, "created_at": "2026-01-05T05:07:16Z"} for name in names
    ]
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

#!/usr/bin/env python3
"""Write the sample runs to resources/sample, the same bytes every time; `--check` only compares.

    .venv/bin/python packaging/make_sample.py [--check] [--to FOLDER]

What the runs are stands in sample_plan.py, what happens to them in sample_story.py, the programs come from
sample_gcode.py and the feasibility from sample_rules.py, beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sample_gcode
from sample_plan import FILES, JOBS, RUNS, Job, Planned
from sample_rules import feasibility
from sample_story import REVIEWERS, steps

from rmos_console.core.canonical import canonical, canonical_sha256, sha256_hex

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "sample"
_NO_PROGRAM = frozenset({"refused", "crashed", "unknown", "zero"})
_STATUS = {"refused": "BLOCKED", "zero": "BLOCKED", "crashed": "ERROR", "alarm": "ERROR"}
_ERRORS = {
    "crashed": {"code": "TOOLPATH_EMPTY", "message": "The toolpath generator stopped: offset of loop 3 is empty"},
    "alarm": {"code": "MACHINE_ALARM_102", "message": "Spindle load above 140 % at line 218, program stopped"},
}


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; returns 1 where they differ."""
    parser = argparse.ArgumentParser(description="Write the sample runs.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 where a file differs")
    parser.add_argument("--to", type=Path, default=SAMPLE, help="the folder (default: resources/sample)")
    chosen = parser.parse_args(arguments)
    wanted = files()
    if not chosen.check:
        for name, data in wanted.items():
            path = chosen.to / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        sys.stdout.write(f"wrote {len(wanted)} files, {sum(map(len, wanted.values())):,} bytes, to {chosen.to}\n")
        return 0
    found = {str(path.relative_to(chosen.to)) for path in chosen.to.rglob("*") if path.is_file()}
    wrong = sorted(name for name in found | set(wanted) if not _same(chosen.to / name, wanted.get(name)))
    verdict = (
        f"differs: {', '.join(wrong)}; run packaging/make_sample.py" if wrong else "the sample files are up to date"
    )
    sys.stdout.write(f"{verdict}\n")
    return 1 if wrong else 0


def files() -> dict[str, bytes]:
    """Return every file of the sample by its name."""
    made = {plan.name: (plan, request_of(plan)) for plan in RUNS}
    documents = [document(plan, request) for plan, request in made.values()]
    result = {"runs.jsonl": b"".join(canonical(each) + b"\n" for each in documents)}
    attached = []
    for name, kept in FILES.items():
        for file in kept:
            path = f"files/{name}/{file}"
            result[path] = _file(file, made[name][0], made[name][1])
            attached.append({"do": "file", "run": run_id(name), "path": path, "kind": _kind(file)})
    told = [{**step, "run": run_id(made[step["run"]][0].name)} if "run" in step else step for step in steps()]
    story = {"reviewers": list(REVIEWERS), "steps": [*attached, *told]}
    result["story.json"] = (json.dumps(story, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    return result


def run_id(name: str) -> str:
    """Return the run id of a planned run."""
    return f"run_{sha256_hex(f'sample run {name}'.encode())[:32]}"


def request_of(plan: Planned) -> dict[str, Any]:
    """Return the request of a run: its job's, changed."""
    request = {**JOBS[plan.job].request, **plan.changes}
    request.setdefault("z_rough", -float(request["geometry_depth_mm"]))
    return {key: value for key, value in sorted(request.items()) if value is not ...}


def document(plan: Planned, request: dict[str, Any]) -> dict[str, Any]:
    """Return the create document of a run."""
    job = JOBS[plan.job]
    day, clock = plan.when.split()
    made = datetime.fromisoformat(f"2026-11-{day}T{clock}:00+00:00") + timedelta(seconds=len(plan.name) * 3)
    result = {} if plan.fate == "unknown" else feasibility(request, _utc(made - timedelta(milliseconds=180)))
    if plan.fate == "zero":
        result["score"] = 0
    return {
        "run_id": run_id(plan.name),
        "created_at_utc": _utc(made),
        "mode": job.mode,
        "tool_id": job.tool,
        "status": _status(plan, result),
        "request_id": f"req_{sha256_hex(f'sample request {plan.name}'.encode())[:16]}",
        "request_summary": request,
        "feasibility": result,
        "decision": _decision(plan, result),
        **_outputs(plan, job, request, result),
        "lineage": {"parent_run_id": run_id(plan.parent)} if plan.parent else {},
        "context": {
            "machine_id": job.machine,
            "material_id": request["material_id"],
            "session_id": f"shift-2026-11-{day}-{'early' if clock < '12' else 'late'}",
            "batch_label": job.batch,
            "event_type": job.event,
        },
        "meta": {"sample": plan.name, **({"error": _ERRORS[plan.fate]} if plan.fate in _ERRORS else {})},
    }


def _status(plan: Planned, result: dict[str, Any]) -> str:
    return _STATUS.get(plan.fate or "", "BLOCKED" if result.get("blocking") else "OK")


def _decision(plan: Planned, result: dict[str, Any]) -> dict[str, Any]:
    """Return what the gate recorded, which is what the feasibility says but for the fates that differ."""
    if plan.fate == "unknown":
        return {}
    reasons = result["blocking_reasons"]
    level = {"crashed": "ERROR", "split": "GREEN"}.get(plan.fate or "", result["risk_level"])
    told = [*reasons, *(_ERRORS[each]["message"] for each in _ERRORS if each == plan.fate)]
    reason = told[0] if told else None
    return {"risk_level": level, "score": result["score"], "block_reason": reason, "warnings": result["warnings"]}


def _outputs(plan: Planned, job: Job, request: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    hashes: dict[str, Any] = {"feasibility_sha256": canonical_sha256(result) if result else None}
    outputs: dict[str, Any] = {}
    if plan.fate not in _NO_PROGRAM:
        body = sample_gcode.STRATEGIES[request["strategy"]](request)
        text = sample_gcode.posted(body, request, tool=job.tool, title=job.batch.upper())
        plan_of_work = _opplan(job, request)
        outputs = {
            "gcode_text": text,
            "gcode_path": f"{job.batch.lower().replace(' ', '_')}.nc",
            "opplan_json": plan_of_work,
        }
        hashes["gcode_sha256"] = sha256_hex(text.encode())
        hashes["toolpaths_sha256"] = canonical_sha256(body)
        hashes["opplan_sha256"] = canonical_sha256(plan_of_work)
    return {"hashes": hashes, "outputs": outputs}


def _opplan(job: Job, request: dict[str, Any]) -> dict[str, Any]:
    operation = {"op_id": "op-1", "kind": request["strategy"], "tool": job.tool, "passes": _passes(request)}
    return {"schema": "opplan.v1", "units": "mm", "operations": [operation, {"op_id": "op-2", "kind": "park"}]}


def _passes(request: dict[str, Any]) -> int:
    return -int(-request["geometry_depth_mm"] // request["stepdown"])


def _file(name: str, plan: Planned, request: dict[str, Any]) -> bytes:
    if name.endswith(".svg"):
        return sample_gcode.rosette_svg(request).encode()
    return (json.dumps(_opplan(JOBS[plan.job], request), indent=2, sort_keys=True) + "\n").encode()


def _kind(name: str) -> str:
    return "preview" if name.endswith(".svg") else "opplan"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _same(path: Path, data: bytes | None) -> bool:
    return data is not None and path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

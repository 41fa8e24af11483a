"""Put an imported record together again, to see that nothing of it was lost."""

from __future__ import annotations

from typing import Any

from rmos_console.core.canonical import canonical
from rmos_console.core.importers.found import FoundRun

PLAIN = ("mode", "tool_id", "status", "request_id", "request_summary", "feasibility", "lineage")
NESTED = ("decision", "hashes", "outputs", "context")
RENAMED = {
    "toolpaths_hash": ("hashes", "toolpaths_sha256"),
    "gcode_hash": ("hashes", "gcode_sha256"),
    "gcode": ("outputs", "gcode_text"),
    "material": ("context", "material_id"),
    "machine_id": ("context", "machine_id"),
    "material_id": ("context", "material_id"),
    "session_id": ("context", "session_id"),
    "workflow_session_id": ("context", "session_id"),
    "batch_label": ("context", "batch_label"),
    "event_type": ("context", "event_type"),
}


def put_together(found: FoundRun) -> dict[str, Any]:
    """Return a record that holds every key and value that the import kept, under the names of the source."""
    run = found.sealed.document()
    whole: dict[str, Any] = {"run_id": found.original_id, "meta": run["meta"]}
    whole.update({key: run[key] for key in (*PLAIN, *NESTED)})
    whole.update({key: run[part][name] for key, (part, name) in RENAMED.items()})
    whole.update(created_at_utc=run["created_at_utc"], created_at=run["created_at_utc"])
    for key, value in run["source"]["extra"].items():
        if key in NESTED and isinstance(value, dict):
            whole[key] = {**run[key], **value}
        else:
            whole[key] = value
    whole.update(found.mutable)
    entries = found.mutable.get("advisory_inputs", [])
    if isinstance(entries, list):
        whole["advisory_inputs"] = [*map(_entry, found.refs), *entries]
    return whole


def _entry(ref: Any) -> dict[str, Any]:
    known = {key: getattr(ref, key) for key in ("advisory_id", "kind", "created_at_utc")}
    texts = {key: getattr(ref, key) for key in ("request_id", "engine_id", "engine_version")}
    return {**known, **texts, **(ref.at_source or {})}


def missing(original: Any, whole: Any, path: str = "") -> list[str]:
    """Return the paths of ``original`` that ``whole`` lacks or holds with another value; numbers by their spelling."""
    if isinstance(original, dict) and isinstance(whole, dict):
        return [
            lost
            for key, value in original.items()
            for lost in ([f"{path}.{key}"] if key not in whole else missing(value, whole[key], f"{path}.{key}"))
        ]
    if isinstance(original, list) and isinstance(whole, list) and path == ".advisory_inputs":
        by_id = {each.get("advisory_id"): each for each in whole if isinstance(each, dict)}
        return [
            lost
            for each in original
            if each not in whole
            for lost in missing(each, by_id.get(each.get("advisory_id")), path + "[]")
        ]
    return [] if canonical(original) == canonical(whole) else [path]

"""The saw line's layout: ``{"runs": {id: record}}`` in one file, streamed; ``[]`` when there are none.

Sealed: ``run_id``, ``meta`` (the job's parameters), ``gcode``, ``created_at`` and every unknown key. Mutable, as the
job goes on: ``status``, ``started_at``, ``completed_at``, ``error_message``.
Mode is ``saw``, the tool is the blade; status completed is OK, error and aborted are ERROR, all else is empty. A risk
grade becomes the decision's risk level only where it is one of the known levels. Times have no zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rmos_console.core.importers.entries import Entry, read_entries
from rmos_console.core.importers.found import Found, FoundRun
from rmos_console.core.importers.rmos_record import record_id
from rmos_console.core.importers.shape import Shape, is_document, is_risk, is_text, is_texts

LAYOUT = "saw"
MODE = "saw"
MUTABLE = ("status", "started_at", "completed_at", "error_message")
STATUS = {"completed": "OK", "error": "ERROR", "aborted": "ERROR"}
CONTEXT = {"machine_id": "machine_profile", "material_id": "material_family", "event_type": "op_type"}


def read(path: Path, *, timezone: str) -> Iterator[Found]:
    """Yield the runs of the file at ``path``; a file that is cut off yields what precedes the cut and one refusal."""

    def read_one(entry: Entry) -> FoundRun:
        return _read_record(entry, timezone)

    return read_entries(path, read_one, inside="runs")


def _read_record(entry: Entry, timezone: str) -> FoundRun:
    record, source = entry.record, entry.source
    original_id = record_id(record, entry.key)
    shape = Shape(record, MUTABLE)
    if shape.rest.get("run_id") == original_id:
        del shape.rest["run_id"]
    elif "run_id" in shape.rest:
        shape.warnings.append(f"it is filed under {original_id!r} but calls itself {shape.rest['run_id']!r}"[:300])
    shape.time("created_at", timezone)
    status = record.get("status")
    shape.fields.update(mode=MODE, status=STATUS.get(status) if isinstance(status, str) else None)
    shape.into("outputs", "gcode_text", "gcode", is_text)
    shape.move("meta", is_document)
    meta = shape.fields.get("meta", {})
    if isinstance(meta.get("blade_id"), str):
        shape.fields["tool_id"] = meta["blade_id"]
    for name, key in CONTEXT.items():
        shape.fill("context", name, meta.get(key))
    _place_risk(shape, meta)
    body = shape.body(layout=LAYOUT, original_id=original_id, discriminator="", path=source)
    return FoundRun(
        layout=LAYOUT,
        original_id=original_id,
        discriminator="",
        run_id=body["run_id"],
        source=source,
        original=entry.data,
        body=body,
        sealed_sha256=shape.sealed_sha256,
        mutable={key: record[key] for key in MUTABLE if key in record},
        warnings=tuple(shape.warnings),
    )


def _place_risk(shape: Shape, meta: dict[str, Any]) -> None:
    """Copy grade and warnings into the decision; meta keeps both as they were."""
    decision: dict[str, Any] = {}
    if is_risk(meta.get("risk_grade")):
        decision["risk_level"] = meta["risk_grade"]
    if is_texts(meta.get("risk_warnings")):
        decision["warnings"] = meta["risk_warnings"]
    shape.fields["decision"] = decision

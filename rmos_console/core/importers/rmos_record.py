"""The RunArtifact record that the patch, v1 and v2 layouts share, and what each of them adds.

A run of these layouts is sealed but for its layout's mutable keys: see the layout's own module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rmos_console.core.canonical import ABSENT_SHA256, canonical_sha256, sha256_hex
from rmos_console.core.errors import BadDataError
from rmos_console.core.importers.attachments import AttachmentFolders
from rmos_console.core.importers.found import FoundRun
from rmos_console.core.importers.references import read_references
from rmos_console.core.importers.shape import (
    CONTEXT,
    DECISION,
    HASHES,
    OUTPUTS,
    Shape,
    is_document,
    is_sha256,
    is_status,
    is_text,
)
from rmos_console.core.records.intake import FLAT_CONTEXT, check_original_id, kind_of

EXPLANATION_STATUSES = frozenset({"NONE", "PENDING", "READY", "ERROR"})
MUTABLE = frozenset({"advisory_inputs", "explanation_status", "explanation_summary", "meta"})
"""What every RMOS store changed in place; the rest of a patch record is sealed."""

MUTABLE_WITH_FILES = MUTABLE | {"attachments", "advisory_reviews", "manufacturing_candidates"}
"""v1 and v2 also added files and reviews later."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was found: its layout, the name it goes by, the bytes, and what helps to read it."""

    layout: str
    source: str
    original: bytes
    timezone: str
    mutable: frozenset[str]
    attachments: AttachmentFolders
    partition: str = ""


def read_record(record: dict[str, Any], origin: Origin, *, key: str | None = None) -> FoundRun:
    """Return the run in one record. ``key`` is the id it is filed under, where the layout files it under one.

    Raises :class:`BadDataError` or :class:`BadIdError` where the record cannot be a run: no usable id, no time.
    """
    original_id = record_id(record, key)
    shape = Shape(record, origin.mutable)
    if shape.rest.get("run_id") == original_id:
        del shape.rest["run_id"]
    elif key is not None and "run_id" in shape.rest:
        shape.warnings.append(f"it is filed under {key!r} but calls itself {shape.rest['run_id']!r}"[:300])
    shape.time("created_at_utc", origin.timezone, f"{origin.partition}T00:00:00Z" if origin.partition else None)
    _place(shape)
    _place_meta(shape, record)
    body = shape.body(layout=origin.layout, original_id=original_id, discriminator="", path=origin.source)
    references = read_references(record.get("advisory_inputs"), timezone=origin.timezone)
    attached = origin.attachments.read(record.get("attachments"), timezone=origin.timezone)
    if attached.files:
        body["attachments"] = [file.attachment.document() for file in attached.files]
    status, summary = record.get("explanation_status"), record.get("explanation_summary")
    return FoundRun(
        layout=origin.layout,
        original_id=original_id,
        discriminator="",
        run_id=body["run_id"],
        source=origin.source,
        original=origin.original,
        body=body,
        sealed_sha256=shape.sealed_sha256,
        mutable=_mutable_part(record, origin.mutable, references.rest),
        refs=references.refs,
        files=attached.files,
        explanation_status=status if isinstance(status, str) and status in EXPLANATION_STATUSES else None,
        explanation_summary=summary if isinstance(summary, str) else None,
        partition=origin.partition,
        warnings=(*shape.warnings, *references.warnings, *attached.warnings, *_hash_findings(body)),
    )


def record_id(record: dict[str, Any], key: str | None) -> str:
    """Return the original id of a record: the key it is filed under, else its ``run_id``; checked, never a path."""
    given = key if key is not None else record.get("run_id")
    if not isinstance(given, str):
        raise BadDataError(f"The run_id is {'missing' if given is None else f'a JSON {kind_of(given)}'}.")
    return check_original_id(given)


def _place(shape: Shape) -> None:
    shape.move("mode", is_text)
    if "mode" not in shape.fields and isinstance(shape.rest.get("workflow_mode"), str):
        shape.fields["mode"] = shape.rest["workflow_mode"]  # v1 left mode empty; both keys stay in extra
    shape.move("tool_id", is_text)
    shape.move("status", is_status)
    shape.move("request_id", is_text)
    for key in ("request_summary", "feasibility", "lineage"):
        shape.move(key, is_document)
    shape.nested("decision", DECISION)
    shape.nested("hashes", HASHES)
    shape.into("hashes", "toolpaths_sha256", "toolpaths_hash", is_sha256)
    shape.into("hashes", "gcode_sha256", "gcode_hash", is_sha256)
    shape.nested("outputs", OUTPUTS)
    shape.nested("context", CONTEXT)
    for key, name in FLAT_CONTEXT.items():
        shape.into("context", name, key, is_text)


def _place_meta(shape: Shape, record: dict[str, Any]) -> None:
    """Seal meta as it is now, and let it and the request fill what the context leaves empty."""
    meta, request = record.get("meta"), record.get("request_summary")
    if isinstance(meta, dict):
        shape.fields["meta"] = meta
        for name in CONTEXT:
            shape.fill("context", name, meta.get(name))
    if isinstance(request, dict):
        for name in ("machine_id", "material_id"):
            shape.fill("context", name, request.get(name))


def _mutable_part(record: dict[str, Any], mutable: frozenset[str], rest: Sequence[Any]) -> dict[str, Any]:
    """Return the mutable keys verbatim; of the references only those that could not be read."""
    part = {key: value for key, value in record.items() if key in mutable}
    if isinstance(part.get("advisory_inputs"), list):
        del part["advisory_inputs"]
        if rest:
            part["advisory_inputs"] = list(rest)
    return part


def _hash_findings(body: dict[str, Any]) -> list[str]:
    """Compare the hashes that can be verified; a mismatch is a finding about the source, and refuses nothing."""
    findings = []
    hashes = body["hashes"]
    claimed = hashes["feasibility_sha256"]
    if claimed not in (None, ABSENT_SHA256) and claimed != canonical_sha256(body["feasibility"]):
        findings.append(
            "hashes.feasibility_sha256 is not that of the feasibility found; RMOS's converter put the request's there"
        )
    claimed, gcode = hashes["gcode_sha256"], body["outputs"]["gcode_text"]
    if isinstance(gcode, str) and claimed not in (None, ABSENT_SHA256) and claimed != sha256_hex(gcode.encode()):
        findings.append("hashes.gcode_sha256 is not that of the G-code found")
    return findings

"""From an untrusted create document to the run that is sealed: known keys validated, all others kept verbatim."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES, canonical
from rmos_console.core.errors import BadDataError, BadIdError
from rmos_console.core.records.ids import check_foreign_id, derived_run_id, is_run_id
from rmos_console.core.records.record import Record, first_complaint
from rmos_console.core.records.run import Hashes, RunContext, RunDecision, RunOutputs, SealedRun
from rmos_console.core.records.summary import summarize_request
from rmos_console.core.records.times import read_time

REQUIRED = ("mode", "tool_id", "status")
PLAIN = (*REQUIRED, "request_id")
DOCUMENTS = ("request_summary", "feasibility", "lineage", "meta")
NESTED: dict[str, type[Record]] = {
    "decision": RunDecision,
    "hashes": Hashes,
    "outputs": RunOutputs,
    "context": RunContext,
}
"""Objects with a fixed set of keys; a key they do not know moves to ``source.extra`` under the same name."""

FLAT_CONTEXT = {
    "machine_id": "machine_id",
    "material_id": "material_id",
    "session_id": "session_id",
    "workflow_session_id": "session_id",
    "batch_label": "batch_label",
    "event_type": "event_type",
}
"""Keys that RMOS wrote at the top of a run, and the context field each fills where it is empty."""

MAX_RECORD_DEPTH = 160
"""A record must leave room for the levels that a ledger line puts around it."""


def sealed_from_request(document: object, *, now_utc: str, source_format: str, run_id: str) -> SealedRun:
    """Return the run that a create document (already parsed strictly) asks for.

    ``mode``, ``tool_id`` and ``status`` are required. ``run_id`` is used where the document names none; a name that is
    no run id of ours stays in ``source.run_id`` and the id is derived from it. ``created_at_utc`` defaults to
    ``now_utc``. Unknown keys move verbatim to ``source.extra``, also from within decision, hashes, outputs and
    context; so does a null or a time whose spelling changes. Without a ``request_summary``, one is made from
    ``request``. Raises :class:`BadDataError` or :class:`BadIdError` with one line.
    """
    if not isinstance(document, dict):
        raise BadDataError(f"The run is a JSON {kind_of(document)}; give an object with mode, tool_id and status.")
    check_depth(document, "The run")
    for key in REQUIRED:
        if document.get(key) in (None, ""):
            raise BadDataError(f"The run has no {key}; mode, tool_id and status are required.", field=key)
    extra = dict(document)
    fields: dict[str, Any] = {key: extra.pop(key) for key in PLAIN if extra.get(key) is not None}
    for key in DOCUMENTS:
        if extra.get(key) is not None:
            fields[key] = extra.pop(key)
    for key, noun in NESTED.items():
        if extra.get(key) is not None:
            fields[key] = _known_part(extra, key, frozenset(noun.model_fields))
    _fill_context(fields, extra)
    if isinstance(fields.get("outputs"), dict) and isinstance(fields["outputs"].get("gcode_text"), dict):
        raise BadDataError("The run: outputs.gcode_text is a JSON object; give the program as text.")
    if "request_summary" not in document and isinstance(document.get("request"), dict):
        fields["request_summary"] = summarize_request(document["request"])
    source = _settle_id(fields, extra, source_format=source_format, fallback=run_id)
    source["assumed_timezone"] = _settle_time(fields, extra, now_utc)
    source["extra"] = extra
    return validated({**fields, "source": source}, name="The run")


def validated(fields: dict[str, Any], *, name: str) -> SealedRun:
    """Return the run with these fields, checked without any conversion of types; raises :class:`BadDataError`."""
    data = canonical(fields)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise BadDataError(f"{name} is {len(data):,} bytes; at most {MAX_DOCUMENT_BYTES:,} are taken.")
    try:
        return SealedRun.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise BadDataError(first_complaint(error, name)) from error


def check_depth(value: object, name: str) -> None:
    """Raise :class:`BadDataError` where a value nests deeper than :data:`MAX_RECORD_DEPTH` levels."""
    level = [value]
    for _ in range(MAX_RECORD_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise BadDataError(f"{name} is nested deeper than {MAX_RECORD_DEPTH} levels; flatten it.")


def check_original_id(text: str) -> str:
    """Return ``text`` if it may be the original id of a run: as :func:`check_foreign_id`, and no path out of a folder.

    RMOS had ids with a slash inside; an absolute path or one with ``..`` was never an id. Raises :class:`BadIdError`.
    """
    check_foreign_id(text, what="run_id")
    pieces = text.replace("\\", "/").split("/")
    if ".." in pieces or not pieces[0] or (len(pieces) > 1 and pieces[0].endswith(":")):
        raise BadIdError(f"The run_id {text[:80]!r} is a path, not an id; give the run an id of its own.")
    return text


def kind_of(value: object) -> str:
    """Return what JSON calls a value: object, array, string, number, true, false or null."""
    if isinstance(value, bool):
        return str(value).lower()
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _known_part(extra: dict[str, Any], key: str, known: frozenset[str]) -> Any:
    """Take ``key`` out of ``extra`` but for what its noun does not know; that stays there under the same key."""
    value = extra.pop(key)
    if not isinstance(value, dict):
        return value
    rest = {name: item for name, item in value.items() if name not in known}
    if rest:
        extra[key] = rest
    return {name: item for name, item in value.items() if name in known}


def _fill_context(fields: dict[str, Any], extra: dict[str, Any]) -> None:
    context = fields.setdefault("context", {})
    if not isinstance(context, dict):
        return
    for key, name in FLAT_CONTEXT.items():
        value = extra.get(key)
        if isinstance(value, str) and context.get(name) is None:
            context[name] = value


def _settle_id(fields: dict[str, Any], extra: dict[str, Any], *, source_format: str, fallback: str) -> dict[str, Any]:
    source: dict[str, Any] = {"format": source_format}
    fields["run_id"] = fallback
    given = extra.pop("run_id", None)
    if given is None:
        return source
    if not isinstance(given, str):
        raise BadDataError(f"The run_id is a JSON {kind_of(given)}; give a text or leave it out.", field="run_id")
    if is_run_id(given):
        fields["run_id"] = given
    else:
        source["run_id"] = check_original_id(given)
        fields["run_id"] = derived_run_id(source_format, given, "")
    return source


def _settle_time(fields: dict[str, Any], extra: dict[str, Any], now_utc: str) -> str | None:
    given = extra.get("created_at_utc")
    if given is None:
        fields["created_at_utc"] = now_utc
        return None
    moment = read_time(given, what="created_at_utc")
    fields["created_at_utc"] = moment.utc
    if moment.utc == given:
        del extra["created_at_utc"]
    return moment.assumed_timezone

"""The redaction-friendly summary of a request: what was asked for, without what must not be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_SECRET = re.compile(r"(?i)secret|passw|passphrase|token|api_?key|credential|authori[sz]ation|cookie|private|signature")
_FEASIBILITY = re.compile(r"(?i)feasib")
MAX_KEYS = 200
MAX_IDENTIFIER = 128

IDENTIFIERS = (
    "mode",
    "tool_id",
    "machine_id",
    "material_id",
    "session_id",
    "workflow_session_id",
    "batch_label",
    "event_type",
    "scenario_id",
    "pipeline_id",
    "post_id",
    "post_processor_id",
    "toolchain_id",
    "blade_id",
    "job_name",
    "program_id",
    "geometry_ref",
    "units",
    "request_id",
    "parent_run_id",
)
"""Keys whose short text or number is kept; everything else is named only."""


def summarize_request(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"keys": [...], <identifier>: value, ...}`` of a request.

    Only the names of its keys (sorted, at most 200) and the short values of known identifiers are taken: never a
    client's own feasibility, anything that sounds like a secret, or a large value.
    """
    keys = sorted(key for key in document if _may_be_named(key))
    summary: dict[str, Any] = {"keys": keys[:MAX_KEYS]}
    for key in IDENTIFIERS:
        value = document.get(key)
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) or (isinstance(value, str) and value and len(value) <= MAX_IDENTIFIER):
            summary[key] = value
    if len(keys) < len(document):
        summary["keys_withheld"] = len(document) - len(keys)
    return summary


def _may_be_named(key: str) -> bool:
    return _KEY.fullmatch(key) is not None and _SECRET.search(key) is None and _FEASIBILITY.search(key) is None

"""The report for programs: every value exactly, invisible characters escaped."""

from __future__ import annotations

import json
from typing import Any

from rmos_console.core.report import words
from rmos_console.core.report.content import ReportContent
from rmos_console.core.report.visible import json_escaped


def to_json(content: ReportContent) -> bytes:
    """Return the report as one JSON document."""
    document: dict[str, Any] = {
        "format": "rmos-console-report-1",
        "verdict": words.verdict(content.audit),
        "proves": words.proves(content.audit),
        "cannot_prove": words.cannot(content.audit),
        **content.document(),
    }
    del document["audit"]["elapsed_s"]
    return json_escaped(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)).encode("utf-8") + b"\n"

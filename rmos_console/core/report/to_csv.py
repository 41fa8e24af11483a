"""The report as a table for spreadsheets: one row for each decision, each word of a source, each finding.

A cell that a spreadsheet could take for a formula is given an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rmos_console.core.report import words
from rmos_console.core.report.content import ReportContent, ReportedDecision, ReportedText
from rmos_console.core.report.visible import visible_lines

COLUMNS = (
    "record",
    "what",
    "who",
    "person_id",
    "time_local",
    "time_utc",
    "meaning",
    "reason",
    "standing",
    "signature",
    "policy_version",
    "run_id",
    "run_id_at_source",
    "risk",
    "advisory_id",
    "text_sha256",
    "text",
    "file",
    "offset",
)
_FORMULA = (*"=+-@|%", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms, which some spreadsheets take for the others."""


def to_csv(content: ReportContent) -> bytes:
    """Return the report as UTF-8 with a byte-order mark and CRLF line ends (RFC 4180), as spreadsheets expect."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    for row in _rows(content):
        table.writerow({key: harmless(value) for key, value in row.items()})
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def harmless(value: object) -> str:
    """Return the text of a cell that no spreadsheet computes: stored text may begin as a formula does."""
    text = "" if value is None else visible_lines(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def _rows(content: ReportContent) -> Iterator[dict[str, object]]:
    yield {"record": "verdict", "what": words.verdict(content.audit), "time_utc": content.made_at_utc}
    for text in content.texts:
        for decision in text.decisions:
            yield _decision(text, decision)
    for word in content.at_source:
        yield {
            "record": "found at source",
            "what": word.words,
            "who": word.layout,
            "run_id": word.run_id,
            "run_id_at_source": word.original_id,
        }
    for finding in content.audit.findings:
        row = {"record": finding.severity, "what": finding.message, "file": finding.file}
        yield {**row, "offset": finding.offset}


def _decision(text: ReportedText, decision: ReportedDecision) -> dict[str, object]:
    line = decision.line
    return {
        "record": "decision by a person" if line.kind == "human" else "approval by the policy",
        "what": words.what(line),
        "who": line.person_name if line.kind == "human" else words.who(line),
        "person_id": line.person_id,
        "time_local": decision.at_local,
        "time_utc": line.at_utc,
        "meaning": line.meaning,
        "reason": line.reason,
        "standing": decision.standing,
        "signature": words.SIGNATURES[line.signature],
        "policy_version": line.policy_version,
        "run_id": text.run_id,
        "run_id_at_source": text.original_id,
        "risk": text.risk,
        "advisory_id": text.advisory_id,
        "text_sha256": text.text_sha256,
        "text": text.text if text.text is not None else text.problem,
        "file": decision.file,
        "offset": decision.offset,
    }

"""From an audit report to the rows of its tables."""

from __future__ import annotations

from collections import Counter

from rmos_console.core.records.report import AuditReport, Finding
from rmos_console.desktop import words
from rmos_console.desktop.views.audit.verdict import advice, severity, tr
from rmos_console.desktop.widgets.cells import Cell, Column, Row

MOST_FINDINGS = 300
"""Findings shown; the exported report holds all."""

_TONES = {"damage": "red", "violation": "red", "warning": "yellow", "notice": "muted"}
_GLYPHS = {"damage": "RED", "violation": "ERROR", "warning": "YELLOW"}
_NOTHING = Cell(words.NOTHING, tone="muted")


def finding_columns() -> tuple[Column, ...]:
    """Return the columns of the findings."""
    return (
        Column(tr("Severity"), narrowest=96),
        Column(tr("What it means"), stretch=True),
        Column(tr("File"), widest=240, narrowest=120),
        Column(tr("Offset"), right=True, narrowest=56),
    )


def finding_rows(report: AuditReport) -> list[Row]:
    """Return the findings as rows, gravest first as the audit sorts them."""
    damaged = any(finding.severity == "damage" for finding in report.findings)
    return [_finding_row(finding, damaged=damaged) for finding in report.findings[:MOST_FINDINGS]]


def _finding_row(finding: Finding, *, damaged: bool) -> Row:
    message = finding.message[:1].upper() + finding.message[1:]
    glyph = _GLYPHS.get(finding.severity, "")
    return (
        Cell(
            severity(finding.severity),
            tone=_TONES[finding.severity],
            strong=finding.severity in {"damage", "violation"},
            risk=glyph,
            review="" if glyph else "INFORMATIONAL",
        ),
        Cell(message, strong=True, below=advice(finding.severity, damaged=damaged), whole=message),
        Cell(finding.file, mono=True, whole=finding.file) if finding.file else _NOTHING,
        Cell(words.number(finding.offset), mono=True) if finding.offset is not None else _NOTHING,
    )


def decided_columns() -> tuple[Column, ...]:
    """Return the columns of who decided; they need no titles."""
    return Column("", narrowest=160), Column("", right=True, narrowest=72), Column("", stretch=True)


def decided_rows(report: AuditReport) -> list[Row]:
    """Return how many decisions people, the policy and the sources made."""
    verbs = Counter(line.verb for line in report.decisions if line.kind == "human")
    people = tr("{approved} approved, {rejected} rejected, {withdrawn} withdrawn").format(
        approved=words.number(verbs["approved"]),
        rejected=words.number(verbs["rejected"]),
        withdrawn=words.number(verbs["withdrawn"]),
    )
    return [
        _decided(tr("A person, signed"), "APPROVED", report.reviews.human, people),
        _decided(tr("By policy"), "AUTO_APPROVED", report.reviews.automatic, tr("each one recomputed")),
        _decided(
            tr("At source"), "AT_SOURCE", report.reviews.at_source, tr("history only, unsigned, not counted above")
        ),
    ]


def _decided(who: str, glyph: str, count: int, note: str) -> Row:
    return Cell(who, review=glyph), Cell(words.number(count), mono=True), Cell(note, tone="muted")


def people_columns() -> tuple[Column, ...]:
    """Return the columns of the people."""
    return (
        Column(tr("Person"), stretch=True),
        Column(tr("Role"), narrowest=96),
        Column(tr("Approved"), right=True, narrowest=72),
        Column(tr("Rejected"), right=True, narrowest=72),
        Column(tr("Key"), narrowest=200),
        Column(tr("Last decision"), right=True, narrowest=140),
    )


def people_rows(report: AuditReport) -> list[Row]:
    """Return everybody who was ever enrolled, with what they decided; the busiest first."""
    rows: list[tuple[int, Row]] = []
    for person in report.people:
        mine = [line for line in report.decisions if line.kind == "human" and line.person_id == person.get("id")]
        verbs = Counter(line.verb for line in mine)
        since = person.get("revoked_since")
        role = Cell(str(person.get("role") or ""), tone="muted")
        if isinstance(since, str):
            role = Cell(
                tr("revoked"), tone="red", whole=tr("revoked since {time}").format(time=words.exact_time(since))
            )
        last = max((line.at_utc for line in mine), default=None)
        key = str(person.get("public_key") or "")
        row: Row = (
            Cell(str(person.get("name") or ""), whole=f"{person.get('name')} ({person.get('id')})"),
            role,
            Cell(words.number(verbs["approved"]), mono=True),
            Cell(words.number(verbs["rejected"]), mono=True),
            Cell(f"ed25519 {':'.join(key[at : at + 2] for at in range(0, 8, 2))}", mono=True, tone="muted", whole=key),
            Cell(words.short_time(last), whole=words.exact_time(last)) if last else _NOTHING,
        )
        rows.append((len(mine), row))
    rows.sort(key=lambda item: -item[0])
    return [row for _, row in rows]


def people_note(report: AuditReport) -> str:
    """Return how many people there are and whether somebody was revoked."""
    revoked = sum(isinstance(person.get("revoked_since"), str) for person in report.people)
    many = (
        tr("1 enrolled") if len(report.people) == 1 else tr("{n} enrolled").format(n=words.number(len(report.people)))
    )
    return f"{many}, " + (tr("none revoked") if not revoked else tr("{n} revoked").format(n=words.number(revoked)))

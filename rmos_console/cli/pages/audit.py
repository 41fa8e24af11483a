"""The result of an audit: the verdict first, then what it rests on."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rmos_console.cli import render, times
from rmos_console.core.records.report import AgainstCheckpoint, AuditReport, DecisionLine, Finding

_VERBS = {"approved": "✔ Approved", "rejected": "✖ Rejected", "withdrawn": "↶ Withdrawn"}


def page(out: Console, report: AuditReport) -> None:
    """Print an audit. The first sentence says no more than what was verified."""
    out.print(Text(verdict(report), style=render.STRONG if report.ok else "bold red"))
    out.print()
    reviews = report.reviews
    render.facts(
        out,
        [
            ("Lines", f"{report.lines:,}"),
            ("Transactions", f"{report.commits:,}"),
            ("Runs", f"{report.runs:,}"),
            ("Advisories", f"{report.advisories:,}"),
            ("Reviews by people", f"{reviews.human:,}"),
            ("By policy", f"{reviews.automatic:,}"),
            ("Approved at source", f"{reviews.at_source:,} (history, not decisions)" if reviews.at_source else None),
            ("Head", f"{report.head.seq} {report.head.digest}"),
            ("Store", report.store_id or None),
            ("Checkpoint", None if report.against is None else checkpoint_line(report.against)),
        ],
    )
    if report.findings:
        render.heading(out, "Findings")
        for finding in report.findings:
            render.paragraph(out, finding_line(finding))
    if report.decisions:
        render.heading(out, "Decisions")
        for decision in report.decisions:
            render.paragraph(out, decision_line(decision))
    if report.ok and report.against is None:
        out.print()
        limit = "Lines cut off the end of a copy show only against a head noted earlier: keep the head above."
        out.print(Text(limit, style=render.MUTED))


def verdict(report: AuditReport) -> str:
    """Return the verdict as one sentence."""
    if not report.ok:
        counts = [
            render.counted(sum(1 for finding in report.findings if finding.severity == severity), one, many)
            for severity, one, many in (("damage", "damage", "damages"), ("violation", "violation", "violations"))
            if any(finding.severity == severity for finding in report.findings)
        ]
        return f"Not intact: {' and '.join(counts) or 'the audit failed'} found."
    people = report.reviews.human
    signed = f", and the signature of {render.counted(people, 'decision')} by people holds" if people else ""
    lines = render.counted(report.lines, "line")
    return f"Intact: the chain of {lines} is unbroken and everything named in it matches its digest{signed}."


def checkpoint_line(against: AgainstCheckpoint) -> str:
    """Return how the store stands to a checkpoint noted earlier."""
    when = f" of {times.exact(against.at_utc)} by {against.person_name}" if against.at_utc else ""
    head = f"line {against.seq:,}{when}"
    if not against.extends:
        return f"NOT EXTENDED: {head}"
    signed = "its signature holds" if against.signature == "valid" else "unsigned"
    return f"extended: {head} is still there, {render.counted(against.lines_since, 'line')} since; {signed}"


def finding_line(finding: Finding) -> str:
    """Return a finding with the place it was found at."""
    place = finding.file or ""
    if finding.offset is not None:
        place = f"{place} at byte {finding.offset:,}"
    return f"{finding.severity}: {place}: {finding.message}" if place else f"{finding.severity}: {finding.message}"


def decision_line(decision: DecisionLine) -> str:
    """Return who decided what about which run, when, and whether the signature holds."""
    words = f"{_who(decision)} · {times.exact(decision.at_utc)}"
    signature = {"valid": "signature valid", "invalid": "SIGNATURE INVALID", "none": "unsigned"}[decision.signature]
    parts = [words, signature, *(["SUSPECT"] if decision.suspect else []), decision.run_id, decision.advisory_id]
    return " · ".join([*parts, *([decision.reason] if decision.reason else [])])


def _who(decision: DecisionLine) -> str:
    if decision.kind == "automatic":
        return f"◐ By policy {decision.policy_version}, no human"
    return f"{_VERBS.get(decision.verb, decision.verb)} by {decision.person_name} ({decision.person_id})"

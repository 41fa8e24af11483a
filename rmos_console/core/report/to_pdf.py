"""The report as a PDF to hand over: verdict first, then what it rests on, then every decision with its exact text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rmos_console.core.report import words
from rmos_console.core.report.content import ReportContent, ReportedDecision, ReportedText
from rmos_console.core.report.sheet import BAD, BODY, GOOD, SMALL, Sheet, Style
from rmos_console.core.report.visible import visible


def to_pdf(content: ReportContent) -> bytes:
    """Return the report as a PDF with its fonts in it; the same content gives the same bytes."""
    report = content.audit
    made = datetime.fromisoformat(content.made_at_utc).astimezone(UTC)
    foot = f"{content.program}   ·   store {report.store_id}   ·   {words.clock_utc(content.made_at_utc)}"
    sheet = Sheet(f"Audit report of {report.store_id}", foot, made)
    sheet.set_author(content.program)
    sheet.set_producer(content.program)
    sheet.block("Audit report", Style(size=22, bold=True))
    sheet.banner(words.verdict(report), GOOD if report.ok else BAD)
    sheet.facts(words.facts(content))
    _findings(sheet, content)
    sheet.heading("What this audit proves" if report.ok else "What holds for all that the findings do not name")
    sheet.bullets(words.proves(report))
    sheet.heading("What it cannot prove")
    sheet.bullets(words.cannot(report))
    sheet.heading("People")
    _rows(sheet, words.people(report), "Nobody is enrolled.")
    _texts(sheet, "Decided by people", content.decided_by_people, "Nobody has decided about a text.")
    _texts(
        sheet,
        "Approved by the policy, read by nobody",
        content.decided_by_policy,
        "Nothing was approved automatically.",
    )
    sheet.heading("Found at the source: history, not decisions")
    found = [(word.original_id or word.run_id, f"{word.words} ({word.layout})") for word in content.at_source]
    _rows(sheet, found, "Nothing.")
    return bytes(sheet.output())


def _findings(sheet: Sheet, content: ReportContent) -> None:
    sheet.heading("Findings")
    if not content.audit.findings:
        sheet.block("None.")
    for finding in content.audit.findings:
        severe = finding.severity in {"damage", "violation"}
        sheet.room_for(14)
        sheet.block(words.SEVERITIES[finding.severity], Style(bold=True, colour=BAD if severe else BODY.colour))
        sheet.block(visible(finding.message))
        sheet.block(visible(words.place(finding)), SMALL, gap=1.6)


def _rows(sheet: Sheet, rows: Sequence[tuple[str, str]], empty: str) -> None:
    if not rows:
        sheet.block(empty)
    sheet.facts([(visible(name), visible(value)) for name, value in rows], width=62)


def _texts(sheet: Sheet, title: str, texts: Sequence[ReportedText], empty: str) -> None:
    sheet.heading(title)
    if not texts:
        sheet.block(empty)
    for text in texts:
        _text(sheet, text)


def _text(sheet: Sheet, text: ReportedText) -> None:
    sheet.room_for(46)
    sheet.block(words.STATES.get(text.state, text.state), Style(size=11, bold=True))
    sheet.block(visible(words.about(text)), SMALL)
    sheet.block(visible(text.why[:1].upper() + text.why[1:]), SMALL)
    if text.text is None:
        sheet.block(f"No text can be shown: {visible(text.problem)}", Style(bold=True, colour=BAD), gap=1)
    else:
        sheet.quote(text.text)
    sheet.block(visible(f"Text {text.advisory_id}, written by {text.written_by}"), SMALL)
    sheet.block(f"SHA-256 {text.text_sha256}", SMALL, gap=1.4)
    for decision in text.decisions:
        _decision(sheet, decision)
    sheet.ln(5)


def _decision(sheet: Sheet, decision: ReportedDecision) -> None:
    line = decision.line
    sheet.room_for(22)
    sheet.block(f"{words.what(line)}: {visible(words.who(line))}", Style(bold=True, indent=4))
    sheet.block(f"“{visible(line.meaning)}”", Style(indent=4))
    if line.reason:
        sheet.block(f"Reason: {line.reason}", Style(indent=4))
    sheet.block(visible(words.when(decision)), Style(indent=4))
    counts = line.signature != "invalid" and not line.suspect
    sheet.block(
        visible(words.fine_print(decision)), Style(8, indent=4, colour=SMALL.colour if counts else BAD), gap=1.8
    )

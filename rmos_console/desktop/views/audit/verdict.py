"""What an audit may claim, in one sentence and the one after it: only what was proven. No Qt widgets."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from rmos_console.core.records.report import AuditReport, DecisionLine
from rmos_console.desktop import words


def tr(text: str) -> str:
    """Translate a text of the audit."""
    return QCoreApplication.translate("audit", text)


class Verdict(NamedTuple):
    """``level`` names the risk glyph beside the title."""

    level: str
    title: str
    because: str


def verdict(report: AuditReport) -> Verdict:
    """Return what this report amounts to."""
    found = Counter(finding.severity for finding in report.findings)
    damage, violations, warnings = found["damage"], found["violation"], found["warning"]
    if damage:
        title = tr("The store is damaged in 1 place") if damage == 1 else tr("The store is damaged in {n} places")
        because = tr("What is named below is not what was written. Restore it from a backup, then run the audit again.")
        if violations:
            because += " " + tr("Violations may follow from the damage.")
        return Verdict("RED", title.format(n=words.number(damage)), because)
    if violations:
        title = tr("1 rule was broken") if violations == 1 else tr("{n} rules were broken")
        because = tr("Every byte is what was written, but what is named below should not have been accepted.")
        return Verdict("RED", title.format(n=words.number(violations)), because)
    many = tr("{n} lines form one unbroken chain.") if report.lines != 1 else tr("Its one line is intact.")
    because = many.format(n=words.number(report.lines))
    because += " " + tr("Every digest, signature and automatic approval was recomputed.")
    if warnings:
        because += " " + tr("Warnings are listed below.")
    return Verdict("GREEN", tr("Everything in this store verifies"), because)


def signature_note(report: AuditReport) -> str:
    """Return what is said under the number of signatures."""
    signed = signatures(report)
    bad = sum(line.signature != "valid" for line in signed)
    people = len({line.person_id for line in signed})
    if not signed:
        return tr("nobody has decided yet")
    if bad:
        return tr("{n} do not hold").format(n=words.number(bad))
    return tr("all valid, 1 person") if people == 1 else tr("all valid, {n} people").format(n=words.number(people))


def signatures(report: AuditReport) -> list[DecisionLine]:
    """Return the decisions of people, withdrawals among them: each carries a signature."""
    return [line for line in report.decisions if line.kind == "human"]


def severity(name: str) -> str:
    """Return the word for a severity."""
    return {
        "damage": tr("Damage"),
        "violation": tr("Violation"),
        "warning": tr("Warning"),
        "notice": tr("Notice"),
    }.get(name, name)


def advice(name: str, *, damaged: bool) -> str:
    """Return what a finding of a severity asks for; in a damaged store a violation may be its consequence."""
    honest = tr("No honest program writes this. Ask who could write into this folder.")
    return {
        "damage": tr("Restore this file from a backup, then run the audit again."),
        "violation": tr("It may follow from the damage: restore that first.") if damaged else honest,
        "warning": tr("It came in like this, or needs a look; the store keeps it as it is."),
        "notice": tr("For your information; nothing needs to be done."),
    }.get(name, "")


def counted(report: AuditReport) -> str:
    """Return "1 damage, 2 notices"-like counts of the findings, gravest first."""
    found = Counter(finding.severity for finding in report.findings)
    several = {"violation": tr("violations"), "warning": tr("warnings"), "notice": tr("notices")}
    parts = []
    for name in ("damage", "violation", "warning", "notice"):
        word = severity(name).lower()
        if found[name]:
            parts.append(f"{words.number(found[name])} {several.get(name, word) if found[name] > 1 else word}")
    return ", ".join(parts) or tr("none")

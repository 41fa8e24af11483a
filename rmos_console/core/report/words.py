"""The sentences of a report: the verdict, what an audit proves, and what it cannot. One wording for every format."""

from __future__ import annotations

from datetime import UTC, datetime

from rmos_console.core.records.report import AuditReport, DecisionLine, Finding
from rmos_console.core.report.content import ReportContent, ReportedDecision, ReportedText

VERBS = {"approved": "Approved", "rejected": "Rejected", "withdrawn": "Took the decision back"}
SIGNATURES = {"valid": "signature holds", "invalid": "SIGNATURE DOES NOT HOLD", "none": "unsigned, by the policy"}
SEVERITIES = {
    "damage": "Damage: bytes are not what was written",
    "violation": "Violation: a rule was broken",
    "warning": "Warning: something does not fit",
    "notice": "Notice: worth knowing",
}


def verdict(report: AuditReport) -> str:
    """Return the verdict in a sentence that says no more than was verified."""
    if report.ok:
        people = report.reviews.human
        signed = f", and {_count(people, 'signature of a decision', 'signatures of decisions')} by people hold"
        signed = signed.replace("hold", "holds") if people == 1 else signed
        return f"Intact: all {report.lines:,} lines of the ledger follow from one another{signed if people else ''}."
    damage = sum(1 for item in report.findings if item.severity == "damage")
    broken = sum(1 for item in report.findings if item.severity == "violation")
    parts = [_count(damage, "damage", "damages")] if damage else []
    parts += [_count(broken, "violation", "violations")] if broken else []
    return f"Not intact: {' and '.join(parts) or 'something'} found. Do not rely on what the findings name."


def proves(report: AuditReport) -> list[str]:
    """Return what an audit without damage or violation proves; with findings it holds for what they do not name."""
    lines = [
        "Each line of the ledger is as it was written, and follows the line before: the record is tamper-evident.",
        "Each run, text and file that the ledger names is there and has the SHA-256 under which it was recorded.",
        "Each decision whose signature holds was made with the key enrolled under that name, about exactly this text.",
        "Each signer was enrolled, not revoked, and allowed to decide so at that place in the ledger.",
        "Each automatic approval follows from the policy that was in force; no person is named for it.",
    ]
    against = report.against
    if against is not None and against.extends and report.ok:
        lines.append(f"Nothing up to line {against.seq:,} was removed or changed since the checkpoint{_noted(report)}.")
    return lines


def cannot(report: AuditReport) -> list[str]:
    """Return what no audit of the store alone can prove."""
    against = report.against
    if against is not None and against.extends:
        end = f"That nothing after line {against.seq:,}, where the checkpoint was taken, was cut off or written anew."
    else:
        end = (
            "That no lines were cut off the end, and that the whole ledger was not written anew with other keys. Only "
            "a checkpoint kept outside the store shows that; none bears it out here."
        )
    return [
        end,
        "That the person named was the one at the keyboard: it proves the use of their key, kept behind a passphrase.",
        "That the times are right: they are those of the clock of each machine. Contradictions are listed.",
        "That what other systems recorded before an import is true: it is listed apart, as history.",
        "That an explanation is right, or that a cut is safe: an approval is about the words printed here.",
        "That rules such as 21 CFR Part 11 or EU Annex 11 are met: this report supports that; it does not do it alone.",
    ]


def place(finding: Finding) -> str:
    """Return where a finding is: file and offset, or the store as a whole."""
    if finding.file is None:
        return "the store"
    return finding.file if finding.offset is None else f"{finding.file}, byte {finding.offset:,}"


def who(line: DecisionLine) -> str:
    """Return who decided, as printed: name and id of a person, or that nobody did."""
    if line.kind == "automatic":
        return f"The policy (version {line.policy_version}), no person"
    return f"{line.person_name} ({line.person_id})"


def what(line: DecisionLine) -> str:
    """Return what was decided, in a word or two."""
    return "Approved automatically" if line.kind == "automatic" else VERBS.get(line.verb, line.verb)


def when(decision: ReportedDecision) -> str:
    """Return the time of a decision: local, and in UTC."""
    return f"{decision.at_local}   ·   {clock_utc(decision.line.at_utc)}"


def clock_utc(text: str) -> str:
    """Return a time of the ledger as people read it, in UTC to the second; what is no time is returned as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def about(text: ReportedText) -> str:
    """Return the run a text is about, in a line."""
    parts = [text.run_id, f"at its source {text.original_id}" if text.original_id else None, text.mode, text.tool_id]
    risk = f"risk {text.risk}" if text.risk == text.risk_policy else f"risk {text.risk}, counts as {text.risk_policy}"
    return "   ·   ".join([*(part for part in parts if part), risk])


def facts(content: ReportContent) -> list[tuple[str, str]]:
    """Return the facts at the top of a report."""
    report = content.audit
    reviews = report.reviews
    return [
        ("Store", report.store_id),
        ("Report made", clock_utc(content.made_at_utc)),
        ("Head of the ledger", f"line {report.head.seq:,}\n{report.head.digest}"),
        ("Lines, transactions", f"{report.lines:,}, {report.commits:,}"),
        ("Runs, texts", f"{report.runs:,}, {report.advisories:,}"),
        ("Decisions by people", f"{reviews.human:,} signed approvals and rejections"),
        ("By the policy", f"{reviews.automatic:,} automatic approvals, read by nobody"),
        ("Found at the source", f"{reviews.at_source:,} runs with a review of another system"),
        ("Policy in force", content.policy),
        ("Checkpoint", _checkpoint(report)),
    ]


def _checkpoint(report: AuditReport) -> str:
    against = report.against
    if against is None:
        return "none was given"
    head = f"line {against.seq:,}{_noted(report)}"
    held = f"still there, {_count(against.lines_since, 'line', 'lines')} since" if against.extends else "NOT EXTENDED"
    return f"{head}\n{against.digest}\n{held}"


def _noted(report: AuditReport) -> str:
    against = report.against
    if against is None or against.at_utc is None:
        return ", which nobody signed"
    held = "signature holds" if against.signature == "valid" else "signature cannot be checked here"
    return f" of {clock_utc(against.at_utc)}, signed by {against.person_name} ({against.person_id}; {held})"


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


STATES = {
    "NONE": "Nothing to decide",
    "NEEDS_REVIEW": "Needs a review",
    "AWAITING_SECOND": "Signed by one of two",
    "AUTO_APPROVED": "Approved by the policy",
    "INFORMATIONAL": "For information only",
    "APPROVED": "Approved",
    "REJECTED": "Rejected",
    "SUPERSEDED": "Superseded",
}
"""Review states as people read them."""


def fine_print(decision: ReportedDecision) -> str:
    """Return what stands under a decision: what became of it, its signature, its place."""
    line = decision.line
    named = f"decision {line.decision_id}, " if line.kind == "human" else ""
    return (
        f"{decision.standing[:1].upper()}{decision.standing[1:]}; {SIGNATURES[line.signature]}; policy version "
        f"{line.policy_version}; {named}line {decision.seq:,} ({decision.file}, byte {decision.offset:,})"
    )


def people(report: AuditReport) -> list[tuple[str, str]]:
    """Return everybody who was ever enrolled: name and id, and their standing."""
    return [
        (
            f"{person['name']} ({person['id']})",
            f"{person['role']}, enrolled {clock_utc(str(person['enrolled_at_utc']))} by {person['enrolled_by']}"
            + (f", REVOKED since {clock_utc(str(person['revoked_since']))}" if person["revoked_since"] else ""),
        )
        for person in report.people
    ]

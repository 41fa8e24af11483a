"""What a report says, whatever it is written as: the audit, every text that was decided about, and who said what."""

from __future__ import annotations

from rmos_console.core.records.record import Record
from rmos_console.core.records.report import AuditReport, DecisionLine, Finding


class ReportedDecision(Record):
    """One decision: ``standing`` says in words what became of it.

    ``at_local`` is the time of the decision on the clock of the machine that recorded it, with its offset; ``seq``,
    ``file`` and ``offset`` name the line of the ledger it stands in.
    """

    line: DecisionLine
    standing: str
    at_local: str
    recorded_at_utc: str
    seq: int
    file: str
    offset: int


class ReportedText(Record):
    """An exact text on a run, and every decision about it in ledger order.

    ``text`` is None where the store's bytes cannot be shown; then ``problem`` says why.
    """

    run_id: str
    original_id: str | None
    mode: str | None
    tool_id: str | None
    status: str | None
    risk: str
    risk_policy: str
    run_sha256: str
    advisory_id: str
    text: str | None
    problem: str | None
    text_sha256: str
    written_by: str
    state: str
    why: str
    decisions: tuple[ReportedDecision, ...]

    @property
    def by_people(self) -> bool:
        """Whether a person ever decided about it."""
        return any(decision.line.kind == "human" for decision in self.decisions)


class SourceWord(Record):
    """What a source said about a review: history, never a decision of this store."""

    run_id: str
    original_id: str | None
    layout: str
    words: str


class ReportContent(Record):
    """Everything a report holds. ``made_at_utc`` is the time of the report, the only thing that differs next time."""

    made_at_utc: str
    program: str
    audit: AuditReport
    texts: tuple[ReportedText, ...]
    at_source: tuple[SourceWord, ...]
    policy: str

    @property
    def decided_by_people(self) -> tuple[ReportedText, ...]:
        """The texts that a person decided about."""
        return tuple(text for text in self.texts if text.by_people)

    @property
    def decided_by_policy(self) -> tuple[ReportedText, ...]:
        """The texts that only the policy approved."""
        return tuple(text for text in self.texts if not text.by_people)

    @property
    def clock(self) -> tuple[Finding, ...]:
        """The findings about the clock."""
        return tuple(finding for finding in self.audit.findings if finding.message.startswith("Clock: "))

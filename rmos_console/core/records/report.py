"""What imports and audits report."""

from __future__ import annotations

from typing import Literal

from rmos_console.core.records.record import Record

Severity = Literal["damage", "violation", "warning", "notice"]


class Refusal(Record):
    """One source record that was not taken, and why."""

    source: str
    reason: str


class Conflict(Record):
    """A known record that came back with another sealed part; the first run stays, the new bytes are kept as a blob."""

    source: str
    run_id: str
    stored_sha256: str
    found_sha256: str
    blob_sha256: str


class ImportReport(Record):
    """The account of an import: ``found = imported + updated + already_present + len(conflicts) + len(refused)``."""

    found: int = 0
    imported: int = 0
    updated: int = 0
    already_present: int = 0
    conflicts: tuple[Conflict, ...] = ()
    refused: tuple[Refusal, ...] = ()
    ignored: tuple[str, ...] = ()
    advisories: int = 0
    warnings: tuple[str, ...] = ()
    dry_run: bool = False


class Finding(Record):
    """One thing an audit found. ``file`` is relative to the store; ``offset`` is in bytes from its start."""

    severity: Severity
    file: str | None
    offset: int | None
    message: str


class ReviewCounts(Record):
    """Signed approvals and rejections by people, and automatic approvals by the policy."""

    human: int = 0
    automatic: int = 0
    at_source: int = 0


class Head(Record):
    """Position and digest of the last line."""

    seq: int
    digest: str


class DecisionLine(Record):
    """One decision as an audit lists it: who, when, what, why, and whether the signature holds."""

    decision_id: str
    verb: str
    kind: Literal["human", "automatic"]
    run_id: str
    advisory_id: str
    person_id: str | None
    person_name: str | None
    at_utc: str
    meaning: str
    reason: str | None
    text_sha256: str
    policy_version: int
    signature: Literal["valid", "invalid", "none"]
    suspect: bool = False


class AgainstCheckpoint(Record):
    """How a store stands to a checkpoint noted earlier: ``extends`` where it still holds that line, then more.

    ``lines_since`` counts the lines behind it. ``signature`` is "unknown" where this ledger has no key to check it by.
    """

    seq: int
    digest: str
    at_utc: str | None
    person_id: str | None
    person_name: str | None
    signature: Literal["valid", "unknown", "none"]
    extends: bool
    lines_since: int


class AuditReport(Record):
    """The result of an audit; ``ok`` is false exactly when a finding is damage or a violation."""

    ok: bool
    lines: int
    commits: int
    runs: int
    advisories: int
    reviews: ReviewCounts
    head: Head
    findings: tuple[Finding, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()
    people: tuple[dict[str, object], ...] = ()
    elapsed_s: float = 0.0
    store_id: str = ""
    against: AgainstCheckpoint | None = None

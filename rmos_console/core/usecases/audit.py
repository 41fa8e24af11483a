"""Proving, offline, that nothing was altered or lost, and who decided what."""

from __future__ import annotations

import time
from pathlib import Path

from rmos_console.core.log import use_case
from rmos_console.core.records.report import AuditReport, Finding, Head, ReviewCounts
from rmos_console.core.store import Line, Store, open_store
from rmos_console.core.usecases.audit_rules import Replay
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent, stop_if
from rmos_console.core.usecases.rows import at_source

_ORDER = {"damage": 0, "violation": 1, "warning": 2, "notice": 3}


def audit(path: Path, *, progress: Progress = silent, cancelled: Cancelled = never) -> AuditReport:
    """Verify every line, link, blob, signature, role and rule of the store at ``path``, writing nothing at all.

    A damaged store is audited as far as it can be read; ``ok`` is false exactly when a finding is damage or a
    violation. Raises :class:`CancelledError` where ``cancelled`` says so, :class:`StoreError` where there is no store.
    """
    with use_case("audit") as facts:
        started = time.perf_counter()
        with open_store(path, read_only=True) as store:
            report = _audit(store, progress, cancelled)
        facts.update(ok=report.ok, findings=len(report.findings))
        return report.model_copy(update={"elapsed_s": round(time.perf_counter() - started, 3)})


def _audit(store: Store, progress: Progress, cancelled: Cancelled) -> AuditReport:
    replay = Replay(store)
    findings: list[Finding] = []
    lines = 0
    for item in store.lines():
        stop_if(cancelled, "The audit")
        if isinstance(item, Line):
            lines += 1
            replay.take(item)
            progress(lines, None, "verifying the ledger")
        else:
            findings.append(item)
    progress(lines, lines, "verifying files")
    findings += replay.findings
    findings += _unresolved(replay)
    decisions = tuple(replay.decision_lines())
    findings += [
        Finding(
            severity="warning",
            file=None,
            offset=None,
            message=f"The decision {line.decision_id} is suspect: {line.person_name} was revoked since before it.",
        )
        for line in decisions
        if line.suspect
    ]
    findings.sort(key=lambda item: (_ORDER[item.severity], item.file or "~", item.offset or 0))
    counts = ReviewCounts(
        human=sum(1 for line in decisions if line.kind == "human" and line.verb != "withdrawn"),
        automatic=sum(1 for line in decisions if line.kind == "automatic"),
        at_source=sum(1 for entry in replay.fold.runs() if at_source(entry) is not None),
    )
    return AuditReport(
        ok=not any(item.severity in {"damage", "violation"} for item in findings),
        lines=lines,
        commits=replay.commits,
        runs=replay.fold.run_count,
        advisories=replay.fold.asset_count,
        reviews=counts,
        head=Head(seq=replay.fold.head.seq, digest=replay.fold.head.digest),
        findings=tuple(findings),
        decisions=decisions,
        people=tuple(person.document() for person in replay.fold.people.values()),
        store_id=replay.fold.store_id,
    )


def _unresolved(replay: Replay) -> list[Finding]:
    """Count the references whose text this store lacks: shown so, never approvable."""
    missing = sum(1 for entry in replay.fold.runs() for ref in entry.refs if not replay.fold.has_asset(ref.advisory_id))
    if not missing:
        return []
    text = f"{missing:,} advisory reference(s) are unresolved: their texts are not in this store."
    return [Finding(severity="notice", file=None, offset=None, message=text)]

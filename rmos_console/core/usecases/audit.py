"""Proving, offline, that nothing was altered or lost, and who decided what."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rmos_console.core.log import use_case
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.report import AuditReport, DecisionLine, Finding, Head, ReviewCounts
from rmos_console.core.store import Line, Store, open_store
from rmos_console.core.usecases import bundle
from rmos_console.core.usecases.audit_against import check_same_store, hold_against
from rmos_console.core.usecases.audit_clock import ClockWatch
from rmos_console.core.usecases.audit_rules import Replay
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent, stop_if
from rmos_console.core.usecases.rows import at_source

_ORDER = {"damage": 0, "violation": 1, "warning": 2, "notice": 3}


def audit(
    path: Path, *, against: Checkpoint | None = None, progress: Progress = silent, cancelled: Cancelled = never
) -> AuditReport:
    """Verify every line, link, blob, signature, role and rule of the store at ``path``, writing nothing at all.

    ``path`` may also be a bundle (a zip file that an export made). A damaged store is audited as far as it can be read;
    ``ok`` is false exactly when a finding is damage or a violation. ``against`` is a checkpoint that the store must
    extend. Raises :class:`CancelledError` where ``cancelled`` says so, :class:`StoreError` where there is no store,
    :class:`RefusedError` for a checkpoint of another store and :class:`BadDataError` for one that was altered.
    """
    with use_case("audit") as facts:
        started = time.perf_counter()
        with opened(path) as store:
            report, _ = examine(store, against, progress, cancelled)
        facts.update(ok=report.ok, findings=len(report.findings))
        return report.model_copy(update={"elapsed_s": round(time.perf_counter() - started, 3)})


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Open a store, or the store in a bundle, for reading only."""
    if not bundle.is_bundle(path):
        with open_store(path, read_only=True) as store:
            yield store
        return
    with bundle.unpacked(path) as folder, open_store(folder, read_only=True) as store:
        yield store


def examine(
    store: Store, against: Checkpoint | None, progress: Progress, cancelled: Cancelled
) -> tuple[AuditReport, Replay]:
    """Audit an open store; with the report comes the replay it rests on, which knows what every line led to."""
    if against is not None:
        check_same_store(against, store.store_id)
    replay, clock = Replay(store), ClockWatch()
    findings: list[Finding] = []
    lines = 0
    for item in store.lines():
        stop_if(cancelled, "The audit")
        if isinstance(item, Line):
            lines += 1
            replay.take(item)
            findings += clock.take(item)
            progress(lines, None, "verifying the ledger")
        else:
            findings.append(item)
    progress(lines, lines, "verifying files")
    findings += replay.findings
    findings += bundle.earlier_findings(store.path)
    held = None
    if against is not None:
        held, broken = hold_against(against, replay.fold, replay.digests)
        findings += broken
    findings += _unresolved(replay)
    decisions = tuple(replay.decision_lines())
    findings += _suspects(decisions)
    findings.sort(key=lambda item: (_ORDER[item.severity], item.file or "~", item.offset or 0))
    counts = ReviewCounts(
        human=sum(1 for line in decisions if line.kind == "human" and line.verb != "withdrawn"),
        automatic=sum(1 for line in decisions if line.kind == "automatic"),
        at_source=sum(1 for entry in replay.fold.runs() if at_source(entry) is not None),
    )
    report = AuditReport(
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
        against=held,
    )
    return report, replay


def _suspects(decisions: tuple[DecisionLine, ...]) -> list[Finding]:
    return [
        Finding(
            severity="warning",
            file=None,
            offset=None,
            message=f"The decision {line.decision_id} is suspect: {line.person_name} was revoked since before it.",
        )
        for line in decisions
        if line.suspect
    ]


def _unresolved(replay: Replay) -> list[Finding]:
    """Count the references whose text this store lacks: shown so, never approvable."""
    missing = sum(1 for entry in replay.fold.runs() for ref in entry.refs if not replay.fold.has_asset(ref.advisory_id))
    if not missing:
        return []
    text = (
        "1 advisory reference is unresolved: its text is not in this store."
        if missing == 1
        else f"{missing:,} advisory references are unresolved: their texts are not in this store."
    )
    return [Finding(severity="notice", file=None, offset=None, message=text)]

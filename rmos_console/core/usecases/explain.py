"""Explanations are generated, sealed and attached: PENDING before, READY or ERROR always after."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import CancelledError, RmosError
from rmos_console.core.explain.contrast import nearest, shortlist
from rmos_console.core.explain.engine import EngineInput, Explanation, ExplanationEngine
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.log import swallowed, use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, BasedOn, Engine
from rmos_console.core.records.changes import Changes, Written
from rmos_console.core.records.ids import new_id
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import AutoApproval
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.review.policy import may_auto_approve
from rmos_console.core.store import RunEntry, Store, View
from rmos_console.core.usecases.attach import seal_events
from rmos_console.core.usecases.browse import artifact
from rmos_console.core.usecases.clock import in_seconds, now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent
from rmos_console.core.usecases.state import is_superseded

ATTEMPT_SECONDS = 120.0
"""How long an attempt stays open; any writer ends an older one as failed."""


class ExplainSummary(Record):
    """How an explanation of all runs without one went."""

    explained: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: bool = False


def attempt_key(run_sha256: str, engine: Engine) -> str:
    """Return the key of an attempt: the same run bytes, engine and version are explained once."""
    return canonical_sha256([run_sha256, engine.id, engine.version])


def explain(
    store: Store, run: str, *, force: bool = False, caller: Caller, engine: ExplanationEngine | None = None
) -> Written[RunArtifact]:
    """Generate, seal and attach an explanation of a run, and return the run with it.

    While an explanation stands it is returned as it is; ``force`` mints another, which supersedes. A caller that finds
    an attempt open gets the run as PENDING. Every failure ends in ERROR with a reason and the run is still returned.
    """
    with use_case("explain", run_id=run, request_id=caller.request_id) as facts:
        chosen = engine or OfflineEngine()
        entry, _ = find_run(store.snapshot(), run)
        store.read_run(entry.run_id)  # damaged bytes are not explained
        made_by = Engine(id=chosen.id, version=chosen.version)
        attempt = new_id("att")
        changes = _open_attempt(store, entry, made_by, attempt, caller, force=force)
        if _is_open(store.snapshot(), entry.run_id, attempt):
            changes |= _generate(store, entry, chosen, made_by, attempt, caller)
        view = store.snapshot()
        value = artifact(store, view, find_run(view, entry.run_id)[0])
        facts["explanation_status"] = value.explanation_status
        return Written(value=value, changes=changes)


def explain_missing(
    store: Store, *, caller: Caller, progress: Progress = silent, cancelled: Cancelled = never
) -> Written[ExplainSummary]:
    """Explain every run that has no explanation. Safe to run twice at once: each key is explained once."""
    with use_case("explain.missing", request_id=caller.request_id) as facts:
        missing = [entry.run_id for entry in store.snapshot().runs() if not _stands(store.snapshot(), entry)]
        count = {"READY": 0, "ERROR": 0}
        skipped = 0
        changes = [Changes(seq=store.snapshot().head.seq)]
        for done, run_id in enumerate(sorted(missing)):
            if cancelled():
                break
            progress(done, len(missing), "explaining")
            try:
                written = explain(store, run_id, caller=caller)
            except CancelledError:
                break
            changes.append(written.changes)
            status = written.value.explanation_status
            if status in count:
                count[status] += 1
            else:
                skipped += 1
        facts.update(explained=count["READY"], failed=count["ERROR"])
        total = count["READY"] + count["ERROR"] + skipped
        summary = ExplainSummary(
            explained=count["READY"], failed=count["ERROR"], skipped=skipped, cancelled=total < len(missing)
        )
        return Written(value=summary, changes=Changes.union(changes))


def sweep_events(view: View, moment: str) -> list[events.Event]:
    """Return the events that end every attempt whose deadline has passed."""
    return [
        events.explanation_failed(run_id, attempt.attempt, reason="the attempt ran past its deadline")
        for run_id, attempt in view.open_attempts()
        if (attempt.deadline_utc or "") < moment
    ]


def sweep(store: Store, caller: Caller) -> Changes | None:
    """End overdue attempts; None where there are none. Writers do this at open and each minute."""
    if not sweep_events(store.snapshot(), now_utc()):
        return None
    return commit(store, caller, lambda view: sweep_events(view, now_utc()))


def _stands(view: View, entry: RunEntry) -> bool:
    return any(
        view.has_asset(word.advisory_id) and not is_superseded(entry, word.advisory_id) for word in entry.explanations
    )


def _open_attempt(
    store: Store, entry: RunEntry, engine: Engine, attempt: str, caller: Caller, *, force: bool
) -> Changes:
    key = attempt_key(entry.run_sha256, engine)

    def decide(view: View) -> Sequence[events.Event]:
        now = find_run(view, entry.run_id)[0]
        overdue = sweep_events(view, now_utc())
        ended = {event["attempt"] for event in overdue}
        if any(other.state == "open" and other.attempt not in ended for other in now.attempts):
            return overdue
        if not force and _stands(view, now):
            return overdue
        return [
            *overdue,
            events.explanation_pending(
                entry.run_id,
                attempt,
                key=key,
                engine_id=engine.id,
                engine_version=engine.version,
                deadline_utc=in_seconds(ATTEMPT_SECONDS),
            ),
        ]

    return commit(store, caller, decide)


def _is_open(view: View, run_id: str, attempt: str) -> bool:
    entry = view.run(run_id)
    return entry is not None and any(other.attempt == attempt and other.state == "open" for other in entry.attempts)


def _generate(
    store: Store, entry: RunEntry, engine: ExplanationEngine, made_by: Engine, attempt: str, caller: Caller
) -> Changes:
    started = time.perf_counter()
    try:
        source, contrast = _source(store, entry)
        explanation = engine.explain(source)
        asset = _asset(entry, contrast, explanation, made_by, caller, _milliseconds(started))
        sealed = store.externalize(asset.document())
        return _finish(store, entry, asset, sealed, attempt, caller)
    except RmosError as error:
        swallowed("explain", error, run_id=entry.run_id, attempt=attempt)
        return _fail(store, entry.run_id, attempt, error.message, caller)
    except Exception as error:  # noqa: BLE001  an engine is a plug-in: whatever it raises ends in ERROR, never in a crash
        swallowed("explain", error, run_id=entry.run_id, attempt=attempt)
        return _fail(store, entry.run_id, attempt, f"the engine {made_by.id} stopped unexpectedly", caller)


def _source(store: Store, entry: RunEntry) -> tuple[EngineInput, RunEntry | None]:
    view = store.snapshot()
    run = store.resolve(store.read_run(entry.run_id))
    green = (other for other in view.runs() if other.risk.policy == "GREEN" and other.run_id != entry.run_id)
    documents: dict[str, Any] = {}
    for run_id in shortlist(green, entry):
        documents[run_id] = store.read_run(run_id)
    chosen = nearest(run, documents)
    contrast = view.run(chosen) if chosen is not None else None
    source = EngineInput(
        run=run,
        run_sha256=entry.run_sha256,
        contrast=documents[contrast.run_id] if contrast else None,
        contrast_sha256=contrast.run_sha256 if contrast else None,
    )
    return source, contrast


def _asset(
    entry: RunEntry,
    contrast: RunEntry | None,
    explanation: Explanation,
    engine: Engine,
    caller: Caller,
    elapsed_ms: float,
) -> AdvisoryAsset:
    return AdvisoryAsset(
        advisory_id=new_id("adv"),
        kind="explanation",
        created_at_utc=now_utc(),
        headline=explanation.headline,
        text=explanation.text,
        content=explanation.content,
        evidence=explanation.evidence,
        based_on=BasedOn(
            run_id=entry.run_id,
            run_sha256=entry.run_sha256,
            contrast_run_id=contrast.run_id if contrast else None,
            contrast_run_sha256=contrast.run_sha256 if contrast else None,
        ),
        engine=engine,
        confidence=explanation.confidence,
        request_id=caller.request_id,
        source={"generation_time_ms": elapsed_ms},
    )


def _finish(
    store: Store, entry: RunEntry, asset: AdvisoryAsset, sealed: dict[str, Any], attempt: str, caller: Caller
) -> Changes:
    """Seal, attach and announce the text in one transaction, valid only while its attempt is open."""
    engine = asset.engine or Engine(id="unknown", version="0")
    ref = AdvisoryInputRef(
        advisory_id=asset.advisory_id,
        kind="explanation",
        created_at_utc=asset.created_at_utc,
        request_id=caller.request_id,
        engine_id=engine.id,
        engine_version=engine.version,
    )

    def decide(view: View) -> Sequence[events.Event]:
        if not _is_open(view, entry.run_id, attempt):
            return []  # a late answer is dropped: a sweep or another caller ended the attempt
        made = [
            *seal_events(view, asset, sealed),
            events.advisory_attached(entry.run_id, ref),
            events.explanation_ready(
                entry.run_id,
                attempt,
                advisory_id=asset.advisory_id,
                summary=asset.headline,
                key=attempt_key(entry.run_sha256, engine),
            ),
        ]
        if may_auto_approve(view.policy, entry.risk, engine) and not _is_in_doubt(asset):
            made.append(events.auto_approved(_auto(view, entry, asset, made[0]["asset_sha256"])))
        return made

    return commit(store, caller, decide)


def _is_in_doubt(asset: AdvisoryAsset) -> bool:
    """Tell whether the text itself asks to look twice: a limit is exceeded that the run's own rules did not report."""
    return isinstance(asset.content, dict) and bool(asset.content.get("unreported"))


def _auto(view: View, entry: RunEntry, asset: AdvisoryAsset, asset_sha256: str) -> AutoApproval:
    return AutoApproval(
        run_id=entry.run_id,
        run_sha256=entry.run_sha256,
        advisory_id=asset.advisory_id,
        advisory_sha256=asset_sha256,
        text_sha256=asset.text_sha256(),
        policy_version=view.policy.version,
        at_utc=now_utc(),
    )


def _fail(store: Store, run_id: str, attempt: str, reason: str, caller: Caller) -> Changes:
    def decide(view: View) -> Sequence[events.Event]:
        if not _is_open(view, run_id, attempt):
            return []
        return [events.explanation_failed(run_id, attempt, reason=reason[:500])]

    return commit(store, caller, decide)


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)

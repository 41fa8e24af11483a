"""Explanations are generated, sealed and attached: PENDING before, READY or ERROR always after."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from rmos_console.core.errors import EngineError, RmosError
from rmos_console.core.explain.engine import Explanation, ExplanationEngine
from rmos_console.core.explain.engines import Unusable, find_engine
from rmos_console.core.explain.running import plain_reason, run_engine
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
from rmos_console.core.usecases.attempts import (
    ATTEMPT_SECONDS,
    attempt_key,
    fail_attempt,
    is_open,
    open_attempt,
    stands,
    sweep,
    sweep_quietly,
)
from rmos_console.core.usecases.browse import artifact
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.contrast import source_of
from rmos_console.core.usecases.doubt import is_in_doubt
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent

__all__ = ["ATTEMPT_SECONDS", "ExplainSummary", "explain", "explain_missing", "sweep", "sweep_quietly"]

STOP_AFTER = 5
"""So many runs in a row that fail for the same reason end an explanation of all: the engine is down, not the runs."""


class ExplainSummary(Record):
    """How an explanation of all runs without one went.

    ``explained`` and ``failed`` count what this call did; ``skipped`` runs were explained, or are being explained, by
    somebody else meanwhile. ``stopped`` says why it gave up before the last run.
    """

    explained: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: bool = False
    stopped: str | None = None


class _Task(NamedTuple):
    """One attempt: what is explained, by what, on whose behalf, and for how long."""

    store: Store
    entry: RunEntry
    engine: ExplanationEngine
    made_by: Engine
    attempt: str
    caller: Caller
    deadline: float
    cancelled: Cancelled


def explain(
    store: Store,
    run: str,
    *,
    force: bool = False,
    caller: Caller,
    engine: ExplanationEngine | None = None,
    seconds: float = ATTEMPT_SECONDS,
    cancelled: Cancelled = never,
) -> Written[RunArtifact]:
    """Generate, seal and attach an explanation of a run, and return the run with it.

    Without ``engine`` it is the one :func:`find_engine` chooses. While an explanation stands it is returned as it is;
    ``force`` mints another, which supersedes. A caller that finds an attempt open gets the run as PENDING. Every
    failure ends in ERROR with a reason and the run is still returned; so does an engine that has not answered
    ``seconds`` after the attempt began, or once ``cancelled`` says so.
    """
    with use_case("explain", run_id=run, request_id=caller.request_id) as facts:
        chosen = engine or find_engine()
        entry, _ = find_run(store.snapshot(), run)
        store.read_run(entry.run_id)  # damaged bytes are not explained
        made_by = Engine(id=chosen.id, version=chosen.version)
        attempt, deadline = new_id("att"), time.monotonic() + seconds
        changes = open_attempt(store, entry, made_by, attempt, caller, force=force, seconds=seconds)
        if is_open(store.snapshot(), entry.run_id, attempt):
            changes |= _generate(_Task(store, entry, chosen, made_by, attempt, caller, deadline, cancelled))
        view = store.snapshot()
        value = artifact(store, view, find_run(view, entry.run_id)[0])
        facts["explanation_status"] = value.explanation_status
        return Written(value=value, changes=changes)


def explain_missing(
    store: Store,
    *,
    caller: Caller,
    engine: ExplanationEngine | None = None,
    progress: Progress = silent,
    cancelled: Cancelled = never,
) -> Written[ExplainSummary]:
    """Explain every run that has no explanation. Safe to run twice at once: each run is explained once.

    Raises :class:`EngineError` before anything is written where the engine cannot be used.
    """
    with use_case("explain.missing", request_id=caller.request_id) as facts:
        chosen = engine or find_engine()
        if isinstance(chosen, Unusable):
            raise EngineError(chosen.reason)
        view = store.snapshot()
        missing = sorted(entry.run_id for entry in view.runs() if not stands(view, entry))
        tally = _Tally([Changes(seq=view.head.seq)])
        for done, run_id in enumerate(missing):
            if tally.stopped is not None or cancelled():
                break
            progress(done, len(missing), "explaining")
            tally.take(run_id, _explain_missing_one(store, run_id, chosen, caller, cancelled))
        progress(tally.done, len(missing), "explaining")
        summary = tally.summary(cancelled=tally.stopped is None and tally.done < len(missing))
        facts.update(explained=summary.explained, failed=summary.failed)
        return Written(value=summary, changes=Changes.union(tally.changes))


def _explain_missing_one(
    store: Store, run_id: str, engine: ExplanationEngine, caller: Caller, cancelled: Cancelled
) -> Written[RunArtifact] | None:
    """Explain a run; None where somebody else did so meanwhile."""
    view = store.snapshot()
    if stands(view, find_run(view, run_id)[0]):
        return None
    return explain(store, run_id, caller=caller, engine=engine, cancelled=cancelled)


class _Tally:
    """Counts how an explanation of many runs goes."""

    def __init__(self, changes: list[Changes]) -> None:
        self.changes = changes
        self.stopped: str | None = None
        self._counts = {"READY": 0, "ERROR": 0, "skipped": 0}
        self._reasons: list[str] = []

    @property
    def done(self) -> int:
        """How many runs were looked after."""
        return sum(self._counts.values())

    def take(self, run_id: str, written: Written[RunArtifact] | None) -> None:
        """Count one run."""
        if written is None or run_id not in written.changes.run_ids:
            self._counts["skipped"] += 1
            return
        self.changes.append(written.changes)
        failed = written.value.explanation_status == "ERROR"
        self._counts["ERROR" if failed else "READY"] += 1
        self._reasons = [*self._reasons, written.value.explanation_error or ""] if failed else []
        if len(self._reasons) >= STOP_AFTER and len(set(self._reasons[-STOP_AFTER:])) == 1:
            self.stopped = self._reasons[-1]

    def summary(self, *, cancelled: bool) -> ExplainSummary:
        """Return the counts."""
        count = self._counts
        return ExplainSummary(
            explained=count["READY"],
            failed=count["ERROR"],
            skipped=count["skipped"],
            cancelled=cancelled,
            stopped=self.stopped,
        )


def _generate(task: _Task) -> Changes:
    """Generate outside the lock and commit the outcome, whatever it is."""
    store, entry, started = task.store, task.entry, time.perf_counter()
    try:
        source, contrast = source_of(store, entry)
        explanation = run_engine(
            task.engine,
            source,
            engine_id=task.made_by.id,
            seconds=max(0.0, task.deadline - time.monotonic()),
            cancelled=task.cancelled,
        )
        asset = _asset(entry, contrast, explanation, task.made_by, task.caller, _milliseconds(started))
        sealed = store.externalize(asset.document())
        in_doubt = is_in_doubt(source.run, asset.content)
        return _finish(store, entry, asset, sealed, task.attempt, task.caller, in_doubt=in_doubt)
    except RmosError as error:
        swallowed("explain", error, run_id=entry.run_id, attempt=task.attempt)
        return fail_attempt(store, entry.run_id, task.attempt, plain_reason(error.message), task.caller)
    except Exception as error:  # noqa: BLE001  whatever goes wrong while a run is explained ends in ERROR, not in a crash
        swallowed("explain", error, run_id=entry.run_id, attempt=task.attempt)
        return fail_attempt(store, entry.run_id, task.attempt, "the explanation stopped unexpectedly", task.caller)
    except BaseException:  # Ctrl+C: nobody will wait for this attempt
        fail_attempt(store, entry.run_id, task.attempt, "the explanation was cancelled", task.caller)
        raise


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
    store: Store,
    entry: RunEntry,
    asset: AdvisoryAsset,
    sealed: dict[str, Any],
    attempt: str,
    caller: Caller,
    *,
    in_doubt: bool,
) -> Changes:
    """Seal, attach and announce the text in one transaction, valid only while its attempt is open.

    A text ``in_doubt`` is left to a person, whatever the policy would do.
    """
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
        if not is_open(view, entry.run_id, attempt):
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
        if may_auto_approve(view.policy, entry.risk, engine) and not in_doubt:
            made.append(events.auto_approved(_auto(view, entry, asset, made[0]["asset_sha256"])))
        return made

    return commit(store, caller, decide)


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


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)

"""Reading: one run, its advisories, its history."""

from __future__ import annotations

from typing import Any

from rmos_console.core.errors import NotFoundError
from rmos_console.core.log import use_case
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef
from rmos_console.core.records.ids import check_foreign_id
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import AutoApproval, Review, StateExplained
from rmos_console.core.records.run import RunArtifact, SealedRun, sealed_run
from rmos_console.core.review.explained import explanation_of
from rmos_console.core.store import HistoryEntry, RunEntry, Store, View
from rmos_console.core.store.bodies import has_refs
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.state import NOTHING, reference, run_state, state_of


class AdvisoryView(Record):
    """An advisory with its exact text and what was decided about it.

    ``run_id`` is the run whose review state and decisions are shown; ``runs`` names all runs that carry the advisory.
    """

    asset: AdvisoryAsset
    asset_sha256: str
    text: str
    text_sha256: str
    run_id: str | None
    runs: tuple[str, ...]
    state: StateExplained
    decisions: tuple[Review | AutoApproval, ...]

    def json_document(self) -> dict[str, Any]:
        """Return the document of the command line and the HTTP API."""
        return {
            **self.asset.document(),
            "asset_sha256": self.asset_sha256,
            "text": self.text,
            "text_sha256": self.text_sha256,
            "run_id": self.run_id,
            "runs": list(self.runs),
            "review_state": self.state.state,
            "review_why": self.state.why,
            "decisions": [_decision_document(decision) for decision in self.decisions],
        }


def show(store: Store, run: str) -> RunArtifact:
    """Return a run with everything that happened to it later. Raises :class:`NotFoundError`, :class:`DamagedError`."""
    with use_case("show", run_id=run):
        view = store.snapshot()
        entry, also = find_run(view, run)
        return artifact(store, view, entry, also=also)


def artifact(store: Store, view: View, entry: RunEntry, *, also: tuple[str, ...] = ()) -> RunArtifact:
    """Return the run of an entry with its sealed body read and verified, large values resolved."""
    body = store.read_run(entry.run_id)
    if has_refs(body):
        body = store.resolve(body)
    return artifact_of(view, entry, sealed_run(body), also=also)


def artifact_of(view: View, entry: RunEntry, sealed: SealedRun, *, also: tuple[str, ...] = ()) -> RunArtifact:
    """Return the run of an entry whose sealed part is at hand, as it was before large values moved to blobs.

    Every part was validated when it was made, so nothing is validated once more.
    """
    fields = {name: getattr(sealed, name) for name in SealedRun.model_fields}
    return RunArtifact.model_construct(**{**fields, **_folded(view, entry), "also": also})


def _folded(view: View, entry: RunEntry) -> dict[str, Any]:
    """Return the fields of a run that later events may change, and what is derived from it."""
    told = explanation_of(entry, view.has_asset, now_utc())
    return {
        "meta": dict(entry.meta),
        "attachments": tuple(entry.attachments),
        "run_sha256": entry.run_sha256,
        "risk": entry.risk,
        "advisory_inputs": tuple(judged_reference(view, entry, ref) for ref in entry.refs),
        "explanation_status": told.status,
        "explanation_summary": told.summary,
        "explanation_error": told.error,
        "explanation_overdue": told.overdue,
        "review_state": run_state(view, entry).state,
        "source_facts": dict(entry.source_facts),
        "warnings": entry.risk.warnings,
    }


def judged_reference(view: View, entry: RunEntry, ref: AdvisoryInputRef) -> AdvisoryInputRef:
    """Return a reference with its review state and whether its text is in the store."""
    present = view.asset(ref.advisory_id) is not None
    state = state_of(view, entry, ref.advisory_id).state
    return ref.model_copy(update={"review_state": state, "asset": "present" if present else "unresolved"})


def raw(store: Store, run: str) -> dict[str, Any]:
    """Return the sealed document of a run as it stands in the ledger, large values as references to blobs."""
    with use_case("raw", run_id=run):
        entry, _ = find_run(store.snapshot(), run)
        return store.read_run(entry.run_id)


def advisories(store: Store, run: str) -> dict[str, Any]:
    """Return ``{run_id, advisory_inputs, count, explanation_status, explanation_summary}`` of a run."""
    with use_case("advisories", run_id=run):
        view = store.snapshot()
        entry, _ = find_run(view, run)
        told = explanation_of(entry, view.has_asset, now_utc())
        refs = [judged_reference(view, entry, ref).document() for ref in entry.refs]
        return {
            "run_id": entry.run_id,
            "advisory_inputs": refs,
            "count": len(refs),
            "explanation_status": told.status,
            "explanation_summary": told.summary,
        }


def advisory(store: Store, advisory_id: str, *, run: str | None = None) -> AdvisoryView:
    """Return one advisory. Its review state is that on ``run``, or on the first run that carries it.

    Raises :class:`NotFoundError` where the store has no such text, saying so if a run refers to it.
    """
    with use_case("advisory", advisory_id=advisory_id):
        check_foreign_id(advisory_id, what="advisory id")
        view = store.snapshot()
        runs = tuple(view.runs_with(advisory_id))
        entry = find_run(view, run)[0] if run is not None else view.run(runs[0]) if runs else None
        if view.asset(advisory_id) is None:
            raise NotFoundError(_no_text(advisory_id, runs), advisory_id=advisory_id, runs=list(runs))
        if entry is not None and reference(entry, advisory_id) is None:
            raise NotFoundError(f"Run {entry.run_id} carries no advisory {advisory_id!r}.", advisory_id=advisory_id)
        return advisory_view(store, view, entry, advisory_id)


def advisory_view(store: Store, view: View, entry: RunEntry | None, advisory_id: str) -> AdvisoryView:
    """Return an advisory on a run, its bytes read and verified."""
    document = store.read_asset(advisory_id)
    asset = AdvisoryAsset.parse(store.resolve(document), name=f"Advisory {advisory_id}")
    known = view.asset(advisory_id)
    decisions: tuple[Review | AutoApproval, ...] = ()
    if entry is not None:
        automatic = tuple(auto for auto in entry.auto if auto.advisory_id == advisory_id)
        decisions = automatic + tuple(review for review in entry.decisions if review.advisory_id == advisory_id)
    return AdvisoryView(
        asset=asset,
        asset_sha256=known.sha256 if known else "",
        text=asset.shown_text(),
        text_sha256=asset.text_sha256(),
        run_id=entry.run_id if entry else None,
        runs=tuple(view.runs_with(advisory_id)),
        state=state_of(view, entry, advisory_id) if entry else NOTHING,
        decisions=decisions,
    )


def history(store: Store, run: str) -> list[HistoryEntry]:
    """Return every event about a run, oldest first."""
    with use_case("history", run_id=run):
        entry, _ = find_run(store.snapshot(), run)
        return store.history(entry.run_id)


def _no_text(advisory_id: str, runs: tuple[str, ...]) -> str:
    if runs:
        return (
            f"The text of advisory {advisory_id!r} is not in this store, though {len(runs)} run(s) refer to it; "
            "attach it with `attach RUN --advisory-id ID --file ASSET.json`."
        )
    return f"There is no advisory {advisory_id!r}; `advisories RUN` lists those of a run."


def _decision_document(decision: Review | AutoApproval) -> dict[str, Any]:
    kind = "human" if isinstance(decision, Review) else "automatic"
    return {"kind": kind, **decision.document()}

"""The events of the ledger: what each kind holds, and how one is made.

Events are plain JSON objects, because their bytes are the truth; these constructors are the only place that spells
them. A reader that meets a kind it does not know treats the store as written by a newer version: read-only, said so.
"""

from __future__ import annotations

from typing import Any

from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.review import AutoApproval, Policy, Review
from rmos_console.core.records.run import Attachment, SealedRun

Event = dict[str, Any]

KINDS = frozenset(
    {
        "store.created",
        "store.recovered",
        "store.reverified",
        "store.rolled_back",
        "segment.closed",
        "run.sealed",
        "run.meta_patched",
        "attachment.added",
        "advisory.sealed",
        "advisory.attached",
        "explanation.pending",
        "explanation.ready",
        "explanation.failed",
        "review.approved",
        "review.rejected",
        "review.withdrawn",
        "review.auto_approved",
        "reviewer.enrolled",
        "reviewer.rekeyed",
        "reviewer.revoked",
        "policy.set",
        "checkpoint.signed",
        "import.completed",
    }
)
"""Every kind of this format version."""


def store_created(store_id: str) -> Event:
    """The first event of a ledger."""
    return {"kind": "store.created", "format": 1, "store_id": store_id}


def store_recovered(file: str, segment: str, offset: int, size: int, sha256: str, *, completed: bool) -> Event:
    """Recovery set ``size`` torn bytes aside in ``quarantine/<file>``; ``completed``: only the newline was missing."""
    return {
        "kind": "store.recovered",
        "file": file,
        "segment": segment,
        "offset": offset,
        "bytes": size,
        "sha256": sha256,
        "completed": completed,
    }


def store_reverified(noted: str, lines: int, blobs: int) -> Event:
    """Everything was read anew from the medium and is whole, so the note ``noted`` was taken back; signed by nobody.

    ``lines`` and ``blobs`` count what was read.
    """
    return {"kind": "store.reverified", "noted": noted, "lines": lines, "blobs": blobs}


def store_rolled_back(act: dict[str, Any]) -> Event:
    """An admin accepts that the ledger ends in the line before this one, though a later one was there once."""
    return {"kind": "store.rolled_back", "act": act}


def segment_closed(runs: int, size: int) -> Event:
    """The last event of a full segment: how many runs it sealed and its size in bytes up to this line."""
    return {"kind": "segment.closed", "runs": runs, "bytes": size}


def run_sealed(run: SealedRun | dict[str, Any], run_sha256: str) -> Event:
    """A run is sealed: its document never changes; ``run_sha256`` is the SHA-256 of its canonical form."""
    body = run.document() if isinstance(run, SealedRun) else run
    return {"kind": "run.sealed", "run": body, "run_sha256": run_sha256}


def meta_patched(run_id: str, *, set_: dict[str, Any], unset: list[str], source: dict[str, Any] | None = None) -> Event:
    """Meta of a run changes outside its seal; ``source`` replaces what the run's source says beside its sealed part."""
    event: Event = {"kind": "run.meta_patched", "run_id": run_id, "set": set_, "unset": unset}
    if source is not None:
        event["source"] = source
    return event


def attachment_added(run_id: str, attachment: Attachment) -> Event:
    """A file joins a sealed run; its bytes are the blob ``attachment.sha256``."""
    return {"kind": "attachment.added", "run_id": run_id, "attachment": attachment.document()}


def advisory_sealed(advisory_id: str, asset: dict[str, Any], asset_sha256: str, text_sha256: str) -> Event:
    """An advisory's bytes are sealed under its id for good.

    ``asset_sha256`` is over the canonical asset document as stored, ``text_sha256`` over the text a reviewer sees.
    """
    return {
        "kind": "advisory.sealed",
        "advisory_id": advisory_id,
        "asset": asset,
        "asset_sha256": asset_sha256,
        "text_sha256": text_sha256,
    }


def advisory_attached(run_id: str, ref: AdvisoryInputRef) -> Event:
    """A run carries an advisory. The same pair again only renews ``at_source`` (a later word of the source)."""
    return {
        "kind": "advisory.attached",
        "run_id": run_id,
        "ref": ref.model_dump(mode="json", exclude={"review_state", "asset"}),
    }


def explanation_pending(
    run_id: str, attempt: str, *, key: str, engine_id: str, engine_version: str, deadline_utc: str
) -> Event:
    """An attempt to explain a run is open until ``deadline_utc``; ``key`` is run_sha256 + engine + version, hashed."""
    return {
        "kind": "explanation.pending",
        "run_id": run_id,
        "attempt": attempt,
        "key": key,
        "engine_id": engine_id,
        "engine_version": engine_version,
        "deadline_utc": deadline_utc,
    }


def explanation_ready(
    run_id: str, attempt: str | None, *, advisory_id: str, summary: str | None, key: str | None
) -> Event:
    """The newest explanation of a run. ``attempt`` and ``key`` are null where an import brought it along.

    An earlier text made by ``explain`` (not an attached or imported one) is superseded by one made by ``explain``.
    """
    return {
        "kind": "explanation.ready",
        "run_id": run_id,
        "attempt": attempt,
        "advisory_id": advisory_id,
        "summary": summary,
        "key": key,
    }


def explanation_failed(run_id: str, attempt: str | None, *, reason: str) -> Event:
    """Generating failed, was cancelled, or ran past its deadline; null ``attempt``: the source reported an error."""
    return {"kind": "explanation.failed", "run_id": run_id, "attempt": attempt, "reason": reason}


def reviewed(review: Review) -> Event:
    """A signed decision: ``review.approved``, ``review.rejected`` or ``review.withdrawn``."""
    return {"kind": f"review.{review.verb}", "decision": review.document()}


def auto_approved(approval: AutoApproval) -> Event:
    """The policy approved a text in the transaction that minted it."""
    return {"kind": "review.auto_approved", "decision": approval.document()}


def reviewer_enrolled(act: dict[str, Any]) -> Event:
    """A person is enrolled by a signed act of an admin; the first admin signs for themselves."""
    return {"kind": "reviewer.enrolled", "act": act}


def reviewer_rekeyed(act: dict[str, Any]) -> Event:
    """A person has a new key from here on; a signed act by their old one, by an admin, or by their recovery code."""
    return {"kind": "reviewer.rekeyed", "act": act}


def reviewer_revoked(act: dict[str, Any]) -> Event:
    """A person's decisions after ``since`` are suspect, and they can make no more; a signed act of an admin."""
    return {"kind": "reviewer.revoked", "act": act}


def policy_set(policy: Policy, act: dict[str, Any]) -> Event:
    """The approval policy from here on; a signed act of an admin."""
    return {"kind": "policy.set", "policy": policy.document(), "act": act}


def checkpoint_signed(checkpoint: Checkpoint) -> Event:
    """A person signed the head of the ledger; the same text was handed out to be kept elsewhere."""
    return {"kind": "checkpoint.signed", "checkpoint": checkpoint.document()}


def import_completed(layout: str, counts: dict[str, int], conflicts: list[dict[str, Any]]) -> Event:
    """One import ended; ``conflicts`` name run, both digests and the blob that keeps the bytes not taken."""
    return {"kind": "import.completed", "layout": layout, "counts": counts, "conflicts": conflicts}

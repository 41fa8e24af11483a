"""From what the store holds to the JSON that RMOS's own layouts hold: the way back of the importers. Pure."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from rmos_console.core.canonical import canonical, sha256_hex
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef
from rmos_console.core.records.review import AutoApproval, Review, ReviewState

Layout = Literal["patch", "v2"]
APPROVED = frozenset({"APPROVED", "AUTO_APPROVED"})
"""The states in which a tool may take a text for approved."""

_STATUS = {"APPROVED": "PROMOTED", "AUTO_APPROVED": "PROMOTED", "REJECTED": "REJECTED", "AWAITING_SECOND": "REVIEWED"}
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_OURS = ("mode", "tool_id", "status", "request_summary", "feasibility", "decision", "hashes", "outputs", "lineage")


class Verdict(NamedTuple):
    """The review of a text as this store judges it: its state, and the last decision that led there."""

    state: ReviewState
    by: Review | AutoApproval | None


def file_name(text: str) -> str:
    """Return a name without its ending for an id from elsewhere: itself where that is harmless, else its SHA-256."""
    return text if _SAFE.fullmatch(text) else sha256_hex(text.encode("utf-8"))


def exported_id(body: dict[str, Any], layout: Layout) -> str:
    """Return the id a run is exported under: the one it had where it came from this layout, else our own."""
    source = body["source"]
    original = source["run_id"]
    back = source["format"] == layout and not source["discriminator"] and original is not None
    return str(original if back and _SAFE.fullmatch(original) else body["run_id"])


def run_record(body: dict[str, Any], layout: Layout, later: dict[str, Any]) -> dict[str, Any]:
    """Return a run as a record of the layout; ``body`` is the sealed run with large values resolved, ``later`` what may
    still change: meta, advisory_inputs, the explanation, and in v2 the attachments."""
    known = {key: body[key] for key in (*_OURS, "created_at_utc", "request_id") if body[key] is not None}
    context = {key: value for key, value in body["context"].items() if value is not None}
    if context:
        known["context"] = context
    return {**_merged(known, body["source"]["extra"]), "run_id": exported_id(body, layout), **later}


def review_facts(verdict: Verdict) -> dict[str, Any]:
    """Return the review facts of an asset: approved for workflow only where a person or the policy approved it here."""
    state, by = verdict
    person = isinstance(by, Review)
    reason = by.reason if isinstance(by, Review) else None
    decided = state in APPROVED | {"REJECTED", "AWAITING_SECOND"} and by is not None
    return {
        "reviewed": decided,
        "approved_for_workflow": state in APPROVED,
        "reviewed_by": (by.person_id if isinstance(by, Review) else by.actor) if decided and by else None,
        "reviewed_at_utc": by.at_utc if decided and by else None,
        "review_note": reason if person and decided and state != "REJECTED" else None,
        "rejection_reason": reason if state == "REJECTED" else None,
    }


def reference(ref: AdvisoryInputRef, layout: Layout, verdict: Verdict, asset_sha256: str | None) -> dict[str, Any]:
    """Return a run's reference to an advisory; what a source said about its review is not repeated as a fact."""
    told = {key: value for key, value in ref.document().items() if key not in {"at_source", "review_state", "asset"}}
    if layout == "v2":
        told.update(status=_STATUS.get(verdict.state, "NEW"), rejected=verdict.state == "REJECTED")
        told.update(review_facts(verdict))
        if asset_sha256 is not None:
            told["advisory_sha256"] = asset_sha256
    return told


def asset_record(asset: AdvisoryAsset, run_id: str | None, verdict: Verdict) -> dict[str, Any]:
    """Return an advisory as an asset of the patch layout."""
    return {
        "asset_id": asset.advisory_id,
        "asset_type": "analysis" if asset.kind == "explanation" else asset.kind,
        "created_at_utc": asset.created_at_utc,
        "source": "rmos-console",
        "model": asset.engine.id if asset.engine else None,
        "suggestion_data": content_of(asset, run_id),
        "confidence": asset.confidence,
        **review_facts(verdict),
    }


def asset_bytes(asset: AdvisoryAsset, run_id: str | None) -> bytes:
    """Return an advisory as the bytes that the v2 layout keeps among the attachments."""
    content = content_of(asset, run_id)
    if isinstance(content, dict) and asset.engine is not None and "meta" not in content:
        content = {**content, "meta": {"generator": asset.engine.id}, "version": asset.engine.version}
    return canonical(content)


def content_of(asset: AdvisoryAsset, run_id: str | None) -> Any:
    """Return the document of an advisory from which an import arrives at the same text."""
    content = asset.content
    if asset.text is None:
        return content
    if isinstance(content, dict) and content.get("explanation") == asset.text:
        return content
    made: dict[str, Any] = {"run_id": run_id, "explanation": asset.text, "created_at_utc": asset.created_at_utc}
    if content is not None:
        made["content"] = content
    return {key: value for key, value in made.items() if value is not None}


def _merged(known: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Return what was placed together with what was left over; a left-over text is the source's own spelling."""
    made = dict(known)
    for key, value in extra.items():
        both = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = _merged(made[key], value) if both else value
    return made

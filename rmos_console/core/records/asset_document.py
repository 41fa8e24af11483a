"""From an untrusted advisory document to an asset: our own shape, or RMOS's asset layout."""

from __future__ import annotations

import getpass
from typing import Any, get_args

from rmos_console.core.errors import BadDataError
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryKind, Author

_OURS = frozenset(
    {
        "advisory_id",
        "kind",
        "created_at_utc",
        "headline",
        "text",
        "content",
        "engine",
        "author",
        "confidence",
        "request_id",
    }
)
_JUDGED = frozenset(
    {
        "text_sha256",
        "asset_sha256",
        "review_state",
        "review_why",
        "decisions",
        "run_id",
        "runs",
        "evidence",
        "based_on",
        "source",
    }
)
_KINDS = {"analysis": "explanation", "explanation": "explanation", "note": "note"}


def asset_from_document(
    document: object,
    *,
    advisory_id: str,
    kind: AdvisoryKind | None = None,
    engine_id: str | None = None,
    engine_version: str | None = None,
    author: str | None = None,
) -> AdvisoryAsset:
    """Return the asset that a document describes; arguments given beside it win over what it says.

    Our shape has ``advisory_id``, ``kind``, ``text`` or ``content``, ``engine`` and ``author``; RMOS's has ``asset_id``
    and ``suggestion_data``. Keys that are judged by the store (a review state, say) are ignored; unknown keys are kept
    verbatim in ``source``. Raises :class:`BadDataError` for another id, wrong types, or a document that is no object.
    """
    if not isinstance(document, dict):
        raise BadDataError(f"Advisory {advisory_id!r}: the document is no JSON object.")
    fields: dict[str, Any] = _from_rmos(document) if "asset_id" in document else _from_ours(document)
    named = fields.pop("advisory_id", None)
    if named is not None and named != advisory_id:
        raise BadDataError(f"The document is about advisory {named!r}, not {advisory_id!r}; name the right file or id.")
    if kind is not None:
        fields["kind"] = kind
    if fields.get("kind") not in get_args(AdvisoryKind):
        fields["kind"] = _KINDS.get(str(fields.get("kind")), "unknown")
    if engine_id is not None:
        fields["engine"] = {"id": engine_id, "version": engine_version or "unknown"}
    fields["author"] = _author(author, fields.get("author"), by_engine=fields.get("engine") is not None)
    return AdvisoryAsset.parse({"advisory_id": advisory_id, **fields}, name=f"Advisory {advisory_id}")


def _from_ours(document: dict[str, Any]) -> dict[str, Any]:
    fields = {key: value for key, value in document.items() if key in _OURS and value is not None}
    if isinstance(fields.get("engine"), str):
        fields["engine"] = {"id": fields["engine"], "version": "unknown"}
    rest = {key: value for key, value in document.items() if key not in _OURS | _JUDGED}
    return {**fields, "source": rest} if rest else fields


def _from_rmos(document: dict[str, Any]) -> dict[str, Any]:
    data = document.get("suggestion_data")
    text = data.get("explanation") if isinstance(data, dict) else None
    model = document.get("model")
    fields: dict[str, Any] = {
        "advisory_id": document["asset_id"],
        "kind": document.get("asset_type"),
        "created_at_utc": document.get("created_at_utc"),
        "text": text if isinstance(text, str) and text else None,
        "content": data,
        "confidence": document.get("confidence"),
        "source": document,
    }
    if isinstance(model, str) and model:
        fields["engine"] = {"id": model, "version": str(document.get("engine_version") or "unknown")}
    return {key: value for key, value in fields.items() if value is not None}


def _author(given: str | None, found: object, *, by_engine: bool) -> Author | None:
    """Return who wrote the words: the person named, else the engine (no author), else the account of this process."""
    if given is not None:
        return Author(id=given, named=True)
    if isinstance(found, str) and found:
        return Author(id=found, named=True)
    if isinstance(found, dict):
        return Author.parse(found, name="author")
    return None if by_engine else Author(id=f"os:{account()}", named=False)


def account() -> str:
    """Return the operating-system account of this process, or ``unknown`` where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

"""From an event of the ledger to its compact form: the same event without what only a body needs.

The fold reads compact events only, whether they come from the ledger or from a catalog, so both lead to the same
entries. ``run.sealed`` and ``advisory.sealed`` lose their bodies and gain what was derived from them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rmos_console.core.errors import BadDataError, RmosError
from rmos_console.core.log import swallowed
from rmos_console.core.records.events import Event
from rmos_console.core.review.risk import judge_risk
from rmos_console.core.store.bodies import is_ref

COMPACT_VERSION = 1
"""Raised whenever a compact event comes out differently: catalogs of another version are built again."""

Resolve = Callable[[Any], Any]

_TAKEN = ("run_id", "created_at_utc", "mode", "tool_id", "status", "request_id", "hashes", "context", "meta")
_SHORT = 200


def compact(event: Event, resolve: Resolve | None) -> Event:
    """Return the compact form of an event; ``resolve`` is None if its line holds no reference to a blob.

    Raises :class:`BadDataError` if the event lacks what its kind must hold.
    """
    kind = event["kind"]
    try:
        if kind == "run.sealed":
            return _compact_run(event, resolve)
        if kind == "advisory.sealed":
            return _compact_asset(event)
        if kind == "import.completed":
            return {"kind": kind, "layout": event["layout"]}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadDataError(f"An event {kind} of the ledger is malformed ({type(error).__name__}: {error}).") from error
    return event


def _compact_run(event: Event, resolve: Resolve | None) -> Event:
    run = event["run"]
    whole = _resolved({key: run.get(key) for key in ("decision", "feasibility")}, resolve)
    decision = whole["decision"] or {}
    risk = judge_risk({**run, **whole})
    warnings = decision.get("warnings") or ()
    document = {key: run[key] for key in _TAKEN}
    document.update(
        run_sha256=event["run_sha256"],
        decision={
            "risk_level": decision.get("risk_level"),
            "score": decision.get("score"),
            "block_reason": decision.get("block_reason"),
            "warnings": [item for item in warnings if isinstance(item, str)],
        },
        feasibility=_scalars(whole["feasibility"]),
        request_summary=_scalars(run.get("request_summary")),
        source={**run["source"], "extra": {}},
        attachments=list(run["attachments"]),
        risk=risk.document(),
    )
    return {"kind": "run.sealed", "run": document}


def _compact_asset(event: Event) -> Event:
    asset = event["asset"]
    return {
        "kind": "advisory.sealed",
        "advisory_id": event["advisory_id"],
        "asset_sha256": event["asset_sha256"],
        "text_sha256": event["text_sha256"],
        "asset": {
            key: None if is_ref(asset.get(key)) else asset.get(key)
            for key in ("kind", "headline", "engine", "author", "created_at_utc")
        },
    }


def _resolved(parts: dict[str, Any], resolve: Resolve | None) -> dict[str, Any]:
    """Return ``parts`` with blobs put back; a part whose blob cannot be read becomes None, which no rule lets pass."""
    if resolve is None:
        return parts
    result = {}
    for key, value in parts.items():
        try:
            result[key] = resolve(value)
        except RmosError as error:
            swallowed("store.compact", error, part=key)
            result[key] = None
    return result


def _scalars(value: Any) -> dict[str, Any]:
    """Keep the short plain values of an object, for queries."""
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if _is_short(item)}


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _SHORT)

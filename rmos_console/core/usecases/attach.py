"""Advisories from elsewhere join runs: idempotent per (run, advisory id), bytes sealed under their id for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rmos_console.core.canonical import canonical_sha256
from rmos_console.core.errors import BadDataError, ConflictError
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.advisory import AdvisoryAsset, AdvisoryInputRef, AdvisoryKind
from rmos_console.core.records.asset_document import asset_from_document
from rmos_console.core.records.changes import Written
from rmos_console.core.records.ids import check_foreign_id
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store, View
from rmos_console.core.usecases.browse import artifact
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.state import reference


def attach(
    store: Store,
    run: str,
    advisory_id: str,
    *,
    kind: AdvisoryKind | None = None,
    engine_id: str | None = None,
    engine_version: str | None = None,
    author: str | None = None,
    document: object | None = None,
    caller: Caller,
) -> Written[RunArtifact]:
    """Attach an advisory to a run; with ``document`` its text is sealed too, without it the id stays unresolved.

    ``author`` is the person id of whoever wrote an attached text; without one the operating-system account stands for
    it, marked as not named. The same call again writes nothing. Raises :class:`ConflictError` where the advisory id
    holds other bytes already.
    """
    with use_case("attach", run_id=run, request_id=caller.request_id, advisory_id=advisory_id):
        check_foreign_id(advisory_id, what="advisory id")
        entry, _ = find_run(store.snapshot(), run)
        asset = _asset(advisory_id, document, kind, engine_id, engine_version, author)
        sealed = None if asset is None else store.externalize(asset.document())
        ref = AdvisoryInputRef(
            advisory_id=advisory_id,
            kind=kind or (asset.kind if asset else "unknown"),
            created_at_utc=now_utc(),
            request_id=caller.request_id,
            engine_id=engine_id or (asset.engine.id if asset and asset.engine else None),
            engine_version=engine_version or (asset.engine.version if asset and asset.engine else None),
        )

        def decide(view: View) -> Sequence[events.Event]:
            return list(_events(view, entry.run_id, ref, asset, sealed))

        changes = commit(store, caller, decide)
        view = store.snapshot()
        return Written(value=artifact(store, view, find_run(view, entry.run_id)[0]), changes=changes)


def seal_events(view: View, asset: AdvisoryAsset, sealed: dict[str, Any] | None) -> list[events.Event]:
    """Return the event that seals an asset, or none if the same bytes are sealed under its id already.

    Raises :class:`ConflictError` for other bytes.
    """
    document = sealed if sealed is not None else asset.document()
    sha = canonical_sha256(document)
    known = view.asset(asset.advisory_id)
    if known is None:
        return [events.advisory_sealed(asset.advisory_id, document, sha, asset.text_sha256())]
    if known.sha256 == sha:
        return []
    raise ConflictError(
        f"Advisory {asset.advisory_id!r} holds other bytes already; a sealed text never changes. Use a new id.",
        advisory_id=asset.advisory_id,
        stored_sha256=known.sha256,
        found_sha256=sha,
    )


def _events(
    view: View, run_id: str, ref: AdvisoryInputRef, asset: AdvisoryAsset | None, sealed: dict[str, Any] | None
) -> list[events.Event]:
    made = seal_events(view, asset, sealed) if asset is not None else []
    entry, _ = find_run(view, run_id)
    known = reference(entry, ref.advisory_id)
    if known is None:
        made.append(events.advisory_attached(run_id, ref))
    text_is_here = asset is not None or view.has_asset(ref.advisory_id)
    carriers = [run_id] if known is None else []
    if asset is not None and not view.has_asset(asset.advisory_id):  # runs that waited for this text
        carriers += [other for other in view.runs_with(ref.advisory_id) if other not in carriers]
    if not text_is_here:
        return made
    summary = asset.headline or asset.text if asset is not None else _headline(view, ref.advisory_id)
    for carrier in carriers:
        other = reference(find_run(view, carrier)[0], ref.advisory_id) or ref
        if other.kind == "explanation":
            made.append(
                events.explanation_ready(
                    carrier, None, advisory_id=ref.advisory_id, summary=_first_line(summary), key=None
                )
            )
    return made


def _headline(view: View, advisory_id: str) -> str | None:
    asset = view.asset(advisory_id)
    return asset.headline if asset is not None else None


def _first_line(text: str | None) -> str | None:
    line = (text or "").strip().split("\n", 1)[0]
    return line[:300] or None


def _asset(
    advisory_id: str,
    document: object | None,
    kind: AdvisoryKind | None,
    engine_id: str | None,
    engine_version: str | None,
    author: str | None,
) -> AdvisoryAsset | None:
    if document is None:
        return None
    asset = asset_from_document(
        document, advisory_id=advisory_id, kind=kind, engine_id=engine_id, engine_version=engine_version, author=author
    )
    if asset.text is None and asset.content is None:
        raise BadDataError(f"Advisory {advisory_id!r} has neither text nor content; give one of them.")
    return asset

"""What an import does with one run it found: new, changed at its source, known, or in conflict. No disk, no clock."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from rmos_console.core.canonical import canonical
from rmos_console.core.importers.found import FoundRun
from rmos_console.core.records import events
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.store import RunEntry, View
from rmos_console.core.usecases.import_prepare import PreparedRun
from rmos_console.core.usecases.state import reference

Outcome = Literal["imported", "updated", "already_present", "conflict"]


class Judgement(NamedTuple):
    """``run`` is the run as it will be stored (set apart where its id is taken); ``known`` the stored one, if any."""

    outcome: Outcome
    run: PreparedRun
    known: RunEntry | None


def judge(view: View, prepared: PreparedRun) -> Judgement:
    """Tell what the store does with a found run.

    Its identity is (layout, original id, discriminator), from which its run id follows. The same sealed part is the
    same run; another sealed part under one id is another run if it comes from another layout or partition, and a
    conflict otherwise.
    """
    found = prepared.run
    known = view.run(found.run_id)
    if known is not None and not _same_seal(known, found) and found.is_elsewhere(known.source):
        prepared = prepared.set_apart()
        found = prepared.run
        known = view.run(found.run_id)
    if known is None:
        return Judgement("imported", prepared, None)
    if not _same_seal(known, found):
        return Judgement("conflict", prepared, known)
    return Judgement("updated" if later_events(view, found, known) else "already_present", prepared, known)


def later_events(view: View, found: FoundRun, known: RunEntry | None) -> list[events.Event]:
    """Return the events for what the source says beside the sealed part, as far as ``known`` does not hold it yet."""
    run_id = found.run_id
    made = [*_fact_events(found, known), *_file_events(found, known)]
    for ref in found.refs:
        stored = reference(known, ref.advisory_id) if known else None
        if stored is None or (ref.at_source or None) != (stored.at_source or None):
            made.append(events.advisory_attached(run_id, ref if stored is None else _renewed(stored, ref)))
    word = _explanation_event(view, found, known)
    return [*made, word] if word is not None else made


def renewal_events(view: View, run_id: str, advisory_id: str, facts: dict[str, Any]) -> list[events.Event]:
    """Return the events for an advisory that came without its run: later review facts, and a text now here."""
    entry = view.run(run_id)
    stored = reference(entry, advisory_id) if entry is not None else None
    if entry is None or stored is None:
        return []
    made: list[events.Event] = []
    told = {**(stored.at_source or {}), **facts}
    if told != (stored.at_source or {}):
        made.append(events.advisory_attached(run_id, stored.model_copy(update={"at_source": told})))
    asset = view.asset(advisory_id)
    if (
        stored.kind == "explanation"
        and asset is not None
        and all(word.advisory_id != advisory_id for word in entry.explanations)
    ):
        summary = entry.source_facts.get("explanation_summary")
        said = summary if isinstance(summary, str) else asset.headline
        made.append(events.explanation_ready(run_id, None, advisory_id=advisory_id, summary=said, key=None))
    return made


def _same_seal(known: RunEntry, found: FoundRun) -> bool:
    return known.source.format == found.layout and known.source.sealed_sha256 == found.sealed_sha256


def _fact_events(found: FoundRun, known: RunEntry | None) -> list[events.Event]:
    """Return the change of the source's own facts; a meta that changed there changes here too."""
    before: dict[str, Any] = dict(known.source_facts) if known else {}
    if not before and not found.mutable:
        return []
    if before and canonical(before) == canonical(found.mutable):
        return []
    set_: dict[str, Any] = {}
    unset: list[str] = []
    if known is not None:
        old, new = _meta(before), _meta(found.mutable)
        set_ = {key: value for key, value in new.items() if key not in old or canonical(old[key]) != canonical(value)}
        unset = [key for key in old if key not in new]
    return [events.meta_patched(found.run_id, set_=set_, unset=unset, source=found.mutable)]


def _meta(facts: dict[str, Any]) -> dict[str, Any]:
    meta = facts.get("meta")
    return meta if isinstance(meta, dict) else {}


def _file_events(found: FoundRun, known: RunEntry | None) -> list[events.Event]:
    if known is None:
        return []  # a new run seals its files with it
    have = {(item.sha256, item.filename) for item in known.attachments}
    return [
        events.attachment_added(found.run_id, file.attachment)
        for file in found.files
        if (file.attachment.sha256, file.attachment.filename) not in have
    ]


def _renewed(stored: AdvisoryInputRef, found: AdvisoryInputRef) -> AdvisoryInputRef:
    return stored.model_copy(update={"at_source": found.at_source})


def _explanation_event(view: View, found: FoundRun, known: RunEntry | None) -> events.Event | None:
    """Return the source's word about the explanation: READY counts only where its text is in the store."""
    run_id = found.run_id
    if found.explanation_status == "ERROR" and known is None:
        return events.explanation_failed(run_id, None, reason="the source reported an error")
    if found.explanation_status != "READY":
        return None
    told = {word.advisory_id for word in known.explanations} if known else set()
    present = [ref for ref in found.refs if ref.kind == "explanation" and view.has_asset(ref.advisory_id)]
    if not present or present[-1].advisory_id in told:
        return None
    newest = present[-1].advisory_id
    return events.explanation_ready(run_id, None, advisory_id=newest, summary=found.explanation_summary, key=None)

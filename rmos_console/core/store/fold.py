"""The fold: from compact events, in ledger order, to the entries of a view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from rmos_console.core.errors import BadDataError, ConflictError, NewerStoreError
from rmos_console.core.records.actor import Person
from rmos_console.core.records.advisory import AdvisoryInputRef, Author, Engine
from rmos_console.core.records.events import KINDS, Event
from rmos_console.core.records.review import AutoApproval, Policy, Review
from rmos_console.core.records.run import Attachment, Risk, RunContext, RunSource
from rmos_console.core.store.bodies import REF_KEY
from rmos_console.core.store.entries import AssetEntry, Attempt, ExplanationWord, RunEntry
from rmos_console.core.store.haystack import haystack, said
from rmos_console.core.store.layout import FORMAT
from rmos_console.core.store.line import Location
from rmos_console.core.store.view import Facts, Maps, Snapshot, View


class When(NamedTuple):
    """The transaction an event stands in: its line, its id, and the time it states."""

    location: Location
    transaction: str
    at: str


class Fold(View):
    """A view that takes in events. A child takes them in provisionally; its parent takes the child over, or not."""

    __slots__ = ("_sealed",)

    def __init__(self, facts: Facts | None = None, maps: Maps | None = None, sealed: tuple[int, int] = (1, 0)) -> None:
        super().__init__(facts or Facts(), maps or Maps.empty())
        self._sealed = sealed

    @property
    def facts(self) -> Facts:
        """The small part of the view."""
        return self._facts

    @property
    def maps(self) -> Maps:
        """The large part of the view."""
        return self._maps

    def change(self, **facts: Any) -> None:
        """Replace some of the facts."""
        self._facts = replace(self._facts, **facts)

    def child(self) -> Fold:
        """Return a fold above this one; this one must not change while the child lives."""
        return Fold(self._facts, self._maps.child(), self._sealed)

    def take(self, child: Fold) -> None:
        """Take over a child with all that it took in."""
        self._maps.take(child._maps)
        self._facts = child._facts
        self._sealed = child._sealed

    def sealed_in(self, segment: int) -> int:
        """Return how many runs a segment seals, if it is the newest one that seals any; else 0."""
        return self._sealed[1] if self._sealed[0] == segment else 0

    def rebase(self, below: Maps, end: tuple[int, int]) -> None:
        """Let go of what ``below`` holds: all events up to ``end``, a segment and an offset."""
        self._maps = self._maps.rebased(below, end)

    def count(self, segment: int) -> None:
        """Count one more run of a segment."""
        self._sealed = (segment, self.sealed_in(segment) + 1)

    def freeze(self) -> Snapshot:
        """Return this view as it is now, for good."""
        return Snapshot(self._facts, self._maps.frozen())

    def take_in(self, event: Event, when: When) -> None:
        """Take in one compact event.

        Raises :class:`BadDataError` for an event that lacks something or speaks of an unknown run, and
        :class:`ConflictError` for a second sealing. An unknown kind is remembered, so that nobody writes here.
        """
        kind = event["kind"]
        take = _TAKERS.get(kind)
        if take is None:
            if kind not in KINDS and self._facts.unknown is None:
                self.change(unknown=kind)
            return
        try:
            take(self, event, when)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise BadDataError(f"An event {kind} is malformed ({type(error).__name__}: {reason}).") from error


def _store_created(fold: Fold, event: Event, _when: When) -> None:
    if event["format"] > FORMAT:
        raise NewerStoreError(f"The ledger has format {event['format']}; this program reads up to {FORMAT}. Update it.")
    fold.change(store_id=event["store_id"])


def _store_recovered(fold: Fold, event: Event, _when: When) -> None:
    fold.change(recovered=fold.facts.recovered | {event["file"]})


def _run_sealed(fold: Fold, event: Event, when: When) -> None:
    run = event["run"]
    run_id = run["run_id"]
    if run_id in fold.maps.runs:
        raise ConflictError(f"Run {run_id} is sealed already; a run is sealed once.", run_id=run_id)
    entry = _entry(run, when)
    fold.maps.runs.add(run_id, entry)
    original = entry.source.run_id
    if original is not None:
        fold.maps.originals[original] = (*fold.find_original(original), run_id)
    fold.count(when.location.segment)


def _entry(run: dict[str, Any], when: When) -> RunEntry:
    risk, context, decision = run["risk"], run["context"], run["decision"]
    source = _source(run["source"])
    meta = run["meta"] or {}
    return RunEntry(
        run_id=run["run_id"],
        run_sha256=run["run_sha256"],
        location=when.location,
        created_at_utc=run["created_at_utc"],
        status=run["status"],
        mode=_shared(run["mode"]),
        tool_id=_shared(run["tool_id"]),
        score=decision["score"],
        risk=_risk(risk["shown"], risk["found_at"], risk["policy"], tuple(risk["warnings"])),
        context=_context(tuple(context.items())),
        source=source,
        request_id=run["request_id"],
        sealed_at=when.at,
        sealed_meta=meta,
        meta=meta,
        attachments=tuple(map(Attachment.model_validate, run["attachments"])),
        source_facts={},
        text=haystack(run),
        lines=(when.location,),
    )


def _shared(text: str | None) -> str | None:
    """Return one object for equal texts: few modes and tools stand in many runs, and are compared with each other."""
    return intern(text) if text is not None else None


@lru_cache(maxsize=4096)
def _risk(shown: Any, found_at: str | None, policy: Any, warnings: tuple[str, ...]) -> Risk:
    return Risk(shown=shown, found_at=found_at, policy=policy, warnings=warnings)


@lru_cache(maxsize=4096)
def _context(items: tuple[tuple[str, Any], ...]) -> RunContext:
    return RunContext.model_validate(dict(items))


def _source(source: dict[str, Any]) -> RunSource:
    if source.get("pack") is None and source.get("run_id") is None and not source.get("extra"):
        return _plain_source(tuple((key, value) for key, value in source.items() if key != "extra"))
    return RunSource.model_validate(source)


@lru_cache(maxsize=1024)
def _plain_source(items: tuple[tuple[str, Any], ...]) -> RunSource:
    return RunSource.model_validate(dict(items))


def _known(fold: Fold, run_id: str) -> RunEntry:
    entry = fold.maps.runs.get(run_id)
    if entry is None:
        raise BadDataError(f"An event speaks of the run {run_id}, which is not in the ledger.", run_id=run_id)
    return entry


def _put(fold: Fold, entry: RunEntry, when: When, **changes: Any) -> None:
    lines = entry.lines if entry.lines[-1].seq == when.location.seq else (*entry.lines, when.location)
    fold.maps.runs[entry.run_id] = replace(entry, lines=lines, **changes)


def _meta_patched(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    if REF_KEY in event["set"]:
        raise BadDataError(f"A meta key cannot be called {REF_KEY}; choose another.")
    unset = frozenset(event["unset"])
    meta = {key: value for key, value in {**entry.meta, **event["set"]}.items() if key not in unset}
    facts = event.get("source")
    _put(fold, entry, when, meta=meta, source_facts=entry.source_facts if facts is None else dict(facts))


def _attachment_added(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    attachment = Attachment.model_validate(event["attachment"])
    _put(fold, entry, when, attachments=(*entry.attachments, attachment))


def _advisory_sealed(fold: Fold, event: Event, when: When) -> None:
    advisory_id = event["advisory_id"]
    if advisory_id in fold.maps.assets:
        raise ConflictError(f"Advisory {advisory_id} is sealed already; an id is used once.", advisory_id=advisory_id)
    asset = event["asset"]
    entry = AssetEntry(
        advisory_id=advisory_id,
        sha256=event["asset_sha256"],
        text_sha256=event["text_sha256"],
        kind=asset["kind"],
        headline=asset["headline"],
        engine=None if asset["engine"] is None else Engine.model_validate(asset["engine"]),
        author=None if asset["author"] is None else Author.model_validate(asset["author"]),
        created_at_utc=asset["created_at_utc"],
        location=when.location,
    )
    fold.maps.assets.add(advisory_id, entry)


def _advisory_attached(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    ref = AdvisoryInputRef.model_validate(event["ref"])
    if any(known.advisory_id == ref.advisory_id for known in entry.refs):
        refs = tuple(
            known.model_copy(update={"at_source": ref.at_source}) if known.advisory_id == ref.advisory_id else known
            for known in entry.refs
        )
    else:
        refs = (*entry.refs, ref)
        fold.maps.carriers[ref.advisory_id] = (*fold.runs_with(ref.advisory_id), entry.run_id)
    _put(fold, entry, when, refs=refs)


def _explanation_pending(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    attempt = Attempt(
        attempt=event["attempt"],
        key=event["key"],
        engine_id=event["engine_id"],
        engine_version=event["engine_version"],
        deadline_utc=event["deadline_utc"],
        state="open",
        reason=None,
        at=when.at,
        seq=when.location.seq,
    )
    _put(fold, entry, when, attempts=(*entry.attempts, attempt))
    fold.change(open_runs=fold.facts.open_runs | {entry.run_id})


def _explanation_ready(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    summary = event["summary"]
    word = ExplanationWord(
        advisory_id=event["advisory_id"],
        summary=summary,
        key=event["key"],
        attempt=event["attempt"],
        at=when.at,
        seq=when.location.seq,
    )
    text = said(entry.text, summary)
    attempts = _ended(entry, event["attempt"], "ready", None, when)
    _put(fold, entry, when, explanations=(*entry.explanations, word), attempts=attempts, text=text)
    _close(fold, entry.run_id, attempts)


def _explanation_failed(fold: Fold, event: Event, when: When) -> None:
    entry = _known(fold, event["run_id"])
    if event["attempt"] is None:
        told = Attempt(None, None, None, None, None, "failed", event["reason"], when.at, when.location.seq)
        attempts = (*entry.attempts, told)
    else:
        attempts = _ended(entry, event["attempt"], "failed", event["reason"], when)
    _put(fold, entry, when, attempts=attempts)
    _close(fold, entry.run_id, attempts)


def _ended(entry: RunEntry, attempt: str | None, state: Any, reason: str | None, when: When) -> tuple[Attempt, ...]:
    return tuple(
        known._replace(state=state, reason=reason, at=when.at, seq=when.location.seq)
        if attempt is not None and known.attempt == attempt
        else known
        for known in entry.attempts
    )


def _close(fold: Fold, run_id: str, attempts: tuple[Attempt, ...]) -> None:
    if not any(attempt.state == "open" for attempt in attempts):
        fold.change(open_runs=fold.facts.open_runs - {run_id})


def _reviewed(fold: Fold, event: Event, when: When) -> None:
    review = Review.model_validate(event["decision"])
    entry = _known(fold, review.run_id)
    decisions, seqs = (*entry.decisions, review), (*entry.decision_seqs, when.location.seq)
    _put(fold, entry, when, decisions=decisions, decision_seqs=seqs)


def _auto_approved(fold: Fold, event: Event, when: When) -> None:
    approval = AutoApproval.model_validate(event["decision"])
    entry = _known(fold, approval.run_id)
    _put(fold, entry, when, auto=(*entry.auto, approval), auto_seqs=(*entry.auto_seqs, when.location.seq))


def _reviewer_enrolled(fold: Fold, event: Event, _when: When) -> None:
    act = event["act"]
    person = Person(
        id=act["person"]["id"],
        name=act["person"]["name"],
        role=act["person"]["role"],
        public_key=act["public_key"],
        enrolled_at_utc=act["at_utc"],
        enrolled_by=act["by"],
        recovery_public_key=act.get("recovery_public_key"),
        recovery_salt=act.get("recovery_salt"),
    )
    _person(fold, person, act)


def _reviewer_rekeyed(fold: Fold, event: Event, _when: When) -> None:
    act = event["act"]
    person = _enrolled(fold, act)
    renewed = {"public_key": act["public_key"], "former_keys": (*person.former_keys, person.public_key)}
    if act["verb"] == "recover":
        renewed.update(recovery_public_key=act["recovery_public_key"], recovery_salt=act["recovery_salt"])
    _person(fold, person.model_copy(update=renewed), act)


def _reviewer_revoked(fold: Fold, event: Event, _when: When) -> None:
    act = event["act"]
    person = _enrolled(fold, act)
    since = act.get("since") or act["at_utc"]
    _person(fold, person.model_copy(update={"revoked_since": since}), act)


def _enrolled(fold: Fold, act: dict[str, Any]) -> Person:
    person_id = act["person"]["id"]
    person = fold.people.get(person_id)
    if person is None:
        raise BadDataError(f"An event speaks of the person {person_id!r}, who is not enrolled.")
    return person


def _person(fold: Fold, person: Person, act: dict[str, Any]) -> None:
    history = (*fold.person_history(person.id), act)
    fold.change(people={**fold.people, person.id: person}, acts={**fold.facts.acts, person.id: history})


def _policy_set(fold: Fold, event: Event, when: When) -> None:
    policy = Policy.model_validate(event["policy"])
    facts = fold.facts
    fold.change(policies=(*facts.policies, policy), policy_seqs=(*facts.policy_seqs, when.location.seq))


_TAKERS: dict[str, Callable[[Fold, Event, When], None]] = {
    "store.created": _store_created,
    "store.recovered": _store_recovered,
    "run.sealed": _run_sealed,
    "run.meta_patched": _meta_patched,
    "attachment.added": _attachment_added,
    "advisory.sealed": _advisory_sealed,
    "advisory.attached": _advisory_attached,
    "explanation.pending": _explanation_pending,
    "explanation.ready": _explanation_ready,
    "explanation.failed": _explanation_failed,
    "review.approved": _reviewed,
    "review.rejected": _reviewed,
    "review.withdrawn": _reviewed,
    "review.auto_approved": _auto_approved,
    "reviewer.enrolled": _reviewer_enrolled,
    "reviewer.rekeyed": _reviewer_rekeyed,
    "reviewer.revoked": _reviewer_revoked,
    "policy.set": _policy_set,
}

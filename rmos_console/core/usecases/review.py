"""People decide about exact texts, under their own name."""

from __future__ import annotations

from collections.abc import Sequence

from rmos_console.core.errors import NotFoundError, PolicyError, StaleError
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller
from rmos_console.core.records.changes import Written
from rmos_console.core.records.ids import check_foreign_id, check_sha256, new_id
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import Review, Seen, StateExplained, Verb
from rmos_console.core.records.run import RunRow
from rmos_console.core.records.times import sort_key
from rmos_console.core.review.signing import MEANINGS, DecisionFacts, check_decision
from rmos_console.core.store import RunEntry, Snapshot, Store, View, line_digest
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.find import find_run
from rmos_console.core.usecases.intact import read_intact
from rmos_console.core.usecases.state import is_superseded, reference, state_of
from rmos_console.core.usecases.table import RunFilter, run_table

_RANK = {"RED": 0, "YELLOW": 1, "GREEN": 2}


class QueueItem(Record):
    """One explanation that waits for a person: the run's row, the exact text's id, and why it waits."""

    row: RunRow
    advisory_id: str
    headline: str | None
    state: str
    why: str


def queue(view: Snapshot) -> tuple[QueueItem, ...]:
    """Return every explanation that waits for a person, worst policy risk first, then oldest first."""
    table = run_table(view)
    found = table.matching(RunFilter(review=("NEEDS_REVIEW", "AWAITING_SECOND")))
    waiting = [table.row(at) for at in table.order(found)]
    waiting.sort(key=lambda item: (_RANK[item.risk_policy], sort_key(item.created_at_utc), item.run_id))
    items = []
    for item in waiting:
        entry = view.run(item.run_id)
        asset = view.asset(item.advisory_id) if item.advisory_id else None
        if entry is None or asset is None:
            continue
        told = state_of(view, entry, asset.advisory_id)
        headline = asset.headline or item.explanation_summary
        items.append(
            QueueItem(row=item, advisory_id=asset.advisory_id, headline=headline, state=told.state, why=told.why)
        )
    return tuple(items)


def state(view: View, run: str, advisory_id: str) -> StateExplained:
    """Return the review state of an advisory on a run, and why it is so."""
    entry, _ = find_run(view, run)
    return state_of(view, entry, advisory_id)


def seen(view: View) -> Seen:
    """Return the head of a view, to be handed back with a decision about what that view showed."""
    return Seen(seq=view.head.seq, digest=view.head.digest)


def decide(
    store: Store,
    signer: Signer,
    run: str,
    advisory_id: str,
    verb: Verb,
    *,
    text_sha256: str,
    reason: str | None = None,
    seen: Seen,
    caller: Caller,
) -> Written[Review]:
    """Approve or reject the exact text that was shown, signed by ``signer``.

    ``text_sha256`` is the digest of the text on screen and ``seen`` the ledger head it was read at. Every precondition
    is judged again inside the lock. Raises :class:`StaleError`, :class:`PolicyError`, :class:`SignatureError` (exit 4).
    """
    with use_case(f"review.{verb}", run_id=run, request_id=caller.request_id):
        check_foreign_id(advisory_id, what="advisory id")
        check_sha256(text_sha256, what="text digest")
        view = store.snapshot()
        entry, _ = find_run(view, run)
        read_intact(store, entry)
        if view.has_asset(advisory_id):
            store.resolve(store.read_asset(advisory_id))
        review = _signed(view, signer, entry, advisory_id, verb, text_sha256, reason, seen, withdraws=None)
        return _commit(store, review, caller)


def withdraw(store: Store, signer: Signer, run: str, advisory_id: str, *, caller: Caller) -> Written[Review]:
    """Take back the signer's own standing decision about an advisory.

    Raises :class:`PolicyError` where the signer has none.
    """
    with use_case("review.withdrawn", run_id=run, request_id=caller.request_id):
        view = store.snapshot()
        entry, _ = find_run(view, run)
        mine = standing(entry, advisory_id, signer.person_id)
        if mine is None:
            raise PolicyError(f"{signer.name} has no standing decision about advisory {advisory_id!r} on this run.")
        review = _signed(
            view,
            signer,
            entry,
            advisory_id,
            "withdrawn",
            mine.text_sha256,
            None,
            seen(view),
            withdraws=mine.decision_id,
        )
        return _commit(store, review, caller)


def standing(entry: RunEntry, advisory_id: str, person_id: str) -> Review | None:
    """Return a person's last approval or rejection of an advisory that they did not take back, or None."""
    withdrawn = {review.withdraws for review in entry.decisions if review.verb == "withdrawn"}
    for review in reversed(entry.decisions):
        if review.advisory_id == advisory_id and review.person_id == person_id and review.verb != "withdrawn":
            return None if review.decision_id in withdrawn else review
    return None


def _signed(
    view: View,
    signer: Signer,
    entry: RunEntry,
    advisory_id: str,
    verb: Verb,
    text_sha256: str,
    reason: str | None,
    at: Seen,
    *,
    withdraws: str | None,
) -> Review:
    asset = view.asset(advisory_id)
    if asset is None or reference(entry, advisory_id) is None:
        raise NotFoundError(
            f"Run {entry.run_id} carries no advisory {advisory_id!r} whose text is here; `advisories RUN` lists them.",
            run_id=entry.run_id,
            advisory_id=advisory_id,
        )
    review = Review(
        decision_id=new_id("dec"),
        verb=verb,
        run_id=entry.run_id,
        run_sha256=entry.run_sha256,
        advisory_id=advisory_id,
        advisory_sha256=asset.sha256,
        text_sha256=text_sha256,
        meaning=MEANINGS[verb],
        reason=reason.strip() if reason and reason.strip() else None,
        person_id=signer.person_id,
        person_name=signer.name,
        at_utc=now_utc(),
        policy_version=view.policy_for(at.seq, reopened=False).version,
        store_id=view.store_id,
        seen=at,
        withdraws=withdraws,
    )
    return review.model_copy(update={"signature": signer.sign(review.signed_document())})


def _commit(store: Store, review: Review, caller: Caller) -> Written[Review]:
    head = store.snapshot().head
    seen_digest = head.digest if review.seen.seq == head.seq else line_digest(store.path, review.seen.seq)

    def decide_inside(view: View) -> Sequence[events.Event]:
        entry = view.run(review.run_id)
        asset = view.asset(review.advisory_id)
        if entry is None or asset is None:
            raise StaleError("The run or its text is not in the store any more; read it again.")
        check_decision(review, facts_of(view, entry, review, seen_digest=seen_digest))
        return [events.reviewed(review)]

    return Written(value=review, changes=commit(store, caller, decide_inside, tx=f"tx_{review.decision_id}"))


def facts_of(view: View, entry: RunEntry, review: Review, *, seen_digest: str | None = None) -> DecisionFacts:
    """Return what the rules need to know of the store to judge one decision.

    ``seen_digest`` is the digest of the line that the decision says was on screen, None where there is none.
    """
    asset = view.asset(review.advisory_id)
    ref = reference(entry, review.advisory_id)
    return DecisionFacts(
        store_id=view.store_id,
        run_sha256=entry.run_sha256,
        advisory_sha256=asset.sha256 if asset else None,
        text_sha256=asset.text_sha256 if asset else None,
        kind=ref.kind if ref else None,
        superseded=is_superseded(entry, review.advisory_id),
        risk=entry.risk,
        policy=view.policy,
        policies=tuple(view.policies),
        reviews=tuple(item for item in entry.decisions if item.advisory_id == review.advisory_id),
        auto=next((auto for auto in reversed(entry.auto) if auto.advisory_id == review.advisory_id), None),
        people=view.people,
        author_id=asset.author.id if asset and asset.author else None,
        head=Seen(seq=view.head.seq, digest=view.head.digest),
        seen_digest=seen_digest,
        seen_policy=view.policy_for(review.seen.seq, reopened=False),
    )

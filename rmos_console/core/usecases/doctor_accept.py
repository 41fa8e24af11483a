"""Accepting a restored copy: the ledger is shorter than the catalog, the note or a checkpoint remembers, on purpose.

Nobody can tell a deliberate restore from a cut-off end by the bytes. So an admin signs for it, the signature stays in
the ledger, and every later audit tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rmos_console.core import identity
from rmos_console.core.errors import RefusedError
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records.actor import Caller, Person
from rmos_console.core.records.checkpoint import Checkpoint
from rmos_console.core.records.doctor import AcceptedHead, LostLine
from rmos_console.core.records.events import Event, store_rolled_back
from rmos_console.core.records.report import Head
from rmos_console.core.review.acts import check_act
from rmos_console.core.review.roles import check_role
from rmos_console.core.review.signing import MAX_REASON
from rmos_console.core.review.words import check_words
from rmos_console.core.store import open_store
from rmos_console.core.store.release import HeldStore, Lost, held
from rmos_console.core.usecases.audit_against import check_same_store
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.doctor_reverify import WAIT_SECONDS, Judged, judge
from rmos_console.core.usecases.people import sign_in
from rmos_console.core.usecases.progress import Cancelled, Progress, never, silent


def sign_in_at(path: Path, person_id: str, passphrase: Callable[[], str]) -> Signer:
    """Return a signer for a person of a store that may be damaged; raises as :func:`.people.sign_in` does."""
    with open_store(path, read_only=True) as store:
        return sign_in(store, person_id, passphrase)


def accept_head(
    path: Path,
    by: Signer,
    *,
    reason: str | None = None,
    against: Checkpoint | None = None,
    caller: Caller,
    progress: Progress = silent,
    cancelled: Cancelled = never,
) -> AcceptedHead:
    """Accept that the ledger at ``path`` ends where it does, signed by an admin whom that ledger knows.

    What was lost is what the catalog or the note remembers, or the line of ``against``, a checkpoint kept elsewhere.
    It is recorded, the catalog's memory is dropped, and the note cleared, in this order. Where nothing is missing,
    nothing is written. Raises :class:`RefusedError` where what is left does not verify, or a note has another cause
    than the missing end; :class:`PolicyError` where the signer is no admin, :class:`SignatureError` where the remaining
    ledger does not know their key, and :class:`StoreError` where the store cannot be locked, read or written.
    """
    with use_case("doctor.accept-head", person_id=by.person_id, request_id=caller.request_id) as facts:
        if reason is not None:
            check_words(reason, what="reason", limit=MAX_REASON)
        with held(path, "doctor", WAIT_SECONDS) as store:
            if against is not None:
                check_same_store(against, store.store_id)
            judged = judge(store, path, progress, cancelled)
            _refuse_damage(judged)
            lost = store.lost or _behind(against, judged)
            facts.update(head=store.head.seq, lost=None if lost is None else lost.seq)
            if lost is None:
                return _nothing_missing(store)
            return _record(store, judged, lost, by, reason, caller)


def _record(
    store: HeldStore, judged: Judged, lost: Lost, by: Signer, reason: str | None, caller: Caller
) -> AcceptedHead:
    people = judged.replay.fold.people
    _check_admin(people.get(by.person_id))
    accepted: list[AcceptedHead] = []

    def decide(head: Head) -> Sequence[Event]:
        if head.digest == lost.digest:
            raise RefusedError(
                "The last line lacked only its end and is whole again, so nothing is missing; to take the note back, "
                "type: rmos-console doctor --reverify"
            )
        at = now_utc()
        act = identity.accept_head_act(
            store_id=store.store_id,
            head=(head.seq, head.digest),
            lost=(lost.seq, lost.digest),
            reason=reason,
            at_utc=at,
            by=by,
        )
        check_act(act, people, store.store_id)
        accepted.append(
            AcceptedHead(
                recorded=True,
                head=head,
                cleared=store.condition is not None,
                lost=LostLine(seq=lost.seq, digest=lost.digest),
                person_id=by.person_id,
                at_utc=at,
            )
        )
        return [store_rolled_back(act)]

    store.record(caller.by, caller.request_id, decide)
    store.forget_catalog()
    if store.condition is not None:
        store.release()
    return accepted[0]


def _check_admin(person: Person | None) -> None:
    """Refuse before anything is mended whoever could not sign in the end."""
    if person is None:
        raise RefusedError(
            "The remaining ledger does not know this person: they were enrolled in a line that is gone. An admin whom "
            "it knows must accept it."
        )
    check_role(person, "accept a restored copy")


def _refuse_damage(judged: Judged) -> None:
    if judged.damage:
        first = judged.damage[0]
        where = first.file if first.offset is None else f"{first.file} at byte {first.offset:,}"
        raise RefusedError(
            f"What is left does not verify, so it cannot be accepted: {where}: {first.message}. Restore a whole copy.",
            file=first.file,
            offset=first.offset,
        )


def _behind(against: Checkpoint | None, judged: Judged) -> Lost | None:
    if against is None or judged.replay.digests.get(against.seq) == against.digest:
        return None
    return Lost(against.seq, against.digest)


def _nothing_missing(store: HeldStore) -> AcceptedHead:
    if store.condition is not None:
        raise RefusedError(
            "Nothing is missing at the end of this ledger, so there is no head to accept; to have everything read anew "
            f"after the note {store.condition.line()!r}, type: rmos-console doctor --reverify"
        )
    return AcceptedHead(recorded=False, head=store.head, cleared=False)

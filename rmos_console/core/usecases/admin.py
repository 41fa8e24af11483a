"""Stores are made, reviewers enrolled, the policy set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rmos_console.core import identity
from rmos_console.core.errors import ConflictError, PolicyError, RefusedError
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller, Person, Role
from rmos_console.core.records.changes import Changes, Written
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.records.record import Record
from rmos_console.core.records.review import Policy, PolicyMode
from rmos_console.core.review.policy_change import check_policy_change
from rmos_console.core.store import Store, View, create_store, open_store
from rmos_console.core.usecases.clock import now_utc
from rmos_console.core.usecases.commit import commit


class AddedReviewer(Record):
    """A person just enrolled; ``recovery_code`` is shown once, to the first admin only, and stored nowhere."""

    person: Person
    recovery_code: str | None = None


class InitReport(Record):
    """A store just made, and its first admin if one was named."""

    path: str
    store_id: str
    group: str | None = None
    admin: AddedReviewer | None = None


def init(
    path: Path,
    *,
    group: str | None = None,
    admin: str | None = None,
    name: str | None = None,
    passphrase: str | None = None,
    caller: Caller,
) -> InitReport:
    """Make a store at ``path``; with ``group`` its members share it, with ``admin`` enrol its first admin as well.

    Raises :class:`RefusedError` where there is a store already, the folder holds something else, or the group is
    unknown or not one of this account's.
    """
    with use_case("init", request_id=caller.request_id):
        if admin is not None:
            check_person_id(admin)
            identity.check_name(name or admin)
            identity.check_passphrase(passphrase or "")
        create_store(path, group)
        with open_store(path) as store:
            added = None
            if admin is not None:
                added = add_reviewer(
                    store, admin, name or admin, passphrase=passphrase or "", role="admin", by=None, caller=caller
                ).value
            return InitReport(path=str(path), store_id=store.store_id, group=group, admin=added)


def add_reviewer(
    store: Store,
    person_id: str,
    name: str,
    *,
    passphrase: str,
    role: Role = "reviewer",
    by: Signer | None,
    caller: Caller,
) -> Written[AddedReviewer]:
    """Enrol a person with a new key on this machine.

    The first person of a store becomes its admin, signed by themselves; later ones are signed by an admin. Raises
    :class:`ConflictError` for an id that was ever used, and :class:`PolicyError` where the signer is no admin.
    """
    with use_case("reviewer.add", request_id=caller.request_id):
        check_person_id(person_id)
        shown = identity.check_name(name)
        view = store.snapshot()
        _refuse_known(view, person_id)
        first = not view.people
        if not first and by is None:
            raise PolicyError("Only an admin enrols reviewers; name one with --by ADMIN.")
        if store.read_only_reason is not None:
            commit(store, caller, lambda _view: [])  # says why, before a key is made
        public_key = identity.create_key(store.store_id, person_id, shown, passphrase)
        recovery = identity.recovery_code() if first else None
        act = identity.enrol_act(
            store_id=store.store_id,
            person_id=person_id,
            name=shown,
            role="admin" if first else role,
            public_key=public_key,
            at_utc=now_utc(),
            by=by or identity.unlock(store.store_id, person_id, passphrase),
            recovery=None if recovery is None else recovery[1:],
        )

        changes = _commit_enrolment(store, act, person_id, first=first, caller=caller)
        added = AddedReviewer(
            person=store.snapshot().people[person_id], recovery_code=None if recovery is None else recovery[0]
        )
        return Written(value=added, changes=changes)


def _commit_enrolment(store: Store, act: dict[str, Any], person_id: str, *, first: bool, caller: Caller) -> Changes:
    """Commit an enrolment; where it is refused, the key just made is removed again."""

    def decide(now: View) -> Sequence[events.Event]:
        _refuse_known(now, person_id)
        if first and now.people:
            raise PolicyError("Another admin was enrolled meanwhile; ask them with --by ADMIN.")
        identity.check_act(act, now.people, now.store_id)
        return [events.reviewer_enrolled(act)]

    try:
        return commit(store, caller, decide)
    except BaseException:
        identity.forget_key(store.store_id, person_id)
        raise


def people(view: View) -> tuple[Person, ...]:
    """Return everybody who was ever enrolled, by id."""
    return tuple(sorted(view.people.values(), key=lambda person: person.id))


def policy(view: View) -> Policy:
    """Return the approval policy in force."""
    return view.policy


def set_policy(
    store: Store,
    by: Signer,
    *,
    mode: PolicyMode | None = None,
    second_for_red: bool | None = None,
    engines: tuple[str, ...] | None = None,
    reopen: bool = False,
    caller: Caller,
) -> Written[Policy]:
    """Put a new version of the policy in force, signed by an admin; what is not named stays as it is.

    ``reopen`` makes it govern texts announced earlier as well. Nothing is written where nothing would change. Raises
    :class:`PolicyError` where the signer is no admin and for a policy that nobody can satisfy.
    """
    with use_case("policy.set", request_id=caller.request_id):
        view = store.snapshot()
        now = view.policy
        kept = now.model_copy(
            update={
                "mode": mode or now.mode,
                "second_for_red": now.second_for_red if second_for_red is None else second_for_red,
                "engines": now.engines if engines is None else engines,
            }
        )
        if kept == now and not reopen:
            return Written(value=now, changes=Changes(seq=view.head.seq))
        at = now_utc()
        fresh = {"version": now.version + 1, "reopen": reopen, "set_at_utc": at, "set_by": by.person_id}
        wanted = kept.model_copy(update=fresh)
        act = identity.policy_act(wanted, store.store_id, by=by, at_utc=at)

        def decide(view: View) -> Sequence[events.Event]:
            if view.policy.version != now.version:
                raise RefusedError("The policy was changed by somebody else meanwhile; look at it and try again.")
            identity.check_act(act, view.people, view.store_id, in_force=view.policy)
            check_policy_change(wanted, view.people)
            return [events.policy_set(wanted, act)]

        return Written(value=wanted, changes=commit(store, caller, decide))


def _refuse_known(view: View, person_id: str) -> None:
    if person_id in view.people:
        raise ConflictError(f"The reviewer id {person_id!r} was used before; ids are never used again. Choose another.")

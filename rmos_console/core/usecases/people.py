"""The people who decide: signing in, new keys, revocation, keys that travel to another station."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from rmos_console.core import identity
from rmos_console.core.errors import (
    BadDataError,
    ConflictError,
    NotFoundError,
    PolicyError,
    RefusedError,
    SignatureError,
)
from rmos_console.core.identity import Signer
from rmos_console.core.log import use_case
from rmos_console.core.records import events
from rmos_console.core.records.actor import Caller, Person
from rmos_console.core.records.changes import Changes, Written
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.records.record import Record
from rmos_console.core.review.policy_change import unsatisfiable
from rmos_console.core.review.roles import admins
from rmos_console.core.review.signing import MAX_REASON
from rmos_console.core.review.states import is_suspect, moment
from rmos_console.core.review.words import check_words
from rmos_console.core.store import Store, View
from rmos_console.core.usecases.clock import now_utc, utc_text
from rmos_console.core.usecases.commit import commit
from rmos_console.core.usecases.intake import read_file
from rmos_console.core.usecases.publish import check_target, write_new

KeyHere = Literal["here", "replaced", "elsewhere"]
"""Where a person's key is: on this machine, here but replaced since by another, or not here."""


class Listed(Record):
    """A person, and where their key is."""

    person: Person
    key: KeyHere


class Revoked(Record):
    """A person just revoked, with the ids of their decisions that are suspect from now on."""

    person: Person
    suspect: tuple[str, ...]
    hints: tuple[str, ...]


class Recovered(Record):
    """A person with a new key; ``recovery_code`` replaces the one used, is shown once and stored nowhere."""

    person: Person
    recovery_code: str


def people_here(store: Store) -> tuple[Listed, ...]:
    """Return everybody who was ever enrolled, by id, and where their keys are."""
    everybody = sorted(store.snapshot().people.values(), key=lambda person: person.id)
    return tuple(Listed(person=person, key=_key_here(store, person)) for person in everybody)


def hints(view: View) -> tuple[str, ...]:
    """Return what the people of a store should change before it hurts, a sentence each."""
    found = []
    chiefs = admins(view.people)
    if len(chiefs) == 1:
        found.append(
            f"{chiefs[0].name} is the only admin: enrol a second one, who can help when a key or a passphrase is lost."
        )
    impossible = unsatisfiable(view.policy, view.people) if view.people else None
    return (*found, impossible) if impossible else tuple(found)


def sign_in(store: Store, person_id: str, passphrase: Callable[[], str]) -> Signer:
    """Return a signer for a person with a key on this machine; ``passphrase`` is asked only if that can succeed.

    Raises :class:`NotFoundError` for somebody unknown or without a key here, :class:`SignatureError` for somebody
    revoked, a key that was replaced since, and a wrong passphrase, which slows the next try.
    """
    with use_case("sign-in", person_id=check_person_id(person_id)):
        person = _standing(store.snapshot(), person_id)
        _settle(store, person)
        if _key_here(store, person) == "replaced":
            raise SignatureError(
                f"The key of {person.name} on this machine was replaced by another; bring that one with "
                "`reviewer key export` and `reviewer key import`.",
                person_id=person_id,
            )
        return identity.unlock(store.store_id, person_id, passphrase())


def revoke(
    store: Store, person_id: str, *, since: str | None = None, reason: str | None = None, by: Signer, caller: Caller
) -> Written[Revoked]:
    """Revoke a person for good: they can sign nothing any more, and what they decided from ``since`` on is suspect.

    ``since`` is a time stamp, read as UTC where it names no zone; without it, now. Raises :class:`PolicyError` where
    the signer is no admin, for the last admin and a ``since`` to come, :class:`NotFoundError` for somebody unknown,
    :class:`ConflictError` for somebody revoked already.
    """
    with use_case("reviewer.revoke", person_id=check_person_id(person_id), request_id=caller.request_id):
        signed = now_utc()
        begins = moment(since) if since is not None else moment(signed)
        if begins is None:
            raise BadDataError(f"{str(since)[:60]!r} is no time since when a revocation could hold.")
        if reason is not None:
            check_words(reason, what="reason", limit=MAX_REASON)
        act = identity.revoke_act(
            store_id=store.store_id, person_id=person_id, since=utc_text(begins), reason=reason, at_utc=signed, by=by
        )

        def decide(view: View) -> Sequence[events.Event]:
            identity.check_act(act, view.people, view.store_id)
            return [events.reviewer_revoked(act)]

        changes = commit(store, caller, decide)
        view = store.snapshot()
        theirs = (review for entry in view.runs() for review in entry.decisions if review.person_id == person_id)
        suspect = tuple(review.decision_id for review in theirs if is_suspect(review, view.people))
        revoked = Revoked(person=view.people[person_id], suspect=suspect, hints=hints(view))
        return Written(value=revoked, changes=changes)


def rekey(store: Store, person_id: str, *, passphrase: str, by: Signer, caller: Caller) -> Written[Person]:
    """Make a new key for a person on this machine, signed by their present key or by an admin.

    Decisions signed with the old key stay valid; the old key signs nothing any more. Raises :class:`PolicyError` where
    the signer is neither the person nor an admin, :class:`NotFoundError` for somebody unknown, :class:`ConflictError`
    for somebody revoked, :class:`SignatureError` for a weak passphrase.
    """
    with use_case("reviewer.rekey", person_id=check_person_id(person_id), request_id=caller.request_id):

        def act(public_key: str) -> events.Event:
            return identity.rekey_act(
                store_id=store.store_id, person_id=person_id, public_key=public_key, at_utc=now_utc(), by=by
            )

        return _with_new_key(store, person_id, passphrase, act, caller)


def recover(store: Store, person_id: str, code: str, *, passphrase: str, caller: Caller) -> Written[Recovered]:
    """Make a new key for a person on this machine by their recovery code, which is replaced by a new one.

    Raises :class:`SignatureError` for a wrong code, :class:`PolicyError` for somebody who has none,
    :class:`NotFoundError` for somebody unknown, :class:`ConflictError` for somebody revoked.
    """
    with use_case("reviewer.recover", person_id=check_person_id(person_id), request_id=caller.request_id):
        person = _standing(store.snapshot(), person_id)
        if person.recovery_public_key is None or person.recovery_salt is None:
            raise PolicyError(
                f"{person.name} has no recovery code; an admin makes a new key with `reviewer rekey {person_id}`."
            )
        signer = Signer(store.store_id, person_id, person.name, identity.recovery_key(code, person.recovery_salt))
        if signer.public_key != person.recovery_public_key:
            raise SignatureError(f"This is not the recovery code of {person.name} in force; look for the newest one.")
        fresh = identity.recovery_code()

        def act(public_key: str) -> events.Event:
            return identity.recover_act(
                store_id=store.store_id,
                public_key=public_key,
                recovery=(fresh.public_key, fresh.salt),
                at_utc=now_utc(),
                by=signer,
            )

        done = _with_new_key(store, person_id, passphrase, act, caller)
        return Written(value=Recovered(person=done.value, recovery_code=fresh.code), changes=done.changes)


def export_key(store: Store, person_id: str, target: Path) -> Path:
    """Write a person's key, still under its passphrase, to a new file (0600) for another station.

    Raises :class:`NotFoundError` where this machine has none, :class:`RefusedError` where ``target`` exists or lies
    within the store, :class:`SignatureError` for a key that was replaced since.
    """
    with use_case("reviewer.key.export", person_id=check_person_id(person_id)):
        person = _standing(store.snapshot(), person_id)
        check_target(target, store.path)
        _settle(store, person)
        data = identity.key_file(store.store_id, person_id)
        _check_current(person, identity.read_key(data).public_key)
        write_new(target, data)
        return target


def import_key(store: Store, source: Path) -> Written[Person]:
    """Keep a key that was exported on another station as this machine's; nothing is written to the store.

    A key that was replaced since gives way to the present one. Raises :class:`RefusedError` for a key of another store,
    :class:`ConflictError` where this machine has the key already, :class:`SignatureError` for a key that is not the
    person's, :class:`NotFoundError` for a file or a person that is not there, :class:`BadDataError` for no key file.
    """
    with use_case("reviewer.key.import") as facts:
        data = read_file(source, limit=identity.MAX_KEY_FILE)
        found = identity.read_key(data)
        facts["person_id"] = check_person_id(found.person_id)
        if found.store_id != store.store_id:
            raise RefusedError(
                f"{source} holds a key of the store {found.store_id}, and this is {store.store_id}; name the right one."
            )
        person = _standing(store.snapshot(), found.person_id)
        _check_current(person, found.public_key)
        if _key_here(store, person) == "here":
            raise ConflictError(f"This machine has the key of {person.name} already; sign in with it.")
        identity.install_key(data, replace=_key_here(store, person) == "replaced")
        return Written(value=person, changes=Changes(seq=store.snapshot().head.seq))


def _with_new_key(
    store: Store, person_id: str, passphrase: str, act: Callable[[str], events.Event], caller: Caller
) -> Written[Person]:
    """Make a key, let the ledger name it, and only then put it in the place of the present one."""
    person = _standing(store.snapshot(), person_id)
    _settle(store, person)
    if store.read_only_reason is not None:
        commit(store, caller, lambda _view: [])  # says why, before a key is made
    public_key = identity.create_key(store.store_id, person_id, person.name, passphrase, waiting=True)
    signed = act(public_key)

    def decide(view: View) -> Sequence[events.Event]:
        identity.check_act(signed, view.people, view.store_id)
        return [events.reviewer_rekeyed(signed)]

    try:
        changes = commit(store, caller, decide)
    except (RefusedError, NotFoundError, BadDataError):  # after any other failure the ledger may name the key
        identity.forget_key(store.store_id, person_id, waiting=True)
        raise
    identity.adopt_key(store.store_id, person_id, public_key)
    return Written(value=store.snapshot().people[person_id], changes=changes)


def _settle(store: Store, person: Person) -> None:
    """Put a new key in its place where the program ended between the ledger naming it and that."""
    identity.adopt_key(store.store_id, person.id, person.public_key)


def _key_here(store: Store, person: Person) -> KeyHere:
    found = identity.local_key(store.store_id, person.id)
    if found is None:
        return "elsewhere"
    return "here" if found == person.public_key else "replaced"


def _standing(view: View, person_id: str) -> Person:
    person = view.people.get(person_id)
    if person is None:
        raise NotFoundError(f"There is no reviewer {person_id!r} in this store; `reviewer list` shows them.")
    if person.revoked_since is not None:
        raise SignatureError(
            f"{person.name} was revoked since {person.revoked_since} and can sign nothing any more; ask an admin.",
            person_id=person_id,
        )
    return person


def _check_current(person: Person, public_key: str) -> None:
    if public_key == person.public_key:
        return
    if public_key in person.former_keys:
        raise SignatureError(f"This key of {person.name} was replaced by another; take the present one.")
    raise SignatureError(f"This is not a key of {person.name} in this store; export it again where it was made.")

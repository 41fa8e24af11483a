"""The verbs about the people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from rmos_console.cli import ask, columns, render, times
from rmos_console.cli.options import AsJson, group, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.verbs import reviewer_key
from rmos_console.cli.visible import visible
from rmos_console.core.errors import PolicyError
from rmos_console.core.identity import Signer
from rmos_console.core.records.actor import Person
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin as enrolling
from rmos_console.core.usecases import people as use_case

app = verbs()
reviewers = group("Enrol, list, renew and revoke the people who decide.")
reviewers.add_typer(reviewer_key.keys, name="key")
app.add_typer(reviewers, name="reviewer")

PersonArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of an enrolled person.")]
_KEYS: dict[use_case.KeyHere, str] = {
    "here": "on this machine",
    "replaced": "on this machine, but replaced by a newer one",
    "elsewhere": "elsewhere",
}


@reviewers.command("add")
def add(
    context: typer.Context,
    person_id: Annotated[str, typer.Argument(metavar="ID", help="Lower-case letters, digits, dot, dash, underscore.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The person's name.")],
    role: Annotated[Literal["reviewer", "admin"], typer.Option(help="An admin enrols others too.")] = "reviewer",
    by: Annotated[str | None, typer.Option(metavar="ADMIN", help="The admin who enrols; not for the first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Enrol a person with a key of their own on this machine; the first becomes the admin."""
    session = Session.of(context, as_json=as_json)
    check_person_id(person_id)
    with session.store(writes=True) as store:
        signer = _signer(store, by)
        added = enrolling.add_reviewer(
            store,
            person_id,
            name,
            passphrase=ask.new_passphrase(person_id),
            role=role,
            by=signer,
            caller=session.caller,
        ).value
    session.answer(added.document, lambda out: enrolled(out, added))


@reviewers.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List everybody who was ever enrolled. Says where their keys are and what should be changed."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        people = use_case.people_here(store)
        hints = use_case.hints(store.snapshot())
    items = [{**each.person.document(), "key": each.key, "key_here": each.key == "here"} for each in people]
    session.answer(
        lambda: {"items": items, "total": len(items), "hints": list(hints)}, lambda out: _people(out, people, hints)
    )


@reviewers.command("revoke")
def revoke(
    context: typer.Context,
    person_id: PersonArgument,
    by: Annotated[str, typer.Option(metavar="ADMIN", help="The admin who revokes.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From when on their decisions are suspect: a date, a time, or 7d; else now."),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a person for good. They sign nothing any more; what they decided since is suspect."""
    session = Session.of(context, as_json=as_json)
    check_person_id(person_id)
    now = datetime.now(UTC)
    begins = None if since is None else times.parse_moment(since, option="--since", timezone=None, now=now)
    with session.store(writes=True) as store:
        signer = use_case.sign_in(store, by, lambda: ask.passphrase(by))
        done = use_case.revoke(store, person_id, since=begins, reason=reason, by=signer, caller=session.caller).value

    def page(out: Console) -> None:
        out.print(f"Revoked {visible(done.person.name)} since {times.exact(done.person.revoked_since)}")
        if done.suspect:
            out.print(f"{len(done.suspect)} decision(s) are suspect now; their texts need a review again.")
        _print_hints(out, done.hints)

    session.answer(done.document, page)


@reviewers.command("rekey")
def rekey(
    context: typer.Context,
    person_id: PersonArgument,
    by: Annotated[
        str | None, typer.Option(metavar="ADMIN", help="An admin who signs, where the old key or passphrase is lost.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new key for a person on this machine. Their old key signs it, or an admin does."""
    session = Session.of(context, as_json=as_json)
    check_person_id(person_id)
    signs = by or person_id
    with session.store(writes=True) as store:
        signer = use_case.sign_in(store, signs, lambda: ask.passphrase(signs))
        person = use_case.rekey(
            store, person_id, passphrase=ask.new_passphrase(person_id), by=signer, caller=session.caller
        ).value
    session.answer(person.document, lambda out: _renewed(out, person))


@reviewers.command("recover")
def recover(context: typer.Context, person_id: PersonArgument, as_json: AsJson = False) -> None:
    """Make a new key by the recovery code. A new code is printed; the old one is used up."""
    session = Session.of(context, as_json=as_json)
    check_person_id(person_id)
    with session.store(writes=True) as store:
        code = ask.recovery_code(person_id)
        done = use_case.recover(
            store, person_id, code, passphrase=ask.new_passphrase(person_id), caller=session.caller
        ).value

    def page(out: Console) -> None:
        _renewed(out, done.person)
        _print_code(out, done.recovery_code)

    session.answer(done.document, page)


def enrolled(out: Console, added: enrolling.AddedReviewer) -> None:
    """Print who was enrolled and, for the first admin, the recovery code."""
    person = added.person
    out.print(f"Enrolled {visible(person.name)} ({person.id}) as {person.role}")
    if added.recovery_code is not None:
        _print_code(out, added.recovery_code)


def _renewed(out: Console, person: Person) -> None:
    out.print(f"{visible(person.name)} ({person.id}) has a new key on this machine; the old one signs nothing any more")


def _print_code(out: Console, code: str) -> None:
    out.print()
    out.print(Text(f"Recovery code: {code}", style=render.STRONG))
    out.print("Write it down and lock it away: it is shown only now and stored nowhere.")


def _signer(store: Store, by: str | None) -> Signer | None:
    if not store.snapshot().people:
        return None
    if by is None:  # said before anybody is asked for a passphrase
        raise PolicyError("Only an admin enrols reviewers; name one with --by ADMIN.")
    return use_case.sign_in(store, by, lambda: ask.passphrase(by))


def _people(out: Console, listed: Sequence[use_case.Listed], hints: Sequence[str]) -> None:
    if not listed:
        out.print("Nobody is enrolled yet; `reviewer add ID --name NAME` enrols the first admin.")
        return
    people = [each.person for each in listed]
    standing = [f"revoked since {person.revoked_since}" if person.revoked_since else "standing" for person in people]
    columns.print_columns(
        out,
        [
            columns.Column("Id", [Text(person.id) for person in people], keep=True),
            columns.Column("Name", [Text(visible(person.name)) for person in people], keep=True),
            columns.Column("Role", [Text(person.role) for person in people], keep=True),
            columns.Column("Standing", [Text(text) for text in standing], keep=True),
            columns.Column("Key", [Text(_KEYS[each.key], style=render.MUTED) for each in listed], rank=1),
            columns.Column("Enrolled", [Text(times.exact(person.enrolled_at_utc)) for person in people], rank=2),
        ],
    )
    _print_hints(out, hints)


def _print_hints(out: Console, hints: Sequence[str]) -> None:
    for hint in hints:
        out.print()
        out.print(Text(visible(hint)))

"""The verbs about the people who decide."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from rmos_console.cli import ask, columns, render, times
from rmos_console.cli.options import AsJson, group, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.errors import PolicyError
from rmos_console.core.identity import Signer, local_people, unlock
from rmos_console.core.records.actor import Person
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.store import Store
from rmos_console.core.usecases import admin as use_case

app = verbs()
reviewers = group("Enrol and list the people who decide.")
app.add_typer(reviewers, name="reviewer")


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
    with session.store() as store:
        signer = _signer(store, by)
        added = use_case.add_reviewer(
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
    """List everybody who was ever enrolled."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        people = use_case.people(store.snapshot())
        here = set(local_people(store.store_id))
    items = [{**person.document(), "key_here": person.id in here} for person in people]
    session.answer(lambda: {"items": items, "total": len(items)}, lambda out: _people(out, people, here))


def enrolled(out: Console, added: use_case.AddedReviewer) -> None:
    """Print who was enrolled and, for the first admin, the recovery code."""
    person = added.person
    out.print(f"Enrolled {visible(person.name)} ({person.id}) as {person.role}")
    if added.recovery_code is not None:
        out.print()
        out.print(Text(f"Recovery code: {added.recovery_code}", style=render.STRONG))
        out.print("Write it down and lock it away: it is shown only now and stored nowhere.")


def _signer(store: Store, by: str | None) -> Signer | None:
    if not store.snapshot().people:
        return None
    if by is None:  # said before anybody is asked for a passphrase
        raise PolicyError("Only an admin enrols reviewers; name one with --by ADMIN.")
    return unlock(store.store_id, by, ask.passphrase(by))


def _people(out: Console, people: tuple[Person, ...], here: set[str]) -> None:
    if not people:
        out.print("Nobody is enrolled yet; `reviewer add ID --name NAME` enrols the first admin.")
        return
    keys = [Text("on this machine" if person.id in here else "elsewhere", style=render.MUTED) for person in people]
    standing = [Text(f"revoked since {person.revoked_since}" if person.revoked_since else "") for person in people]
    columns.print_columns(
        out,
        [
            columns.Column("Id", [Text(person.id) for person in people], keep=True),
            columns.Column("Name", [Text(visible(person.name)) for person in people], keep=True),
            columns.Column("Role", [Text(person.role) for person in people], keep=True),
            columns.Column("Key", keys, rank=1),
            columns.Column("Enrolled", [Text(times.exact(person.enrolled_at_utc)) for person in people], rank=2),
            columns.Column("", standing, keep=True),
        ],
    )

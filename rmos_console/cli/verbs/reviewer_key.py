"""The verbs that take a person's key to another station."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmos_console.cli.options import AsJson, group
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.usecases import people as use_case

keys = group("Take a person's key to another station.")


@keys.command("export")
def export_key(
    context: typer.Context,
    person_id: Annotated[str, typer.Argument(metavar="ID", help="A person with a key on this machine.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file; it stays locked by the passphrase.")],
    as_json: AsJson = False,
) -> None:
    """Write a person's key to a new file, still locked by its passphrase."""
    session = Session.of(context, as_json=as_json)
    check_person_id(person_id)
    with session.store() as store:
        use_case.export_key(store, person_id, out)
    line = f"The key of {person_id} is in {visible(str(out))}. Bring it over by hand and delete the file then."
    session.answer(lambda: {"person_id": person_id, "file": str(out)}, lambda console: console.print(line))


@keys.command("import")
def import_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `reviewer key export` wrote on another station.")],
    as_json: AsJson = False,
) -> None:
    """Keep a key that was exported on another station, so that its person can sign in here."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        person = use_case.import_key(store, file).value
    line = f"{visible(person.name)} ({person.id}) can sign in on this machine now. Delete {visible(str(file))}."
    session.answer(person.document, lambda console: console.print(line))

"""The verb that makes a store."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from rmos_console.cli import ask
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.verbs.reviewer import enrolled
from rmos_console.cli.visible import visible
from rmos_console.core.errors import RefusedError, UsageError
from rmos_console.core.records.ids import check_person_id
from rmos_console.core.usecases import admin as use_case

app = verbs()


@app.command("init")
def init(
    context: typer.Context,
    admin: Annotated[str | None, typer.Option(metavar="ID", help="Enrol this person as the first admin.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The admin's name.")] = None,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Share the store with this group of the system.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new, empty store."""
    session = Session.of(context, as_json=as_json)
    if (admin is None) != (name is None):
        raise UsageError("--admin and --name belong together; give both or neither.")
    path = session.store_path
    passphrase = None
    if admin is not None:
        check_person_id(admin)
        if (path / "store.json").exists():  # said before anybody is asked for a passphrase
            raise RefusedError(f"There is a store at {path} already; `reviewer add` enrols people in it.")
        passphrase = ask.new_passphrase(admin)
    report = use_case.init(path, group=group, admin=admin, name=name, passphrase=passphrase, caller=session.caller)

    def page(out: Console) -> None:
        shared = f", shared with the group {visible(report.group)}" if report.group is not None else ""
        out.print(f"Made a store at {visible(report.path)}{shared}")
        if report.admin is not None:
            enrolled(out, report.admin)

    session.answer(report.document, page)

"""The verb that proves what a store holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmos_console.cli import progress
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import audit as audit_page
from rmos_console.cli.session import Session
from rmos_console.core.usecases import audit as use_case
from rmos_console.core.usecases import checkpoint

app = verbs()


@app.command("audit")
def audit(
    context: typer.Context,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint noted earlier, which the store must extend.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify every line, digest and signature of the store; writes nothing. Exits with 1 if something is wrong."""
    session = Session.of(context, as_json=as_json)
    noted = None if against is None else checkpoint.read(against)
    with progress.on_stderr() as report:
        found = use_case.audit(session.store_path, against=noted, progress=report)
    session.answer(found.document, lambda out: audit_page.page(out, found))
    if not found.ok:
        raise typer.Exit(Exit.NEGATIVE)

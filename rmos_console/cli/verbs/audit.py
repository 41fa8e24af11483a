"""The verb that proves what a store holds."""

from __future__ import annotations

import typer

from rmos_console.cli import progress
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import audit as audit_page
from rmos_console.cli.session import Session
from rmos_console.core.usecases import audit as use_case

app = verbs()


@app.command("audit")
def audit(context: typer.Context, as_json: AsJson = False) -> None:
    """Verify every line, digest and signature. It writes nothing and exits with 1 if something is wrong."""
    session = Session.of(context, as_json=as_json)
    with progress.on_stderr() as report:
        found = use_case.audit(session.store_path, progress=report)
    session.answer(found.document, lambda out: audit_page.page(out, found))
    if not found.ok:
        raise typer.Exit(Exit.NEGATIVE)

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
from rmos_console.core.usecases import checkpoint, reporting
from rmos_console.core.usecases.clock import now_utc

app = verbs()


@app.command("audit")
def audit(
    context: typer.Context,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint noted earlier, which the store must extend.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a report to read elsewhere to a new .pdf, .html, .csv or .json file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify every line, digest and signature of the store; writes nothing. Exits with 1 if something is wrong."""
    session = Session.of(context, as_json=as_json)
    noted = None if against is None else checkpoint.read(against)
    if report is None:
        with progress.on_stderr() as told:
            found = use_case.audit(session.store_path, against=noted, progress=told)
    else:
        reporting.check_report(report, session.store_path)
        with progress.on_stderr() as told:
            content = reporting.compose(session.store_path, made_at_utc=now_utc(), against=noted, progress=told)
        reporting.write(content, report)
        found = content.audit
        session.note(f"The report is in {report}.")
    session.answer(found.document, lambda out: audit_page.page(out, found))
    if not found.ok:
        raise typer.Exit(Exit.NEGATIVE)

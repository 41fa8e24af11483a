"""The verb that brings in the runs of other stores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rmos_console.cli import progress
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import importing as import_page
from rmos_console.cli.session import Session
from rmos_console.core.usecases import importing

app = verbs()
Layout = Literal["auto", "patch", "v1", "v2", "saw", "job-log"]


@app.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders in an RMOS layout.")],
    layout: Annotated[Layout, typer.Option("--format", help="The layout; auto recognises it.")] = "auto",
    timezone: Annotated[str, typer.Option(help="Zone of times without one; marked as assumed.")] = "UTC",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import the runs of other RMOS stores. Safe to repeat; exits with 1 on conflicts or refusals."""
    session = Session.of(context, as_json=as_json)
    with session.store(writes=True) as store, progress.on_stderr() as report:
        written = importing.import_paths(
            store, paths, layout=layout, timezone=timezone, dry_run=dry_run, caller=session.caller, progress=report
        )
    summary = written.value
    session.answer(summary.document, lambda out: import_page.page(out, summary))
    if summary.conflicts or summary.refused:
        raise typer.Exit(Exit.NEGATIVE)

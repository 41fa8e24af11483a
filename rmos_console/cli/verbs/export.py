"""The verb that takes copies out of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from rmos_console.cli import progress, render
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages.audit import finding_line
from rmos_console.cli.session import Session
from rmos_console.core.errors import UsageError
from rmos_console.core.usecases import export as use_case

app = verbs()


@app.command("export")
def export(
    context: typer.Context,
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE.zip", help="Copy the whole store, to be audited elsewhere.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a store, also while it is in use, into one zip file with a verifier in it. Exits with 1 if it is damaged."""
    session = Session.of(context, as_json=as_json)
    if bundle is None:
        raise UsageError("Say what to export: --bundle FILE.zip.")
    if bundle.suffix.lower() != ".zip":
        raise UsageError(f"A bundle is a .zip file; name it {bundle.name}.zip, say.")
    with progress.on_stderr() as told:
        made = use_case.bundle(session.store_path, bundle, progress=told)
    session.note(f"The bundle is {made.path}: {made.files:,} files, up to line {made.head.seq:,}.")

    def page(out: Console) -> None:
        out.print(f"store {made.store_id}\nline {made.head.seq}\ndigest {made.head.digest}", soft_wrap=True)
        for finding in made.findings:
            render.paragraph(out, finding_line(finding))

    session.answer(made.document, page)
    if not made.ok:
        session.note("The store is damaged or breaks a rule; it was copied as it is, with what was found.")
        raise typer.Exit(Exit.NEGATIVE)

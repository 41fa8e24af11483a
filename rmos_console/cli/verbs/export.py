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
from rmos_console.cli.visible import visible
from rmos_console.core.errors import UsageError
from rmos_console.core.usecases import export as use_case
from rmos_console.core.usecases.export_layout import as_layout, export_layout

app = verbs()


@app.command("export")
def export(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="An empty folder, for --layout.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE.zip", help="Copy the whole store, to be audited elsewhere.")
    ] = None,
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="Write a file for each run: patch or v2, into the folder DIR.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a store into one zip file with a verifier in it (1 if it is damaged), or write its runs as files."""
    session = Session.of(context, as_json=as_json)
    if (bundle is None) == (layout is None) or (layout is None) != (folder is None):
        raise UsageError("Say what to export: --bundle FILE.zip, or --layout patch DIR, or --layout v2 DIR.")
    if layout is not None and folder is not None:
        _files(session, layout, folder)
    elif bundle is not None:
        _bundle(session, bundle)


def _files(session: Session, layout: str, folder: Path) -> None:
    with session.store() as store, progress.on_stderr() as told:
        made = export_layout(store, folder, as_layout(layout), progress=told)
    if made.files_left_out:
        session.note(f"The layout {layout} has no place for files; {made.files_left_out:,} stay in the store only.")
    line = f"{made.runs:,} runs and {made.advisories:,} advisories are in {visible(made.path)}"
    session.answer(made.document, lambda out: out.print(line, soft_wrap=True))


def _bundle(session: Session, bundle: Path) -> None:
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

"""The verb that compares two runs."""

from __future__ import annotations

from typing import Annotated

import typer

from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import diff as diff_page
from rmos_console.cli.session import Session
from rmos_console.core.usecases import compare

app = verbs()


@app.command("diff")
def diff(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="A run id, or the id at its source.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The run to compare it with.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 unless the severity is NONE.")] = False,
    gcode: Annotated[bool, typer.Option("--gcode", help="Compare the G-code too, word by word.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two runs, and how much it matters."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        found = compare.diff(store, a, b, gcode=gcode)
    session.answer(found.json_document, lambda out: diff_page.page(out, found, gcode=gcode))
    if exit_code and found.runs.diff_severity != "NONE":
        raise typer.Exit(Exit.NEGATIVE)

"""The verb that shows what the console does, on examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path
from rich.console import Console
from rich.text import Text

from rmos_console.cli import desktop_door, progress, render
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import audit as audit_page
from rmos_console.cli.pages import runs as runs_page
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.errors import UsageError
from rmos_console.core.store import open_store
from rmos_console.core.usecases import audit, demo, listing, review

app = verbs()
_PICTURES = Path("build") / "demo"


@app.command("demo")
def demo_(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The demo store, made if missing; else one of your own.")
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Print table, queue and audit, and draw the window's views as pictures.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fill a store of its own with example runs and open it."""
    session = Session.of(context, as_json=as_json)
    path = folder or user_data_path("rmos-console") / "demo"
    report = demo.fill(path, session.caller)
    if headless:
        _headless(session, path, report)
        return
    people = " and ".join(f"{person.name} ({person.id})" for person in report.reviewers)
    session.note(f"Demo store {path}; reviewers {people}, passphrase: {report.passphrase}")
    raise typer.Exit(desktop_door.run_desktop(path, request_id=session.call.request_id))

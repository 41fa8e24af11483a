"""The verb that opens the window."""

from __future__ import annotations

import typer

from rmos_console.cli import desktop_door
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.session import Session

app = verbs()


@app.command("desktop")
def desktop(context: typer.Context, as_json: AsJson = False) -> None:
    """Open the window, as a call without a verb does."""
    session = Session.of(context, as_json=as_json)
    code = desktop_door.run_desktop(session.call.store_option, request_id=session.call.request_id)
    if session.as_json:
        session.answer(lambda: {"exit_code": code}, lambda _: None)
    raise typer.Exit(code)

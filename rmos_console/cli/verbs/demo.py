"""The verb that shows what the console does, on examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path
from rich.console import Console
from rich.text import Text

from rmos_console.cli import desktop_door, progress, render
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import audit as audit_page
from rmos_console.cli.pages import runs as runs_page
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.store import open_store
from rmos_console.core.usecases import audit, listing, review
from rmos_console.core.usecases import demo as use_case
from rmos_console.core.usecases.table import RunFilter

app = verbs()
_PICTURES = Path("build") / "demo"


@app.command("demo")
def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The demo store, made if missing; else one in your own data.")
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Print table, queue and audit; draw the window's views to build/demo.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fill a store of its own with example runs and open it."""
    session = Session.of(context, as_json=as_json)
    if not headless:
        desktop_door.check_display("`rmos-console demo --headless` shows the demo without one")
    path = folder or user_data_path("rmos-console", appauthor=False) / "demo"
    with progress.on_stderr() as report:
        made = use_case.fill(path, session.caller, progress=report)
    if headless:
        _headless(session, made)
        return
    session.answer(made.document, lambda out: _people(out, made))
    raise typer.Exit(desktop_door.run_desktop(path, request_id=session.call.request_id))


def _headless(session: Session, made: use_case.DemoReport) -> None:
    path = Path(made.path)
    pictures = desktop_door.render_views(path, _PICTURES) if desktop_door.has_qt() else []
    document = {**made.document(), "pictures": [str(picture) for picture in pictures]}
    session.answer(lambda: document, lambda out: _page(out, made, pictures))


def _page(out: Console, made: use_case.DemoReport, pictures: list[Path]) -> None:
    with open_store(Path(made.path)) as store:
        page = listing.page(store, RunFilter())
        waiting = review.queue(store.snapshot())
    runs_page.listing(out, page.items, total=page.total, all_runs=page.total)
    render.heading(out, "Queue")
    runs_page.queue(out, waiting)
    render.heading(out, "Audit")
    audit_page.page(out, audit.audit(Path(made.path)))
    out.print()
    _people(out, made)
    drawn = (
        f"Drew {render.counted(len(pictures), 'picture')} of the window to {_PICTURES}" if pictures else _NO_PICTURES
    )
    out.print(drawn)


_NO_PICTURES = "No pictures of the window were drawn: PySide6 is not installed."


def _people(out: Console, made: use_case.DemoReport) -> None:
    names = " and ".join(f"{visible(person.name)} ({person.id}, {person.role})" for person in made.reviewers)
    out.print(f"The demo store is {visible(made.path)}")
    out.print(Text(f"Its reviewers are {names}; passphrase: {made.passphrase}"))
    if not made.keys_here:
        out.print("Their keys are not on this machine, so nobody can decide here; make a demo in another folder.")

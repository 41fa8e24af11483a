"""The verb that says what is wrong and what to do, and that leads a store out of trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rmos_console.cli import ask, progress
from rmos_console.cli.display import check_display
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.pages import doctor as doctor_page
from rmos_console.cli.session import Session
from rmos_console.core.errors import UsageError
from rmos_console.core.usecases import checkpoint, doctor_accept, doctor_migrate, doctor_reverify
from rmos_console.core.usecases import doctor as use_case

app = verbs()


@app.command("doctor")
def doctor(
    context: typer.Context,
    reverify: Annotated[
        bool, typer.Option("--reverify", help="Read everything anew; if it is whole, let the store be written again.")
    ] = False,
    accept_head: Annotated[
        bool, typer.Option("--accept-head", help="Accept an older copy that was put back on purpose; needs --by.")
    ] = False,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Back a store of an older format up, and bring it up to date.")
    ] = False,
    by: Annotated[str | None, typer.Option(metavar="ADMIN", help="The admin who signs --accept-head.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for --accept-head.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="For --accept-head: a checkpoint that remembers more than the store."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this machine or the store, and what to do; writes nothing without an option.

    Exits with 1 if something is wrong.
    """
    session = Session.of(context, as_json=as_json)
    _check_options(ways=(reverify, accept_head, migrate), accept_head=accept_head, by=by, others=(reason, against))
    if reverify:
        _reverify(session)
    elif migrate:
        done = doctor_migrate.migrate(session.store_path, caller=session.caller)
        session.answer(done.document, lambda out: doctor_page.migrated(out, done))
    elif accept_head and by is not None:
        _accept(session, by, reason, against)
    else:
        report = use_case.look(session.store_path, display=(check_display(),))
        session.answer(report.document, lambda out: doctor_page.page(out, report))
        if not report.ok:
            raise typer.Exit(Exit.NEGATIVE)


def _check_options(*, ways: tuple[bool, ...], accept_head: bool, by: str | None, others: tuple[object, ...]) -> None:
    if sum(ways) > 1:
        raise UsageError("--reverify, --accept-head and --migrate are different ways; `doctor` alone says which to go.")
    if accept_head and by is None:
        raise UsageError("An admin must sign --accept-head; name one with --by ADMIN.")
    if not accept_head and any(option is not None for option in (by, *others)):
        raise UsageError("--by, --reason and --against belong to --accept-head; add it, or leave them out.")


def _reverify(session: Session) -> None:
    with progress.on_stderr() as told:
        done = doctor_reverify.reverify(session.store_path, caller=session.caller, progress=told)
    session.answer(done.document, lambda out: doctor_page.reverified(out, done))
    if not done.ok:
        raise typer.Exit(Exit.NEGATIVE)


def _accept(session: Session, by: str, reason: str | None, against: Path | None) -> None:
    noted = None if against is None else checkpoint.read(against)
    signer = doctor_accept.sign_in_at(session.store_path, by, lambda: ask.passphrase(by))
    with progress.on_stderr() as told:
        done = doctor_accept.accept_head(
            session.store_path, signer, reason=reason, against=noted, caller=session.caller, progress=told
        )
    session.answer(done.document, lambda out: doctor_page.accepted(out, done))

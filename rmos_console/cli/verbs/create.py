"""The verb that seals new runs."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from rmos_console.cli import output
from rmos_console.cli.documents import read_document, read_lines
from rmos_console.cli.exits import Exit, failure_of
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.canonical import read_json
from rmos_console.core.errors import RmosError, StoreError
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import intake

app = verbs()


@app.command("create")
def create(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A JSON document; - or nothing reads stdin.")] = "-",
    lines: Annotated[bool, typer.Option("--lines", help="Read JSON Lines, one run a line; one answer a line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Seal a new run from a JSON document. It needs at least mode, tool_id and status."""
    session = Session.of(context, as_json=as_json)
    if lines:
        raise typer.Exit(_create_lines(session, file))
    document = read_document(file, what="run")
    with session.store(writes=True) as store:
        run = intake.create(store, document, session.caller).value
    session.answer(run.document, lambda out: out.print(_created(run)))


def _create_lines(session: Session, file: str) -> int:
    """Answer each line before reading the next. A bad line is answered and passed over; a store that fails ends it."""
    refused = 0
    with session.store(writes=True) as store:
        for number, line in enumerate(read_lines(file), start=1):
            try:
                data = line if isinstance(line, bytes) else _raise(line)
                run = _create_one(session, store, data, number)
            except StoreError:
                raise
            except RmosError as error:
                refused += 1
                _answer_failure(session, error, number)
            else:
                _answer(session, run)
    return Exit.NEGATIVE if refused else Exit.DONE


def _raise(error: RmosError) -> bytes:
    raise error


def _create_one(session: Session, store: Store, data: bytes, number: int) -> RunArtifact:
    document: Any = read_json(data, name=f"Line {number}")
    return intake.create(store, document, session.caller).value


def _answer(session: Session, run: RunArtifact) -> None:
    if session.as_json:
        output.print_json(run.document(), compact=True)
    else:
        sys.stdout.write(f"{_created(run)}\n")
        sys.stdout.flush()


def _answer_failure(session: Session, error: RmosError, number: int) -> None:
    failure = failure_of(error)
    if session.as_json:
        document = failure.document()
        document["error"]["details"] = {**failure.details, "line": number}
        output.print_json(document, compact=True)
    else:
        sys.stdout.write(f"line {number}: {visible(failure.message)}\n")
        sys.stdout.flush()


def _created(run: RunArtifact) -> str:
    return f"Created {run.run_id}"

"""The verb that attaches advisories from elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from rmos_console.cli.documents import read_document
from rmos_console.cli.options import AsJson, RunArgument, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.records.advisory import AdvisoryKind
from rmos_console.core.records.ids import check_foreign_id
from rmos_console.core.usecases import attach as use_case

app = verbs()


@app.command("attach")
def attach(
    context: typer.Context,
    run: RunArgument,
    advisory_id: Annotated[str, typer.Option(metavar="ID", help="The advisory's id; its bytes belong to it for good.")],
    kind: Annotated[AdvisoryKind | None, typer.Option(help="What it is.")] = None,
    engine_id: Annotated[str | None, typer.Option(metavar="ID", help="The engine that generated the text.")] = None,
    engine_version: Annotated[str | None, typer.Option(metavar="VERSION", help="That engine's version.")] = None,
    request_id: Annotated[str | None, typer.Option(metavar="ID", help="Recorded with the attachment.")] = None,
    author: Annotated[str | None, typer.Option(metavar="ID", help="The person who wrote the text.")] = None,
    file: Annotated[str | None, typer.Option(metavar="ASSET.json", help="The text itself; - reads stdin.")] = None,
    as_json: AsJson = False,
) -> None:
    """Attach an advisory to a run. Without --file its id stays unresolved until the text arrives."""
    session = Session.of(context, as_json=as_json)
    caller = session.caller
    if request_id is not None:
        caller = caller.model_copy(update={"request_id": check_foreign_id(request_id, what="request id")})
    document = None if file is None else read_document(file, what="advisory")
    with session.store(writes=True) as store:
        written = use_case.attach(
            store,
            run,
            advisory_id,
            kind=kind,
            engine_id=engine_id,
            engine_version=engine_version,
            author=author,
            document=document,
            caller=caller,
        )
    artifact, repeated = written.value, not written.changes.run_ids
    verb = "is attached already to" if repeated else "is attached to"
    line = f"Advisory {visible(advisory_id)} {verb} {artifact.run_id}"
    session.answer(artifact.document, lambda out: out.print(line))

"""The verbs that read advisories."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from rmos_console.cli.options import AdvisoryArgument, AsJson, RunArgument, verbs
from rmos_console.cli.pages import advisory as advisory_page
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.records.advisory import AdvisoryInputRef
from rmos_console.core.usecases import browse

app = verbs()


@app.command("advisories")
def advisories(context: typer.Context, run: RunArgument, as_json: AsJson = False) -> None:
    """List the advisories a run carries."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        answer = browse.advisories(store, run)

    def page(out: Console) -> None:
        refs = [AdvisoryInputRef.parse(item, name="reference") for item in answer["advisory_inputs"]]
        if not refs:
            out.print("The run carries no advisories; `explain RUN` makes an explanation.")
            return
        advisory_page.references(out, refs)
        out.print()
        summary = answer["explanation_summary"]
        out.print(f"Explanation {answer['explanation_status']}{f': {visible(summary)}' if summary else ''}")

    session.answer(lambda: answer, page)


@app.command("advisory")
def advisory(
    context: typer.Context,
    advisory_id: AdvisoryArgument,
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Show its review state on this run.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an advisory's text and the decisions about it."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        shown = browse.advisory(store, advisory_id, run=run)
    session.answer(shown.json_document, lambda out: advisory_page.text_page(out, shown))

"""The verb that explains runs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from rmos_console.cli import progress, render
from rmos_console.cli.exits import Exit
from rmos_console.cli.options import AsJson, verbs
from rmos_console.cli.session import Session
from rmos_console.cli.visible import visible
from rmos_console.core.errors import UsageError
from rmos_console.core.explain.engine import ExplanationEngine
from rmos_console.core.explain.engines import find_engine
from rmos_console.core.records.run import RunArtifact
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse
from rmos_console.core.usecases import explain as use_case

app = verbs()


@app.command("explain")
def explain(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run id, or the id at its source.")] = None,
    all_missing: Annotated[bool, typer.Option("--all-missing", help="Explain every run that has none.")] = False,
    detail: Annotated[Literal["summary", "full"], typer.Option(help="How much of the text to print.")] = "summary",
    engine: Annotated[
        str | None, typer.Option(metavar="ID", help="What writes it: offline, http, or an installed engine.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make a new text though one stands; it supersedes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Explain a run. The text says what was checked, what failed, and what would make it pass."""
    session = Session.of(context, as_json=as_json)
    if (run is None) != all_missing:
        raise UsageError("Name a run, or give --all-missing; one of the two.")
    if all_missing and force:
        raise UsageError("--force makes a new text of one run; name the run instead of --all-missing.")
    chosen = find_engine(engine)
    if run is None:
        _explain_missing(session, chosen)
        return
    with session.store(writes=True) as store:
        artifact = use_case.explain(store, run, force=force, caller=session.caller, engine=chosen).value
        text = _full_text(store, artifact) if detail == "full" else artifact.explanation_summary
    session.answer(artifact.document, lambda out: _page(out, artifact, text))


def _explain_missing(session: Session, engine: ExplanationEngine) -> None:
    with session.store(writes=True) as store, progress.on_stderr() as report:
        summary = use_case.explain_missing(store, caller=session.caller, engine=engine, progress=report).value
    words = f"Explained {render.counted(summary.explained, 'run')}, {summary.failed} failed, {summary.skipped} skipped."
    if summary.stopped is not None:
        words += f" Gave up early: {visible(summary.stopped)}"
    session.answer(summary.document, lambda out: out.print(words))
    if summary.failed:
        raise typer.Exit(Exit.NEGATIVE)


def _full_text(store: Store, run: RunArtifact) -> str | None:
    """Return the whole text of the run's newest explanation."""
    made = [ref for ref in run.advisory_inputs if ref.kind == "explanation" and ref.asset == "present"]
    standing = [ref for ref in made if ref.review_state != "SUPERSEDED"]
    return browse.advisory(store, standing[-1].advisory_id, run=run.run_id).text if standing else None


def _page(out: Console, run: RunArtifact, text: str | None) -> None:
    head = Text.assemble(render.risk(run.risk.shown), "  ", run.run_id, "  ", render.review(run.review_state))
    out.print(head)
    if run.explanation_status == "ERROR":
        reason = visible(run.explanation_error or "no reason is known")
        out.print(f"Explaining failed: {reason}")
    elif run.explanation_status == "PENDING":
        out.print("Another call is explaining this run; ask again in a moment.")
    elif text:
        render.paragraph(out, text, indent=0)

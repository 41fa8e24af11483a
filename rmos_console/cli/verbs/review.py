"""The verbs about decisions: what waits, and deciding it under one's own name."""

from __future__ import annotations

from typing import Annotated

import typer

from rmos_console.cli import ask, render
from rmos_console.cli.options import AdvisoryArgument, AsJson, RunArgument, verbs
from rmos_console.cli.pages import advisory as advisory_page
from rmos_console.cli.pages import runs as runs_page
from rmos_console.cli.session import Session, on_terminal
from rmos_console.cli.visible import visible
from rmos_console.core.errors import RefusedError, UsageError
from rmos_console.core.records.review import Review, Seen, Verb
from rmos_console.core.store import Store
from rmos_console.core.usecases import browse
from rmos_console.core.usecases import review as use_case
from rmos_console.core.usecases.attempts import sweep_quietly
from rmos_console.core.usecases.people import sign_in

app = verbs()


@app.command("queue")
def queue(context: typer.Context, as_json: AsJson = False) -> None:
    """List the explanations that wait for a person. The most pressing come first."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        sweep_quietly(store, session.caller)
        items = use_case.queue(store.snapshot())
    session.answer(
        lambda: {"items": [item.document() for item in items], "total": len(items)},
        lambda out: runs_page.queue(out, items),
    )


@app.command("review")
def review(
    context: typer.Context,
    run: RunArgument,
    advisory: AdvisoryArgument,
    reviewer: Annotated[str, typer.Option(metavar="ID", help="The enrolled person who decides.")],
    approve: Annotated[bool, typer.Option("--approve", help="The explanation is right.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="The explanation is wrong; needs --reason.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back one's own decision.")] = False,
    text_sha256: Annotated[
        str | None, typer.Option(metavar="SHA", help="The text that was read, as `advisory ID` prints it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide about the exact text of an advisory, signed. Or take a decision back."""
    session = Session.of(context, as_json=as_json)
    verb = _one_of(approve=approve, reject=reject, withdraw=withdraw)
    with session.store(writes=True) as store:
        if verb == "withdrawn":
            signer = sign_in(store, reviewer, lambda: ask.passphrase(reviewer))
            made = use_case.withdraw(store, signer, run, advisory, caller=session.caller).value
        else:
            made = _decide(session, store, run, advisory, reviewer, verb, text_sha256, reason)
        told = use_case.state(store.snapshot(), made.run_id, made.advisory_id)
    document = {**made.document(), "review_state": told.state, "review_why": told.why}
    words = {"approved": "Approved", "rejected": "Rejected", "withdrawn": "Withdrawn"}[verb]
    line = f"{words} by {visible(made.person_name)} · {render.review(told.state)} · {visible(told.why)}"
    session.answer(lambda: document, lambda out: out.print(line))


def _decide(
    session: Session,
    store: Store,
    run: str,
    advisory: str,
    reviewer: str,
    verb: Verb,
    text_sha256: str | None,
    reason: str | None,
) -> Review:
    seen = use_case.seen(store.snapshot())
    if text_sha256 is None:
        text_sha256 = _show_and_ask(store, run, advisory, verb)
        reason = reason or _ask_reason(verb)
    return _signed(session, store, run, advisory, reviewer, verb, text_sha256, reason, seen)


def _signed(
    session: Session,
    store: Store,
    run: str,
    advisory: str,
    reviewer: str,
    verb: Verb,
    text_sha256: str,
    reason: str | None,
    seen: Seen,
) -> Review:
    signer = sign_in(store, reviewer, lambda: ask.passphrase(reviewer))
    return use_case.decide(
        store, signer, run, advisory, verb, text_sha256=text_sha256, reason=reason, seen=seen, caller=session.caller
    ).value


def _show_and_ask(store: Store, run: str, advisory: str, verb: Verb) -> str:
    """Show the text on the terminal, ask whether it is meant, and return its digest."""
    shown = browse.advisory(store, advisory, run=run)
    if not on_terminal():
        raise ask.refuse_unseen(advisory)
    advisory_page.text_page(render.console_on_stderr(), shown)
    question = "Is the explanation right?" if verb == "approved" else "Is the explanation wrong?"
    if not ask.yes(question):
        raise RefusedError("Nothing was decided.")
    return shown.text_sha256


def _ask_reason(verb: Verb) -> str | None:
    hint = "needed" if verb == "rejected" else "needed for RED, else empty"
    return ask.line(f"Reason ({hint}):") or None


def _one_of(*, approve: bool, reject: bool, withdraw: bool) -> Verb:
    if approve + reject + withdraw != 1:
        raise UsageError("Say one of --approve, --reject and --withdraw.")
    if approve:
        return "approved"
    return "rejected" if reject else "withdrawn"

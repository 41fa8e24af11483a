"""The verbs that read runs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, get_args

import typer

from rmos_console.cli import times
from rmos_console.cli.options import AsJson, RunArgument, verbs
from rmos_console.cli.pages import run as run_page
from rmos_console.cli.pages import runs as runs_page
from rmos_console.cli.session import Session
from rmos_console.core.errors import UsageError
from rmos_console.core.records.review import ReviewState
from rmos_console.core.records.run import RiskLevel, Status
from rmos_console.core.records.times import check_timezone
from rmos_console.core.usecases import browse, listing
from rmos_console.core.usecases.table import RunFilter

app = verbs()
Several = list[str] | None
_SCREENFUL = 100


@app.command("list")
def list_runs(
    context: typer.Context,
    status: Annotated[Several, typer.Option(help="OK, BLOCKED or ERROR; give an option twice for either.")] = None,
    risk: Annotated[Several, typer.Option(help="GREEN, YELLOW, RED, UNKNOWN or ERROR.")] = None,
    mode: Annotated[Several, typer.Option(help="The mode of the run.")] = None,
    tool: Annotated[Several, typer.Option(help="The tool id.")] = None,
    machine: Annotated[Several, typer.Option(help="The machine id.")] = None,
    session: Annotated[Several, typer.Option(help="The workflow session id.")] = None,
    since: Annotated[str | None, typer.Option(help="A date, a time, or 7d for the last seven days.")] = None,
    until: Annotated[str | None, typer.Option(help="A date (that day included), a time, or 7d.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of times without one; else this machine's.")] = None,
    text: Annotated[str | None, typer.Option(help="Words that must all occur.")] = None,
    review: Annotated[Several, typer.Option(help="A review state: NEEDS_REVIEW, APPROVED, …")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPR", help="For example: decision.score < 60")] = None,
    sort: Annotated[str, typer.Option(metavar="KEY", help="A column, - before it for descending.")] = "-created_at_utc",
    limit: Annotated[int | None, typer.Option(min=0, help="Show at most so many (on a terminal: 100).")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first; every option narrows."""
    call = Session.of(context, as_json=as_json)
    first, last = _span(since, until, timezone)
    if limit is None and not call.as_json and sys.stdout.isatty():
        limit = _SCREENFUL
    wanted = RunFilter(
        status=_words("--status", status, get_args(Status)),
        risk=_words("--risk", risk, get_args(RiskLevel)),
        mode=tuple(mode or ()),
        tool=tuple(tool or ()),
        machine=tuple(machine or ()),
        session=tuple(session or ()),
        review=_words("--review", review, get_args(ReviewState)),
        since=first,
        until=last,
        text=text,
        where=where,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=limit,
        offset=offset,
    )
    with call.store() as store:
        page = listing.page(store, wanted)
        all_runs = store.snapshot().run_count
    call.answer(
        lambda: {"items": [row.document() for row in page.items], "total": page.total},
        lambda out: runs_page.listing(out, page.items, total=page.total, all_runs=all_runs),
    )


def _words(option: str, given: Several, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an option that knows only some, in any case; a wrong one would match nothing, silently."""
    for word in given or ():
        if word.casefold() not in {known.casefold() for known in allowed}:
            raise UsageError(f"{option} does not know {word[:40]!r}; use one of {', '.join(allowed)}.")
    return tuple(given or ())


def _span(since: str | None, until: str | None, timezone: str | None) -> tuple[str | None, str | None]:
    """Return the first moment listed and the first one after the last."""
    if timezone is not None:
        check_timezone(timezone)
    now = datetime.now(UTC)

    def moment(text: str | None, option: str, *, end: bool = False) -> str | None:
        return None if text is None else times.parse_moment(text, option=option, timezone=timezone, now=now, end=end)

    return moment(since, "--since"), moment(until, "--until", end=True)


@app.command("show")
def show(context: typer.Context, run: RunArgument, as_json: AsJson = False) -> None:
    """Show one run with all that happened to it later."""
    session = Session.of(context, as_json=as_json)
    with session.store() as store:
        artifact = browse.show(store, run)
    session.answer(artifact.document, lambda out: run_page.page(out, artifact))

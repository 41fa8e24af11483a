"""The run table and the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from rmos_console.cli import columns, render, times
from rmos_console.cli.visible import visible
from rmos_console.core.records.run import RunRow
from rmos_console.core.usecases.review import QueueItem


def table(out: Console, rows: Sequence[RunRow]) -> None:
    """Print runs, newest knowledge first in the columns that matter; run ids are always whole, to be copied."""
    now = datetime.now(UTC)
    columns.print_columns(
        out,
        [
            columns.Column("Time", [Text(times.short(row.created_at_utc, now)) for row in rows], rank=2),
            columns.Column("Status", [render.status(row.status) for row in rows], rank=5),
            columns.Column("Risk", [render.risk(row.risk) for row in rows], rank=1),
            columns.Column("Score", [Text(render.number(row.score)) for row in rows], right=True, rank=4),
            columns.Column("Mode", [_word(row.mode) for row in rows], rank=8),
            columns.Column("Tool", [_word(row.tool_id) for row in rows], rank=6),
            columns.Column("Machine", [_word(row.machine_id) for row in rows], rank=9),
            columns.Column("Event", [_word(row.event_type) for row in rows], rank=10),
            columns.Column("Explanation", [_explanation(row) for row in rows], stretch=True, rank=7, most=80),
            columns.Column("Review", [render.review(row.review_state, row.at_source) for row in rows], rank=3),
            columns.Column("Run", [Text(row.run_id) for row in rows], keep=True),
        ],
    )


def listing(out: Console, rows: Sequence[RunRow], *, total: int, all_runs: int) -> None:
    """Print a page of the run table and how much of everything it is."""
    if not all_runs:
        out.print("There are no runs yet; `rmos-console import PATH` brings some in.")
        return
    if not total:
        out.print(f"No run matches; the filter hides {_all(all_runs)}.")
        return
    if rows:
        table(out, rows)
        out.print()
    words = [render.counted(total, "run") if total == all_runs else f"{total:,} of {render.counted(all_runs, 'run')}"]
    if len(rows) < total:
        words.append(f"{len(rows):,} shown; --limit and --offset show others")
    out.print(Text(" · ".join(words), style=render.MUTED))


def queue(out: Console, items: Sequence[QueueItem]) -> None:
    """Print what waits for a person, most pressing first, and how to go on."""
    if not items:
        out.print("Nothing waits for a review.")
        return
    now = datetime.now(UTC)
    for item in items:
        head = Text.assemble(render.risk(item.row.risk), "  ", (visible(item.headline or "No headline"), render.STRONG))
        out.print(head)
        facts = (times.short(item.row.created_at_utc, now), item.row.mode, item.row.tool_id, item.row.at_source)
        context = " · ".join(visible(fact) for fact in facts if fact)
        words = (f" · {context} · {visible(item.why)}", render.MUTED)
        render.wrapped(out, Text.assemble(render.review(item.state), words))
        out.print(Text(f"  {item.row.run_id} {visible(item.advisory_id)}"), soft_wrap=True)
    out.print()
    waits = "1 explanation waits" if len(items) == 1 else f"{len(items):,} explanations wait"
    hint = "`advisory ADVISORY` shows a text, `review RUN ADVISORY` decides"
    out.print(Text(f"{waits} for a person · {hint}", style=render.MUTED))


def _word(text: str | None) -> Text:
    return Text(visible(text)) if text else Text(render.MISSING, style=render.MUTED)


def _explanation(row: RunRow) -> Text:
    if row.explanation_status == "READY":
        muted = row.risk == "GREEN"
        return Text(visible(row.explanation_summary or "explained"), style=render.MUTED if muted else "")
    words = {"PENDING": "being explained", "ERROR": "explaining failed"}
    return Text(words.get(row.explanation_status, render.MISSING), style=render.MUTED)


def _all(count: int) -> str:
    return "the only run" if count == 1 else f"all {count:,} runs"

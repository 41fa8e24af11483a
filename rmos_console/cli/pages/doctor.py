"""What the doctor found: one line for each thing looked at, and what to do under those that are not well."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rmos_console.cli import render, times
from rmos_console.cli.pages.audit import finding_line
from rmos_console.cli.visible import visible
from rmos_console.core.records.doctor import AcceptedHead, Check, DoctorReport, Migrated, Reverified

_STATES = {
    "ok": render.Badge("✔", "ok  ", "green"),
    "warn": render.Badge("▲", "warn", "bold yellow"),
    "fail": render.Badge("✖", "FAIL", "bold red"),
}


def page(out: Console, report: DoctorReport) -> None:
    """Print what was looked at. The first sentence is the verdict."""
    failed = sum(1 for check in report.checks if check.state == "fail")
    warned = sum(1 for check in report.checks if check.state == "warn")
    verdict = "All is well." if not failed and not warned else "It works, with something to know."
    if failed:
        verdict = f"{render.counted(failed, 'thing')} must be put right."
    out.print(Text(verdict, style="bold red" if failed else render.STRONG))
    out.print()
    width = max(len(check.name) for check in report.checks)
    for check in report.checks:
        _line(out, check, width)


def _line(out: Console, check: Check, width: int) -> None:
    badge = _STATES[check.state]
    text = Text("").append_text(badge.text()).append(f"  {check.name:<{width}}  ", style=render.STRONG)
    render.wrapped(out, text.append(visible(check.found)))
    if check.advice is not None:
        arrow = Text("→ ", style=badge.style).append(visible(check.advice))
        render.wrapped(out, arrow, indent=6)


def reverified(out: Console, done: Reverified) -> None:
    """Print what came of reading everything anew."""
    read = f"{render.counted(done.lines, 'line')} and {render.counted(done.blobs, 'blob')} were read anew"
    if not done.ok:
        out.print(Text(f"Not whole: {read}. The store stays read-only.", style="bold red"))
        for finding in done.findings:
            render.paragraph(out, finding_line(finding))
    elif done.cleared:
        out.print(Text(f"Whole: {read}, and the note is taken back.", style=render.STRONG))
        out.print(Text(f"  It said: {visible(done.noted or '')}. Windows that are open must be opened again."))
    else:
        out.print(Text(f"Whole: {read}. Nothing was noted, and nothing was written.", style=render.STRONG))


def migrated(out: Console, done: Migrated) -> None:
    """Print from which format to which a store was brought."""
    if done.backup is None:
        out.print(Text(f"The store has format {done.after}, that of this program; nothing was to be done."))
        return
    out.print(Text(f"Brought from format {done.before} to {done.after}.", style=render.STRONG))
    out.print(Text(f"  The store as it was is in {visible(done.backup)}"), soft_wrap=True)


def accepted(out: Console, done: AcceptedHead) -> None:
    """Print what was accepted."""
    if not done.recorded or done.lost is None:
        out.print(Text(f"Nothing is missing: the ledger ends in line {done.head.seq:,}.", style=render.STRONG))
        return
    said = f"Accepted: the ledger ended in line {done.head.seq:,}, though line {done.lost.seq:,} had been there."
    out.print(Text(said, style=render.STRONG))
    when = times.exact(done.at_utc) if done.at_utc else ""
    out.print(Text(f"  Signed by {visible(done.person_id or '')}, {when}. Every later audit tells of it."))
    if done.cleared:
        out.print(Text("  The note is taken back. Windows that are open must be opened again."))

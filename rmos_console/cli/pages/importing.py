"""The account of an import."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rmos_console.cli import render
from rmos_console.core.records.report import ImportReport


def page(out: Console, report: ImportReport) -> None:
    """Print what became of everything that was found; what was not taken is named one by one."""
    head = "Would import" if report.dry_run else "Imported"
    out.print(Text(f"{head} {render.counted(report.imported, 'run')} of {report.found:,} found.", style=render.STRONG))
    pairs: list[tuple[str, str | Text | None]] = [
        ("Already present", f"{report.already_present:,}" if report.already_present else None),
        ("Updated", f"{report.updated:,}" if report.updated else None),
        ("Advisories", f"{report.advisories:,}" if report.advisories else None),
        ("Conflicts", Text(f"{len(report.conflicts):,}", style=render.STRONG) if report.conflicts else None),
        ("Refused", Text(f"{len(report.refused):,}", style=render.STRONG) if report.refused else None),
        ("Ignored", f"{len(report.ignored):,}" if report.ignored else None),
    ]
    render.facts(out, pairs)
    if report.conflicts:
        render.heading(out, "Conflicts: the run stays as it is, the other bytes are kept")
        for conflict in report.conflicts:
            render.paragraph(out, conflict.source)
            render.paragraph(out, f"{conflict.run_id} holds {conflict.stored_sha256}", indent=4)
            render.paragraph(out, f"found {conflict.found_sha256}", indent=4)
    if report.refused:
        render.heading(out, "Refused")
        for refusal in report.refused:
            render.paragraph(out, f"{refusal.source}: {refusal.reason}")
    for title, lines in (("Warnings about the source", report.warnings), ("Ignored", report.ignored)):
        if lines:
            render.heading(out, title)
            for line in lines:
                render.paragraph(out, line)

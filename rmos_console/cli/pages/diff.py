"""Two runs compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from rmos_console.cli import columns, render
from rmos_console.cli.visible import visible
from rmos_console.core.records.diff import GCODE_PATH, DiffRow, GcodeDiff, HashRow, RunDiff
from rmos_console.core.usecases.compare import Comparison

_MARKS = {"added": "+", "removed": "-", "changed": "~"}
_SEVERITIES = {"CRITICAL": "bold red", "WARNING": "bold yellow", "INFO": "bold", "NONE": "green"}


def page(out: Console, compared: Comparison, *, gcode: bool) -> None:
    """Print how much two runs differ, why that matters, the hashes, and every field that differs."""
    diff = compared.runs
    verdict = Text(diff.diff_severity, style=_SEVERITIES[diff.diff_severity])
    if diff.diff_severity == "NONE":
        verdict.append("  The runs are equal.", style="default")
    elif diff.reasons:
        verdict.append(f"  {visible('; '.join(diff.reasons))}", style="default")
    render.wrapped(out, verdict, indent=0)
    render.facts(out, [("A", diff.a), ("B", diff.b)])
    _hashes(out, diff.hashes)
    _rules(out, diff)
    _rows(out, "Differences", [row for row in diff.differing if not row.volatile])
    _rows(out, "Differences that always occur", [row for row in diff.differing if row.volatile])
    if compared.gcode is not None:
        _gcode(out, compared.gcode)
    elif gcode:
        render.heading(out, "G-code")
        render.paragraph(out, "Not both runs hold a program, so there is nothing to compare.")


def _hashes(out: Console, rows: Sequence[HashRow]) -> None:
    known = [row for row in rows if row.a is not None or row.b is not None]
    if not known:
        return
    render.heading(out, "Hashes")
    columns.print_columns(
        out,
        [
            columns.Column("", [Text("=" if row.equal else "~") for row in known], keep=True),
            columns.Column("Hash", [Text(row.name) for row in known], keep=True),
            columns.Column("A", [Text(_digest(row.a)) for row in known], keep=True),
            columns.Column("B", [Text(_digest(row.b)) for row in known], keep=True),
        ],
    )


def _rules(out: Console, diff: RunDiff) -> None:
    if diff.rules_added or diff.rules_removed:
        render.heading(out, "Rules")
        lists = (("Only in A", diff.rules_removed), ("Only in B", diff.rules_added))
        render.facts(out, [(label, ", ".join(rules) or None) for label, rules in lists])


def _rows(out: Console, title: str, rows: Sequence[DiffRow]) -> None:
    if not rows:
        return
    render.heading(out, title)
    columns.print_columns(
        out,
        [
            columns.Column("", [Text(_MARKS.get(row.op, "=")) for row in rows], keep=True),
            columns.Column("Field", [Text(visible(row.path)) for row in rows], keep=True, stretch=True, least=24),
            columns.Column("A", [Text(_side(row, "a")) for row in rows], keep=True, stretch=True, least=12),
            columns.Column("B", [Text(_side(row, "b")) for row in rows], keep=True, stretch=True, least=12),
            columns.Column("Change", [Text(_change(row)) for row in rows], right=True, rank=1),
            columns.Column("Unit", [Text(row.unit or "") for row in rows], rank=2),
        ],
    )


def _side(row: DiffRow, side: str) -> str:
    sides = row.sides()
    if side not in sides:
        return render.MISSING
    if row.path == GCODE_PATH and isinstance(sides[side], dict):
        return render.counted(sides[side]["lines"], "line")
    return _typed(sides[side])


def _typed(thing: Any) -> str:
    """Return a value so that false, 0, "", null and a missing one all look different."""
    if thing is None:
        return "null"
    return render.value(thing)


def _change(row: DiffRow) -> str:
    if row.delta is None:
        return ""
    delta = f"{row.delta:+.6g}"
    return f"{delta} ({row.percent:+.3g} %)" if row.percent is not None else delta


def _digest(sha: str | None) -> str:
    return f"{sha[:16]}…" if sha else render.MISSING


def _gcode(out: Console, diff: GcodeDiff) -> None:
    render.heading(out, "G-code")
    summary = diff.summary
    if not diff.hunks:
        render.paragraph(out, "The programs cut the same: they differ in nothing but what is ignored.")
    counts = (("changed", summary.changed), ("added", summary.added), ("removed", summary.removed))
    told = [f"{render.counted(count, 'line')} {verb}" for verb, count in counts if count]
    told += [visible(words) for words in summary.in_words]
    for words in told:
        render.paragraph(out, words)
    for hunk in diff.hunks:
        render.paragraph(out, f"{_MARKS[hunk.op]} {_range('A', hunk.a)}   {_range('B', hunk.b)}")
        for word in hunk.words:
            change = f" ({word.delta:+.6g})" if word.delta is not None else ""
            sides = f"{word.a or render.MISSING} → {word.b or render.MISSING}{change}"
            render.paragraph(out, f"{word.word}  {sides}", indent=4)


def _range(side: str, lines: tuple[int, int]) -> str:
    first, count = lines
    if count == 0:
        return f"{side}: before line {first}"
    return f"{side}: line {first}" if count == 1 else f"{side}: lines {first} to {first + count - 1}"

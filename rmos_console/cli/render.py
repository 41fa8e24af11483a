"""How pages for people look: the quiet building blocks they are made of.

Nothing here reads markup: every text becomes a :class:`rich.text.Text`, and stored text passes through
:func:`rmos_console.cli.visible.visible` first.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rmos_console.cli.visible import visible, visible_lines

MUTED = "dim"
STRONG = "bold"
MISSING = "—"
_PIPE_WIDTH = 10_000
"""Piped output is never wrapped or cut: a program or a pager reads it."""


class Badge(NamedTuple):
    """A meaning as a shape, a word and a colour; each alone is enough to tell it."""

    glyph: str
    word: str
    style: str

    def text(self) -> Text:
        """Return the badge as one styled text."""
        return Text(f"{self.glyph} {self.word}", style=self.style)


RISKS = {
    "GREEN": Badge("●", "GREEN", "green"),
    "YELLOW": Badge("▲", "YELLOW", "bold yellow"),
    "RED": Badge("■", "RED", "bold red"),
    "UNKNOWN": Badge("◆", "UNKNOWN", "bold"),
    "ERROR": Badge("✕", "ERROR", "bold red"),
}
REVIEWS = {
    "NEEDS_REVIEW": Badge("○", "To review", "bold"),
    "AWAITING_SECOND": Badge("◉", "1 of 2", "bold"),
    "APPROVED": Badge("✔", "Approved", ""),
    "REJECTED": Badge("✖", "Rejected", "bold"),
    "AUTO_APPROVED": Badge("◐", "By policy", MUTED),
    "INFORMATIONAL": Badge("◐", "For information", MUTED),
    "SUPERSEDED": Badge("⊘", "Superseded", MUTED),
}
STATUSES = {"OK": ("OK", MUTED), "BLOCKED": ("Blocked", STRONG), "ERROR": ("Error", STRONG)}


def console() -> Console:
    """Return a console on stdout: no colour in a pipe or under NO_COLOR, no markup, no guessing what is a number."""
    return _console(sys.stdout)


def console_on_stderr() -> Console:
    """Return such a console on stderr, for what a person must read before answering."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPE_WIDTH
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width)


def risk(level: str | None) -> Text:
    """Return a risk level as shape and word."""
    badge = RISKS.get(level or "")
    return badge.text() if badge else Text(MISSING, style=MUTED)


def review(state: str | None, at_source: str | None = None) -> Text:
    """Return a review state as shape and words; where there is none, what the source said about one."""
    badge = REVIEWS.get(state or "")
    if badge:
        return badge.text()
    return Text("◌ At source", style=MUTED) if at_source else Text(MISSING, style=MUTED)


def status(value: str | None) -> Text:
    """Return a run's status as a word."""
    word, style = STATUSES.get(value or "", (MISSING, MUTED))
    return Text(word, style=style)


def number(value: float | None) -> str:
    """Return a number as people write it; 0 is a number, none is a dash."""
    if value is None:
        return MISSING
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else str(value)


def value(thing: Any) -> str:
    """Return any JSON value on one line: texts bare, everything else as JSON, nothing as a dash."""
    if thing is None:
        return MISSING
    if isinstance(thing, str):
        return visible(thing) if thing else '""'
    return visible(json.dumps(thing, ensure_ascii=False, sort_keys=True))


def heading(out: Console, words: str) -> None:
    """Print the heading of a section, after an empty line."""
    out.print()
    out.print(Text(words, style=STRONG))


def paragraph(out: Console, text: str, *, indent: int = 2) -> None:
    """Print stored text with its own line ends, wrapped to the terminal."""
    wrapped(out, Text(visible_lines(text)), indent=indent)


def wrapped(out: Console, text: Text, *, indent: int = 2) -> None:
    """Print a text wrapped to the terminal, every line indented alike."""
    for line in text.wrap(out, max(out.width - indent, 20)):
        line.rstrip()
        out.print(Text(" " * indent).append_text(line), soft_wrap=True)


def facts(out: Console, pairs: Iterable[tuple[str, str | Text | None]]) -> None:
    """Print label and value pairs as two quiet columns; pairs without a value are left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style=MUTED, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, shown in pairs:
        if shown is not None:
            grid.add_row(f"  {label}", shown if isinstance(shown, Text) else Text(visible(shown)))
    if grid.row_count:
        _print_trimmed(out, grid)


def _print_trimmed(out: Console, grid: Table) -> None:
    """Print without the blanks that fill the last column: they show when a line is copied or piped."""
    with out.capture() as captured:
        out.print(grid)
    out.file.write("".join(f"{line.rstrip(' ')}\n" for line in captured.get().split("\n")[:-1]))


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 run", "1,204 runs"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"

"""A measured figure beside its bar, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.benchmarks.timing import Samples

Unit = Literal["ms", "s", "/s", "MB", "x"]


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    ``bar`` is what is to be reached, in ``unit``; None where there is no bar. ``against`` names a rival where the bar
    is a ratio to it. ``rivals`` holds what the same cost others, in the same unit; ``note`` what a reader must know.
    ``judged`` is the value that counts: ``middle`` of all repetitions, their ``most``, or ``p99``.
    """

    name: str
    size: str
    ours: Samples
    unit: Unit = "ms"
    bar: float | None = None
    against: str | None = None
    judged: Literal["middle", "most", "p99"] = "middle"
    rivals: Mapping[str, Samples] = field(default_factory=dict)
    note: str = ""

    @property
    def measured(self) -> float:
        """What counts of our samples."""
        return {"middle": self.ours.median, "most": self.ours.most, "p99": self.ours.at(0.99)}[self.judged]

    @property
    def ratio(self) -> float | None:
        """Our cost over the rival's that the bar names, both as middles; None where the bar is absolute."""
        if self.against is None or self.against not in self.rivals:
            return None
        return self.ours.median / self.rivals[self.against].median

    @property
    def missed_by(self) -> float | None:
        """How many times worse than the bar it is: up to 1 is met; None where there is no bar."""
        if self.bar is None:
            return None
        reached = self.measured if self.against is None else self.ratio
        if reached is None:
            return None
        return self.bar / reached if self.unit == "/s" else reached / self.bar

    @property
    def verdict(self) -> str:
        """``met``, ``missed by 1.4 times``, or nothing where there is no bar."""
        missed = self.missed_by
        if missed is None:
            return "" if self.bar is None else "not compared"
        return "met" if missed <= 1 else f"missed: {missed:.2g} times"


@dataclass(frozen=True)
class Skipped:
    """What was not measured, and why."""

    name: str
    reason: str


Row = Figure | Skipped

BEGIN, END = "<!-- benchmarks -->", "<!-- end of benchmarks -->"
"""What marks the place of the table in a page."""

HEAD = ("figure", "runs", "bar", "measured (least to most)", "others", "verdict")


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table in words, one text for each of :data:`HEAD`."""
    if isinstance(row, Skipped):
        return row.name, "", "", "not measured", row.reason, ""
    name = f"{row.name} ({row.note})" if row.note else row.name
    spread = f" ({number(row.ours.least)} to {number(row.ours.most)})" if len(row.ours.values) > 1 else ""
    judged = {"middle": "", "most": "worst ", "p99": "p99 "}[row.judged]
    measured = f"{judged}{amount(row.measured, row.unit)}{spread}"
    if row.ratio is not None:
        measured = f"{number(row.ratio)} x {row.against}: {measured}"
    return name, row.size, _bar(row), measured, _others(row), row.verdict


def _bar(row: Figure) -> str:
    if row.bar is None:
        return "-"
    return f"{number(row.bar)} x {row.against}" if row.against else amount(row.bar, row.unit)


def _others(row: Figure) -> str:
    told = []
    for name, samples in row.rivals.items():
        factor = samples.median / row.ours.median if row.unit != "/s" else row.ours.median / samples.median
        told.append(f"{name} {amount(samples.median, row.unit)} ({number(factor)} x)")
    return ", ".join(told)


def amount(value: float, unit: str) -> str:
    """Return a value with its unit; ratios have none."""
    return number(value) if unit == "x" else f"{number(value)}{'' if unit == '/s' else ' '}{unit}"


def number(value: float) -> str:
    """Return a number with three digits that count, and thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def as_text(rows: Iterable[Row]) -> str:
    """Return the table for a terminal, one block of lines for each row."""
    lines = []
    for row in rows:
        name, size, bar, measured, others, verdict = cells(row)
        lines.append(f"{name}{f'  [{size} runs]' if size else ''}")
        lines.append(f"    bar {bar or '-'}   measured {measured}   {verdict.upper()}".rstrip())
        if others:
            lines.append(f"    others: {others}")
    return "\n".join(lines)


def as_markdown(rows: Iterable[Row]) -> str:
    """Return the table for a page. In brackets behind others: how many times our cost theirs is."""
    lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in cells(row))} |" for row in rows]
    return "\n".join(lines)


def put_into(page: str, told: str) -> str:
    """Return a page with ``told`` between its marks; a page without marks becomes ``told`` alone."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{told}\n{end}{after}" if begin and end else f"{told}\n"
